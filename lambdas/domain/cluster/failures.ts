/** Counting what went wrong, and how long to leave it alone. */
import type { ActionResult } from '../../contracts/reconcile.ts';
import { permanentDelay, replacementDelay, retryDelay } from './patience.ts';
import type { FailureCount, Timestamp } from './records.ts';
import { addSeconds, toTimestamp } from './time.ts';

export type Failures = Readonly<Record<string, FailureCount>>;

/** Errors after which the same decision can never succeed. */
const permanentErrors: ReadonlySet<string> = new Set(['InvalidInput', 'Misconfigured', 'InvariantBroken']);
/** Permissions depend on tags: what is gone, or so new that its tags are not seen yet, is forbidden as well. */
const forbiddenForGoodFrom = 4;

export function isPermanent({ error, count }: FailureCount): boolean {
  return permanentErrors.has(error) || (error === 'Forbidden' && count >= forbiddenForGoodFrom);
}

function countOne(failures: Failures, key: string, error: string, message: string | undefined, now: Date): Failures {
  const count = (failures[key]?.count ?? 0) + 1;
  return {
    ...failures,
    [key]: { count, lastAt: toTimestamp(now), error, ...(message === undefined ? {} : { message }) },
  };
}

export function forget(failures: Failures, keys: readonly string[]): Failures {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(failures).filter(([key]) => !gone.has(key)));
}

/** Failures after the results of the pass before: failed decisions count one more, done ones are forgotten. */
export function recordResults(failures: Failures, results: readonly ActionResult[], now: Date): Failures {
  const done = results.filter((result) => result.outcome === 'done').map((result) => result.key);
  return results
    .filter((result) => result.outcome === 'failed')
    .reduce(
      (sum, { key, error, message }) => countOne(sum, key, error ?? 'Unknown', message, now),
      forget(failures, done),
    );
}

/** Counts the loss of nodes, by the key of what has to be replaced. */
export function recordLosses(
  failures: Failures,
  losses: readonly { key: string; reason: string }[],
  now: Date,
): Failures {
  return losses.reduce((sum, { key, reason }) => countOne(sum, key, 'NodeLost', reason, now), failures);
}

/** When the decision may be made again; undefined: now. */
export function retryAt(failures: Failures, key: string, now: Date): Timestamp | undefined {
  const failure = failures[key];
  if (failure === undefined) return undefined;
  const at = addSeconds(failure.lastAt, retryDelay(failure.count));
  return at > toTimestamp(now) ? at : undefined;
}

/** The same for what is tried for ever: what can never succeed is tried ever more seldom. */
export function patientRetryAt(failures: Failures, key: string, now: Date): Timestamp | undefined {
  const failure = failures[key];
  if (failure === undefined || !isPermanent(failure)) return retryAt(failures, key, now);
  const at = addSeconds(failure.lastAt, permanentDelay(failure.count));
  return at > toTimestamp(now) ? at : undefined;
}

/** A large group loses a few nodes as a matter of course, so its losses are counted in tenths of its size. */
export function replacementRounds({ count }: FailureCount, size: number): number {
  return Math.ceil(count / Math.max(1, Math.floor(size / 10)));
}

/** When the next replacement in a group of `size` may be launched; undefined: now. */
export function replacementAt(failures: Failures, key: string, size: number, now: Date): Timestamp | undefined {
  const failure = failures[key];
  if (failure === undefined) return undefined;
  const at = addSeconds(failure.lastAt, replacementDelay(replacementRounds(failure, size)));
  return at > toTimestamp(now) ? at : undefined;
}
