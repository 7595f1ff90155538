/** Invoked by a loop at its end: afterwards the run is over, or must plan again because a signal came meanwhile. */
import { EndRunEnv } from '../contracts/functions.ts';
import { EndRunInput, type EndRunOutput } from '../contracts/reconcile.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { realLoops } from './loop/real-loops.ts';
import { type Loops, loopOf, signalLoop } from './loop/signal-loop.ts';

export const makeEndRun =
  (loops: Loops) =>
  async (input: EndRunInput): Promise<EndRunOutput> => {
    const { run, seenSignalSeq, mode } = input;
    const { loop, id } = loopOf(loops, input);
    if (mode === 'end') return { ended: await loop.store.endRun(id, run, seenSignalSeq) };
    // Signalled whether or not this call ended the run: an earlier try may have stopped between the two.
    await loop.store.endRun(id, run, undefined);
    await signalLoop(loop, id);
    return { ended: true };
  };

export const handler = lambdaStack({ name: 'end-run', input: EndRunInput }).handler(
  atColdStart(() => makeEndRun(realLoops(parseEnv(EndRunEnv)))),
);
