import { isAwsError } from '../http/errors.ts';

/** What a payload (a state's input, output, arguments; a variable) may have, in bytes of UTF-8. */
export const payloadLimit = 262_144;

/** An error of a state, by the name that `Retry` and `Catch` match. */
export class StateError extends Error {
  readonly error: string;
  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/** Thrown into a branch whose execution, or whose Map or Parallel state, is over. */
export class BranchEnded extends Error {}

/** Errors that no `Retry` and no `Catch` handles. */
const terminal = new Set(['States.Runtime', 'States.DataLimitExceeded']);
const timeouts = new Set(['States.Timeout', 'States.HeartbeatTimeout']);

/** Whether a retrier or catcher with these names handles the error. */
export function isHandledBy(names: readonly string[], error: string): boolean {
  if (terminal.has(error)) return false;
  return names.some((name) => {
    if (name === error || name === 'States.ALL') return true;
    if (name === 'States.TaskFailed') return !timeouts.has(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

/** What a state failed with; anything but a state's error is a fault of the interpreter or of its neighbours. */
export function asStateError(thrown: unknown): StateError {
  if (thrown instanceof StateError) return thrown;
  if (isAwsError(thrown)) return new StateError(`Lambda.${thrown.code}`, thrown.message);
  return new StateError('States.Runtime', thrown instanceof Error ? thrown.message : String(thrown));
}

/** @throws StateError States.DataLimitExceeded, which ends the execution */
export function checkSize(value: unknown, what: string): void {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') > payloadLimit) {
    throw new StateError(
      'States.DataLimitExceeded',
      `The ${what} has a size exceeding the maximum number of bytes service limit.`,
    );
  }
}
