/**
 * The service on the masters that tells the control plane of work that waits (`documents/master/watch-demand.sh`): at the second of
 * its looks that finds some, once until none waits, and at most once a minute. It looks only while there is something to see, which
 * makes no difference but for the time that a simulated day takes.
 */
import type { Random, SimClock } from '../../types.ts';

export interface DemandWatch {
  /** Something waits for an offer, or nothing does any more. */
  look(isWaiting: boolean): void;
}

const lookMs = 5000;
const pauseMs = 60_000;

export function createDemandWatch(
  { clock, random }: { readonly clock: SimClock; readonly random: Random },
  tell: () => void,
): DemandWatch {
  let cancel: (() => void) | undefined;
  let mayTellAt = 0;
  const tellNow = () => {
    mayTellAt = clock.now() + pauseMs;
    tell();
  };
  return {
    look(isWaiting) {
      if (!isWaiting) {
        cancel?.();
        cancel = undefined;
      } else {
        const wait = lookMs + random.between(0, lookMs);
        cancel ??= clock.after(Math.max(wait, mayTellAt - clock.now()), tellNow);
      }
    },
  };
}
