import type { EC2Client } from '@aws-sdk/client-ec2';
import { ec2Fleet } from '../../lambdas/adapters/ec2-fleet.ts';
import { ec2Addresses, ec2Interruptions, ec2Inventory, ec2Terminator } from '../../lambdas/adapters/ec2-inventory.ts';
import { ec2Launcher } from '../../lambdas/adapters/ec2-launch.ts';
import type { Offering } from '../../lambdas/contracts/cluster.ts';
import type { LaunchContext } from '../../lambdas/ports/machines.ts';
import { clusterId, foundation, spec, start, zones } from '../support/clusters.ts';
import { sdkError, stubClient } from '../support/fakes.ts';
import { settings } from '../support/node-settings.ts';

const token = `${clusterId}-4`;
const context = (group = spec().masters): LaunchContext => ({ clusterId, group, foundation: foundation(), token });
const slaves = () => context({ ...spec().slaves[0]!, public: false });
const offering = (zone: string, rest: Partial<Offering> = {}): Offering => ({
  instanceType: 'm6i.large',
  zone,
  market: 'on-demand',
  ...rest,
});
const instance = (instanceId: string, launch = token) => ({
  InstanceId: instanceId,
  State: { Name: 'running' },
  InstanceType: 'm6i.large',
  Placement: { AvailabilityZone: zones[0] },
  LaunchTime: start,
  PrivateIpAddress: '10.0.0.10',
  Tags: [
    { Key: 'mesoscale:role', Value: 'master' },
    { Key: 'mesoscale:group', Value: 'masters' },
    { Key: 'mesoscale:slot', Value: '1' },
    { Key: 'mesoscale:launch', Value: launch },
  ],
});
const found = (...instances: object[]) => ({ Reservations: [{ Instances: instances }] });

interface FleetInput {
  readonly ClientToken: string;
  readonly TargetCapacitySpecification: { readonly TotalTargetCapacity: number };
}

const taggedTypes = (request: Record<string, unknown> | undefined) =>
  ((request?.TagSpecifications ?? []) as { ResourceType: string }[]).map(({ ResourceType }) => ResourceType);

describe('launching one instance', () => {
  const slot = foundation().masterInterfaces[0]!;

  it('puts a master into its slot, tagged and with its token in the same call', async () => {
    const client = stubClient<EC2Client>({ RunInstances: () => ({ Instances: [instance('i-1')] }) });
    const launched = await ec2Launcher(client, settings).launchMaster(context(), slot, 'm6i.large');
    expect(launched).toEqual({
      instanceId: 'i-1',
      instanceType: 'm6i.large',
      zone: zones[0],
      market: 'on-demand',
      privateIp: '10.0.0.10',
    });
    const [request] = client.inputsOf('RunInstances');
    expect(request).toMatchObject({
      ClientToken: token,
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: 'eni-1' }],
      IamInstanceProfile: { Name: 'm' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ Ebs: { VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true, VolumeSize: 30 } }],
    });
    expect(request?.MetadataOptions).not.toHaveProperty('InstanceMetadataTags');
    expect(taggedTypes(request)).toEqual(['instance', 'volume']);
    const [specification] = (request?.TagSpecifications ?? []) as { Tags: object[] }[];
    expect(specification?.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'mesoscale:stack', Value: 'mesoscale' },
        { Key: 'mesoscale:cluster-id', Value: clusterId },
        { Key: 'mesoscale:launch', Value: token },
      ]),
    );
  });

  it('gives a load balancer a public address where the subnet is public', async () => {
    const client = stubClient<EC2Client>({ RunInstances: () => ({ Instances: [instance('i-1')] }) });
    const wanted = { ...offering(zones[1]!), market: 'spot' as const };
    await ec2Launcher(client, settings).launchLoadBalancer(context(spec().loadBalancers), 2, wanted);
    expect(client.inputsOf('RunInstances')[0]).toMatchObject({
      InstanceMarketOptions: { MarketType: 'spot' },
      NetworkInterfaces: [{ SubnetId: `subnet-${zones[1]}`, Groups: ['sg-1'], AssociatePublicIpAddress: true }],
    });
    // Its role may associate the address only with an interface that has the cluster's tag.
    expect(taggedTypes(client.inputsOf('RunInstances')[0])).toEqual(['instance', 'volume', 'network-interface']);
  });

  it.each([
    ['InvalidParameterValue', 'NotYetVisible'],
    ['InvalidNetworkInterfaceID.NotFound', 'NotYetVisible'],
    ['InvalidNetworkInterface.InUse', 'NotYetVisible'],
    ['InsufficientInstanceCapacity', 'CapacityUnavailable'],
    ['RequestLimitExceeded', 'Throttled'],
  ])('answers %s with %s', async (code, name) => {
    const client = stubClient<EC2Client>({ RunInstances: () => Promise.reject(sdkError(code)) });
    await expect(ec2Launcher(client, settings).launchMaster(context(), slot, 'm6i.large')).rejects.toMatchObject({
      name,
    });
  });

  it('adopts what its token launched with other settings', async () => {
    const client = stubClient<EC2Client>({
      RunInstances: () => Promise.reject(sdkError('IdempotentParameterMismatch')),
      DescribeInstances: () => found(instance('i-0', 'another'), instance('i-7')),
    });
    expect(await ec2Launcher(client, settings).launchMaster(context(), slot, 'm6i.large')).toMatchObject({
      instanceId: 'i-7',
    });
  });
});

