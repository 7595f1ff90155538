/**
 * Invoked by a schedule each minute: afterwards the load of every elastic cluster is published, and the loop of every cluster and
 * watched workload that has something new to see has been signalled. Where there is neither that is two queries of an empty index.
 * A minute that is lost is made up for by the next one. Very many clusters it hands on to further invocations of itself; two
 * that look at the same cluster publish and signal the same.
 */
import { inBatches, mapLimited } from '../adapters/batches.ts';
import { cloudwatchMetrics } from '../adapters/cloudwatch-metrics.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { lambdaLookHelpers } from '../adapters/lambda-look-helpers.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { sqsSignals } from '../adapters/sqs-signals.ts';
import { CollectLoadEnv } from '../contracts/functions.ts';
import { CollectLoadInput, looksPerInvocation } from '../contracts/load.ts';
import { secondsSince } from '../domain/cluster/time.ts';
import type { LookHelpers } from '../ports/look-helpers.ts';
import type { Signals } from '../ports/signals.ts';
import { cloudwatchClient, dynamoClient, lambdaClient, secretsClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { fieldsOf, loggerFor } from '../runtime/logger.ts';
import { systemClock } from '../runtime/system.ts';
import { findHosts, type Host, type HostLists, inTurn, listHosts } from './loop/hosts.ts';
import { type Lookers, lookAtCluster } from './loop/look-at-cluster.ts';

interface Deps extends Lookers, HostLists {
  readonly clusters: Lookers['clusters'] & HostLists['clusters'];
  readonly helpers: LookHelpers;
  readonly signals: Signals;
}

interface Collected {
  /** Clusters that were looked at, those that were handed on, and those that there was no time for, or nobody to take them. */
  readonly looked: number;
  readonly handedOn: number;
  readonly left: number;
  readonly signalled: number;
}

/** Clusters that are looked at at the same time: a new account has ten concurrent executions in all. */
const atOnce = 4;
/** No further cluster is begun after so many seconds. One that does not answer takes the gateway's whole time, 30 s. */
export const patienceSeconds = 20;

export const makeCollectLoad =
  (deps: Deps) =>
  async ({ clusterIds }: CollectLoadInput): Promise<Collected> => {
    const hosts = clusterIds ? await findHosts(deps, clusterIds) : inTurn(await listHosts(deps), deps.clock.now());
    const collected = hosts.length > looksPerInvocation ? await handOn(deps, hosts) : await lookAtAll(deps, hosts);
    const { looked, left } = collected;
    if (left > 0) deps.log.warn('clusters are left to the next minute', { left, looked });
    return collected;
  };

async function handOn(deps: Deps, hosts: readonly Host[]): Promise<Collected> {
  const ids = hosts.map(({ clusterId }) => clusterId);
  const handed = await mapLimited(inBatches(ids, looksPerInvocation), atOnce, async (clusterIds) => {
    const isTaken = await succeeds(deps, 'clusters could not be handed on', { clusters: clusterIds.length }, () =>
      deps.helpers.hand(clusterIds),
    );
    return isTaken ? clusterIds.length : 0;
  });
  const handedOn = handed.reduce((sum, count) => sum + count, 0);
  return { looked: 0, handedOn, left: hosts.length - handedOn, signalled: 0 };
}

async function lookAtAll(deps: Deps, hosts: readonly Host[]): Promise<Collected> {
  const since = deps.clock.now().toISOString();
  const counts = await mapLimited(hosts, atOnce, async (host) =>
    secondsSince(since, deps.clock.now()) < patienceSeconds ? collect(deps, host) : undefined,
  );
  const signals = counts.filter((count) => count !== undefined);
  const signalled = signals.reduce((sum, count) => sum + count, 0);
  return { looked: signals.length, handedOn: 0, left: hosts.length - signals.length, signalled };
}

/** What fails for one cluster is told and does not keep the others waiting. @returns how many signals were sent */
async function collect(deps: Deps, host: Host): Promise<number> {
  let sent = 0;
  await succeeds(deps, 'cluster could not be looked at', { clusterId: host.clusterId }, async () => {
    for (const signal of await lookAtCluster(deps, host)) {
      await deps.signals.send(signal);
      sent += 1;
    }
  });
  return sent;
}

async function succeeds(
  { log }: Deps,
  message: string,
  about: Readonly<Record<string, unknown>>,
  act: () => Promise<void>,
): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    log.warn(message, { ...about, ...fieldsOf(error) });
    return false;
  }
}

export const handler = lambdaStack({ name: 'collect-load', input: CollectLoadInput }).handler(
  atColdStart(() => {
    const env = parseEnv(CollectLoadEnv);
    return makeCollectLoad({
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      workloads: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      helpers: lambdaLookHelpers(lambdaClient(), env.AWS_LAMBDA_FUNCTION_NAME),
      metrics: cloudwatchMetrics(cloudwatchClient()),
      signals: sqsSignals(sqsClient(), env.SIGNALS_QUEUE_URL),
      clock: systemClock,
      log: loggerFor('collect-load'),
      rules: env.CONTROL_RULES,
    });
  }),
);
