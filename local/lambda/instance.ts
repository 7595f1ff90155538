import { Worker } from 'node:worker_threads';
import type { InvokeMessage, ReportedError, WorkerMessage, WorkerSetup } from './worker/messages.ts';

export interface InstanceOptions {
  readonly setup: WorkerSetup;
  readonly environment: Readonly<Record<string, string>>;
  readonly memorySize: number;
  readonly log: (line: string) => void;
}

export type Outcome = { readonly payload: string } | { readonly error: ReportedError };

/** One instance of a function: answers one event at a time, and keeps its module state in between. */
export interface Instance {
  invoke(message: InvokeMessage): Promise<Outcome>;
  /** False once it crashed, timed out or could not start: Lambda never uses it again. */
  readonly usable: boolean;
  stop(): Promise<void>;
}

export function startInstance({ setup, environment, memorySize, log }: InstanceOptions): Instance {
  const worker = new Worker(new URL('./worker/main.ts', import.meta.url), {
    workerData: setup,
    env: { ...environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: memorySize },
  });
  let usable = true;
  let settle: ((outcome: Outcome) => void) | undefined;
  const finish = (outcome: Outcome) => {
    const done = settle;
    settle = undefined;
    done?.(outcome);
  };
  let announceReady: (failed?: ReportedError) => void = () => undefined;
  const ready = new Promise<ReportedError | undefined>((resolve) => {
    announceReady = resolve;
  });
  const fail = (error: ReportedError) => {
    usable = false;
    announceReady(error);
    finish({ error });
  };
  const handle = (message: WorkerMessage) => {
    if (message.kind === 'log') log(message.line);
    else if (message.kind === 'ready') announceReady();
    else if (message.kind === 'init-error') fail(message.error);
    else if (message.kind === 'answer') finish({ payload: message.payload });
    else finish({ error: message.error });
  };
  worker.on('message', handle);
  worker.on('error', (error) => fail(crashReport(error)));
  worker.on('exit', (code) => fail(exitReport(`exit status ${code}`)));
  const stop = async () => {
    usable = false;
    await worker.terminate();
  };
  return {
    get usable() {
      return usable;
    },
    stop,
    async invoke(message) {
      const failed = await ready;
      if (failed) return { error: failed };
      const outcome = new Promise<Outcome>((resolve) => {
        settle = resolve;
      });
      // Counted in real time: simulated time may stand still, or race, while a function computes.
      const guard = setTimeout(() => {
        const seconds = (message.timeoutMs / 1000).toFixed(2);
        const errorMessage = `${message.requestId} Task timed out after ${seconds} seconds`;
        log(errorMessage);
        fail({ errorType: 'Sandbox.Timedout', errorMessage });
        worker.terminate().catch(() => undefined);
      }, message.timeoutMs);
      worker.postMessage(message);
      return outcome.finally(() => clearTimeout(guard));
    },
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
