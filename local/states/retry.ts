import type { Random } from '../types.ts';
import type { Catcher, Guarded, Retrier } from './definition.ts';
import { isHandledBy, type StateError } from './errors.ts';

/** Counts the retries of one state, per retrier as Step Functions does. */
export class Retries {
  private readonly retriers: readonly Retrier[];
  private readonly used = new Map<Retrier, number>();

  constructor(state: Guarded) {
    this.retriers = state.Retry ?? [];
  }

  /** @returns milliseconds until the next attempt; undefined if there is none */
  next(error: StateError, random: Random): number | undefined {
    const retrier = this.retriers.find(({ ErrorEquals }) => isHandledBy(ErrorEquals, error.error));
    if (retrier === undefined) return undefined;
    const used = this.used.get(retrier) ?? 0;
    if (used >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.used.set(retrier, used + 1);
    return delayOf(retrier, used, random);
  }
}

function delayOf(retrier: Retrier, used: number, random: Random): number {
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return 1000 * (retrier.JitterStrategy === 'FULL' ? random.between(0, seconds) : seconds);
}

export function findCatcher(state: Guarded, error: StateError): Catcher | undefined {
  return state.Catch?.find(({ ErrorEquals }) => isHandledBy(ErrorEquals, error.error));
}
