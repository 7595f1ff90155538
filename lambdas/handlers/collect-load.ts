/**
 * Invoked by a schedule each minute: afterwards the loop of every watched workload that shows something new in its cluster has been
 * signalled. While nothing is watched, that is one query of an empty index. A minute that is lost is made up for by the next one.
 */
import * as z from 'zod';
import { mapLimited } from '../adapters/batches.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { sqsSignals } from '../adapters/sqs-signals.ts';
import { CollectLoadEnv } from '../contracts/functions.ts';
import { fingerprint } from '../domain/cluster/fingerprint.ts';
import { secondsSince } from '../domain/cluster/time.ts';
import type { WorkloadRecord } from '../domain/workload/records.ts';
import { seenOf } from '../domain/workload/seen.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { Gateway } from '../ports/gateway.ts';
import type { Signals } from '../ports/signals.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { dynamoClient, lambdaClient, secretsClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { type Log, loggerFor } from '../runtime/logger.ts';
import { systemClock } from '../runtime/system.ts';
import { viewWorkloads } from './loop/view-workloads.ts';

interface Deps {
  readonly clusters: Pick<ClusterStore, 'findRecord'>;
  readonly workloads: Pick<WorkloadStore, 'listWatched'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'viewGroups' | 'viewJobs'>;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly log: Log;
}

/** A cluster, and the watched workloads on it. */
type Host = readonly [clusterId: string, workloads: readonly WorkloadRecord[]];

interface Collected {
  /** Clusters that were looked at, and those that there was no time for. */
  readonly looked: number;
  readonly left: number;
  readonly signalled: number;
}

/** Clusters that are looked at at the same time: a new account has ten concurrent executions in all. */
const atOnce = 4;
/** No further cluster is begun after so many seconds. One that does not answer takes the gateway's whole time, 30 s. */
export const patienceSeconds = 20;

export const makeCollectLoad = (deps: Deps) => async (): Promise<Collected> => {
  const since = deps.clock.now();
  const hosts = inTurn(byHost(await deps.workloads.listWatched()), since);
  const counts = await mapLimited(hosts, atOnce, async (host) =>
    secondsSince(since.toISOString(), deps.clock.now()) < patienceSeconds ? collect(deps, host) : undefined,
  );
  const looked = counts.filter((count) => count !== undefined);
  const left = hosts.length - looked.length;
  if (left > 0) deps.log.warn('clusters are left to the next minute', { left, looked: looked.length });
  return { looked: looked.length, left, signalled: looked.reduce((sum, count) => sum + count, 0) };
};

function byHost(watched: readonly WorkloadRecord[]): readonly Host[] {
  return [...Map.groupBy(watched, ({ desired }) => desired.hostClusterId)];
}

/** In another order each minute, so that it is not the same ones that are left if there are too many. */
function inTurn(hosts: readonly Host[], now: Date): readonly Host[] {
  const minute = Math.floor(now.getTime() / 60_000);
  const rank = new Map(hosts.map(([clusterId]) => [clusterId, fingerprint([minute, clusterId])]));
  return hosts.toSorted(([a], [b]) => (rank.get(a) ?? '').localeCompare(rank.get(b) ?? ''));
}

/** What fails for one cluster is told and does not keep the others waiting. @returns how many workloads were signalled */
async function collect(deps: Deps, host: Host): Promise<number> {
  const [clusterId] = host;
  try {
    const changed = await findChanged(deps, host);
    for (const { desired } of changed)
      await deps.signals.send({ kind: 'workload-changed', workloadId: desired.workloadId });
    return changed.length;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    deps.log.warn('cluster could not be looked at', { clusterId, errorName: name, errorMessage: message });
    return 0;
  }
}

/** That a cluster is gone, or is to go, is news for all on it. Of what it does not tell there is none. */
async function findChanged(
  { clusters, credentials, gateway }: Deps,
  [clusterId, workloads]: Host,
): Promise<readonly WorkloadRecord[]> {
  const record = await clusters.findRecord(clusterId);
  if (record === undefined || record.desired.presence !== 'present') return workloads;
  if (record.foundation === undefined) return [];
  const secrets = await credentials.get(clusterId);
  const views = await viewWorkloads(
    { gateway, record, secrets },
    workloads.map(({ desired }) => desired),
  );
  return workloads.filter(({ desired, progress }) => {
    const view = views.get(desired.workloadId);
    return view !== undefined && seenOf(view) !== progress.seen;
  });
}

export const handler = lambdaStack({ name: 'collect-load', input: z.unknown() }).handler(
  atColdStart(() => {
    const env = parseEnv(CollectLoadEnv);
    return makeCollectLoad({
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      workloads: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      signals: sqsSignals(sqsClient(), env.SIGNALS_QUEUE_URL),
      clock: systemClock,
      log: loggerFor('collect-load'),
    });
  }),
);
