/** Which nodes a cluster that is wanted no longer wants. How they go is decided elsewhere (decide-drains). Pure. */
import { neededCount } from './decide-scaling.ts';
import { named } from './node-decisions.ts';
import type { NodeRecord } from './records.ts';
import { isOutdated } from './shape.ts';
import { boundsOf, groupsOf, type NodeGroup } from './spec.ts';
import { isNamed, type Staffing, staffingOf } from './staffing.ts';
import type { Situation } from './step.ts';
import { isLive, isResting, isServing, isStaying, isToRest, wasStarted } from './track-nodes.ts';
import { isKnownIdle } from './work.ts';

export interface Victim {
  readonly instanceId: string;
  /** For a person, as in "slave-server 3 is removed: <reason>". */
  readonly reason: string;
  /** Only if it is idle: a busy one is let go again. @default false */
  readonly onlyIdle?: true;
  /** So many have to go, but who of them could be spared best nobody can tell now: it does not leave yet. @default false */
  readonly isGuess?: true;
}

/**
 * Nodes of groups that the specification no longer has, nodes beyond their group's count (of elastic groups, idle ones), and unfit
 * ones as far as the others can do without them. A victim stays one until it is gone, unless the specification wants it again.
 */
export function findVictims(situation: Situation): readonly Victim[] {
  const groups = groupsOf(situation.record.desired.spec);
  const names = new Set(groups.map(({ name }) => name));
  const strays = situation.nodes.filter((node) => isLive(node) && !names.has(node.group));
  return [
    ...strays.map(({ instanceId, group }) => ({ instanceId, reason: `the cluster has no ${group} any more` })),
    ...groups.flatMap((group) => victimsOf(group, situation)),
  ];
}

function victimsOf(group: NodeGroup, situation: Situation): readonly Victim[] {
  const staffing = staffingOf(group, situation);
  const surplus = group.role === 'master' ? [] : surplusOf(group, staffing, situation);
  return [
    ...surplus,
    ...leavingUnfit(group, staffing, situation).map((node) => ({
      instanceId: node.instanceId,
      reason: unfitReason(node, group, situation),
    })),
  ];
}

/** Of an elastic group those beyond its bounds; those within them only as far as they are idle and not to be kept powered off. */
function surplusOf(group: NodeGroup, { kept, surplus }: Staffing, situation: Situation): readonly Victim[] {
  const bounds = boundsOf(group, situation.record.desired.spec);
  const reason = `${group.count} of ${group.name} are wanted`;
  return surplus.flatMap((node, index): readonly Victim[] => {
    const { instanceId } = node;
    if (bounds === undefined) return [{ instanceId, reason }];
    if (kept.length + index < bounds.max) return spared(node, reason, situation);
    return [{ instanceId, reason, ...(isGuess(node, situation) ? { isGuess: true } : {}) }];
  });
}

/** One that its group may have and does not need. */
function spared(node: NodeRecord, reason: string, situation: Situation): readonly Victim[] {
  const { instanceId, status } = node;
  if (isResting(node) || isToRest(node, situation.record)) return [];
  if (status === 'drained') return [{ instanceId, reason }];
  return mayBeIdle(node, situation) ? [{ instanceId, reason: `it is idle and ${reason}`, onlyIdle: true }] : [];
}

/** Who holds anything only the elected master tells, and what is begun on a wrong guess is not called back. */
function isGuess(node: NodeRecord, { actual }: Situation): boolean {
  return actual.snapshot?.leader === undefined && (isServing(node) || isResting(node));
}

/** One that is draining is looked at again before it goes; one that was never started has no agent. */
function mayBeIdle(node: NodeRecord, { actual }: Situation): boolean {
  return node.status === 'draining' || !wasStarted(node) || isKnownIdle(node, actual.snapshot);
}

function unfitReason(node: NodeRecord, group: NodeGroup, situation: Situation): string {
  if (isNamed(node, situation)) return 'its removal was asked for';
  return isOutdated(node, group) ? 'it is replaced by one of the new kind' : 'it is not wanted any more';
}

