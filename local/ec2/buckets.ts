/** EC2's token buckets: requests per action, and instances per account. */
import type { SimClock } from '../types.ts';
import { fail } from './wire.ts';

export interface Bucket {
  /** Takes up to `wanted` tokens, or none if there are fewer than `least`. @returns how many it took */
  take(wanted: number, least?: number): number;
}

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

/** Burst and refill per second; actions that are not named share the bucket of their family. */
const requestLimits: Readonly<Record<string, readonly [number, number]>> = {
  RunInstances: [5, 2],
  CreateFleet: [50, 5],
  TerminateInstances: [100, 5],
  CreateTags: [100, 10],
  Describe: [100, 20],
  mutating: [50, 5],
};

function familyOf(action: string): string {
  if (action in requestLimits) return action;
  return action.startsWith('Describe') || action.startsWith('Get') ? 'Describe' : 'mutating';
}

/** @returns a check to make before each request. @throws AwsError RequestLimitExceeded */
export function createRequestLimiter(clock: SimClock): (action: string) => void {
  const buckets = new Map<string, Bucket>();
  return (action) => {
    const family = familyOf(action);
    const [burst, perSecond] = requestLimits[family] ?? [50, 5];
    const bucket = buckets.get(family) ?? createBucket(clock, burst, perSecond);
    buckets.set(family, bucket);
    if (bucket.take(1) === 0) fail('RequestLimitExceeded', 'Request limit exceeded.', 503);
  };
}
