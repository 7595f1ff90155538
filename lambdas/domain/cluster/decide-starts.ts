/** Which nodes get their start command. Pure. */

import { retryAt } from './failures.ts';
import { findRebuild } from './majority.ts';
import { nextRoundAt } from './pacing.ts';
import { patience } from './patience.ts';
import type { NodeRecord, Timestamp } from './records.ts';
import { groupsOf, type NodeGroup } from './spec.ts';
import { info, join, type Situation, type Step, step } from './step.ts';
import { addSeconds } from './time.ts';
import { isLive } from './track-nodes.ts';

function liveNodes(group: NodeGroup, { nodes }: Situation): readonly NodeRecord[] {
  return nodes.filter((node) => node.group === group.name && isLive(node));
}

/**
 * Masters start together when the cluster is made: the first boot of the registry needs all of them. Later each comes back
 * alone: two members that return empty at the same time could outvote the one that still has the data.
 */
function mastersToStart(group: NodeGroup, situation: Situation): readonly NodeRecord[] {
  const masters = liveNodes(group, situation);
  const online = masters.filter((node) => node.status === 'online');
  if (situation.record.progress.completedAt === undefined) return online;
  const rebuild = findRebuild(masters, group.count);
  if (rebuild !== undefined) return rebuild.start;
  return masters.some((node) => node.status === 'starting') ? [] : online.slice(0, 1);
}

/** The load balancers' addresses, as the nodes' own start command names them: sorted, joined by commas. */
export function peersOf(nodes: readonly NodeRecord[]): string {
  const balancers = nodes.filter((node) => node.role === 'load-balancer' && isLive(node));
  return balancers
    .flatMap((node) => node.privateIp ?? [])
    .sort()
    .join(',');
}

/** Load balancers start when all peers' addresses are known, and again when a peer has been replaced. */
function loadBalancersToStart(group: NodeGroup, situation: Situation): readonly NodeRecord[] {
  const balancers = liveNodes(group, situation);
  const known = balancers.filter((node) => node.privateIp !== undefined).length;
  const launching = situation.record.launches.some((launch) => launch.group === group.name);
  if (known < balancers.length || launching) return [];
  const peers = peersOf(balancers);
  return balancers.filter((node) => node.status === 'online' || (node.status === 'ready' && node.peers !== peers));
}

function nodesToStart(group: NodeGroup, situation: Situation): readonly NodeRecord[] {
  switch (group.role) {
    case 'master':
      return mastersToStart(group, situation);
    case 'load-balancer':
      return loadBalancersToStart(group, situation);
    case 'slave':
      return liveNodes(group, situation).filter((node) => node.status === 'online');
  }
}

/** Masters and load balancers are few, and what the others wait for. */
function nextRound(group: NodeGroup, situation: Situation): Timestamp | undefined {
  return group.role === 'slave' ? nextRoundAt(liveNodes(group, situation), situation.now) : undefined;
}

/** What the start command of masters says after the loss of their majority. */
function rebuilding(group: NodeGroup, situation: Situation): { founders?: string[] } {
  if (group.role !== 'master' || situation.record.progress.completedAt === undefined) return {};
  const founders = findRebuild(liveNodes(group, situation), group.count)?.founders;
  return founders === undefined ? {} : { founders: [...founders] };
}

function nodesWord(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

function decideGroup(group: NodeGroup, situation: Situation): Step {
  const nodes = nodesToStart(group, situation);
  if (nodes.length === 0) return step({});
  const key = `start/${group.name}`;
  const wait = retryAt(situation.failures, key, situation.now) ?? nextRound(group, situation);
  if (wait !== undefined) return step({ checks: [wait] });
  const again = nodes.filter((node) => node.startAttempts > 0 || node.reason !== undefined);
  const why = again.length === 0 ? '' : `, ${again.length} of them again (${again[0]?.reason ?? 'first try failed'})`;
  const rebuild = rebuilding(group, situation);
  const lost = rebuild.founders ? '; their majority was lost, so the Mesos registry begins anew' : '';
  const reason = `starting containers on ${nodesWord(nodes.length)} of ${group.name}${why}${lost}`;
  const instanceIds = nodes.map((node) => node.instanceId);
  return step({
    decisions: [
      { kind: 'start-containers', key, reason, role: group.role, group: group.name, instanceIds, ...rebuild },
    ],
    activity: [info(reason)],
  });
}

/** When nodes that boot or start have to be looked at again. */
function nextLooks({ nodes, now }: Situation): Step {
  const has = (...statuses: NodeRecord['status'][]): boolean => nodes.some((node) => statuses.includes(node.status));
  return step({
    checks: [
      ...(has('launched') ? [addSeconds(now, patience.bootCheck)] : []),
      ...(has('online', 'starting') ? [addSeconds(now, patience.startCheck)] : []),
      ...(has('terminating', 'failed') ? [addSeconds(now, patience.terminationCheck)] : []),
    ],
  });
}

/** Every node is started when it is online, whatever the others do; many at a time in a large cluster. */
export function decideStarts(situation: Situation): Step {
  const groups = groupsOf(situation.record.desired.spec);
  return join([...groups.map((group) => decideGroup(group, situation)), nextLooks(situation)]);
}
