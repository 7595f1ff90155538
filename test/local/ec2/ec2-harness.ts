import { createClock } from '../../../local/clock.ts';
import { createEc2 } from '../../../local/ec2/index.ts';
import type { Ec2Limits } from '../../../local/ec2/types.ts';
import { createFaults } from '../../../local/faults.ts';
import { createIam } from '../../../local/iam/index.ts';
import type { Machine, NodeSimulator } from '../../../local/nodes/types.ts';
import { createRandom } from '../../../local/random.ts';
import type { AwsService, Caller, EventBus, ResourceTypes } from '../../../local/types.ts';

export const place = { accountId: '000000000000', region: 'eu-central-1' };
export const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] as const;
export const user: Caller = {
  accessKeyId: 'k',
  kind: 'user',
  roleName: 'local-user',
  arn: 'arn:aws:iam::000000000000:user/local-user',
};
export const launcher: Caller = { ...user, kind: 'function', roleName: 'launcher', functionName: 'launch-slaves' };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
export type Answer = any;
type Event = Parameters<EventBus['put']>[0];

export function handler(service: AwsService) {
  return async (action: string, input: Record<string, unknown> = {}, caller: Caller = user): Promise<Answer> =>
    service.handle({ service: service.signingName, action, input, caller, letTimePass: (wait) => wait });
}

/** Creates resources as the template of the stack would. */
export function maker(types: ResourceTypes) {
  return async (type: string, logicalId: string, properties: Record<string, unknown>) =>
    types[type]!.create({ logicalId, properties, stackName: 'test', ...place });
}

/** A VPC with one public subnet per zone. */
export async function createNetwork(types: ResourceTypes) {
  const make = maker(types);
  const { ref: vpcId } = await make('AWS::EC2::VPC', 'Vpc', { CidrBlock: '10.0.0.0/16' });
  const { ref: gateway } = await make('AWS::EC2::InternetGateway', 'Igw', {});
  const subnets: string[] = [];
  for (const [index, zone] of zones.entries()) {
    const properties = { VpcId: vpcId, CidrBlock: `10.0.${8 * index}.0/21`, AvailabilityZone: zone };
    const { ref: subnet } = await make('AWS::EC2::Subnet', `Subnet${index}`, properties);
    const { ref: RouteTableId } = await make('AWS::EC2::RouteTable', `Table${index}`, { VpcId: vpcId });
    await make('AWS::EC2::SubnetRouteTableAssociation', `Association${index}`, { RouteTableId, SubnetId: subnet });
    const DestinationCidrBlock = '0.0.0.0/0';
    await make('AWS::EC2::Route', `Route${index}`, { RouteTableId, DestinationCidrBlock, GatewayId: gateway });
    subnets.push(subnet);
  }
  return { vpcId, subnets };
}

/** EC2 and IAM in virtual time, with nodes that only remember what was asked of them. */
export async function createHarness({
  limits = {},
  seed = 'ec2',
}: {
  limits?: Partial<Ec2Limits>;
  seed?: string;
} = {}) {
  const clock = createClock({ speed: 'virtual' });
  const random = createRandom(seed);
  const faults = createFaults(random.fork('faults'));
  const events: Event[] = [];
  const machines = new Map<string, Machine>();
  const nodes: NodeSimulator = {
    powerOn: (machine) => machines.set(machine.instanceId, machine),
    powerOff: (instanceId) => machines.delete(instanceId),
    agents: () => [],
    findAgent: () => undefined,
    run: () => () => {},
  };
  const iam = createIam({ clock, random, accountId: place.accountId });
  const bus: EventBus = { put: (event) => events.push(event) };
  const ec2 = createEc2({ clock, random, faults, bus, iam, nodes: () => nodes, ...place, zones, limits });
  const network = await createNetwork(ec2.resourceTypes);
  const call = handler(ec2.service);
  const callIam = handler(iam.service);
  const seconds = (count: number) => clock.advance(count * 1000);
  /** A security group that everybody sees. */
  const createGroup = async (name = 'g') => {
    const { groupId } = await call('CreateSecurityGroup', {
      GroupName: name,
      GroupDescription: 'd',
      VpcId: network.vpcId,
    });
    await seconds(2);
    return groupId as string;
  };
  const run = async (more: Record<string, unknown> = {}, caller = launcher): Promise<string[]> => {
    const answer = await call('RunInstances', { ...oneInstance(network.subnets[0]!), ...more }, caller);
    return answer.instancesSet.item.map((instance: Answer) => instance.instanceId);
  };
  const describe = async (input: Record<string, unknown> = {}): Promise<Answer[]> => {
    const answer = await call('DescribeInstances', input);
    return answer.reservationSet.item.flatMap((reservation: Answer) => reservation.instancesSet.item);
  };
  return { clock, faults, events, machines, iam, ec2, network, call, callIam, seconds, createGroup, run, describe };
}

export const oneInstance = (SubnetId: string) => ({
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm5.large',
  MinCount: '1',
  MaxCount: '1',
  SubnetId,
});

export const tagged = (type: string, tags: Record<string, string>) => ({
  TagSpecification: [{ ResourceType: type, Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }],
});

/** The code of the error that a call ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => 'no error',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
  return outcome;
}
