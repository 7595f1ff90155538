/** What the state machine does after a pass. Pure. */
import type { PlanNext } from '../../contracts/reconcile.ts';
import type { Timestamp } from '../../domain/cluster/records.ts';
import { secondsSince } from '../../domain/cluster/time.ts';

/**
 * After so many passes and actions together a run continues in a fresh execution: a history holds 25,000 events, and either
 * takes about a dozen, with some retries perhaps twice that.
 */
export const stepsPerRun = 300;

/** What every loop's plan says. */
export interface Concluded<D> {
  readonly decisions: readonly D[];
  readonly settled: boolean;
  readonly nextCheckAt: Timestamp;
  readonly pauseSeconds?: number;
}

interface Planned<D> {
  readonly plan: Concluded<D>;
  readonly signalSeq: number;
  readonly now: Date;
}

/** A pass of one run; what else it holds says whose loop it is. */
export interface Pass {
  readonly run: number;
  readonly steps: number;
  readonly results: readonly unknown[];
}
export type Output<P, D> = Omit<P, 'results'> & PlanNext & { readonly decisions: D[] };

function nextStep({ settled, decisions, pauseSeconds = 0 }: Concluded<unknown>, steps: number): PlanNext['next'] {
  if (settled) return 'end';
  // Before acting: what was decided is recorded, and the next run's first pass decides the same again.
  if (steps >= stepsPerRun) return 'continue';
  if (decisions.length > 0) return 'act';
  return pauseSeconds > 0 ? 'pause' : 'wait';
}

/** The pause is a part of the wait. */
function timesOf(
  { nextCheckAt, pauseSeconds = 0 }: Concluded<unknown>,
  now: Date,
): Pick<PlanNext, 'waitSeconds' | 'pauseSeconds'> {
  return { waitSeconds: Math.max(1, Math.ceil(-secondsSince(nextCheckAt, now)) - pauseSeconds), pauseSeconds };
}

export function nextOf<P extends Pass, D>(input: P, { plan, signalSeq, now }: Planned<D>): Output<P, D> {
  const { results: _, ...pass } = input;
  return {
    ...pass,
    steps: input.steps + plan.decisions.length,
    next: nextStep(plan, input.steps),
    decisions: [...plan.decisions],
    seenSignalSeq: signalSeq,
    ...timesOf(plan, now),
  };
}

/** The record is gone, or another run has taken over. */
export function stop<P extends Pass>({ results: _, ...pass }: P): Output<P, never> {
  return { ...pass, next: 'stop', decisions: [], seenSignalSeq: 0, waitSeconds: 1 };
}