describe('launching slaves', () => {
  const fleet = (ids: string[]) => ({ Instances: [{ InstanceIds: ids, InstanceType: 'm6i.large' }], Errors: [] });

  it('shares them out over the zones, one call with a token of its own each', async () => {
    const client = stubClient<EC2Client>({
      CreateFleet: ({ ClientToken, TargetCapacitySpecification }: FleetInput) => {
        const length = TargetCapacitySpecification.TotalTargetCapacity;
        return fleet(Array.from({ length }, (_, n) => `i-${ClientToken.slice(-2)}-${n}`));
      },
    });
    const result = await ec2Fleet(client, settings).launchSlaves(
      slaves(),
      5,
      zones.map((zone) => offering(zone)),
    );
    expect(result.launched.map(({ zone }) => zone)).toEqual([zones[0], zones[0], zones[1], zones[1], zones[2]]);
    expect(result).toMatchObject({ exhausted: [] });
    expect(client.inputsOf('CreateFleet').map(({ ClientToken }) => ClientToken)).toEqual(
      [1, 2, 3].map((n) => `${token}-z${n}`),
    );
    expect(client.inputsOf('CreateFleet')[1]).toMatchObject({
      Type: 'instant',
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: { LaunchTemplateId: 'lt-slaves', Version: '1' },
          Overrides: [{ InstanceType: 'm6i.large', SubnetId: `subnet-${zones[1]}`, Priority: 0 }],
        },
      ],
    });
  });

  it('takes a token of its own after fleets that ended empty, and asks no further zone when one is too early', async () => {
    const Errors = [{ ErrorCode: 'InvalidParameterValue', ErrorMessage: 'no such profile' }];
    const client = stubClient<EC2Client>({ CreateFleet: () => ({ Instances: [], Errors }) });
    const offerings = zones.map((zone) => offering(zone));
    const result = await ec2Fleet(client, settings).launchSlaves({ ...slaves(), emptyFleets: 2 }, 5, offerings);
    expect(client.inputsOf('CreateFleet').map(({ ClientToken }) => ClientToken)).toEqual([`${token}-2-z1`]);
    expect(result).toMatchObject({ launched: [], error: { name: 'NotYetVisible' } });
  });

  it('tags all that the fleet makes in the call itself', async () => {
    const client = stubClient<EC2Client>({ CreateFleet: () => fleet(['i-1']) });
    await ec2Fleet(client, settings).launchSlaves(slaves(), 1, [offering(zones[0]!)]);
    const [request] = client.inputsOf('CreateFleet');
    expect(taggedTypes(request)).toEqual(['instance', 'volume', 'network-interface', 'fleet']);
  });

  it('looks for what a repeated call launched before when the answer tells of nothing', async () => {
    const client = stubClient<EC2Client>({
      CreateFleet: () => ({ FleetId: 'fleet-1', Instances: [], Errors: [] }),
      DescribeInstances: () => found(instance('i-0', 'another'), instance('i-7')),
    });
    const { launched } = await ec2Fleet(client, settings).launchSlaves(slaves(), 1, [offering(zones[0]!)]);
    expect(launched).toMatchObject([{ instanceId: 'i-7' }]);
  });

  it('buys in the market of the first offering only', async () => {
    const client = stubClient<EC2Client>({ CreateFleet: () => fleet(['i-1']) });
    const offerings = [offering(zones[0]!, { market: 'spot' }), offering(zones[0]!)];
    const { launched } = await ec2Fleet(client, settings).launchSlaves(slaves(), 1, offerings);
    expect(launched).toMatchObject([{ market: 'spot' }]);
    expect(client.inputsOf('CreateFleet')[0]).toMatchObject({
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot' },
      SpotOptions: { AllocationStrategy: 'price-capacity-optimized' },
      LaunchTemplateConfigs: [{ Overrides: [{ InstanceType: 'm6i.large', SubnetId: `subnet-${zones[0]}` }] }],
    });
  });

  it('tells which offerings lacked capacity and why fewer came', async () => {
    const Errors = [
      {
        ErrorCode: 'InsufficientInstanceCapacity',
        ErrorMessage: 'none left',
        LaunchTemplateAndOverrides: { Overrides: { InstanceType: 'm6i.large' } },
      },
    ];
    const client = stubClient<EC2Client>({ CreateFleet: () => ({ Instances: [], Errors }) });
    const offerings = [offering(zones[0]!), offering(zones[0]!, { instanceType: 'm5.large' })];
    const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 2, offerings);
    expect(result).toEqual({
      launched: [],
      exhausted: [offerings[0]],
      error: { name: 'CapacityUnavailable', message: 'InsufficientInstanceCapacity: none left' },
    });
  });

  const spot = (zone: string, instanceType = 'm6i.large') => offering(zone, { instanceType, market: 'spot' });
  const lack = (ErrorCode: string, InstanceType = 'm6i.large') => ({
    ErrorCode,
    LaunchTemplateAndOverrides: { Overrides: { InstanceType } },
  });

  it('holds all spot offerings of a zone that has less than is asked for: EC2 has tried each', async () => {
    const client = stubClient<EC2Client>({
      CreateFleet: (_: never, call) => ({
        Instances: [{ InstanceIds: [`i-${call}`] }],
        Errors: call === 1 ? [lack('UnfulfillableCapacity')] : [],
      }),
    });
    const offerings = zones.flatMap((zone) => [spot(zone), spot(zone, 'c5.large')]);
    const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 4, offerings);
    expect(result).toMatchObject({ exhausted: offerings.slice(0, 2), error: { name: 'CapacityUnavailable' } });
    expect(result.launched).toHaveLength(3);
  });

  it('holds only what lacked capacity when another type made up for it', async () => {
    const client = stubClient<EC2Client>({
      CreateFleet: () => ({ ...fleet(['i-1']), Errors: [lack('InsufficientInstanceCapacity')] }),
    });
    const offerings = [spot(zones[0]!), spot(zones[0]!, 'c5.large')];
    const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 1, offerings);
    expect(result).toMatchObject({ exhausted: [offerings[0]] });
    expect(result).not.toHaveProperty('error');
  });

  it.each(['MaxSpotInstanceCountExceeded', 'VcpuLimitExceeded'])(
    'holds all offerings of the market for %s, and asks no further zone',
    async (code) => {
      const client = stubClient<EC2Client>({ CreateFleet: () => ({ ...fleet(['i-1']), Errors: [lack(code)] }) });
      const offerings = [...zones.map((zone) => spot(zone)), offering(zones[0]!)];
      const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 6, offerings);
      expect(result).toMatchObject({ launched: [{ instanceId: 'i-1' }], exhausted: offerings.slice(0, 3) });
      expect(client.inputsOf('CreateFleet')).toHaveLength(1);
    },
  );

  it('keeps what other zones have launched when a call is refused for lack of capacity', async () => {
    const client = stubClient<EC2Client>({
      CreateFleet: (_: never, call) =>
        call === 2 ? Promise.reject(sdkError('InsufficientFreeAddressesInSubnet')) : fleet([`i-${call}`]),
    });
    const offerings = zones.map((zone) => offering(zone));
    const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 3, offerings);
    expect(result.launched.map(({ instanceId }) => instanceId)).toEqual(['i-1', 'i-3']);
    expect(result).toMatchObject({ exhausted: [offerings[1]], error: { name: 'CapacityUnavailable' } });
  });

  it('takes fewer instances without a reason for no lack of capacity', async () => {
    const client = stubClient<EC2Client>({
      CreateFleet: () => ({ Instances: [], Errors: [] }),
      DescribeInstances: () => found(),
    });
    const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 1, [offering(zones[0]!)]);
    expect(result).toMatchObject({ launched: [], exhausted: [], error: { name: 'DependencyUnavailable' } });
  });

  it.each([
    ['RequestLimitExceeded', 'Throttled'],
    ['InvalidParameterValue', 'NotYetVisible'],
    ['UnauthorizedOperation', 'Forbidden'],
    ['InvalidBlockDeviceMapping', 'InvalidInput'],
  ])('holds no offering for %s', async (ErrorCode, name) => {
    const client = stubClient<EC2Client>({ CreateFleet: () => ({ Instances: [], Errors: [{ ErrorCode }] }) });
    const result = await ec2Fleet(client, settings).launchSlaves(slaves(), 2, [offering(zones[0]!)]);
    expect(result).toMatchObject({ exhausted: [], error: { name } });
  });
});

