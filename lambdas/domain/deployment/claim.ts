/**
 * Idempotency keys (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header): a request that creates a
 * deployment claims its key before anything is stored, so that the same request sent again finds what became of it. Pure.
 */
import type { Timestamp } from '../cluster/records.ts';
import { secondsSince } from '../cluster/time.ts';

/** What is known of a key. */
export interface Claim {
  /** Fingerprint of the request's body, which cannot be guessed from without the key. */
  readonly fingerprint: string;
  /** What the latest request with this key makes, or has made. */
  readonly deploymentId: string;
  readonly claimedAt: Timestamp;
  /** The deployment is known to have been stored: if it is not there any more, it was deleted. */
  readonly isMade: boolean;
}

/** After this a request that has not stored its deployment has stopped in the middle: no invocation lasts half as long. */
export const abandonedAfterSeconds = 60;
/** How long a key is remembered. */
export const keyLifetimeSeconds = 24 * 3600;

/**
 * What a request with a key is: the first with it, or the first of which anything comes (`make`); one whose deployment is there
 * (`replay`); one too many (`other-body`, `in-progress`, `deleted`).
 */
export type KeyUse =
  | { readonly kind: 'make' | 'replay' | 'other-body' | 'deleted' }
  | { readonly kind: 'in-progress'; readonly retryInSeconds: number };

export function judgeKey(
  claim: Claim | undefined,
  { fingerprint, exists, now }: { fingerprint: string; exists: boolean; now: Date },
): KeyUse {
  if (claim === undefined) return { kind: 'make' };
  if (claim.fingerprint !== fingerprint) return { kind: 'other-body' };
  if (exists) return { kind: 'replay' };
  if (claim.isMade) return { kind: 'deleted' };
  const left = abandonedAfterSeconds - secondsSince(claim.claimedAt, now);
  return left > 0 ? { kind: 'in-progress', retryInSeconds: Math.ceil(left) } : { kind: 'make' };
}
