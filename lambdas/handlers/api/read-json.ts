/** JSON bodies of requests as checked values. */
import type * as z from 'zod';
import { InvalidInput } from '../../contracts/error-names.ts';
import { type HttpRequest, textOf } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';

/** The body, checked by its schema. @throws InvalidInput that says all that is wrong; HttpError 415 if it is not sent as JSON */
export function readJson<T extends z.ZodType>(request: HttpRequest, schema: T): z.infer<T> {
  if (request.contentType !== 'application/json') throw unsupportedType(request.contentType, ['application/json']);
  return checkBody(parseJson(textOf(request.body)), schema);
}

/** @throws InvalidInput */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, which may hold passwords.
    throw new InvalidInput('The request body is not valid JSON');
  }
}

/** @throws InvalidInput with every fault's message once */
export function checkBody<T extends z.ZodType>(body: unknown, schema: T, expected = 'a JSON object'): z.infer<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidInput(`The request body must be ${expected}`);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new InvalidInput([...new Set(parsed.error.issues.map(({ message }) => message))].join('; '));
}

export function unsupportedType(contentType: string, accepted: readonly string[]): HttpError {
  const list = accepted.join(', ');
  return new HttpError(415, `Content type '${contentType}' not supported; supported: ${list}`, { Accept: list });
}
