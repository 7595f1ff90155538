/** The signals queue, seen from who wakes a cluster's loop. */
import type { OwnSignal } from '../contracts/signal.ts';

export interface Signals {
  /** @throws Throttled, DependencyUnavailable */
  send(signal: OwnSignal): Promise<void>;
}
