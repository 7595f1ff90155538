/** Lambda: runs functions in worker threads, one event per instance at a time, more instances as they are needed. */
import { randomUUID } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import type { Logs } from '../logs.ts';
import { AwsError, type Faults, type FunctionHost, type InvokeResult, type SimClock } from '../types.ts';
import { type AsyncSettings, DEFAULT_ASYNC, type FunctionSettings } from './function.ts';
import { type Instance, startInstance } from './instance.ts';
import type { WorkerNetwork } from './worker/messages.ts';

export interface HostDependencies {
  readonly clock: SimClock;
  readonly faults: Pick<Faults, 'invocation'>;
  readonly credentials: Credentials;
  readonly logs: Logs;
  readonly region: string;
  readonly accountId: string;
  /** URL of the AWS endpoint. */
  readonly endpoint: () => string;
  /** Port of the router that stands for the VPC. */
  readonly routerPort: () => number;
  /** Sends to a queue what an asynchronous invocation could not get done. */
  readonly deliverFailed: (roleName: string, queueArn: string, body: string) => void;
  readonly compileCache: string;
}

export interface LambdaHost extends FunctionHost {
  create(settings: FunctionSettings): void;
  configureAsync(functionName: string, settings: AsyncSettings): void;
  /** @throws AwsError ResourceNotFoundException */
  settingsOf(functionName: string): FunctionSettings;
  /** Invocation type `Event`: queued, retried twice after one and two minutes, then given up. */
  invokeAsync(functionName: string, payload: unknown): void;
  /** Invocations so far, by function name. */
  readonly invocations: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface Deployed {
  readonly settings: FunctionSettings;
  async: AsyncSettings;
  readonly idle: Instance[];
  readonly all: Set<Instance>;
  running: number;
}

/** What callers see of an invocation that a fault took away. */
const timedOut: InvokeResult = {
  payload: { errorType: 'Sandbox.Timedout', errorMessage: 'An injected fault: the task timed out.' },
  functionError: 'Unhandled',
};
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Each idle instance costs memory; beyond this many per function they are stopped. */
const MAX_IDLE = 16;

export function createLambdaHost(dependencies: HostDependencies): LambdaHost {
  const functions = new Map<string, Deployed>();
  const invocations = new Map<string, number>();
  const find = (nameOrArn: string): Deployed => {
    const name = functionNameOf(nameOrArn);
    const deployed = functions.get(name);
    if (deployed) return deployed;
    const arn = `arn:aws:lambda:${dependencies.region}:${dependencies.accountId}:function:${name}`;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
  };

  // The instance holds the clock from this very turn on, except while it only waits for time to pass.
  const invoke = async (functionName: string, payload: unknown): Promise<InvokeResult> => {
    const deployed = find(functionName);
    const event = checkSize(JSON.stringify(payload ?? {}));
    const { name, reservedConcurrency } = deployed.settings;
    if (reservedConcurrency !== undefined && deployed.running >= reservedConcurrency) {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    }
    invocations.set(name, (invocations.get(name) ?? 0) + 1);
    const fault = dependencies.faults.invocation(name);
    if (fault === 'not-run') return timedOut;
    const result = await run(deployed, event, dependencies);
    return fault === 'answer-lost' ? timedOut : result;
  };

  const attempt = async (functionName: string, payload: unknown, retries: number): Promise<void> => {
    const deployed = find(functionName);
    const result = await invoke(functionName, payload).catch(throttled);
    if (!result.functionError) return;
    if (retries >= deployed.async.maximumRetries) return giveUp(deployed, payload, result, dependencies);
    dependencies.clock.after((retries + 1) * 60_000, () => void attempt(functionName, payload, retries + 1));
  };

  return {
    invoke,
    invocations,
    create: (settings) => {
      functions.set(settings.name, { settings, async: DEFAULT_ASYNC, idle: [], all: new Set(), running: 0 });
    },
    configureAsync(functionName, settings) {
      find(functionName).async = settings;
    },
    settingsOf: (functionName) => find(functionName).settings,
    invokeAsync(functionName, payload) {
      find(functionName);
      void attempt(functionName, payload, 0);
    },
    async close() {
      await Promise.all([...functions.values()].flatMap(({ all }) => [...all].map((instance) => instance.stop())));
    },
  };
}

/** From a name, an ARN, or either with a qualifier. */
export function functionNameOf(nameOrArn: string): string {
  const [, name = nameOrArn] = /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:)?([^:]+)(?::[^:]+)?$/.exec(nameOrArn) ?? [];
  return name;
}

