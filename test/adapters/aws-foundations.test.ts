/** The adapters of EC2, IAM and Secrets Manager, by the real clients, on the emulated services with their late visibility. */
import { DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsFoundations } from '../../lambdas/adapters/aws-foundations.ts';
import { ec2Fleet } from '../../lambdas/adapters/ec2-fleet.ts';
import { ec2Addresses, ec2Inventory, ec2Terminator } from '../../lambdas/adapters/ec2-inventory.ts';
import { ec2Launcher } from '../../lambdas/adapters/ec2-launch.ts';
import type { NodeSettings } from '../../lambdas/adapters/node-settings.ts';
import { secretsManagerCredentials } from '../../lambdas/adapters/secrets-manager-credentials.ts';
import { NotYetVisible } from '../../lambdas/contracts/error-names.ts';
import { tagKeys } from '../../lambdas/contracts/tags.ts';
import type { DesiredCluster, Foundation } from '../../lambdas/domain/cluster/records.ts';
import { maker, zones } from '../local/ec2/ec2-harness.ts';
import { accounts, createCluster } from '../local/nodes/cluster-harness.ts';
import { clusterId, desired as desiredCluster, spec } from '../support/clusters.ts';
import { settings as someSettings } from '../support/node-settings.ts';

const wanted = spec({ masters: 3, slaves: 4, loadBalancers: 2 });
const openPorts = [80, 443].map((port) => ({ protocol: 'tcp' as const, from: port, to: port, cidr: '0.0.0.0/0' }));
const desired: DesiredCluster = desiredCluster({
  spec: { ...wanted, loadBalancers: { ...wanted.loadBalancers!, openPorts } },
});
const secrets = { ...accounts, consulGossipKey: 'a2V5', templateLiterals: {}, addOns: {}, parameters: {} };

let cloud: Awaited<ReturnType<typeof createCluster>>;
let clients: { ec2: EC2Client; iam: IAMClient; secrets: SecretsManagerClient };
let settings: NodeSettings;

beforeAll(async () => {
  cloud = await createCluster({ masters: 1, seed: 'foundations' });
  const makePolicy = maker(cloud.iam.resourceTypes);
  const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }] };
  const { ref: policy } = await makePolicy('AWS::IAM::ManagedPolicy', 'Policy', { PolicyDocument });
  settings = {
    ...someSettings,
    region: 'eu-central-1',
    vpcId: cloud.network.vpcId,
    subnets: { public: zones.map((zone, n) => ({ id: cloud.network.subnets[n]!, zone })), private: [] },
    gatewaySecurityGroupId: cloud.gatewayGroup,
    boundaryArn: policy,
    policyArns: { master: policy, slave: policy, 'load-balancer': policy },
    image: 'ami-0123456789abcdef0',
  };
  const client = {
    region: 'eu-central-1',
    endpoint: cloud.aws.url,
    credentials: cloud.credentials.user,
    maxAttempts: 1,
  };
  clients = { ec2: new EC2Client(client), iam: new IAMClient(client), secrets: new SecretsManagerClient(client) };
});
afterAll(() => cloud.close());

const foundations = () => awsFoundations({ ...clients, settings });
const leftovers = () =>
  [cloud.ec2, cloud.iam].flatMap(({ inspect }) => [...inspect.leftovers(tagKeys.clusterId, clusterId)]);

/** As the state machine retries: after a while, when something is not visible yet. */
async function retried<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof NotYetVisible) || attempt === 15) throw error;
      await cloud.clock.advance(2_000);
    }
  }
}

