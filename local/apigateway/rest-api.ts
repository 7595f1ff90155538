/** API Gateway: one REST API from the template, served on its own port, at the root. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Bucket, createBucket } from '../bucket.ts';
import { readBody } from '../http/body.ts';
import { AwsError, type FunctionHost, type InvokeResult, type ResourceTypes, type SimClock } from '../types.ts';
import { type ApiAnswer, toApiAnswer } from './answer.ts';
import { type Authorization, readAuthorization } from './authorizer.ts';
import { compress, decompress } from './binary.ts';
import { type ApiRequest, authorizerEvent, proxyEvent } from './event.ts';
import { type GatewayContext, type GatewayResponseType, gatewayAnswer } from './gateway-responses.ts';
import { apiResourceTypes, type DeclaredApi, emptyApi, type Stage } from './resource-types.ts';
import { matchRoute, type RouteMatch } from './routes.ts';

export interface RestApiDependencies {
  readonly clock: SimClock;
  readonly functions: () => FunctionHost;
  /** Whether API Gateway may invoke a function for a method or an authorizer. */
  readonly mayInvoke: (functionName: string, sourceArn: string) => boolean;
  readonly accountId: string;
  readonly region: string;
  /** Where the API is served. */
  readonly url: () => string;
  /** Told why a request ended with an internal error. */
  readonly log: (line: string) => void;
}

