/** Which nodes are missing, and with what they are launched. Pure. */

import type { Offering } from '../../contracts/cluster.ts';
import type { Decision } from '../../contracts/decision.ts';
import { neededCount, whyChanged } from './decide-scaling.ts';
import { type Failures, replacementAt, retryAt } from './failures.ts';
import { offeringsFor, zonesOf } from './offerings.ts';
import type { Foundation, NodeRecord, PendingLaunch, Timestamp } from './records.ts';
import { shapeOf } from './shape.ts';
import { boundsOf, groupsOf, type NodeGroup } from './spec.ts';
import { isBeingStopped, staffingOf } from './staffing.ts';
import { info, join, type Situation, type Step, step, warning } from './step.ts';
import { addSeconds, earliest, secondsSince, toTimestamp } from './time.ts';
import { isInterrupted, isLive, isResting, isStaying } from './track-nodes.ts';

/** EC2 gives an account 1,000 instances at once and then 2 a second; asking for more only gets errors. */
const launchBucket = { size: 1000, perSecond: 2, smallest: 50 } as const;

/** So many slaves more than wanted there may be while they are replaced, or a quarter of their number if that is more. */
const smallestSurge = 5;
const mostLoadBalancers = 2;

/** What losses of nodes are counted under: a slot for masters and load balancers, the group for slaves. */
export function replacementKey(group: NodeGroup, ordinal: number): string {
  return group.role === 'slave' ? `replace/${group.name}` : `replace/${group.name}/${ordinal}`;
}

export function replacementSize(group: NodeGroup): number {
  return group.role === 'slave' ? group.count : 1;
}

/** All that losses of the group's nodes can be counted under. */
export function replacementKeys(group: NodeGroup): readonly string[] {
  const places = { master: group.count, 'load-balancer': mostLoadBalancers, slave: 1 }[group.role];
  return ordinalsUpTo(places).map((ordinal) => replacementKey(group, ordinal));
}

const ordinalsUpTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Ordinals to launch nodes for. A master's slot is free only when its instance is gone; other nodes take the lowest free places. */
export function missingOrdinals(group: NodeGroup, situation: Situation, foundation: Foundation): readonly number[] {
  const { nodes, record } = situation;
  const blocks = group.role === 'master' ? () => true : isLive;
  const taken = new Set([
    ...nodes.filter((node) => node.group === group.name && blocks(node)).map((node) => node.ordinal),
    ...record.launches.filter((launch) => launch.group === group.name).flatMap((launch) => launch.ordinals),
  ]);
  const free = (most: number): readonly number[] => ordinalsUpTo(most).filter((ordinal) => !taken.has(ordinal));
  if (group.role === 'master') return free(group.count);
  const missing = isLaunchable(group, foundation) ? missingCount(group, situation, foundation) : 0;
  return free(taken.size + missing).slice(0, missing);
}

/**
 * Nodes that are replaced serve until others do, so there are more than are needed for a while; but not many more. Before the group's
 * launch template is the new one only losses are made good.
 */
function missingCount(group: NodeGroup, situation: Situation, foundation: Foundation): number {
  const { kept, unfit, launching } = staffingOf(group, situation);
  const needed = neededCount(group, situation);
  const coming = kept.length + launching;
  const there = coming + unfit.filter(isStaying).length;
  const losses = Math.max(0, Math.min(needed, placesOf(group, situation)) - there);
  if (launchedShape(group, foundation) !== shapeOf(group)) return losses;
  const most = group.role === 'slave' ? group.count + slaveSurge(group.count) : mostLoadBalancers;
  const replaced = Math.min(needed - coming, most - there, there - coming + losses);
  return Math.max(losses, replaced);
}

/** Beside slaves that may yet stay there are no more than the group's most, but to replace some. */
function placesOf(group: NodeGroup, { record, nodes }: Situation): number {
  const bounds = boundsOf(group, record.desired.spec);
  const doubtful = nodes.filter((node) => node.group === group.name && mayStay(node)).length;
  return bounds === undefined ? group.count : bounds.max - doubtful;
}

const mayStay = (node: NodeRecord): boolean =>
  node.status === 'draining' && isBeingStopped(node) && !isResting(node) && !isInterrupted(node);

