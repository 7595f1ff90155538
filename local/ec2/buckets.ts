/** EC2's limits on requests, per action. */
import { type Bucket, createBucket } from '../bucket.ts';
import type { SimClock } from '../types.ts';
import { fail } from './wire.ts';

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
