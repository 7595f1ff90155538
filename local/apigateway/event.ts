/** Events of payload format 1.0. */
import type { IncomingMessage } from 'node:http';
import { isBinary } from './binary.ts';
import type { RouteMatch } from './routes.ts';

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
  readonly requestId: string;
  /** Simulated time. */
  readonly now: Date;
  readonly apiId: string;
  readonly stageName: string;
  readonly accountId: string;
  readonly port: number;
}

/** @param authorizer what the authorizer answered as its context */
export function proxyEvent(
  from: ApiRequest,
  match: RouteMatch,
  { authorizer, binaryTypes }: { readonly authorizer?: unknown; readonly binaryTypes: readonly string[] },
): Record<string, unknown> {
  const common = commonPart(from, match);
  const isBase64Encoded = from.body.length > 0 && isBinary(from.request.headers['content-type'], binaryTypes);
  return {
    ...common,
    requestContext: { ...common.requestContext, ...(authorizer !== undefined && { authorizer }) },
    body: from.body.length > 0 ? from.body.toString(isBase64Encoded ? 'base64' : 'utf8') : null,
    isBase64Encoded,
  };
}

export function authorizerEvent(from: ApiRequest, match: RouteMatch, methodArn: string): Record<string, unknown> {
  return { ...commonPart(from, match), type: 'REQUEST', methodArn };
}

/** The API is served at the root, as by a custom domain without base path: the client's path has no stage in front. */
function commonPart({ request, url, requestId, now, ...api }: ApiRequest, { route, pathParameters }: RouteMatch) {
  const headers = headersOf(request, api.port);
  const query = valuesByName([...url.searchParams]);
  const httpMethod = request.method ?? 'GET';
  return {
    resource: route.path,
    path: url.pathname,
    httpMethod,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastOf(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(pathParameters),
    stageVariables: null,
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      domainName: request.headers.host?.split(':')[0] ?? '',
      domainPrefix: api.apiId,
      httpMethod,
      identity: { sourceIp: addressOf(request), userAgent: request.headers['user-agent'] ?? '' },
      path: url.pathname,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: clfTime(now),
      requestTimeEpoch: now.getTime(),
      resourceId: route.resourceId,
      resourcePath: route.path,
      stage: api.stageName,
    },
  };
}

type Values = Readonly<Record<string, readonly string[]>>;

/** Names as the client wrote them; the forwarded headers are API Gateway's own. */
function headersOf(request: IncomingMessage, port: number): Values {
  const { rawHeaders } = request;
  const pairs = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
  return {
    ...valuesByName(pairs.filter(([name]) => !/^x-forwarded-/i.test(name))),
    'X-Forwarded-For': [addressOf(request)],
    'X-Forwarded-Port': [String(port)],
    'X-Forwarded-Proto': ['http'],
  };
}

const addressOf = ({ socket }: IncomingMessage) => socket.remoteAddress ?? '127.0.0.1';

function valuesByName(pairs: readonly (readonly [string, string])[]): Values {
  const values: Record<string, string[]> = {};
  for (const [name, value] of pairs) values[name] = [...(values[name] ?? []), value];
  return values;
}

function lastOf(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function orNull<T extends object>(values: T): T | null {
  return Object.keys(values).length > 0 ? values : null;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:20:26:39 +0000` */
function clfTime(now: Date): string {
  const day = String(now.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[now.getUTCMonth()]}/${now.getUTCFullYear()}:${now.toISOString().slice(11, 19)} +0000`;
}
