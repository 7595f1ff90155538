/** One instance of a function: a thread that loads the bundle once and answers one event after the other. */
import { enableCompileCache, syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { watchActivity } from './activity.ts';
import { installSimulatedDate } from './date.ts';
import type { HostMessage, InvokeMessage, ReportedError, WorkerMessage, WorkerSetup } from './messages.ts';
import { installNetwork } from './network.ts';
import { captureOutput } from './output.ts';
import { installTimers } from './timers.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const setup = workerData as WorkerSetup;
const post = (message: WorkerMessage) => parentPort?.postMessage(message);

captureOutput((line) => post({ kind: 'log', line }));
enableCompileCache(setup.compileCache);
installSimulatedDate(setup.clock);
installNetwork(setup.network);
const activity = watchActivity(
  () => timers.pending > 0,
  () => post({ kind: 'waiting', fired: timers.fired }),
);
const timers = installTimers(
  {
    set: (id, delayMs) => post({ kind: 'set-timer', id, delayMs }),
    cancel: (id) => post({ kind: 'cancel-timer', id }),
    busy: () => post({ kind: 'busy' }),
  },
  activity.look,
);
syncBuiltinESMExports();

loadHandler().then(
  (handler) => {
    parentPort?.on('message', (message: HostMessage) => {
      if (message.kind === 'fire') timers.fire(message.id);
      else void answer(handler, message);
    });
    post({ kind: 'ready' });
  },
  (error: unknown) => {
    post({ kind: 'log', line: `Uncaught Exception during initialization: ${report(error).errorMessage}` });
    post({ kind: 'init-error', error: report(error) });
  },
);

async function loadHandler(): Promise<Handler> {
  const bundle = (await import(pathToFileURL(setup.file).href)) as Record<string, unknown>;
  const handler = bundle[setup.handler];
  if (typeof handler === 'function') return checkArity(handler as Handler);
  throw named('Runtime.HandlerNotFound', `${setup.file} does not export a function ${setup.handler}`);
}

/** From Node.js 24 on Lambda refuses handlers that take a callback. */
function checkArity(handler: Handler): Handler {
  if (handler.length < 3) return handler;
  throw named(
    'Runtime.CallbackHandlerDeprecated',
    'AWS Lambda has removed support for callback-based function handlers.',
  );
}

async function answer(handler: Handler, { requestId, event, timeoutMs }: InvokeMessage): Promise<void> {
  const [realStart, start] = [performance.now(), Date.now()];
  const context = {
    functionName: setup.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memorySize),
    awsRequestId: requestId,
    logGroupName: setup.logGroupName,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => {
      const elapsed = Math.max(performance.now() - realStart, Date.now() - start);
      return Math.max(0, Math.floor(timeoutMs - elapsed));
    },
  };
  try {
    const value = await handler(JSON.parse(event), context);
    post({ kind: 'answer', requestId, payload: JSON.stringify(value ?? null) });
  } catch (error) {
    post({ kind: 'error', requestId, error: report(error) });
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function report(thrown: unknown): ReportedError {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown) };
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? '').split('\n'),
  };
}
