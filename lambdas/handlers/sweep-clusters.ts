/**
 * Invoked by a schedule: afterwards clusters whose loop is overdue have been signalled, and what carries the stack's tag but
 * belongs to no recorded cluster is being removed.
 */
import * as z from 'zod';
import { awsFoundations } from '../adapters/aws-foundations.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Terminator } from '../adapters/ec2-inventory.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { sfnWorkflow } from '../adapters/sfn-workflow.ts';
import { SweepClustersEnv } from '../contracts/functions.ts';
import { secondsSince } from '../domain/cluster/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Foundations } from '../ports/foundations.ts';
import type { Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client, iamClient, secretsClient, sfnClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { type Log, loggerFor } from '../runtime/logger.ts';
import { systemClock } from '../runtime/system.ts';
import { type SignalDeps, signalCluster } from './loop/signal-cluster.ts';

type Deps = SignalDeps & {
  readonly store: Pick<ClusterStore, 'addSignal' | 'endRun' | 'listDueClusters' | 'findExisting'>;
  readonly foundations: Pick<Foundations, 'listClusterIds' | 'cleanUp'>;
  readonly machines: Pick<Machines, 'terminate'>;
  readonly clock: Clock;
  readonly log: Log;
};
interface SweepResult {
  readonly woken: number;
  readonly removed: number;
}

/** Younger things may belong to a cluster that is just being recorded. */
const orphanAgeSeconds = 120;

export const makeSweepClusters = (deps: Deps) => async (): Promise<SweepResult> => {
  const due = await deps.store.listDueClusters(deps.clock.now());
  const woken = await countSuccesses(deps, due, (clusterId) => signalCluster(deps, clusterId));
  // The cloud is listed before the store is read, so that nothing newborn looks like an orphan.
  const found = await deps.foundations.listClusterIds();
  const existing = await deps.store.findExisting([...found.keys()]);
  const orphans = [...found].filter(([clusterId, { youngest }]) => !existing.has(clusterId) && isOld(deps, youngest));
  const removed = await countSuccesses(deps, orphans, (orphan) => removeOrphan(deps, orphan));
  return { woken, removed };
};

function isOld({ clock }: Deps, since: Date | undefined): boolean {
  return since === undefined || secondsSince(since.toISOString(), clock.now()) > orphanAgeSeconds;
}

type Orphan = readonly [clusterId: string, found: { readonly instanceIds: readonly string[] }];

async function removeOrphan({ machines, foundations, log }: Deps, [clusterId, { instanceIds }]: Orphan): Promise<void> {
  log.warn('removing what belongs to no cluster', { clusterId, instances: instanceIds.length });
  if (instanceIds.length > 0) await machines.terminate(instanceIds);
  const left = await foundations.cleanUp(clusterId);
  if (left.length > 0) log.info('still in use, left for the next sweep', { clusterId, left });
}

/** One after the other; what fails for one cluster is told and does not keep the others waiting. */
async function countSuccesses<T>(
  { log }: Deps,
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  for (const item of items) {
    try {
      await act(item);
      count += 1;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      log.error('sweep of one cluster failed', { item: String(item), errorName: name, errorMessage: message });
    }
  }
  return count;
}

export const handler = lambdaStack({ name: 'sweep-clusters', input: z.unknown() }).handler(
  atColdStart(() => {
    const env = parseEnv(SweepClustersEnv);
    const clients = { ec2: ec2Client(), iam: iamClient(), secrets: secretsClient() };
    return makeSweepClusters({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      workflow: sfnWorkflow(sfnClient(), env.RECONCILE_STATE_MACHINE_ARN),
      foundations: awsFoundations({ ...clients, settings: nodeSettings(env) }),
      machines: ec2Terminator(ec2Client()),
      clock: systemClock,
      log: loggerFor('sweep-clusters'),
    });
  }),
);