describe('looking at and ending instances', () => {
  it('reads all pages and puts EC2 into our words', async () => {
    const client = stubClient<EC2Client>({
      DescribeInstances: (_: never, call) =>
        call === 1 ? { ...found(instance('i-1')), NextToken: 'more' } : found({ InstanceId: 'i-2', Tags: [] }),
    });
    const seen = await ec2Inventory(client, 'mesoscale').listInstances(clusterId);
    expect(seen).toMatchObject([
      { instanceId: 'i-1', role: 'master', slot: 1, state: 'running', launchToken: token },
      { instanceId: 'i-2', role: 'slave', group: '', state: 'pending' },
    ]);
  });

  it('reads all spot instances that EC2 takes back', async () => {
    const client = stubClient<EC2Client>({
      DescribeSpotInstanceRequests: (_: never, call) =>
        call === 1
          ? { SpotInstanceRequests: [{ InstanceId: 'i-1' }, {}], NextToken: 'more' }
          : { SpotInstanceRequests: [{ InstanceId: 'i-2' }] },
    });
    expect(await ec2Interruptions(client).listInterrupted()).toEqual(['i-1', 'i-2']);
    expect(client.inputsOf('DescribeSpotInstanceRequests')[0]).toMatchObject({
      Filters: [{ Name: 'status-code', Values: expect.arrayContaining(['marked-for-termination']) }],
    });
  });

  it('sees by its state’s reason that EC2 has taken an instance back', async () => {
    const ended = (Code: string) => ({ ...instance('i-1'), State: { Name: 'terminated' }, StateReason: { Code } });
    const client = stubClient<EC2Client>({
      DescribeInstances: () =>
        found(ended('Server.SpotInstanceTermination'), ended('Client.UserInitiatedShutdown'), instance('i-3')),
    });
    const seen = await ec2Inventory(client, 'mesoscale').listInstances(clusterId);
    expect(seen.map(({ interrupted }) => interrupted)).toEqual([true, undefined, undefined]);
  });

  it('terminates the others when one instance is not known', async () => {
    const client = stubClient<EC2Client>({
      TerminateInstances: (_: never, call) =>
        call === 1 ? Promise.reject(sdkError('InvalidInstanceID.NotFound')) : {},
      DescribeInstances: () => found({ InstanceId: 'i-2' }),
    });
    await ec2Terminator(client).terminate(['i-1', 'i-2']);
    expect(client.inputsOf('TerminateInstances').at(-1)).toEqual({ InstanceIds: ['i-2'] });
  });

  it('terminates at most 1,000 instances per call', async () => {
    const client = stubClient<EC2Client>({ TerminateInstances: () => ({}) });
    await ec2Terminator(client).terminate(Array.from({ length: 2100 }, (_, n) => `i-${n}`));
    expect(client.inputsOf('TerminateInstances').map(({ InstanceIds }) => (InstanceIds as string[]).length)).toEqual([
      1000, 1000, 100,
    ]);
  });

  it('finds no holder of an address that is free or gone', async () => {
    const free = stubClient<EC2Client>({ DescribeAddresses: () => ({ Addresses: [{ AllocationId: 'a' }] }) });
    const gone = stubClient<EC2Client>({
      DescribeAddresses: () => Promise.reject(sdkError('InvalidAllocationID.NotFound')),
    });
    expect(await ec2Addresses(free).findAddressHolder('a')).toBeUndefined();
    expect(await ec2Addresses(gone).findAddressHolder('a')).toBeUndefined();
  });
});
