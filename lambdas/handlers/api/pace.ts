import type { ApiLimits } from '../../contracts/functions.ts';
import type { Owner } from '../../domain/deployment/deployment.ts';
import { type Bucket, takeToken } from '../../domain/deployment/pace.ts';
import { HttpError } from '../../runtime/http-errors.ts';

/** Callers that are remembered; beyond that the longest unseen ones are forgotten, which fills their buckets. */
const remembered = 10_000;

/**
 * Keeps one caller from taking all that API Gateway lets through. Each instance of the function counts for itself, so a caller who
 * is served by several gets several times as much: this is about fairness, the sum is API Gateway's to bound.
 *
 * @returns a check to make for every request @throws HttpError 429 with `Retry-After`
 */
export function makePace(limits: ApiLimits): (caller: Owner, now: Date) => void {
  const buckets = new Map<string, Bucket>();
  return ({ issuer, subject }, now) => {
    const name = JSON.stringify([issuer, subject]);
    const { bucket, waitSeconds } = takeToken(buckets.get(name), limits, now.getTime());
    buckets.delete(name);
    buckets.set(name, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > remembered && oldest !== undefined) buckets.delete(oldest);
    if (waitSeconds === undefined) return;
    const message = `At most ${limits.requestsPerSecond} requests per second are taken from one user. Please retry later`;
    throw new HttpError(429, message, { 'Retry-After': String(Math.ceil(waitSeconds)) });
  };
}