/** Whether what the group's nodes are launched with has been prepared. */
function isLaunchable({ role, name }: NodeGroup, { launchTemplates, virtualAddress }: Foundation): boolean {
  switch (role) {
    case 'master':
      return true;
    case 'load-balancer':
      return virtualAddress !== undefined;
    case 'slave':
      return launchTemplates[name] !== undefined;
  }
}

/** What a launch now makes of the group's nodes: slaves come from a launch template, others from the group itself. */
function launchedShape(group: NodeGroup, { launchTemplates }: Foundation): string {
  return (group.role === 'slave' ? launchTemplates[group.name]?.shape : undefined) ?? shapeOf(group);
}

const slaveSurge = (count: number): number => Math.max(smallestSurge, Math.ceil(count / 4));

function launchKey(group: NodeGroup, ordinals: readonly number[]): string {
  return group.role === 'slave' ? `launch/${group.name}/from-${ordinals[0]}` : `launch/${group.name}/${ordinals[0]}`;
}

/** The decision that carries out a launch; the same launch always yields the same decision. */
function launchDecision(group: NodeGroup, launch: PendingLaunch, reason: string): Decision {
  const { token, ordinals } = launch;
  const [offering] = launch.offerings as [Offering];
  const [ordinal] = ordinals as [number];
  const base = { key: launchKey(group, ordinals), reason, token };
  switch (group.role) {
    case 'master':
      return { kind: 'launch-master', ...base, slot: ordinal, instanceType: offering.instanceType };
    case 'load-balancer':
      return { kind: 'launch-load-balancer', ...base, ordinal, offering };
    case 'slave':
      return {
        kind: 'launch-slaves',
        ...base,
        group: group.name,
        ordinals: [...ordinals],
        offerings: [...launch.offerings],
      };
  }
}

/** Launches whose result is not recorded are repeated under their token: nothing is launched twice. */
function repeatLaunches(situation: Situation): Step {
  const groups = new Map(groupsOf(situation.record.desired.spec).map((group) => [group.name, group]));
  return join(
    situation.record.launches.map((launch) => {
      const group = groups.get(launch.group);
      if (group === undefined) return step({});
      const wait = retryAt(situation.failures, launchKey(group, launch.ordinals), situation.now);
      if (wait !== undefined) return step({ launches: [launch], checks: [wait] });
      const reason = `the result of launching ${describe(group, launch.ordinals)} is not known`;
      return step({ launches: [launch], decisions: [launchDecision(group, launch, reason)] });
    }),
  );
}

function describe(group: NodeGroup, ordinals: readonly number[]): string {
  if (group.role === 'slave')
    return `${ordinals.length} ${ordinals.length === 1 ? 'slave' : 'slaves'} of ${group.name}`;
  return `${group.role === 'master' ? 'master' : 'load balancer'} ${ordinals[0]}`;
}

/** Zones for one node, best first: a master's is its interface's; load balancers start in different ones. */
function zonesFor(group: NodeGroup, ordinal: number, situation: Situation, foundation: Foundation): readonly string[] {
  if (group.role === 'master') {
    return foundation.masterInterfaces.filter(({ slot }) => slot === ordinal).map(({ zone }) => zone);
  }
  const zones = zonesOf(group, situation.subnets);
  const first = group.role === 'load-balancer' ? (ordinal - 1) % Math.max(1, zones.length) : 0;
  return [...zones.slice(first), ...zones.slice(0, first)];
}

interface Batch {
  readonly group: NodeGroup;
  readonly ordinals: readonly number[];
}

/** After a lack of capacity the others are tried at once: what lacks it is left alone for a while, so none is tried twice. */
function launchRetryAt(failures: Failures, key: string, now: Date): Timestamp | undefined {
  return failures[key]?.error === 'CapacityUnavailable' ? undefined : retryAt(failures, key, now);
}

