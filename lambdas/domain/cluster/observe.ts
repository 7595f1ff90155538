/** What a pass asks the world for, besides EC2, given what is recorded. Pure. */
import type { SnapshotRequest } from '../../contracts/gateway.ts';
import { balancerHealth, balancerOf } from '../release/catalogue.ts';
import type { ObservedInstance } from './actual.ts';
import type { ClusterRecord, NodeRecord } from './records.ts';
import { isLive } from './track-nodes.ts';

/** Instances that run and are not known to be online yet. */
export function instancesToFind(nodes: readonly NodeRecord[], instances: readonly ObservedInstance[]): string[] {
  const booting = new Set(nodes.filter((node) => node.status === 'launched').map((node) => node.instanceId));
  return instances
    .filter(({ state, instanceId }) => state === 'running' && booting.has(instanceId))
    .map(({ instanceId }) => instanceId);
}

/** Start commands that are not known to be over. */
export function commandsToRead(nodes: readonly NodeRecord[]): string[] {
  const ids = nodes.filter((node) => node.status === 'starting').flatMap((node) => node.commandId ?? []);
  return [...new Set(ids)];
}

/** Whether the cluster's software can answer: it was complete once, or every master has had its start command. */
export function isWorthAsking({ desired, progress, foundation }: ClusterRecord, nodes: readonly NodeRecord[]): boolean {
  if (desired.presence !== 'present' || foundation === undefined) return false;
  const masters = nodes.filter((node) => node.role === 'master' && isLive(node));
  const started = masters.filter((node) => node.commandId !== undefined || node.readyAt !== undefined);
  const slots = new Set(started.map((node) => node.ordinal));
  return progress.completedAt !== undefined ? slots.size > 0 : slots.size >= desired.spec.masters.count;
}

/** The question to the gateway; masters in slot order, and the load balancers that have been ready. */
export function snapshotRequest(
  { desired, foundation }: ClusterRecord,
  nodes: readonly NodeRecord[],
  { mesos, marathon, chronos }: SnapshotRequest['credentials'],
): SnapshotRequest {
  const slots = (foundation?.masterInterfaces ?? []).toSorted((a, b) => a.slot - b.slot);
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
    credentials: { mesos, marathon, ...(chronos && software.chronosEnabled ? { chronos } : {}) },
  };
}