describe('a cluster in the cloud', () => {
  let foundation: Foundation;
  const context = (group: DesiredCluster['spec']['masters'], n: number) => ({
    clusterId,
    group,
    foundation,
    token: `${clusterId}-${n}`,
  });

  it('cannot be prepared without its secret', async () => {
    await expect(foundations().prepare(desired, zones)).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('keeps the credentials it was first given', async () => {
    const credentials = secretsManagerCredentials(clients.secrets, settings.stackName);
    await credentials.create(clusterId, secrets);
    await credentials.create(clusterId, { ...secrets, consulGossipKey: 'b3RoZXI=' });
    expect(await credentials.get(clusterId)).toEqual(secrets);
    await expect(credentials.get('0197a000-0000-7000-8000-00000000dead')).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('is prepared, and found again as it is', async () => {
    foundation = await retried(() => foundations().prepare(desired, zones));
    expect(foundation.masterInterfaces.map(({ slot, zone, publicIp }) => [slot, zone, typeof publicIp])).toEqual(
      zones.map((zone, n) => [n + 1, zone, 'string']),
    );
    expect(Object.keys(foundation.publicSecurityGroupIds)).toEqual(['masters', 'balancers', 'slaves']);
    expect(Object.keys(foundation.launchTemplates)).toEqual(['slaves']);
    await cloud.clock.advance(30_000);
    const before = leftovers().length;
    expect(await retried(() => foundations().prepare(desired, zones))).toEqual(foundation);
    expect(leftovers()).toHaveLength(before);
  });

  it('keeps the secrets of an update beside the first ones', async () => {
    const credentials = secretsManagerCredentials(clients.secrets, settings.stackName);
    const version = '0197a000-0000-7000-8000-0000000000bb';
    const changed = { ...secrets, parameters: { text: 'a', number: 7, nested: { list: [true] } } };
    await credentials.addVersion(clusterId, version, changed);
    await credentials.addVersion(clusterId, version, changed);
    expect(await credentials.get(clusterId)).toEqual(secrets);
    expect(await credentials.get(clusterId, version)).toEqual(changed);
    await credentials.dropVersion(clusterId, version);
    await credentials.dropVersion(clusterId, version);
    await expect(credentials.get(clusterId, version)).rejects.toMatchObject({ name: 'NotFound' });
    expect(await credentials.get(clusterId)).toEqual(secrets);
    await expect(
      credentials.addVersion('0197a000-0000-7000-8000-00000000dead', version, changed),
    ).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  describe('that is updated', () => {
    const [slaves] = desired.spec.slaves;
    const balancers = desired.spec.loadBalancers!;
    const more = { ...slaves!, name: 'more' };
    const rule = (protocol: 'tcp' | 'udp', port: number, cidr = '0.0.0.0/0') => ({
      protocol,
      from: port,
      to: port,
      cidr,
    });
    const permissions = async (id: string | undefined) => {
      const { SecurityGroups } = await clients.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id!] }));
      return (SecurityGroups?.[0]?.IpPermissions ?? [])
        .flatMap(({ IpProtocol, FromPort, IpRanges = [] }) =>
          IpRanges.map(({ CidrIp }) => `${IpProtocol} ${FromPort} ${CidrIp}`),
        )
        .sort();
    };
    const prepare = async (changes: Partial<typeof wanted>) => {
      const of = { ...desired, generation: 2, spec: { ...desired.spec, ...changes } };
      foundation = await retried(() => foundations().prepare(of, zones, foundation));
      await cloud.clock.advance(30_000);
      return { of, left: await foundations().release(of, foundation) };
    };

    it('opens ports and closes others', async () => {
      const openPorts = [rule('tcp', 443), rule('udp', 53), rule('udp', 53, '10.0.0.0/8')];
      const { left } = await prepare({ loadBalancers: { ...balancers, openPorts } });
      expect(left).toEqual([]);
      const id = foundation.publicSecurityGroupIds.balancers;
      expect(await permissions(id)).toEqual(['tcp 443 0.0.0.0/0', 'udp 53 0.0.0.0/0', 'udp 53 10.0.0.0/8']);
      await prepare({});
      expect(await permissions(id)).toEqual(['tcp 443 0.0.0.0/0', 'tcp 80 0.0.0.0/0']);
    });

    it('has what another group needs as long as there is one', async () => {
      const before = leftovers().length;
      await prepare({ slaves: [slaves!, more] });
      expect(Object.keys(foundation.launchTemplates)).toEqual(['slaves', 'more']);
      expect(leftovers()).toHaveLength(before + 2);
      await prepare({});
      expect(leftovers()).toHaveLength(before);
    });

    it('launches slaves of another kind by another template, and tells the kind', async () => {
      const first = foundation.launchTemplates.slaves!;
      const before = leftovers().length;
      await prepare({ slaves: [{ ...slaves!, rootDiskGiB: 77 }] });
      const other = foundation.launchTemplates.slaves!;
      expect(other.id).not.toBe(first.id);
      expect(other.shape).not.toBe(first.shape);
      expect(leftovers()).toHaveLength(before);
      await prepare({});
      expect(foundation.launchTemplates.slaves?.shape).toBe(first.shape);
    });

    it('gives the address of its load balancers back with them', async () => {
      const { loadBalancers: _, ...without } = desired.spec;
      const before = leftovers().length;
      const of = { ...desired, generation: 2, spec: without };
      const none = await retried(() => foundations().prepare(of, zones, foundation));
      expect(none).not.toHaveProperty('virtualAddress');
      expect(await foundations().release(of, none)).toEqual([]);
      expect(leftovers()).toHaveLength(before - 2);
      await cloud.clock.advance(30_000);
      await prepare({});
      expect(foundation.virtualAddress).toBeDefined();
    });

    it('says for what it was prepared', async () => {
      const { preparedFor } = foundation;
      await prepare({ slaves: [slaves!, more] });
      expect(foundation.preparedFor).not.toBe(preparedFor);
      await prepare({});
      expect(foundation.preparedFor).toBe(preparedFor);
    });
  });

  it('moves a free slot to another zone', async () => {
    const moved = [zones[1], zones[1], zones[2]];
    const before = foundation.masterInterfaces;
    foundation = await retried(() => foundations().prepare(desired, moved));
    expect(foundation.masterInterfaces.map(({ zone }) => zone)).toEqual(moved);
    expect(foundation.masterInterfaces.slice(1)).toEqual(before.slice(1));
    expect(foundation.masterInterfaces[0]?.publicIp).toBe(before[0]?.publicIp);
    await cloud.clock.advance(30_000);
  });

  it('gets each launch once, however often it is repeated', async () => {
    const launcher = ec2Launcher(clients.ec2, settings);
    const fleet = ec2Fleet(clients.ec2, settings);
    const [slot] = foundation.masterInterfaces;
    const offering = { instanceType: 'm5.large', zone: zones[0], market: 'on-demand' as const };
    const offerings = zones.map((zone) => ({ ...offering, zone }));
    for (let n = 0; n < 2; n += 1) {
      const master = await retried(() => launcher.launchMaster(context(wanted.masters, 1), slot!, 'm5.large'));
      expect(master).toMatchObject({ zone: zones[1], privateIp: slot?.privateIp });
      await retried(() => launcher.launchLoadBalancer(context(desired.spec.loadBalancers!, 2), 1, offering));
      const slaves = await retried(() => fleet.launchSlaves(context(desired.spec.slaves[0]!, 3), 4, offerings));
      expect(slaves.launched).toHaveLength(4);
      expect(new Set(slaves.launched.map(({ zone }) => zone)).size).toBe(3);
    }
    await cloud.clock.advance(20_000);
    const instances = await ec2Inventory(clients.ec2, settings.stackName).listInstances(clusterId);
    const byRole = instances.map(({ role, state }) => `${role} ${state}`).sort();
    expect(byRole).toEqual(['load-balancer running', 'master running', ...Array(4).fill('slave running')]);
    expect(instances.find(({ role }) => role === 'master')).toMatchObject({
      slot: 1,
      launchToken: `${clusterId}-1`,
      publicIp: slot?.publicIp,
    });
  });

  it('keeps the interface of a slot that is in use', async () => {
    const prepared = await retried(() => foundations().prepare(desired, zones));
    expect(prepared.masterInterfaces[0]).toEqual(foundation.masterInterfaces[0]);
  });

  it('has an address that moves between instances', async () => {
    const addresses = ec2Addresses(clients.ec2);
    const { allocationId } = foundation.virtualAddress!;
    expect(await addresses.findAddressHolder(allocationId)).toBeUndefined();
    const instances = await ec2Inventory(clients.ec2, settings.stackName).listInstances(clusterId);
    const balancer = instances.find(({ role }) => role === 'load-balancer')!.instanceId;
    await addresses.associateAddress(allocationId, balancer);
    expect(await addresses.findAddressHolder(allocationId)).toBe(balancer);
  });

  it('is seen by the sweep', async () => {
    const found = (await foundations().listClusterIds()).get(clusterId);
    expect(found?.instanceIds).toHaveLength(6);
    expect(found?.youngest).toBeInstanceOf(Date);
  });

  it('is not seen by another stack whose name it begins with', async () => {
    const other = '0197a000-0000-7000-8000-0000000000aa';
    await secretsManagerCredentials(clients.secrets, `${settings.stackName}-test`).create(other, secrets);
    expect([...(await foundations().listClusterIds()).keys()]).toEqual([clusterId]);
  });

  it('tells what is in use, and leaves nothing in the end', async () => {
    const left = await foundations().cleanUp(clusterId);
    expect(left.join()).toMatch(/^network interface eni-.*security group sg-/);
    expect(left.filter((what) => what.startsWith('network interface'))).toHaveLength(1);
    const instances = await ec2Inventory(clients.ec2, settings.stackName).listInstances(clusterId);
    await ec2Terminator(clients.ec2).terminate([
      'i-0123456789abcdef0',
      ...instances.map(({ instanceId }) => instanceId),
    ]);
    await cloud.clock.advance(120_000);
    expect(await foundations().cleanUp(clusterId)).toEqual([]);
    expect(await foundations().cleanUp(clusterId)).toEqual([]);
    await cloud.clock.advance(2 * 3600_000);
    expect(leftovers()).toEqual([]);
    expect(await foundations().listClusterIds()).toEqual(new Map());
  });
});
