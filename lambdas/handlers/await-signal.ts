/** Invoked by a loop with a task token: afterwards the next signal ends the wait, or one that came meanwhile has. */
import { AwaitSignalEnv } from '../contracts/functions.ts';
import { AwaitSignalInput } from '../contracts/reconcile.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { realLoops } from './loop/real-loops.ts';
import { type Loops, loopOf } from './loop/signal-loop.ts';

export const makeAwaitSignal =
  (loops: Loops) =>
  async (input: AwaitSignalInput): Promise<{ readonly waiting: boolean }> => {
    const { run, seenSignalSeq, taskToken } = input;
    const { loop, id } = loopOf(loops, input);
    const waiting = await loop.store.storeWaitToken(id, run, seenSignalSeq, taskToken);
    if (!waiting) await loop.workflow.wake(taskToken);
    return { waiting };
  };

export const handler = lambdaStack({ name: 'await-signal', input: AwaitSignalInput }).handler(
  atColdStart(() => makeAwaitSignal(realLoops(parseEnv(AwaitSignalEnv)))),
);
