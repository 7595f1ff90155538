/** A cluster that is to be removed waits a while for the workloads on it, which end by their own loops. Pure. */
import { aliveInstances } from './decide-terminations.ts';
import { patience } from './patience.ts';
import type { Progress } from './records.ts';
import { type Situation, type Step, step, warning } from './step.ts';
import { addSeconds, secondsSince, toTimestamp } from './time.ts';

export interface Parting {
  readonly step: Step;
  /** Whether the rest of the cluster may go. */
  readonly isOver: boolean;
  readonly progress: Pick<Progress, 'workloadsLeavingSince' | 'workloadsLeftBehind'>;
}

/** They were asked to end before the cluster was, so a claim that is left is one that is about to go. */
export function decideParting(situation: Situation): Parting {
  const { record, now } = situation;
  const names = Object.values(record.workloads ?? {}).map(({ name }) => name);
  const { workloadsLeavingSince: since = toTimestamp(now), workloadsLeftBehind } = record.progress;
  if (names.length === 0 || workloadsLeftBehind || aliveInstances(situation).length === 0)
    return { step: step({}), isOver: true, progress: {} };
  if (secondsSince(since, now) >= patience.workloadFarewell) {
    const text = `not waiting for the workloads ${names.join(', ')} to end: it takes too long`;
    return { step: step({ activity: [warning(text)] }), isOver: true, progress: { workloadsLeftBehind: true } };
  }
  const checks = [addSeconds(now, patience.workloadCheck), addSeconds(since, patience.workloadFarewell)];
  return { step: step({ checks }), isOver: false, progress: { workloadsLeavingSince: since } };
}
