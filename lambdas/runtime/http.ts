/** An HTTP API event as a request, and an answer as an HTTP API response. */
import { type AuthorizerContext, apiPrefix, type HttpAnswer, type HttpEvent } from '../contracts/api.ts';
import { InvalidInput } from '../contracts/error-names.ts';

export interface HttpRequest {
  readonly method: string;
  /** Without prefix and without trailing slash; the root is `/`. */
  readonly path: string;
  /** Scheme, host and prefix as the client used them, without trailing slash: the start of every link. */
  readonly baseUrl: string;
  readonly query: URLSearchParams;
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
  const { path, prefix } = splitPath(event);
  return {
    method: event.requestContext.http.method.toUpperCase(),
    path,
    baseUrl: `${originOf(event)}${prefix}`,
    query: new URLSearchParams(event.rawQueryString),
    contentType: (event.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    auth: event.requestContext.authorizer?.lambda ?? { authenticated: 'false', reason: 'missing' },
  };
}

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

/** Repeated and trailing slashes mean nothing; a stage other than `$default` is part of the raw path and of every link. */
function splitPath(event: HttpEvent): { readonly path: string; readonly prefix: string } {
  let path = `/${event.rawPath.split('/').filter(Boolean).join('/')}`;
  let prefix = '';
  const stage = event.requestContext.stage ?? '$default';
  for (const part of [`/${stage}`, apiPrefix]) {
    if (path !== part && !path.startsWith(`${part}/`)) continue;
    prefix += part;
    path = path.slice(part.length) || '/';
  }
  return { path, prefix };
}

const hostPattern = /^[A-Za-z0-9.[\]:-]+$/;

/** As the client addressed the API; API Gateway lets no host but its own through. */
function originOf({ headers, requestContext }: HttpEvent): string {
  const host = [headers.host, requestContext.domainName].find((name) => name && hostPattern.test(name)) ?? 'localhost';
  const scheme = headers['x-forwarded-proto']?.split(',', 1)[0]?.trim().toLowerCase() === 'http' ? 'http' : 'https';
  return `${scheme}://${host}`;
}
