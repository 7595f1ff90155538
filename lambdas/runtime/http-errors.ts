/** Errors as the API answers them: our own error classes by name, everything else without any detail. */
import { STATUS_CODES } from 'node:http';
import type { ErrorView } from '../contracts/api.ts';
import { ControlPlaneError, type ErrorName } from '../contracts/error-names.ts';

/** An error that exists only in HTTP, with what its answer says. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly view: ErrorView;
}

const concurrentUpdate = "The request couldn't be fulfilled because of a concurrent update. Please retry later";
const unavailable = 'A service that the request needs is not available now. Please retry later';

interface Translation {
  readonly status: number;
  /** Replaces the error's own message. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
const retryLater: Translation = { status: 503, message: unavailable, headers: { 'Retry-After': '5' } };
const translations: Partial<Record<ErrorName, Translation>> = {
  InvalidInput: { status: 400 },
  Forbidden: { status: 403 },
  NotFound: { status: 404 },
  Conflict: { status: 409, message: concurrentUpdate, headers: { 'Retry-After': '0' } },
  Throttled: retryLater,
  DependencyUnavailable: retryLater,
};

/** @param requestId is told with an internal error, so that its log line can be found. */
export function toErrorAnswer(error: unknown, requestId: string): ErrorAnswer {
  if (error instanceof HttpError) return errorAnswer(error.status, error.message, error.headers);
  const known = error instanceof ControlPlaneError && !isServiceRefusal(error) ? translations[error.name] : undefined;
  if (!known) return errorAnswer(500, `Internal error; please report it with the request id ${requestId}`);
  return errorAnswer(known.status, known.message ?? (error as Error).message, known.headers);
}

/** A service that refuses *us* or misses something of ours is no answer to the caller; adapters keep its error as the cause. */
function isServiceRefusal(error: ControlPlaneError): boolean {
  return (error.name === 'Forbidden' || error.name === 'NotFound') && error.cause !== undefined;
}

function errorAnswer(status: number, message: string, headers: Readonly<Record<string, string>> = {}): ErrorAnswer {
  const title = STATUS_CODES[status] ?? 'Error';
  return { status, headers, view: { code: status, title, message: message || title } };
}
