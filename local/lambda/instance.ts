import { Worker } from 'node:worker_threads';
import type { SimClock } from '../types.ts';
import { createHostTimers } from './host-timers.ts';
import type { InvokeMessage, ReportedError, WorkerMessage, WorkerSetup } from './worker/messages.ts';

export interface InstanceOptions {
  readonly setup: WorkerSetup;
  readonly environment: Readonly<Record<string, string>>;
  readonly memorySize: number;
  readonly log: (line: string) => void;
  readonly clock: SimClock;
}

export type Outcome = { readonly payload: string } | { readonly error: ReportedError };

/** One instance of a function: answers one event at a time, and keeps its module state in between. */
export interface Instance {
  invoke(message: InvokeMessage): Promise<Outcome>;
  /** False once it crashed, timed out or could not start: Lambda never uses it again. */
  readonly usable: boolean;
  stop(): Promise<void>;
}

export function startInstance(options: InstanceOptions): Instance {
  const { setup, environment, memorySize, log, clock } = options;
  const worker = new Worker(new URL('./worker/main.ts', import.meta.url), {
    workerData: setup,
    env: { ...environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: memorySize },
  });
  const timers = createHostTimers(clock, (id) => worker.postMessage({ kind: 'fire', id }));
  const start = Promise.withResolvers<ReportedError | undefined>();
  let usable = true;
  let finish: (outcome: Outcome) => void = () => undefined;
  const fail = (error: ReportedError) => {
    usable = false;
    timers.clear();
    start.resolve(error);
    finish({ error });
  };
  const stop = async () => {
    usable = false;
    timers.clear();
    await worker.terminate();
  };
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'log') log(message.line);
    else if (message.kind === 'ready') start.resolve(undefined);
    else if (message.kind === 'init-error') fail(message.error);
    else if (message.kind === 'answer') finish({ payload: message.payload });
    else if (message.kind === 'error') finish({ error: message.error });
    else timers.handle(message);
  });
  worker.on('error', (error) => fail(crashReport(error)));
  worker.on('exit', (code) => fail(exitReport(`exit status ${code}`)));

  const run = async (message: InvokeMessage): Promise<Outcome> => {
    const failed = await start.promise;
    if (failed) return { error: failed };
    if (!usable) return { error: exitReport('the instance is gone') };
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    finish = resolve;
    const timeOut = () => {
      const errorMessage = `${message.requestId} Task timed out after ${(message.timeoutMs / 1000).toFixed(2)} seconds`;
      log(errorMessage);
      fail({ errorType: 'Sandbox.Timedout', errorMessage });
    };
    const guards = startGuards(clock, message.timeoutMs, timeOut);
    worker.postMessage(message);
    return promise.finally(guards);
  };
  return {
    get usable() {
      return usable;
    },
    stop,
    invoke(message) {
      timers.begin();
      return run(message).finally(timers.end);
    },
  };
}

/** Both kinds of time are limited: simulated time may stand still while a function computes. @returns what ends them */
function startGuards(clock: SimClock, timeoutMs: number, timeOut: () => void): () => void {
  const cancel = clock.after(timeoutMs, timeOut);
  const guard = setTimeout(timeOut, timeoutMs);
  return () => {
    cancel();
    clearTimeout(guard);
  };
}

/** An error that the function did not catch ends the instance, as does one byte too many. */
function crashReport(error: unknown): ReportedError {
  const { code, name = 'Error', message = String(error) } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return exitReport('signal: killed');
  return { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: `${name}: ${message}` };
}

function exitReport(how: string): ReportedError {
  return { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with error: ${how}` };
}
