/** What a pass counts as gone wrong before it decides. Pure. */
import type { DecideInput } from './decide.ts';
import { isAboutCallback } from './decide-callbacks.ts';
import { replacementKey } from './decide-launches.ts';
import { type Failures, forget, recordLosses, recordResults } from './failures.ts';
import { groupsOf } from './spec.ts';
import { lossReason } from './tell.ts';
import { isInterrupted, type TrackedNodes } from './track-nodes.ts';

/** Failures after the last pass's results. An update is not blamed for what was decided before it. */
function countResults({ record, results, now }: DecideInput): Failures {
  const { desired, progress } = record;
  if ((progress.generation ?? 1) !== desired.generation) return {};
  const own = results.filter((result) => !isAboutCallback(result));
  return recordResults(progress.failures, own, now);
}

/** Failures after the last pass's results, this look's losses and recoveries. */
export function countFailures(input: DecideInput, tracked: TrackedNodes): Failures {
  const { record, now } = input;
  const groups = new Map(groupsOf(record.desired.spec).map((group) => [group.name, group]));
  // That EC2 takes spot instances back says nothing about what nodes are launched with, and they may go all at once.
  const lost = record.desired.presence === 'present' ? tracked.lost.filter((node) => !isInterrupted(node)) : [];
  const losses = lost.flatMap((node) => {
    const group = groups.get(node.group);
    return group ? [{ key: replacementKey(group, node.ordinal), reason: lossReason(node) }] : [];
  });
  const recovered = [...groups.values()].flatMap((group) => {
    const ready = tracked.nodes.filter((node) => node.group === group.name && node.status === 'ready');
    if (group.role === 'slave') return ready.length >= group.count ? [replacementKey(group, 1)] : [];
    return ready.map((node) => replacementKey(group, node.ordinal));
  });
  return recordLosses(forget(countResults(input), recovered), losses, now);
}