function launchOne({ group, ordinals }: Batch, seq: number, situation: Situation, foundation: Foundation): Step {
  const { record, now, failures } = situation;
  const [ordinal] = ordinals as [number];
  const wait =
    replacementAt(failures, replacementKey(group, ordinal), replacementSize(group), now) ??
    launchRetryAt(failures, launchKey(group, ordinals), now);
  if (wait !== undefined) return step({ checks: [wait] });
  const { offerings, retryAt: capacityAt } = offeringsFor(
    group,
    zonesFor(group, ordinal, situation, foundation),
    record,
    now,
  );
  if (offerings.length === 0) {
    const again = capacityAt ?? addSeconds(now, situation.rules.capacityHoldSeconds);
    const text = `no capacity for ${describe(group, ordinals)} in any instance type and zone; trying again at ${again}`;
    const toldBefore = situation.results.every(({ error }) => error !== 'CapacityUnavailable');
    return step({ checks: [again], activity: toldBefore ? [] : [warning(text)] });
  }
  const launch: PendingLaunch = {
    token: `${record.desired.clusterId}-${seq}`,
    group: group.name,
    ordinals,
    offerings: group.role === 'slave' ? offerings : offerings.slice(0, 1),
    decidedAt: toTimestamp(now),
    shape: launchedShape(group, foundation),
  };
  const lost = failures[replacementKey(group, ordinal)];
  const reason = lost
    ? `replacing ${describe(group, ordinals)}: ${lost.message ?? lost.error}`
    : `launching ${describe(group, ordinals)} (${group.count} wanted)`;
  const decision = launchDecision(group, launch, `${reason}${whyChanged(group, situation)}`);
  return step({ launches: [launch], decisions: [decision], activity: [info(reason)] });
}

/** Missing ordinals in batches: one by one where each has its own place, else as large as one call may be. */
function batchesOf(group: NodeGroup, ordinals: readonly number[], size: number): readonly Batch[] {
  const step = group.role === 'slave' ? size : 1;
  const starts = Array.from({ length: Math.ceil(ordinals.length / step) }, (_, index) => index * step);
  return starts.map((start) => ({ group, ordinals: ordinals.slice(start, start + step) }));
}

/** How many instances the account's launch bucket holds now, as far as this cluster's own launches tell. */
function launchAllowance({ nodes, record, now }: Situation): number {
  const first = earliest([
    ...nodes.map((node) => node.launchedAt),
    ...record.launches.map((launch) => launch.decidedAt),
  ]);
  if (first === undefined) return launchBucket.size;
  const launched = nodes.length + record.launches.reduce((sum, launch) => sum + launch.ordinals.length, 0);
  const refilled = Math.floor(secondsSince(first, now) * launchBucket.perSecond);
  return Math.max(0, Math.min(launchBucket.size, launchBucket.size - launched + refilled));
}

/** Cuts what is wanted down to the allowance, the rarer roles first; waits rather than launching a trickle. */
function withinAllowance(
  wanted: readonly Batch[],
  situation: Situation,
): { batches: readonly Batch[]; short: boolean } {
  const total = wanted.reduce((sum, { ordinals }) => sum + ordinals.length, 0);
  let left = launchAllowance(situation);
  if (left >= total) return { batches: wanted, short: false };
  if (left < launchBucket.smallest) return { batches: [], short: true };
  const batches = wanted.flatMap(({ group, ordinals }) => {
    const taken = ordinals.slice(0, left);
    left -= taken.length;
    return taken.length === 0 ? [] : [{ group, ordinals: taken }];
  });
  return { batches, short: true };
}

/** Launches for all missing nodes at once, whatever their role: nothing waits for anything. */
export function decideLaunches(situation: Situation, foundation: Foundation): Step & { readonly launchSeq: number } {
  const { record, rules, now } = situation;
  const wanted = groupsOf(record.desired.spec).flatMap((group) =>
    batchesOf(group, missingOrdinals(group, situation, foundation), rules.launchBatch),
  );
  const { batches, short } = withinAllowance(wanted, situation);
  const first = record.progress.launchSeq;
  const launched = batches.map((batch, index) => launchOne(batch, first + index, situation, foundation));
  const refill = short ? [step({ checks: [addSeconds(now, launchBucket.smallest / launchBucket.perSecond)] })] : [];
  return { ...join([repeatLaunches(situation), ...launched, ...refill]), launchSeq: first + batches.length };
}
