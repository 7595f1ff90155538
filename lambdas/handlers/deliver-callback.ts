/**
 * Invoked with batches of the callbacks queue: afterwards each receiver has been told, or is told again later, or was given up,
 * which is one line in the deployment's activity log. A message that cannot be handled for reasons of our own is reported as
 * failed, so that the queue brings it back and at last moves it to the dead letters.
 */
import { mapLimited } from '../adapters/batches.ts';
import { httpReceiver } from '../adapters/callback-post.ts';
import { sqsDeliveries } from '../adapters/callback-queue.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { CallbackBatch, CallbackMessage, callbackTimeoutSeconds } from '../contracts/callback.ts';
import { DeliverCallbackEnv } from '../contracts/functions.ts';
import { deploymentThen, isOutdated, judgeDelivery } from '../domain/deployment/callback.ts';
import type { Deliveries, Receiver } from '../ports/callbacks.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import { dynamoClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { fieldsOf, type Log, loggerFor } from '../runtime/logger.ts';
import { systemClock } from '../runtime/system.ts';
import { callbackView } from './api/views.ts';
import type { BatchResult } from './loop/signal-batch.ts';

interface Deps {
  readonly deployments: Pick<DeploymentStore, 'find'>;
  readonly clusters: Pick<ClusterStore, 'addActivity'>;
  readonly receiver: Receiver;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly log: Log;
  readonly region: string;
}
type QueuedMessage = CallbackBatch['Records'][number];
type Handled = 'over' | 'again';

/** As many as a batch may hold: a receiver that hangs keeps the others of its batch waiting for their end, not for their turn. */
export const callbacksAtOnce = 10;

export const makeDeliverCallback =
  (deps: Deps) =>
  async ({ Records }: CallbackBatch): Promise<BatchResult> => {
    const handled = await mapLimited(Records, callbacksAtOnce, (message) => handle(deps, message));
    const failed = Records.filter((_, index) => handled[index] === 'again');
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

async function handle(deps: Deps, queued: QueuedMessage): Promise<Handled> {
  const { messageId } = queued;
  try {
    return await deliver(deps, CallbackMessage.parse(JSON.parse(queued.body)), queued);
  } catch (error) {
    deps.log.error('callback not handled', { messageId, ...fieldsOf(error) });
    return 'again';
  }
}

async function deliver(deps: Deps, message: CallbackMessage, queued: QueuedMessage): Promise<Handled> {
  const { deployments, receiver, region } = deps;
  const attempt = queued.attributes.ApproximateReceiveCount;
  const deployment = await deployments.find(message.deploymentId);
  // Deleted meanwhile, or not to be told any longer: nobody waits for it.
  if (deployment?.callback === undefined) return 'over';
  if (isOutdated(attempt, message, deployment)) return drop(deps, message, 'the deployment has moved on');
  const body = JSON.stringify(callbackView(deploymentThen(message, deployment), region));
  const outcome = await receiver.post(deployment.callback, body);
  const { deploymentId: clusterId, status } = message;
  deps.log.info('callback posted', { clusterId, status, attempt, ...outcome });
  if (outcome.kind === 'delivered') return 'over';
  const latest = await deployments.find(clusterId);
  const verdict = judgeDelivery(outcome, { attempt, message, deployment: latest });
  if ('dropped' in verdict) return latest === undefined ? 'over' : drop(deps, message, verdict.dropped);
  await deps.deliveries.postpone(queued.receiptHandle, verdict.retryInSeconds);
  return 'again';
}

async function drop(
  { clusters, clock }: Deps,
  { deploymentId, status }: CallbackMessage,
  why: string,
): Promise<Handled> {
  const text = `the callback is not told ${status}: ${why}`;
  await clusters.addActivity(deploymentId, [{ level: 'warning', text }], clock.now());
  return 'over';
}

export const handler = lambdaStack({ name: 'deliver-callback', input: CallbackBatch }).handler(
  atColdStart(() => {
    const env = parseEnv(DeliverCallbackEnv);
    return makeDeliverCallback({
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      receiver: httpReceiver({
        allowedNetworks: env.CALLBACK_ALLOWED_NETWORKS,
        timeoutSeconds: callbackTimeoutSeconds,
      }),
      deliveries: sqsDeliveries(sqsClient(), env.CALLBACKS_QUEUE_URL),
      clock: systemClock,
      log: loggerFor('deliver-callback'),
      region: env.AWS_REGION,
    });
  }),
);
