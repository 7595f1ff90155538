/** What a cluster still lacks to be complete, in words. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import type { Foundation, NodeRecord } from './records.ts';
import { groupsOf, type NodeGroup } from './spec.ts';
import type { Situation } from './step.ts';
import { isLive } from './track-nodes.ts';

function lackingNodes(group: NodeGroup, nodes: readonly NodeRecord[]): readonly string[] {
  const ready = nodes.filter((node) => node.group === group.name && node.status === 'ready').length;
  return ready >= group.count ? [] : [`${ready} of ${group.count} nodes of ${group.name} are ready`];
}

function lackingMasters(snapshot: Snapshot, chronosEnabled: boolean): readonly string[] {
  const count = (test: (master: Snapshot['masters'][number]) => boolean): number =>
    snapshot.masters.filter(test).length;
  const all = snapshot.masters.length;
  const elected = count((master) => master.elected);
  return [
    ...(count((master) => master.healthy) < all
      ? [`${count((master) => master.healthy)} of ${all} Mesos masters are healthy`]
      : []),
    ...(elected === 1 ? [] : [`${elected} masters claim to be elected`]),
    ...(count((master) => master.marathon) < all
      ? [`Marathon answers on ${count((master) => master.marathon)} of ${all} masters`]
      : []),
    ...(chronosEnabled && count((master) => master.chronos) < all
      ? [`Chronos answers on ${count((master) => master.chronos)} of ${all} masters`]
      : []),
  ];
}

function lackingAgents(snapshot: Snapshot, nodes: readonly NodeRecord[]): readonly string[] {
  const active = new Set(snapshot.agents.filter((agent) => agent.active).map((agent) => agent.ip));
  const slaves = nodes.filter((node) => node.role === 'slave' && isLive(node));
  const registered = slaves.filter((node) => node.privateIp !== undefined && active.has(node.privateIp)).length;
  return registered === slaves.length ? [] : [`${registered} of ${slaves.length} slaves are registered with Mesos`];
}

function lackingBalancers({ loadBalancers }: Snapshot): readonly string[] {
  const healthy = loadBalancers.filter((balancer) => balancer.healthy).length;
  const all = loadBalancers.length;
  return healthy === all ? [] : [`${healthy} of ${all} load balancers are healthy`];
}

/** Groups that have fewer ready nodes than wanted. */
export function findNodeLacks({ record, nodes }: Situation): readonly string[] {
  return groupsOf(record.desired.spec).flatMap((group) => lackingNodes(group, nodes));
}

/** Everything that is missing; empty: the cluster is complete and healthy. */
export function findLacks(situation: Situation, addressHeld: boolean): readonly string[] {
  const { nodes, actual } = situation;
  const { spec } = situation.record.desired;
  const nodeLacks = findNodeLacks(situation);
  if (nodeLacks.length > 0) return nodeLacks;
  if (actual.snapshot === undefined) return ['the masters cannot be asked'];
  return [
    ...lackingMasters(actual.snapshot, spec.software.chronosEnabled),
    ...lackingAgents(actual.snapshot, nodes),
    ...lackingBalancers(actual.snapshot),
    ...(addressHeld ? [] : ['no healthy load balancer holds the virtual address']),
  ];
}

/** Changes exactly when an address that an output may show changes: FNV-1a over the sorted addresses. */
export function fingerprintAddresses(nodes: readonly NodeRecord[], foundation: Foundation): string {
  const lines = nodes
    .filter(isLive)
    .map((node) => `${node.group}/${node.ordinal}=${node.privateIp ?? ''}/${node.publicIp ?? ''}`)
    .concat(foundation.virtualAddress?.publicIp ?? [])
    .sort();
  const hash = [...lines.join('\n')].reduce(
    (sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193) >>> 0,
    0x811c9dc5,
  );
  return hash.toString(16);
}
