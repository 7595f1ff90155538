/** What a cluster still lacks to be complete, in words. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import { expectedCount } from './decide-scaling.ts';
import { fingerprint } from './fingerprint.ts';
import type { Foundation, NodeRecord } from './records.ts';
import { groupsOf, type NodeGroup } from './spec.ts';
import type { Situation } from './step.ts';
import { isLive, isResting, isStaying } from './track-nodes.ts';

/** Nodes that are powered off on purpose are not missed. */
function lackingNodes(group: NodeGroup, count: number, { nodes }: Situation): readonly string[] {
  const own = nodes.filter((node) => node.group === group.name);
  const ready = own.filter(({ status }) => status === 'ready').length;
  const wanted = count - own.filter(isResting).length;
  return ready >= wanted ? [] : [`${ready} of ${wanted} nodes of ${group.name} are ready`];
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
  const slaves = nodes.filter((node) => node.role === 'slave' && node.status === 'ready' && isStaying(node));
  const registered = slaves.filter((node) => node.privateIp !== undefined && active.has(node.privateIp)).length;
  return registered === slaves.length ? [] : [`${registered} of ${slaves.length} slaves are registered with Mesos`];
}

function lackingBalancers({ loadBalancers }: Snapshot): readonly string[] {
  const healthy = loadBalancers.filter((balancer) => balancer.healthy).length;
  const all = loadBalancers.length;
  return healthy === all ? [] : [`${healthy} of ${all} load balancers are healthy`];
}

/** Groups that have fewer ready nodes than a healthy cluster would have by now. */
export function findNodeLacks(situation: Situation): readonly string[] {
  const groups = groupsOf(situation.record.desired.spec);
  return groups.flatMap((group) => lackingNodes(group, expectedCount(group, situation), situation));
}

/**
 * Whether nothing that the load asks for is under way or comes by itself: what it asks for otherwise, others tell. They do so, too,
 * when nobody could tell what it asks for and somebody can again.
 */
export function isLoadSettled(situation: Situation): boolean {
  const { scaling, record } = situation;
  if (scaling === undefined) return true;
  const isStaffed = groupsOf(record.desired.spec).every(
    (group) => lackingNodes(group, group.count, situation).length === 0,
  );
  return scaling.checkAt === undefined && isStaffed;
}

/** Everything that is missing; empty: the cluster is complete and healthy. */
export function findLacks(situation: Situation, addressHeld: boolean): readonly string[] {
  const { nodes, actual } = situation;
  const { spec } = situation.record.desired;
  const nodeLacks = findNodeLacks(situation);
  if (nodeLacks.length > 0) return nodeLacks;
  const all = (role: NodeRecord['role']): boolean => nodes.every((node) => node.role !== role || isResting(node));
  if (all('master')) return [];
  if (actual.snapshot === undefined) return ['the masters cannot be asked'];
  return [
    ...lackingMasters(actual.snapshot, spec.software.chronosEnabled),
    ...lackingAgents(actual.snapshot, nodes),
    ...lackingBalancers(actual.snapshot),
    ...(addressHeld || all('load-balancer') ? [] : ['no healthy load balancer holds the virtual address']),
  ];
}

/** Changes exactly when an address that an output may show changes. */
export function fingerprintAddresses(nodes: readonly NodeRecord[], foundation: Foundation): string {
  const lines = nodes
    .filter(isLive)
    .map((node) => `${node.group}/${node.ordinal}=${node.privateIp ?? ''}/${node.publicIp ?? ''}`)
    .concat(foundation.virtualAddress?.publicIp ?? [])
    .sort();
  return fingerprint(lines);
}