export interface RestApi {
  readonly resourceTypes: ResourceTypes;
  respond(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** A request that API Gateway answers itself. */
class Refusal extends Error {
  readonly type: GatewayResponseType;
  readonly authorizer: Authorization['context'];
  constructor(type: GatewayResponseType, authorizer?: Authorization['context']) {
    super(type);
    this.type = type;
    this.authorizer = authorizer;
  }
}

export function createRestApi(dependencies: RestApiDependencies): RestApi {
  const declared = emptyApi();
  const throttle = createThrottle(dependencies.clock);
  return {
    resourceTypes: apiResourceTypes(declared),
    async respond(request, response) {
      const release = dependencies.clock.hold();
      response.once('close', release);
      const requestId = randomUUID();
      const body = await readBody(request, MAX_BODY_BYTES);
      const answer = await answerTo({ request, body, requestId }, throttle, declared, dependencies).catch(
        (error: unknown) => {
          if (!(error instanceof Refusal)) {
            dependencies.log(`${request.method} ${request.url?.split('?')[0]} failed: ${String(error)}`);
          }
          const [type, authorizer] = error instanceof Refusal ? [error.type, error.authorizer] : [internalError];
          return refusal(declared, type, { requestId, authorizer });
        },
      );
      send(response, answer, { request, requestId, declared, now: dependencies.clock.now() });
    },
  };
}

const internalError: GatewayResponseType = 'API_CONFIGURATION_ERROR';

const refusal = ({ stage }: DeclaredApi, type: GatewayResponseType, context: GatewayContext): ApiAnswer =>
  gatewayAnswer(stage?.deployed.gatewayResponses ?? new Map(), type, context);

interface Sent {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly declared: DeclaredApi;
  readonly now: number;
}

function send(response: ServerResponse, answer: ApiAnswer, { request, requestId, declared, now }: Sent): void {
  const accepted = request.headers['accept-encoding'];
  const isEncoded = 'content-encoding' in answer.headers;
  const compressed = isEncoded ? undefined : compress(answer.body, String(accepted), declared.minimumCompressionSize);
  const body = compressed ?? answer.body;
  response.writeHead(answer.status, {
    ...(answer.headers as Record<string, string | string[]>),
    ...(compressed && { 'content-encoding': 'gzip' }),
    date: new Date(now).toUTCString(),
    'x-amzn-requestid': requestId,
    ...(answer.status === 204 ? {} : { 'content-length': body.length }),
  });
  response.end(body);
}

interface Asked {
  readonly request: IncomingMessage;
  /** Undefined: too long. */
  readonly body: Buffer | undefined;
  readonly requestId: string;
}

async function answerTo(
  { request, body, requestId }: Asked,
  throttle: (stage: Stage) => void,
  declared: DeclaredApi,
  dependencies: RestApiDependencies,
): Promise<ApiAnswer> {
  if (!declared.stage || !declared.apiId) throw new Error('the template deploys no stage of an API');
  const { stage, apiId } = declared;
  throttle(stage);
  if (!body) throw new Refusal('REQUEST_TOO_LARGE');
  const api = new URL(dependencies.url());
  const from: ApiRequest = {
    ...{ request, requestId, apiId, stageName: stage.name, accountId: dependencies.accountId },
    url: new URL(request.url ?? '/', api),
    body: declared.minimumCompressionSize === undefined ? body : unpack(body, request),
    now: new Date(dependencies.clock.now()),
    port: Number(api.port),
  };
  const match = matchRoute(stage.deployed.routes, request.method ?? 'GET', from.url.pathname);
  if (!match) throw new Refusal('MISSING_AUTHENTICATION_TOKEN');
  const authorizer = await authorize(from, match, stage, dependencies);
  const source = `${apiId}/${stage.name}/${request.method}${match.route.path}`;
  const event = proxyEvent(from, match, { authorizer, binaryTypes: declared.binaryTypes });
  const { payload, functionError } = await invoke(dependencies, match.route.functionName, source, event);
  const answer = functionError ? undefined : toApiAnswer(payload, declared.binaryTypes);
  if (!answer) throw new Refusal('DEFAULT_5XX');
  return answer;
}

/** Full at first. @returns a check to make before each request */
function createThrottle(clock: SimClock): (stage: Stage) => void {
  let bucket: Bucket | undefined;
  return ({ throttle }) => {
    if (!throttle) return;
    bucket ??= createBucket(clock, throttle.burst, throttle.rate);
    if (bucket.take(1) === 0) throw new Refusal('THROTTLED');
  };
}

function unpack(body: Buffer, { headers }: IncomingMessage): Buffer {
  try {
    return decompress(body, headers['content-encoding'], MAX_BODY_BYTES);
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Refusal(isTooLarge ? 'REQUEST_TOO_LARGE' : 'BAD_REQUEST_BODY');
  }
}

/**
 * @param source what the function is invoked for, below the API in ARNs
 * @throws Error if its policy does not allow it; Refusal if the event, with a body in base64, is larger than Lambda takes
 */
async function invoke(
  { functions, mayInvoke, region, accountId }: RestApiDependencies,
  functionName: string,
  source: string,
  event: unknown,
): Promise<InvokeResult> {
  if (!mayInvoke(functionName, `arn:aws:execute-api:${region}:${accountId}:${source}`)) {
    throw new Error(`the policy of ${functionName} does not let API Gateway invoke it for ${source}`);
  }
  try {
    return await functions().invoke(functionName, event);
  } catch (error) {
    throw error instanceof AwsError && error.status === 413 ? new Refusal('REQUEST_TOO_LARGE') : error;
  }
}

/** @returns what the integration is told of the caller */
async function authorize(
  from: ApiRequest,
  match: RouteMatch,
  { name, deployed }: Stage,
  dependencies: RestApiDependencies,
): Promise<Authorization['context']> {
  const { authorizerId } = match.route;
  if (!authorizerId) return undefined;
  const authorizer = deployed.authorizers.get(authorizerId);
  if (!authorizer) throw new Error(`there is no authorizer ${authorizerId}`);
  if (!authorizer.identitySources.every((source) => hasIdentity(source, from))) throw new Refusal('UNAUTHORIZED');
  const { region, accountId } = dependencies;
  const called = `${from.apiId}/${name}/${from.request.method}${from.url.pathname}`;
  const methodArn = `arn:aws:execute-api:${region}:${accountId}:${called}`;
  const event = authorizerEvent(from, match, methodArn);
  const source = `${from.apiId}/authorizers/${authorizerId}`;
  const result = await invoke(dependencies, authorizer.functionName, source, event);
  const { context, refusal: refused } = readAuthorization(result, methodArn);
  if (refused) throw new Refusal(refused, context);
  return context;
}

function hasIdentity(source: string, { request, url }: ApiRequest): boolean {
  const [, kind, name = ''] = /^method\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (kind === 'header') return Boolean(request.headers[name.toLowerCase()]);
  if (kind === 'querystring') return Boolean(url.searchParams.get(name));
  throw new Error(`the identity source ${source} is not known to the local cloud`);
}
