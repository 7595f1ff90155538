/** What a pass asks the world for, besides EC2, given what is recorded. Pure. */
import type { SnapshotRequest } from '../../contracts/gateway.ts';
import { groupIdOf } from '../add-on/add-on.ts';
import { balancerHealth, balancerOf } from '../release/catalogue.ts';
import type { ObservedInstance } from './actual.ts';
import { hasAddOns } from './decide-add-ons.ts';
import type { ClusterRecord, NodeRecord, Progress } from './records.ts';
import { isElastic } from './spec.ts';
import { isLive } from './track-nodes.ts';

/** Instances that run and are not known to be online yet. */
export function instancesToFind(nodes: readonly NodeRecord[], instances: readonly ObservedInstance[]): string[] {
  const booting = new Set(nodes.filter((node) => node.status === 'launched').map((node) => node.instanceId));
  return instances
    .filter(({ state, instanceId }) => state === 'running' && booting.has(instanceId))
    .map(({ instanceId }) => instanceId);
}

/** Spot instances that EC2 may take back. */
export function spotInstances(instances: readonly ObservedInstance[]): string[] {
  return instances
    .filter(({ market, state }) => market === 'spot' && (state === 'pending' || state === 'running'))
    .map(({ instanceId }) => instanceId);
}

/** The instances, with those marked that EC2 has announced to take back. */
export function withInterruptions(
  instances: readonly ObservedInstance[],
  interrupted: readonly string[],
): readonly ObservedInstance[] {
  const marked = new Set(interrupted);
  return marked.size === 0
    ? instances
    : instances.map((one) => (marked.has(one.instanceId) ? { ...one, interrupted: true } : one));
}

/** Commands that are not known to be over. */
export function commandsToRead(nodes: readonly NodeRecord[]): string[] {
  const starting = nodes.filter((node) => node.status === 'starting').flatMap((node) => node.commandId ?? []);
  const upkeep = nodes.flatMap(({ drain, cordon }) => [drain?.stopping?.commandId, cordon?.sent?.commandId]);
  return [...new Set([...starting, ...upkeep])].filter((id) => id !== undefined);
}

/**
 * Whether the cluster's software can answer: it was complete once, or every master has had its start command. One that is to go
 * is asked only about its add-ons, which go first.
 */
export function isWorthAsking({ desired, progress, foundation }: ClusterRecord, nodes: readonly NodeRecord[]): boolean {
  if (foundation === undefined || (desired.presence !== 'present' && !hasAddOns(progress))) return false;
  const masters = nodes.filter((node) => node.role === 'master' && isLive(node) && !isOff(node));
  const started = masters.filter((node) => node.commandId !== undefined || node.readyAt !== undefined);
  const slots = new Set(started.map((node) => node.ordinal));
  return progress.completedAt !== undefined ? slots.size > 0 : slots.size >= desired.spec.masters.count;
}

/** Groups that Marathon was given, whether they are still wanted or not. */
function groupsToView(clusterId: string, { addOns = {} }: Progress): Pick<SnapshotRequest, 'groupIds'> {
  const groupIds = Object.keys(addOns).map((name) => groupIdOf(clusterId, name));
  return groupIds.length > 0 ? { groupIds } : {};
}

/** Its instance is stopped on purpose, or nearly so. */
const isOff = ({ status }: NodeRecord): boolean => status === 'stopping' || status === 'stopped';

/** The question to the gateway; masters in slot order without those that are powered off, and the load balancers that have been ready. */
export function snapshotRequest(
  { desired, foundation, progress }: ClusterRecord,
  nodes: readonly NodeRecord[],
  { mesos, marathon, chronos }: SnapshotRequest['credentials'],
): SnapshotRequest {
  const off = new Set(nodes.filter((node) => node.role === 'master' && isOff(node)).map(({ ordinal }) => ordinal));
  const slots = (foundation?.masterInterfaces ?? [])
    .filter(({ slot }) => !off.has(slot))
    .toSorted((a, b) => a.slot - b.slot);
  const { release, software } = desired.spec;
  const health = balancerHealth(balancerOf(release, software.consulEnabled));
  return {
    operation: 'snapshot',
    release,
    masterIps: slots.map((slot) => slot.privateIp),
    expectChronos: software.chronosEnabled,
    loadBalancers: nodes
      .filter(({ role, status }) => role === 'load-balancer' && status === 'ready')
      .flatMap(({ privateIp }) => (privateIp === undefined ? [] : [{ ip: privateIp, ...health }])),
    ...groupsToView(desired.clusterId, progress),
    // Only elastic slaves depend on it.
    ...(isElastic(desired.spec) ? { demand: true } : {}),
    credentials: { mesos, marathon, ...(chronos && software.chronosEnabled ? { chronos } : {}) },
  };
}
