/**
 * The life of an instance: `pending → running → shutting-down → terminated`, with `stopping → stopped → pending` as a
 * detour. Every change of state is an event on the bus.
 */
import type { Machine } from '../nodes/types.ts';
import type { Caller } from '../types.ts';
import { drawPublicIp, publicIpOf } from './addresses.ts';
import { letsIn, letsOut, letsOutToInternet, type Peer } from './firewall.ts';
import { removeInterface } from './network-interfaces.ts';
import { closeSpotRequest, markForTermination } from './spot-requests.ts';
import { hasInternetRoute } from './subnets.ts';
import type { Instance, InstanceState, SecurityGroup } from './types.ts';
import { arnOf, type World } from './world.ts';

/** Terminated instances stay visible for about an hour. */
export const remembranceMs = 3_600_000;

function enter(world: World, instance: Instance, state: InstanceState): void {
  instance.cancelTransition?.();
  delete instance.cancelTransition;
  instance.state = state;
  world.bus.put({
    source: 'aws.ec2',
    detailType: 'EC2 Instance State-change Notification',
    resources: [arnOf(world, 'instance', instance.id)],
    detail: { 'instance-id': instance.id, state },
  });
}

function later(world: World, instance: Instance, lowMs: number, highMs: number, next: () => void): void {
  instance.cancelTransition = world.clock.after(world.delays.between(lowMs, highMs), next);
}

export function enterPending(world: World, instance: Instance): void {
  enter(world, instance, 'pending');
  later(world, instance, 3500, 7500, () => {
    enter(world, instance, 'running');
    world.nodes().powerOn(machineOf(world, instance));
  });
}

/** Idempotent. */
export function terminate(world: World, instance: Instance, by: Caller): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') return;
  instance.terminatedBy = by;
  instance.terminationAskedAt = world.clock.now();
  closeSpotRequest(world, instance);
  enter(world, instance, 'shutting-down');
  world.nodes().powerOff(instance.id, { discard: true });
  later(world, instance, 20_000, 40_000, () => finish(world, instance));
}

function finish(world: World, instance: Instance): void {
  const { networkInterface } = instance;
  const deleted = networkInterface.attachment?.deleteOnTermination;
  delete networkInterface.attachment;
  delete networkInterface.assignedPublicIp;
  if (deleted) removeInterface(world, networkInterface);
  for (const volume of instance.volumes.filter((one) => one.deleteOnTermination)) world.volumes.delete(volume.id);
  instance.terminatedAt = world.clock.now();
  enter(world, instance, 'terminated');
}

/** Idempotent. The instance keeps its disks and private addresses; a public one that was assigned at launch goes. */
export function stop(world: World, instance: Instance): void {
  const { networkInterface } = instance;
  enter(world, instance, 'stopping');
  world.nodes().powerOff(instance.id, { discard: false });
  later(world, instance, 10_000, 30_000, () => {
    instance.hadPublicAddress = networkInterface.assignedPublicIp !== undefined;
    delete networkInterface.assignedPublicIp;
    enter(world, instance, 'stopped');
  });
}

export function start(world: World, instance: Instance): void {
  if (instance.hadPublicAddress) instance.networkInterface.assignedPublicIp = drawPublicIp(world);
  enterPending(world, instance);
}

/** Announces the interruption of a spot instance, two minutes ahead. */
export function interruptSpot(world: World, instance: Instance, by: Caller): void {
  markForTermination(world, instance);
  world.bus.put({
    source: 'aws.ec2',
    detailType: 'EC2 Spot Instance Interruption Warning',
    resources: [arnOf(world, 'instance', instance.id)],
    detail: { 'instance-id': instance.id, 'instance-action': 'terminate' },
  });
  world.clock.after(120_000, () => terminate(world, instance, by));
}

function machineOf(world: World, instance: Instance): Machine {
  const { networkInterface } = instance;
  const { groups } = networkInterface;
  const self = { securityGroupIds: groups.map((group) => group.id), ip: networkInterface.privateIp };
  const publicIp = () => publicIpOf(world, networkInterface);
  const root = instance.volumes.find((volume) => volume.deleteOnTermination) ?? instance.volumes[0];
  return {
    instanceId: instance.id,
    instanceType: instance.instanceType,
    zone: networkInterface.subnet.zone,
    market: instance.market,
    privateIp: networkInterface.privateIp,
    userData: instance.userData,
    rootDiskGiB: root?.sizeGiB ?? 8,
    tags: Object.fromEntries(instance.tags),
    roleName: () => world.iam.profileByName(instance.profileName ?? '')?.roleName,
    publicIp,
    reachesInternet: () => letsOutToInternet(groups) && hasInternetRoute(world, networkInterface, publicIp()),
    securityGroupIds: self.securityGroupIds,
    accepts: (port, from) => letsIn(groups, port, from) && letsOut(sendersOf(world, from), port, self),
  };
}

function sendersOf(world: World, { securityGroupIds }: Peer): SecurityGroup[] {
  return securityGroupIds.flatMap((id) => world.securityGroups.get(id) ?? []);
}