function leavingUnfit(group: NodeGroup, staffing: Staffing, situation: Situation): readonly NodeRecord[] {
  switch (group.role) {
    case 'master':
      return leavingMasters(group, staffing, situation);
    case 'load-balancer':
      return leavingBalancers(staffing, situation);
    case 'slave':
      return leavingSlaves(group, staffing, situation);
  }
}

/** A node whose start command is repeated may still serve, and comes back; one that is powered off does not serve. */
function mayServe(node: NodeRecord): boolean {
  return isStaying(node) && !isResting(node) && node.readyAt !== undefined;
}

/** Named ones first, then idle ones, then the youngest places. */
function byUrgency(situation: Situation): (a: NodeRecord, b: NodeRecord) => number {
  const { snapshot } = situation.actual;
  const rank = (node: NodeRecord): number => (isNamed(node, situation) ? 0 : isKnownIdle(node, snapshot) ? 1 : 2);
  return (a, b) => rank(a) - rank(b) || b.ordinal - a.ordinal || a.instanceId.localeCompare(b.instanceId);
}

/** One that serves goes only when as many as are needed serve without it; those that are kept powered off are not missed. */
function leavingSlaves(group: NodeGroup, { kept, unfit }: Staffing, situation: Situation): readonly NodeRecord[] {
  const useless = unfit.filter((node) => !mayServe(node));
  const serving = unfit.filter(mayServe);
  const wanted = neededCount(group, situation) - kept.filter(isResting).length;
  const spare = Math.max(0, kept.filter(isServing).length + serving.length - wanted);
  return [...useless, ...serving.toSorted(byUrgency(situation)).slice(0, spare)];
}

/** One after the other, while another serves and nobody comes or goes; the one with the virtual address last. */
function leavingBalancers({ kept, unfit, launching }: Staffing, { actual }: Situation): readonly NodeRecord[] {
  const useless = unfit.filter((node) => !mayServe(node));
  const isCalm = launching === 0 && [...kept, ...unfit].every(isServing);
  if (useless.length > 0 || !isCalm || kept.length + unfit.length < 2) return useless;
  const holdsAddress = (node: NodeRecord): number => (node.instanceId === actual.addressHolder ? 1 : 0);
  return unfit.toSorted((a, b) => holdsAddress(a) - holdsAddress(b) || b.ordinal - a.ordinal).slice(0, 1);
}

/** One after the other, while all of them are a healthy quorum; the leader last, so that it changes once. */
function leavingMasters({ count }: NodeGroup, staffing: Staffing, { actual }: Situation): readonly NodeRecord[] {
  const { snapshot } = actual;
  const masters = [...staffing.kept, ...staffing.unfit];
  const isCalm = staffing.launching === 0 && masters.length === count && masters.every(isServing);
  const isHealthy =
    snapshot?.masters.length === count &&
    snapshot.masters.every(({ healthy }) => healthy) &&
    snapshot.masters.filter(({ elected }) => elected).length === 1;
  if (count === 1 || !isCalm || !isHealthy) return [];
  const leads = (node: NodeRecord): number => (node.privateIp === snapshot.leader ? 1 : 0);
  return staffing.unfit.toSorted((a, b) => leads(a) - leads(b) || b.ordinal - a.ordinal).slice(0, 1);
}

/** What an update still has to replace, in words; empty: nothing. */
export function findUnfit(situation: Situation): readonly string[] {
  return groupsOf(situation.record.desired.spec).flatMap((group) => {
    const { kept, unfit } = staffingOf(group, situation);
    const left = unfit.filter(isStaying).length;
    const why = whyNoneLeaves(group, [...kept, ...unfit]);
    return left === 0 ? [] : [`${left} of ${group.name} are still to be replaced or removed${why}`];
  });
}

/** Masters and load balancers are replaced one after the other, while all of them serve. */
function whyNoneLeaves({ role }: NodeGroup, nodes: readonly NodeRecord[]): string {
  const resting = role === 'slave' ? undefined : nodes.find(isResting);
  return resting === undefined ? '' : ` (${named(resting)} is stopped: they wait until it is started again)`;
}
