/**
 * The names of the control plane's errors. A state machine's `ErrorEquals` and a queue consumer match on these literals,
 * so a name never changes once it is in use.
 */
export const errorNames = [
  'InvalidInput',
  'NotFound',
  'Forbidden',
  'Conflict',
  'CapacityUnavailable',
  'Throttled',
  'DependencyUnavailable',
  'NotYetVisible',
  'Misconfigured',
  'InvariantBroken',
] as const;

export type ErrorName = (typeof errorNames)[number];

/** Errors after which the same call may succeed without anything having been changed. */
export const retryableErrorNames = ['Conflict', 'Throttled', 'DependencyUnavailable', 'NotYetVisible'] as const;

/** The base of every error that the control plane throws on purpose; `name` is a literal, because bundles are minified. */
export abstract class ControlPlaneError extends Error {
  abstract override readonly name: ErrorName;
}

/** The request can never succeed as it stands; the message says what, where and what would be right. */
export class InvalidInput extends ControlPlaneError {
  override readonly name = 'InvalidInput';
}
/** The named thing does not exist (any more). */
export class NotFound extends ControlPlaneError {
  override readonly name = 'NotFound';
}
/** The caller may not do this. */
export class Forbidden extends ControlPlaneError {
  override readonly name = 'Forbidden';
}
/** A conditional write failed: somebody else was first. Re-read and decide again. */
export class Conflict extends ControlPlaneError {
  override readonly name = 'Conflict';
}
/** EC2 cannot supply this instance type in this zone now, or a quota is used up. */
export class CapacityUnavailable extends ControlPlaneError {
  override readonly name = 'CapacityUnavailable';
}
/** The service asked to be called less often. */
export class Throttled extends ControlPlaneError {
  override readonly name = 'Throttled';
}
/** The service failed or could not be reached. */
export class DependencyUnavailable extends ControlPlaneError {
  override readonly name = 'DependencyUnavailable';
}
/** What was made a moment ago is not visible to the service yet: an ordinary retry, never an error that a user sees. */
export class NotYetVisible extends ControlPlaneError {
  override readonly name = 'NotYetVisible';
}
/** Environment or configuration is wrong; nothing but a new deployment of the stack helps. */
export class Misconfigured extends ControlPlaneError {
  override readonly name = 'Misconfigured';
}
/** A state that cannot be: a bug of ours. */
export class InvariantBroken extends ControlPlaneError {
  override readonly name = 'InvariantBroken';
}
