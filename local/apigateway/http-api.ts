/** API Gateway: one HTTP API from the template, served on its own port. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/body.ts';
import type { FunctionHost, InvokeResult, ResourceTypes, SimClock } from '../types.ts';
import { type ApiAnswer, gatewayAnswers, toApiAnswer } from './answer.ts';
import { type ApiRequest, authorizerEvent, proxyEvent } from './event.ts';
import { apiResourceTypes, type DeclaredApi } from './resource-types.ts';
import { matchRoute, type RouteMatch } from './routes.ts';

export interface HttpApiDependencies {
  readonly clock: SimClock;
  readonly functions: () => FunctionHost;
  /** Whether API Gateway may invoke a function for a route or an authorizer. */
  readonly mayInvoke: (functionName: string, sourceArn: string) => boolean;
  readonly accountId: string;
  readonly region: string;
  /** Where the API is served. */
  readonly url: () => string;
  /** Told why a request ended with an internal error. */
  readonly log: (line: string) => void;
}

export interface HttpApi {
  readonly resourceTypes: ResourceTypes;
  respond(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;

export function createHttpApi(dependencies: HttpApiDependencies): HttpApi {
  const declared: DeclaredApi = { routes: [], integrations: new Map(), authorizers: new Map() };
  return {
    resourceTypes: apiResourceTypes(declared, dependencies.url),
    async respond(request, response) {
      const release = dependencies.clock.hold();
      response.once('close', release);
      const requestId = randomUUID();
      const answer = await answerTo(request, requestId, declared, dependencies).catch((error: unknown) => {
        dependencies.log(`${request.method} ${request.url?.split('?')[0]} failed: ${String(error)}`);
        return gatewayAnswers.failed();
      });
      const headers = answer.headers as Record<string, string | string[]>;
      const date = new Date(dependencies.clock.now()).toUTCString();
      response.writeHead(answer.status, {
        ...headers,
        date,
        'content-length': answer.body.length,
        'apigw-requestid': requestId,
      });
      response.end(answer.body);
    },
  };
}

async function answerTo(
  request: IncomingMessage,
  requestId: string,
  declared: DeclaredApi,
  dependencies: HttpApiDependencies,
): Promise<ApiAnswer> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) return gatewayAnswers.tooLarge();
  const { apiId = '' } = declared;
  const api = new URL(dependencies.url());
  const url = new URL(request.url ?? '/', api);
  const match = matchRoute(declared.routes, request.method ?? 'GET', url.pathname);
  if (!match) return gatewayAnswers.notFound();
  const now = new Date(dependencies.clock.now());
  const from: ApiRequest = {
    ...{ request, url, body, requestId, now, apiId },
    accountId: dependencies.accountId,
    port: Number(api.port),
  };
  const authorized = await authorize(from, match, declared, dependencies);
  if ('refusal' in authorized) return authorized.refusal;
  const functionName = declared.integrations.get(match.route.integrationId) ?? '';
  const [, path = ''] = match.route.key.split(' ');
  const source = `${apiId}/$default/${request.method}${path}`;
  const event = proxyEvent(from, match, authorized.context);
  const result = await invoke(dependencies, functionName, source, event);
  return result.functionError ? gatewayAnswers.failed() : toApiAnswer(result.payload);
}

/** @param source what the function is invoked for, below the API in ARNs @throws Error if its policy does not allow it */
async function invoke(
  { functions, mayInvoke, region, accountId }: HttpApiDependencies,
  functionName: string,
  source: string,
  event: unknown,
): Promise<InvokeResult> {
  if (mayInvoke(functionName, `arn:aws:execute-api:${region}:${accountId}:${source}`)) {
    return functions().invoke(functionName, event);
  }
  throw new Error(`the policy of ${functionName} does not let API Gateway invoke it for ${source}`);
}

type Authorization = { readonly context: unknown } | { readonly refusal: ApiAnswer };

async function authorize(
  from: ApiRequest,
  match: RouteMatch,
  declared: DeclaredApi,
  dependencies: HttpApiDependencies,
): Promise<Authorization> {
  const { authorizerId } = match.route;
  if (!authorizerId) return { context: undefined };
  const authorizer = declared.authorizers.get(authorizerId);
  if (!authorizer) return { refusal: gatewayAnswers.failed() };
  const identity = authorizer.identitySource.map((source) => identityValue(source, from));
  if (identity.some((value) => value === undefined)) return { refusal: gatewayAnswers.unauthorized() };
  const [method = '', path = ''] = match.route.key.split(' ');
  const routeArn = `arn:aws:execute-api:${dependencies.region}:${dependencies.accountId}:${from.apiId}/$default/${method}${path}`;
  const event = authorizerEvent(from, match, routeArn, identity as string[]);
  const source = `${from.apiId}/authorizers/${authorizerId}`;
  const { payload, functionError } = await invoke(dependencies, authorizer.functionName, source, event);
  if (functionError) return { refusal: gatewayAnswers.failed() };
  const { isAuthorized, context = {} } = (payload ?? {}) as { isAuthorized?: unknown; context?: unknown };
  if (typeof isAuthorized !== 'boolean') return { refusal: gatewayAnswers.failed() };
  return isAuthorized ? { context } : { refusal: gatewayAnswers.forbidden() };
}

function identityValue(source: string, { request, url }: ApiRequest): string | undefined {
  const [, kind, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (kind === 'header') return request.headersDistinct[name.toLowerCase()]?.join(',');
  if (kind === 'querystring') return url.searchParams.get(name) ?? undefined;
  throw new Error(`the identity source ${source} is not known to the local cloud`);
}
