/**
 * Invoked by a schedule: afterwards clusters and workloads whose loop is overdue have been signalled, and what carries the stack's
 * tag but belongs to no recorded cluster or workload is being removed.
 */
import * as z from 'zod';
import { awsFoundations } from '../adapters/aws-foundations.ts';
import { cloudwatchAlarms } from '../adapters/cloudwatch-alarms.ts';
import { ec2Terminator } from '../adapters/ec2-inventory.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { SweepClustersEnv } from '../contracts/functions.ts';
import { secondsSince } from '../domain/cluster/time.ts';
import type { Alarms } from '../ports/alarms.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Foundations } from '../ports/foundations.ts';
import type { Machines } from '../ports/machines.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { cloudwatchClient, ec2Client, iamClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { fieldsOf, type Log, loggerFor } from '../runtime/logger.ts';
import { systemClock } from '../runtime/system.ts';
import { realLoops } from './loop/real-loops.ts';
import { type Loop, signalLoop } from './loop/signal-loop.ts';

interface Deps {
  readonly loops: {
    readonly cluster: Loop & { readonly store: Pick<ClusterStore, 'listDueClusters' | 'findExisting'> };
    readonly workload: Loop & { readonly store: Pick<WorkloadStore, 'listDue' | 'findExisting'> };
  };
  readonly foundations: Pick<Foundations, 'listClusterIds' | 'cleanUp'>;
  readonly alarms: Pick<Alarms, 'listClusterIds' | 'remove'>;
  readonly machines: Pick<Machines, 'terminate'>;
  readonly clock: Clock;
  readonly log: Log;
}
interface SweepResult {
  readonly woken: number;
  readonly removed: number;
}

/** Younger things may belong to a cluster that is just being recorded. */
const orphanAgeSeconds = 120;

export const makeSweepClusters = (deps: Deps) => async (): Promise<SweepResult> => {
  const { cluster, workload } = deps.loops;
  const due = [
    ...(await cluster.store.listDueClusters(deps.clock.now())).map((id) => ({ loop: cluster, id })),
    ...(await workload.store.listDue(deps.clock.now())).map((id) => ({ loop: workload, id })),
  ];
  const woken = await countSuccesses(deps, due, ({ loop, id }) => signalLoop(loop, id));
  // The cloud is listed before the store is read, so that nothing newborn looks like an orphan.
  const found = await listFound(deps);
  const clusters = await cluster.store.findExisting([...found.keys()]);
  // A workload has a secret under its id as well.
  const workloads = await workload.store.findExisting([...found.keys()].filter((id) => !clusters.has(id)));
  const orphans = [...found]
    .filter(([id, { youngest }]) => !clusters.has(id) && !workloads.has(id) && isOld(deps, youngest))
    .map(([id, { instanceIds }]) => ({ id, instanceIds }));
  const removed = await countSuccesses(deps, orphans, (orphan) => removeOrphan(deps, orphan));
  return { woken, removed };
};

type Found = Awaited<ReturnType<Foundations['listClusterIds']>>;

/** By whatever is there of them; alarms are made last, so they are never all that is there of something young. */
async function listFound(deps: Deps): Promise<Found> {
  const [made, alarmed] = await Promise.all([deps.foundations.listClusterIds(), listAlarmed(deps)]);
  const unmade = [...alarmed].filter((id) => !made.has(id));
  return new Map([...made, ...unmade.map((id): [string, { instanceIds: string[] }] => [id, { instanceIds: [] }])]);
}

/** Without CloudWatch all else is swept: alarms cost next to nothing. */
async function listAlarmed({ alarms, log }: Deps): Promise<ReadonlySet<string>> {
  try {
    return await alarms.listClusterIds();
  } catch (error) {
    log.warn('alarms could not be listed', fieldsOf(error));
    return new Set();
  }
}

function isOld({ clock }: Deps, since: Date | undefined): boolean {
  return since === undefined || secondsSince(since.toISOString(), clock.now()) > orphanAgeSeconds;
}

interface Orphan {
  readonly id: string;
  readonly instanceIds: readonly string[];
}

async function removeOrphan({ machines, foundations, alarms, log }: Deps, orphan: Orphan): Promise<void> {
  const { id: clusterId, instanceIds } = orphan;
  log.warn('removing what belongs to no cluster', { clusterId, instances: instanceIds.length });
  if (instanceIds.length > 0) await machines.terminate(instanceIds);
  const left = await foundations.cleanUp(clusterId);
  if (left.length > 0) log.info('still in use, left for the next sweep', { clusterId, left });
  await alarms.remove(clusterId);
}

/** One after the other; what fails for one is told and does not keep the others waiting. */
async function countSuccesses<T extends { readonly id: string }>(
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
      log.error('sweep of one cluster failed', { item: item.id, ...fieldsOf(error) });
    }
  }
  return count;
}

export const handler = lambdaStack({ name: 'sweep-clusters', input: z.unknown() }).handler(
  atColdStart(() => {
    const env = parseEnv(SweepClustersEnv);
    const clients = { ec2: ec2Client(), iam: iamClient(), secrets: secretsClient() };
    return makeSweepClusters({
      loops: realLoops(env),
      foundations: awsFoundations({ ...clients, settings: nodeSettings(env) }),
      alarms: cloudwatchAlarms(cloudwatchClient(), env.STACK_NAME),
      machines: ec2Terminator(ec2Client()),
      clock: systemClock,
      log: loggerFor('sweep-clusters'),
    });
  }),
);