function checkSize(event: string): string {
  const size = Buffer.byteLength(event);
  if (size <= MAX_PAYLOAD_BYTES) return event;
  throw new AwsError('RequestTooLargeException', `${size} byte payload is too large for the RequestResponse type`, 413);
}

async function run(deployed: Deployed, event: string, dependencies: HostDependencies): Promise<InvokeResult> {
  deployed.running += 1;
  const instance = takeIdle(deployed) ?? start(deployed, dependencies);
  try {
    const timeoutMs = deployed.settings.timeoutSeconds * 1000;
    const outcome = await instance.invoke({ kind: 'invoke', requestId: randomUUID(), event, timeoutMs });
    if ('error' in outcome) return { payload: outcome.error, functionError: 'Unhandled' };
    return answerOf(outcome.payload);
  } finally {
    deployed.running -= 1;
    putBack(deployed, instance);
  }
}

function answerOf(payload: string): InvokeResult {
  const size = Buffer.byteLength(payload);
  if (size <= MAX_PAYLOAD_BYTES) return { payload: JSON.parse(payload) as unknown };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
  return { payload: { errorType: 'Function.ResponseSizeTooLarge', errorMessage }, functionError: 'Unhandled' };
}

/** An instance may also crash while it is idle, by a timer or a promise that it left behind. */
function takeIdle({ idle, all }: Deployed): Instance | undefined {
  for (let instance = idle.pop(); instance; instance = idle.pop()) {
    if (instance.usable) return instance;
    all.delete(instance);
  }
  return undefined;
}

function putBack({ idle, all }: Deployed, instance: Instance): void {
  if (instance.usable && idle.length < MAX_IDLE) idle.push(instance);
  else void instance.stop().finally(() => all.delete(instance));
}

function start({ settings, all }: Deployed, dependencies: HostDependencies): Instance {
  const instance = startInstance({
    clock: dependencies.clock,
    memorySize: settings.memorySize,
    environment: environmentOf(settings, dependencies),
    log: (line) => dependencies.logs.write(settings.name, line),
    setup: {
      file: settings.file,
      handler: settings.handler,
      clock: dependencies.clock.shared,
      network: networkOf(settings, dependencies),
      functionName: settings.name,
      functionArn: settings.arn,
      memorySize: settings.memorySize,
      logGroupName: settings.logGroupName,
      compileCache: dependencies.compileCache,
    },
  });
  all.add(instance);
  return instance;
}

function networkOf({ securityGroupIds }: FunctionSettings, { routerPort }: HostDependencies): WorkerNetwork {
  return securityGroupIds ? { kind: 'vpc', routerPort: routerPort(), securityGroupIds } : { kind: 'public' };
}

/** A function sees nothing of this computer's environment but the path to programs. */
function environmentOf(settings: FunctionSettings, dependencies: HostDependencies): Record<string, string> {
  const key = dependencies.credentials.forFunction(settings.name, settings.roleName);
  return {
    ...settings.environment,
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: dependencies.region,
    AWS_DEFAULT_REGION: dependencies.region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...(key.sessionToken && { AWS_SESSION_TOKEN: key.sessionToken }),
    AWS_ENDPOINT_URL: dependencies.endpoint(),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    _HANDLER: `index.${settings.handler}`,
  };
}

/** A throttled asynchronous invocation is retried like one that failed. */
function throttled(error: unknown): InvokeResult {
  const { code = 'Error', message = '' } = error as AwsError;
  return { payload: { errorType: code, errorMessage: message }, functionError: 'Unhandled' };
}

function giveUp(
  { settings, async }: Deployed,
  payload: unknown,
  { payload: responsePayload }: InvokeResult,
  { deliverFailed, logs, clock }: HostDependencies,
): void {
  logs.write(settings.name, 'an asynchronous invocation failed for good');
  if (settings.deadLetterArn) deliverFailed(settings.roleName, settings.deadLetterArn, JSON.stringify(payload));
  if (!async.onFailureArn) return;
  const record = {
    version: '1.0',
    timestamp: new Date(clock.now()).toISOString(),
    requestContext: { functionArn: `${settings.arn}:$LATEST`, condition: 'RetriesExhausted' },
    requestPayload: payload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload,
  };
  deliverFailed(settings.roleName, async.onFailureArn, JSON.stringify(record));
}
