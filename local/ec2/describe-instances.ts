import { publicIpOf } from './addresses.ts';
import { type FilterValues, matcher } from './filters.ts';
import { remembranceMs } from './lifecycle.ts';
import { attachmentItem } from './network-interfaces.ts';
import { wasTakenBack } from './spot-requests.ts';
import type { Instance } from './types.ts';
import { fail, flagOf, numberOf, pageOf, tagSet, textOf, textsOf, type Wire } from './wire.ts';
import { isVisible, type World } from './world.ts';

const stateCodes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

const filters: FilterValues<Instance> = {
  'instance-id': (one) => [one.id],
  'instance-state-name': (one) => [one.state],
  'instance-type': (one) => [one.instanceType],
  'availability-zone': (one) => [one.networkInterface.subnet.zone],
  'vpc-id': (one) => [one.networkInterface.subnet.vpcId],
  'subnet-id': (one) => [one.networkInterface.subnet.id],
  'private-ip-address': (one) => [one.networkInterface.privateIp],
  'instance-lifecycle': (one) => [one.market === 'spot' ? 'spot' : undefined],
  'client-token': (one) => [one.clientToken],
  'network-interface.network-interface-id': (one) => [one.networkInterface.id],
};

/** What EC2 shows: not yet what was launched this moment, no longer what was terminated an hour ago. */
export function isShown(world: World, instance: Instance): boolean {
  const forgotten = (instance.terminatedAt ?? Number.POSITIVE_INFINITY) + remembranceMs <= world.clock.now();
  return isVisible(world, instance) && !forgotten;
}

/** @throws AwsError InvalidInstanceID.Malformed, InvalidInstanceID.NotFound naming all that are missing */
export function findInstances(world: World, ids: readonly string[]): Instance[] {
  const malformed = ids.find((id) => !/^i-[0-9a-f]{8,17}$/.test(id));
  if (malformed !== undefined) fail('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  const found = ids.map((id) => world.instances.get(id));
  const missing = ids.filter((_, index) => {
    const instance = found[index];
    return !instance || !isShown(world, instance);
  });
  if (missing.length > 0) {
    const [noun, verb] = missing.length === 1 ? ['ID', 'does'] : ['IDs', 'do'];
    fail('InvalidInstanceID.NotFound', `The instance ${noun} '${missing.join(', ')}' ${verb} not exist`);
  }
  return found as Instance[];
}

function select(world: World, input: Wire): Instance[] {
  const ids = textsOf(input.InstanceId);
  const shown =
    ids.length > 0 ? findInstances(world, ids) : [...world.instances.values()].filter((one) => isShown(world, one));
  return shown.filter(matcher(input, filters, (one) => one.tags));
}

function pageSize(input: Wire): number {
  const asked = numberOf(input.MaxResults);
  if (asked === undefined) return 1000;
  if (textsOf(input.InstanceId).length > 0) {
    fail('InvalidParameterCombination', 'The parameter instancesSet cannot be used with the parameter maxResults');
  }
  if (asked < 5 || asked > 1000)
    fail(
      'InvalidParameterValue',
      `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`,
    );
  return asked;
}

export function describeInstances(world: World, input: Wire): unknown {
  const { page, next } = pageOf(select(world, input), pageSize(input), textOf(input.NextToken));
  const reservations = Map.groupBy(page, (instance) => instance.reservationId);
  return {
    reservationSet: { item: [...reservations.values()].map((one) => reservationItem(world, one)) },
    nextToken: next,
  };
}

export function describeInstanceStatus(world: World, input: Wire): unknown {
  const all = flagOf(input.IncludeAllInstances) ?? false;
  const found = select(world, input).filter((one) => all || one.state === 'running');
  const { page, next } = pageOf(found, pageSize(input), textOf(input.NextToken));
  const ok = { status: 'ok', details: { item: [{ name: 'reachability', status: 'passed' }] } };
  return {
    instanceStatusSet: {
      item: page.map((one) => ({
        instanceId: one.id,
        availabilityZone: one.networkInterface.subnet.zone,
        instanceState: stateItem(one.state),
        instanceStatus: ok,
        systemStatus: ok,
      })),
    },
    nextToken: next,
  };
}

export const stateItem = (state: Instance['state']) => ({ code: stateCodes[state], name: state });

export function reservationItem(world: World, instances: readonly Instance[]): Wire {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: world.accountId,
    groupSet: { item: [] },
    instancesSet: { item: instances.map((instance) => instanceItem(world, instance)) },
  };
}

function instanceItem(world: World, instance: Instance): Wire {
  const { networkInterface } = instance;
  const isGone = instance.state === 'terminated';
  const profile = world.iam.profileByName(instance.profileName ?? '');
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateItem(instance.state),
    instanceType: instance.instanceType,
    launchTime: new Date(instance.createdAt).toISOString(),
    placement: { availabilityZone: networkInterface.subnet.zone, tenancy: 'default' },
    clientToken: instance.clientToken,
    ...(instance.market === 'spot' ? { instanceLifecycle: 'spot' } : {}),
    ...(instance.spotRequest ? { spotInstanceRequestId: instance.spotRequest.id } : {}),
    ...(profile ? { iamInstanceProfile: { arn: profile.arn, id: profile.id } } : {}),
    ...(isGone ? {} : networkItems(world, instance)),
    ...(instance.terminatedBy ? { stateReason: wasTakenBack(instance) ? reasons.ec2 : reasons.user } : {}),
    rootDeviceName: '/dev/sda1',
    tagSet: tagSet(instance.tags),
  };
}

const reasons = {
  user: {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  },
  ec2: {
    code: 'Server.SpotInstanceTermination',
    message: 'Server.SpotInstanceTermination: Spot instance termination',
  },
};

function networkItems(world: World, instance: Instance): Wire {
  const { networkInterface } = instance;
  const publicIp = publicIpOf(world, networkInterface);
  const groupSet = { item: networkInterface.groups.map((group) => ({ groupId: group.id, groupName: group.name })) };
  return {
    subnetId: networkInterface.subnet.id,
    vpcId: networkInterface.subnet.vpcId,
    privateIpAddress: networkInterface.privateIp,
    ipAddress: publicIp,
    groupSet,
    networkInterfaceSet: {
      item: [
        {
          networkInterfaceId: networkInterface.id,
          subnetId: networkInterface.subnet.id,
          vpcId: networkInterface.subnet.vpcId,
          privateIpAddress: networkInterface.privateIp,
          status: 'in-use',
          groupSet,
          ...(networkInterface.attachment ? { attachment: attachmentItem(networkInterface.attachment) } : {}),
          ...(publicIp === undefined ? {} : { association: { publicIp } }),
        },
      ],
    },
  };
}
