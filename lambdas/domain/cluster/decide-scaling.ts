/**
 * What the load makes of elastic groups in a pass: concluded once, before all else, and laid over the record, so that whatever
 * follows sees as many slaves asked for as are wanted now. What the template asks for stays in the table as it is. Pure.
 */
import { scale } from '../scaling/scale.ts';
import type { GroupScaling, Scaling } from '../scaling/scaling.ts';
import type { DecideInput } from './decide.ts';
import { fingerprint } from './fingerprint.ts';
import { isLoadFollowed } from './load-watch.ts';
import { patience } from './patience.ts';
import type { ActivityEntry } from './plan.ts';
import type { ClusterRecord, NodeRecord, Progress } from './records.ts';
import { boundsOf, isElastic, type NodeGroup } from './spec.ts';
import { isComplete } from './status.ts';
import { info, type Situation, type Step, step } from './step.ts';
import { addSeconds, toTimestamp } from './time.ts';
import { isInterrupted, isLive, isStaying } from './track-nodes.ts';
import { knownWork } from './work.ts';

export interface Scaled {
  /** With as many slaves in its elastic groups as are wanted, and with what is to be remembered of them. */
  readonly record: ClusterRecord;
  /** Absent: nothing is concluded. */
  readonly scaling?: Scaling;
  readonly activity: readonly ActivityEntry[];
}

type Look = Pick<DecideInput, 'status' | 'actual' | 'now' | 'rules'> & {
  readonly record: ClusterRecord;
  readonly nodes: readonly NodeRecord[];
};

/** Whether the numbers differ is no news: they do all the time while tasks wait. */
const tellingOf = (obstacles: readonly string[]): string =>
  fingerprint(obstacles.map((text) => text.replace(/\d+/g, '#')).sort());

/** Remembers in which generation the template's count was last another one: that update has asked for it. */
function withGeneration(
  groups: Scaling['groups'],
  { desired, progress }: ClusterRecord,
): Readonly<Record<string, GroupScaling>> {
  return Object.fromEntries(
    Object.entries(groups).map(([name, group]) => {
      const before = progress.scaling?.[name];
      const askedIn = before?.asked === group.asked ? before.askedIn : desired.generation;
      return [name, { ...group, ...(askedIn === undefined ? {} : { askedIn }) }];
    }),
  );
}

function withCounts({ desired, ...record }: ClusterRecord, groups: Scaling['groups'], progress: Progress) {
  const slaves = desired.spec.slaves.map((group) => ({ ...group, count: groups[group.name]?.wanted ?? group.count }));
  return { ...record, desired: { ...desired, spec: { ...desired.spec, slaves } }, progress };
}

export function withWantedSlaves(look: Look): Scaled {
  const { record, nodes, actual, now, rules } = look;
  const { scaling: _, obstacles: toldBefore, ...progress } = record.progress;
  if (!isLoadFollowed(record, look.status))
    return { record: isElastic(record.desired.spec) ? record : { ...record, progress }, activity: [] };
  const { snapshot } = actual;
  const scaling = scale({ record, nodes, ...(snapshot ? { snapshot } : {}), now, rules });
  const groups = withGeneration(scaling.groups, record);
  const obstacles = scaling.load === undefined ? toldBefore : tellingOf(scaling.obstacles);
  const isNews = scaling.obstacles.length > 0 && obstacles !== toldBefore;
  const remembered = { ...progress, scaling: groups, ...(obstacles === undefined ? {} : { obstacles }) };
  return {
    record: withCounts(record, groups, remembered),
    scaling,
    activity: [...scaling.changes, ...(isNews ? scaling.obstacles : [])].map(info),
  };
}

/**
 * How many nodes of the group an update itself has asked for. Slaves that only the load asks for neither keep it from being
 * complete nor make it fail.
 */
export function askedCount(group: NodeGroup, { record }: Situation): number {
  const bounds = boundsOf(group, record.desired.spec);
  const state = record.progress.scaling?.[group.name];
  if (bounds === undefined || state === undefined) return group.count;
  const asked = state.askedIn === record.desired.generation ? state.asked : 0;
  return Math.min(group.count, Math.max(bounds.min, asked));
}

/**
 * How many nodes of the group a healthy cluster has by now: of elastic ones those that are there or on their way. For others, which
 * the load may ask for and EC2 not have, nothing waits.
 */
export function expectedCount(group: NodeGroup, situation: Situation): number {
  const { nodes, record, status } = situation;
  const asked = askedCount(group, situation);
  if (asked === group.count || !isComplete(status)) return asked;
  const staying = nodes.filter((node) => node.group === group.name && isStaying(node)).length;
  const launching = record.launches.filter((launch) => launch.group === group.name);
  const there = launching.reduce((sum, { ordinals }) => sum + ordinals.length, staying);
  return Math.min(group.count, Math.max(asked, there));
}

/**
 * How many of the group's nodes are launched if they are not there: none that only count until fewer do, but those whose work is
 * about to wait. While nobody can tell, as many as are wanted.
 */
export function neededCount(group: NodeGroup, situation: Situation): number {
  const level = situation.record.progress.scaling?.[group.name]?.level;
  if (situation.scaling?.load === undefined || level === undefined) return group.count;
  return Math.min(group.count, Math.max(level + countStranded(group, situation), askedCount(group, situation)));
}

/** Slaves that are lost, or about to be, with what runs on them: nobody has told yet that it waits. */
function countStranded({ name }: NodeGroup, { nodes, lost, actual: { snapshot } }: Situation): number {
  const going = [...nodes.filter((node) => !isLive(node) || isInterrupted(node)), ...lost];
  const stranded = going.filter((node) => node.group === name && knownWork(node, snapshot) !== undefined);
  return new Set(stranded.map(({ instanceId }) => instanceId)).size;
}

/** When the load has to be looked at again by the loop itself. Whatever else changes, others tell. */
export function followLoad({ scaling, now }: Situation): Step {
  const checkAt = scaling?.checkAt;
  if (checkAt === undefined) return step({});
  return step({ checks: [checkAt > toTimestamp(now) ? checkAt : addSeconds(now, patience.healthCheck)] });
}

/** Why slaves of the group are launched, in numbers; empty: not for the load of now. */
export function whyChanged({ name }: NodeGroup, { scaling }: Situation): string {
  const prefix = `${name}: `;
  const change = scaling?.changes.find((text) => text.startsWith(prefix));
  return change === undefined ? '' : `: ${change.slice(prefix.length)}`;
}
