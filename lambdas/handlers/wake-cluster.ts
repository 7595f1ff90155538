/**
 * Invoked with batches of the signals queue: afterwards the loop of every cluster and workload that a message is about has been
 * signalled. A message that cannot be read is reported as failed, so that the queue moves it to the dead letters.
 */
import { mapLimited } from '../adapters/batches.ts';
import { WakeClusterEnv } from '../contracts/functions.ts';
import type { Subject } from '../contracts/reconcile.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { fieldsOf, type Log, loggerFor } from '../runtime/logger.ts';
import { realLoops } from './loop/real-loops.ts';
import { type BatchResult, findSubjectOf, parseSignal, SignalBatch, type SubjectFinder } from './loop/signal-batch.ts';
import { type Loops, loopOf, signalLoop } from './loop/signal-loop.ts';

interface Deps {
  readonly loops: Loops;
  readonly finder: SubjectFinder;
  readonly log: Log;
}
type Message = SignalBatch['Records'][number];

/** Messages, and loops, that are worked on at the same time. */
const atOnce = 8;

export const makeWakeCluster =
  (deps: Deps) =>
  async ({ Records }: SignalBatch): Promise<BatchResult> => {
    const read = await mapLimited(Records, atOnce, (message) => readMessage(deps, message));
    const unread = read.filter(({ failed }) => failed).map(({ messageId }) => messageId);
    const subjects = new Map<string, { readonly subject: Subject; readonly messageIds: string[] }>();
    for (const { messageId, subject } of read) {
      if (subject === undefined) continue;
      const key = JSON.stringify(subject);
      const { messageIds = [] } = subjects.get(key) ?? {};
      subjects.set(key, { subject, messageIds: [...messageIds, messageId] });
    }
    const unsent = await mapLimited([...subjects.values()], atOnce, async ({ subject, messageIds }) =>
      (await delivers(deps, subject)) ? [] : messageIds,
    );
    return { batchItemFailures: [...unread, ...unsent.flat()].map((itemIdentifier) => ({ itemIdentifier })) };
  };

interface Read {
  readonly messageId: string;
  readonly subject?: Subject | undefined;
  readonly failed?: boolean;
}

async function readMessage({ finder, log }: Deps, { messageId, body }: Message): Promise<Read> {
  const signal = parseSignal(body);
  if (signal === undefined) {
    log.warn('message is no signal', { messageId });
    return { messageId, failed: true };
  }
  try {
    return { messageId, subject: await findSubjectOf(signal, finder) };
  } catch (error) {
    tell(log, error, { messageId });
    return { messageId, failed: true };
  }
}

async function delivers(deps: Deps, subject: Subject): Promise<boolean> {
  try {
    const { loop, id } = loopOf(deps.loops, subject);
    await signalLoop(loop, id);
    return true;
  } catch (error) {
    tell(deps.log, error, subject);
    return false;
  }
}

function tell(log: Log, error: unknown, about: Readonly<Record<string, string>>): void {
  log.warn('signal not delivered', { ...about, ...fieldsOf(error) });
}

export const handler = lambdaStack({ name: 'wake-cluster', input: SignalBatch }).handler(
  atColdStart(() => {
    const env = parseEnv(WakeClusterEnv);
    const loops = realLoops(env);
    return makeWakeCluster({
      loops,
      finder: { store: loops.cluster.store, workloadMachineArn: env.RUN_WORKLOAD_STATE_MACHINE_ARN },
      log: loggerFor('wake-cluster'),
    });
  }),
);
