/** What the state machine does after a pass. Pure. */
import type { PlanInput, PlanOutput } from '../../contracts/reconcile.ts';
import type { Plan } from '../../domain/cluster/plan.ts';
import { secondsSince } from '../../domain/cluster/time.ts';

/**
 * After so many passes and actions together a run continues in a fresh execution: a history holds 25,000 events, and either
 * takes about a dozen, with some retries perhaps twice that.
 */
export const stepsPerRun = 300;

interface Planned {
  readonly plan: Plan;
  readonly signalSeq: number;
  readonly now: Date;
}

function nextStep({ settled, decisions, pauseSeconds = 0 }: Plan, steps: number): PlanOutput['next'] {
  if (settled) return 'end';
  // Before acting: what was decided is recorded, and the next run's first pass decides the same again.
  if (steps >= stepsPerRun) return 'continue';
  if (decisions.length > 0) return 'act';
  return pauseSeconds > 0 ? 'pause' : 'wait';
}

/** The pause is a part of the wait. */
function timesOf({ nextCheckAt, pauseSeconds = 0 }: Plan, now: Date): Pick<PlanOutput, 'waitSeconds' | 'pauseSeconds'> {
  return { waitSeconds: Math.max(1, Math.ceil(-secondsSince(nextCheckAt, now)) - pauseSeconds), pauseSeconds };
}

export function nextOf({ clusterId, run, steps }: PlanInput, { plan, signalSeq, now }: Planned): PlanOutput {
  return {
    clusterId,
    run,
    steps: steps + plan.decisions.length,
    next: nextStep(plan, steps),
    decisions: [...plan.decisions],
    seenSignalSeq: signalSeq,
    ...timesOf(plan, now),
  };
}

/** The cluster is gone, or another run has taken over. */
export function stop({ clusterId, run, steps }: PlanInput): PlanOutput {
  return { clusterId, run, steps, next: 'stop', decisions: [], seenSignalSeq: 0, waitSeconds: 1 };
}
