/** What policies are asked about the calls that make things: everything that EC2 itself asks about. */
import type { AuthorizationContext } from '../../../local/types.ts';
import { createHarness, launcher, tagged } from './ec2-harness.ts';

const stackTag = { 'mesoscale:stack': 's' };
const prefix = 'arn:aws:ec2:eu-central-1:000000000000:';
const short = (arn: string) => arn.replace(prefix, '').replace('arn:aws:ec2:eu-central-1::', '::');

async function createAsker() {
  const harness = await createHarness();
  const { authorization, signingName } = harness.ec2.service;
  const ask = (action: string, input: Record<string, unknown>): AuthorizationContext =>
    authorization!({ service: signingName, action, input, caller: launcher });
  return { ...harness, ask, group: await harness.createGroup() };
}
const tagsOf = (types: readonly string[]) => ({
  TagSpecification: types.flatMap((type) => tagged(type, stackTag).TagSpecification),
});
const checksOf = ({ also = [] }: AuthorizationContext) =>
  also.map(({ action, context }) => `${action} ${(context.resources ?? []).map(short)}`);

describe('the authorization of a launch', () => {
  it('is about the instance, its disks, its new interface, and what they are made of', async () => {
    const { ask, network, group } = await createAsker();
    const NetworkInterface = [{ SubnetId: network.subnets[0], SecurityGroupId: [group] }];
    const ImageId = 'resolve:ssm:/aws/service/image';
    const context = ask('RunInstances', { ImageId, NetworkInterface, ...tagsOf(['instance', 'volume']) });
    expect(context.resources?.map(short)).toEqual([
      'instance/*',
      'volume/*',
      '::image/*',
      'network-interface/*',
      `subnet/${network.subnets[0]}`,
      `security-group/${group}`,
    ]);
    const requestTag = { 'aws:RequestTag/mesoscale:stack': 's' };
    expect(context.ofResource?.[`${prefix}volume/*`]).toEqual(requestTag);
    expect(context.ofResource?.[`${prefix}network-interface/*`]).toEqual({});
    expect(checksOf(context)).toEqual([
      'ec2:CreateTags instance/*',
      'ec2:CreateTags volume/*',
      'ssm:GetParameters arn:aws:ssm:eu-central-1::parameter/aws/service/image',
    ]);
  });

  it('is about an interface that exists with the tags that it has', async () => {
    const { ask, call, network } = await createAsker();
    const made = await call('CreateNetworkInterface', {
      SubnetId: network.subnets[0],
      ...tagged('network-interface', stackTag),
    });
    const { networkInterfaceId } = made.networkInterface;
    const context = ask('RunInstances', { NetworkInterface: [{ NetworkInterfaceId: networkInterfaceId }] });
    const arn = `${prefix}network-interface/${networkInterfaceId}`;
    expect(context.ofResource?.[arn]).toEqual({ 'aws:ResourceTag/mesoscale:stack': 's' });
    expect(context.resources).not.toContain(`${prefix}subnet/${network.subnets[0]}`);
  });

  it('by a fleet is about the fleet and, once more, about the instances', async () => {
    const { ask, call, network } = await createAsker();
    const made = await call('CreateLaunchTemplate', {
      LaunchTemplateName: 'slaves',
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', NetworkInterface: [{ DeviceIndex: '0' }] },
    });
    const { launchTemplateId } = made.launchTemplate;
    const LaunchTemplateSpecification = { LaunchTemplateId: launchTemplateId, Version: '1' };
    const Overrides = [{ InstanceType: 'm5.large', SubnetId: network.subnets[1] }];
    const context = ask('CreateFleet', {
      LaunchTemplateConfigs: [{ LaunchTemplateSpecification, Overrides }],
      TargetCapacitySpecification: { DefaultTargetCapacityType: 'spot' },
      ...tagsOf(['fleet', 'instance']),
    });
    const instances = [
      `launch-template/${launchTemplateId}`,
      'instance/*',
      'volume/*',
      '::image/*',
      'network-interface/*',
      `subnet/${network.subnets[1]}`,
      'spot-instances-request/*',
    ];
    expect(context.resources?.map(short)).toEqual(['fleet/*', ...instances]);
    expect(checksOf(context)).toEqual([
      `ec2:RunInstances ${instances}`,
      'ec2:CreateTags fleet/*',
      'ec2:CreateTags instance/*',
    ]);
  });
});

describe('the authorization of an association', () => {
  it('is about the address, the instance and its interface', async () => {
    const { ask, call, run, ec2 } = await createAsker();
    const [instanceId = ''] = await run();
    const { allocationId } = await call('AllocateAddress', {});
    const context = ask('AssociateAddress', { AllocationId: allocationId, InstanceId: instanceId });
    expect(context.resources?.map(short).map((name) => name.split('/')[0])).toEqual([
      'elastic-ip',
      'instance',
      'network-interface',
    ]);
    expect(ec2.inspect.instances()).toHaveLength(1);
  });

  it('leaves out what is not there, so that the answer is NotFound and not a refusal', async () => {
    const { ask } = await createAsker();
    expect(ask('DeleteSecurityGroup', { GroupId: 'sg-0123456789abcdef0' })).toEqual({ also: [] });
  });
});
