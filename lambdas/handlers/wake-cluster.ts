/**
 * Invoked with batches of the signals queue: afterwards the loop of every cluster that a message is about has been signalled.
 * A message that cannot be read is reported as failed, so that the queue moves it to the dead letters.
 */
import { mapLimited } from '../adapters/batches.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { sfnWorkflow } from '../adapters/sfn-workflow.ts';
import { WakeClusterEnv } from '../contracts/functions.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import { dynamoClient, sfnClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { type Log, loggerFor } from '../runtime/logger.ts';
import { type BatchResult, findClusterOf, parseSignal, SignalBatch } from './loop/signal-batch.ts';
import { type SignalDeps, signalCluster } from './loop/signal-cluster.ts';

type Deps = SignalDeps & {
  readonly store: Pick<ClusterStore, 'addSignal' | 'endRun' | 'findClusterOfInstance'>;
  readonly log: Log;
};
type Message = SignalBatch['Records'][number];

/** Messages, and clusters, that are worked on at the same time. */
const atOnce = 8;

export const makeWakeCluster =
  (deps: Deps) =>
  async ({ Records }: SignalBatch): Promise<BatchResult> => {
    const read = await mapLimited(Records, atOnce, (message) => readMessage(deps, message));
    const unread = read.filter(({ failed }) => failed).map(({ messageId }) => messageId);
    const clusters = new Map<string, string[]>();
    for (const { messageId, clusterId } of read) {
      if (clusterId !== undefined) clusters.set(clusterId, [...(clusters.get(clusterId) ?? []), messageId]);
    }
    const unsent = await mapLimited([...clusters], atOnce, async ([clusterId, messageIds]) =>
      (await delivers(deps, clusterId)) ? [] : messageIds,
    );
    return { batchItemFailures: [...unread, ...unsent.flat()].map((itemIdentifier) => ({ itemIdentifier })) };
  };

interface Read {
  readonly messageId: string;
  readonly clusterId?: string | undefined;
  readonly failed?: boolean;
}

async function readMessage({ store, log }: Deps, { messageId, body }: Message): Promise<Read> {
  const signal = parseSignal(body);
  if (signal === undefined) {
    log.warn('message is no signal', { messageId });
    return { messageId, failed: true };
  }
  try {
    return { messageId, clusterId: await findClusterOf(signal, store) };
  } catch (error) {
    tell(log, error, { messageId });
    return { messageId, failed: true };
  }
}

async function delivers(deps: Deps, clusterId: string): Promise<boolean> {
  try {
    await signalCluster(deps, clusterId);
    return true;
  } catch (error) {
    tell(deps.log, error, { clusterId });
    return false;
  }
}

function tell(log: Log, error: unknown, about: Readonly<Record<string, string>>): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  log.warn('signal not delivered', { ...about, errorName: name, errorMessage: message });
}

export const handler = lambdaStack({ name: 'wake-cluster', input: SignalBatch }).handler(
  atColdStart(() => {
    const env = parseEnv(WakeClusterEnv);
    return makeWakeCluster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      workflow: sfnWorkflow(sfnClient(), env.RECONCILE_STATE_MACHINE_ARN),
      log: loggerFor('wake-cluster'),
    });
  }),
);
