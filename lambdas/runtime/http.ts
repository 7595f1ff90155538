/** An API Gateway event as a request, and an answer as an API Gateway response. */
import type { AuthorizerContext, HttpAnswer, HttpEvent, ProxyEvent } from '../contracts/api.ts';
import { InvalidInput } from '../contracts/error-names.ts';
import { requestPathOf } from './http-path.ts';

export interface HttpRequest {
  readonly method: string;
  /** Without prefix and without trailing slash; the root is `/`. */
  readonly path: string;
  /** Scheme, host and prefix as the client used them, without trailing slash: the start of every link. */
  readonly baseUrl: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Media type in lower case without parameters; empty if there is none. */
  readonly contentType: string;
  /** Bytes as sent; decode with `textOf`. */
  readonly body: Uint8Array;
  readonly auth: AuthorizerContext;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const json = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'application/json;charset=UTF-8' },
  body: JSON.stringify(value),
});
export const text = (body: string): HttpResponse => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
  body,
});
export const noContent: HttpResponse = { status: 204 };

export function readRequest(event: HttpEvent): HttpRequest {
  const { path, prefix } = requestPathOf(event);
  const headers = headersOf(event);
  return {
    method: event.httpMethod.toUpperCase(),
    path,
    baseUrl: `${originOf(headers, event)}${prefix}`,
    query: queryOf(event),
    headers,
    contentType: (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    auth: event.requestContext.authorizer ?? { authenticated: 'false', reason: 'missing' },
  };
}

/** Headers by name in any case. What is no valid header is left out; API Gateway lets none through. */
export function headersOf({ headers }: Pick<ProxyEvent, 'headers'>): Headers {
  const found = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined && isToken.test(name) && isFieldValue.test(value)) found.set(name, value);
  }
  return found;
}
const isToken = /^[!#$%&'*+.^_`|~\w-]+$/;
const isFieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Every value of every parameter, in the order of names as API Gateway gives them. */
export function queryOf({ multiValueQueryStringParameters }: QueryPart): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(multiValueQueryStringParameters ?? {})) {
    for (const value of values) query.append(name, value);
  }
  return query;
}
type QueryPart = Pick<ProxyEvent, 'multiValueQueryStringParameters'>;

export function writeAnswer(response: HttpResponse, requestId: string): HttpAnswer {
  return {
    statusCode: response.status,
    headers: { ...response.headers, 'X-Request-ID': requestId },
    body: response.body ?? '',
  };
}

/** @throws InvalidInput if the bytes are not UTF-8 */
export function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new InvalidInput('The request body is not UTF-8 text', { cause });
  }
}

const hostPattern = /^[A-Za-z0-9.[\]:-]+$/;

/** As the client addressed the API; API Gateway lets no host but its own and its custom domains through. */
function originOf(headers: Headers, { requestContext }: HttpEvent): string {
  const host = [headers.get('host'), requestContext.domainName].find((name) => name && hostPattern.test(name));
  const scheme = headers.get('x-forwarded-proto')?.split(',', 1)[0]?.trim().toLowerCase() === 'http' ? 'http' : 'https';
  return `${scheme}://${host ?? 'localhost'}`;
}
