/** Token buckets, by which AWS throttles. */
import type { SimClock } from './types.ts';

export interface Bucket {
  /** Takes up to `wanted` tokens, or none if there are fewer than `least`. @returns how many it took */
  take(wanted: number, least?: number): number;
}

/** Full at first. */
export function createBucket(clock: SimClock, burst: number, perSecond: number): Bucket {
  let tokens = burst;
  let filledAt = clock.now();
  return {
    take(wanted, least = 1) {
      const now = clock.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      const taken = tokens < least ? 0 : Math.min(wanted, Math.floor(tokens));
      tokens -= taken;
      return taken;
    },
  };
}
