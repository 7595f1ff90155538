/** Events of payload format 2.0. */
import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from './routes.ts';

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
  readonly requestId: string;
  /** Simulated time. */
  readonly now: Date;
  readonly apiId: string;
  readonly accountId: string;
  readonly port: number;
}

interface Common {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
}

/** @param authorizer what the authorizer answered as its context */
export function proxyEvent(from: ApiRequest, match: RouteMatch, authorizer: unknown): Record<string, unknown> {
  const common = commonPart(from, match);
  const isBase64Encoded = !isText(common.headers['content-type']);
  return {
    ...common,
    requestContext: {
      ...common.requestContext,
      ...(authorizer !== undefined && { authorizer: { lambda: authorizer } }),
    },
    ...(from.body.length > 0 && { body: from.body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded: from.body.length > 0 && isBase64Encoded,
  };
}

export function authorizerEvent(from: ApiRequest, match: RouteMatch, routeArn: string, identity: readonly string[]) {
  return {
    ...commonPart(from, match),
    type: 'REQUEST',
    routeArn,
    identitySource: identity.length > 0 ? identity : null,
  };
}

function commonPart({ request, url, requestId, now, apiId, accountId, port }: ApiRequest, match: RouteMatch): Common {
  const headers = headersOf(request, port);
  const cookies = request.headers.cookie?.split(/;\s*/);
  const query = queryOf(url);
  const parameters = match.pathParameters;
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookies && { cookies }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    requestContext: {
      accountId,
      apiId,
      domainName: headers.host?.split(':')[0] ?? '',
      domainPrefix: apiId,
      http: {
        method: request.method ?? 'GET',
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.route.key,
      stage: '$default',
      time: clfTime(now),
      timeEpoch: now.getTime(),
    },
  };
}

/** Names in lower case, repeated ones joined by commas, cookies apart; the forwarded headers are API Gateway's own. */
function headersOf(request: IncomingMessage, port: number): Record<string, string> {
  const given = Object.entries(request.headersDistinct)
    .filter(([name]) => name !== 'cookie')
    .map(([name, values]) => [name, (values ?? []).join(',')] as const);
  return {
    ...Object.fromEntries(given),
    'x-forwarded-for': request.socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-port': String(port),
    'x-forwarded-proto': 'http',
  };
}

function queryOf(url: URL): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams)
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  return query;
}

/** API Gateway passes these as text and everything else in base64, also YAML and form data. */
function isText(contentType: string | undefined): boolean {
  if (!contentType) return true;
  return /^(text\/|application\/(json|javascript|xml|[^;]*\+(json|xml)))/i.test(contentType);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:20:26:39 +0000` */
function clfTime(now: Date): string {
  const day = String(now.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[now.getUTCMonth()]}/${now.getUTCFullYear()}:${now.toISOString().slice(11, 19)} +0000`;
}
