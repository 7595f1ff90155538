/** Taking a cluster away: instances first, then what was made for it, then its records. Pure. */

import { aliveInstances } from './decide-terminations.ts';
import { retryAt } from './failures.ts';
import { patience } from './patience.ts';
import type { NodeRecord } from './records.ts';
import { info, type Situation, type Step, step } from './step.ts';
import { addSeconds, toTimestamp } from './time.ts';
import { isLive } from './track-nodes.ts';

export interface Removal {
  readonly step: Step;
  /** Nodes that the step makes `terminating`. */
  readonly terminating: readonly NodeRecord[];
  /** When all was found removed. */
  readonly removedAt?: string;
  readonly settled: boolean;
}

function terminateAll(situation: Situation, instanceIds: readonly string[]): Step {
  const wait = retryAt(situation.failures, 'terminate', situation.now);
  if (wait !== undefined) return step({ checks: [wait] });
  const reason = `the cluster is to be removed: terminating ${instanceIds.length} instances`;
  return step({
    decisions: [{ kind: 'terminate-nodes', key: 'terminate', reason, instanceIds: [...instanceIds] }],
    activity: [info(reason)],
  });
}

function endAll({ nodes }: Situation): readonly NodeRecord[] {
  return nodes
    .filter(isLive)
    .map((node) => ({ ...node, status: 'terminating', reason: 'the cluster is to be removed' }));
}

/** `cleaned`: the clean-up of the pass before found nothing left. */
export function decideRemoval(situation: Situation, cleaned: boolean): Removal {
  const { record, actual, now, failures } = situation;
  const alive = aliveInstances(situation);
  if (alive.length > 0) return { step: terminateAll(situation, alive), terminating: endAll(situation), settled: false };
  if (actual.instances.some(({ state }) => state === 'shutting-down')) {
    return { step: step({ checks: [addSeconds(now, patience.terminationCheck)] }), terminating: [], settled: false };
  }
  const { forget } = record.desired;
  const removedAt = record.progress.removedAt ?? (cleaned ? toTimestamp(now) : undefined);
  if (removedAt !== undefined && !forget) {
    return { step: step({ checks: [addSeconds(now, patience.idle)] }), terminating: [], removedAt, settled: true };
  }
  const wait = retryAt(failures, 'clean-up', now);
  if (wait !== undefined) return { step: step({ checks: [wait] }), terminating: [], settled: false };
  const reason = 'all instances are gone: removing what was made for the cluster';
  const decision = { kind: 'clean-up-cluster' as const, key: 'clean-up', reason, forget };
  return { step: step({ decisions: [decision], activity: [info(reason)] }), terminating: [], settled: false };
}
