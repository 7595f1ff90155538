/** One look at a cluster: at the workloads on it that wait for something, and at the load of its elastic slaves. */
import { NotFound } from '../../contracts/error-names.ts';
import type { ControlRules } from '../../contracts/functions.ts';
import type { OwnSignal } from '../../contracts/signal.ts';
import { loadMetrics } from '../../domain/cluster/load-metrics.ts';
import { isLoadFollowed } from '../../domain/cluster/load-watch.ts';
import { needsLook } from '../../domain/cluster/needs-look.ts';
import { isWorthAsking, snapshotRequest } from '../../domain/cluster/observe.ts';
import type { ClusterRecord } from '../../domain/cluster/records.ts';
import { scale } from '../../domain/scaling/scale.ts';
import type { WorkloadRecord } from '../../domain/workload/records.ts';
import { seenOf } from '../../domain/workload/seen.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterStore, LoadedCluster } from '../../ports/cluster-store.ts';
import type { ClusterSecrets, Credentials } from '../../ports/credentials.ts';
import type { Gateway } from '../../ports/gateway.ts';
import type { Metrics } from '../../ports/metrics.ts';
import { fieldsOf, type Log } from '../../runtime/logger.ts';
import type { Host } from './hosts.ts';
import { viewWorkloads } from './view-workloads.ts';

export interface Lookers {
  readonly clusters: Pick<ClusterStore, 'loadCluster'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'viewGroups' | 'viewJobs' | 'snapshot'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: ControlRules;
}

/** Publishes the load's metrics. @returns the signals that are due; of what the cluster does not tell there are none */
export async function lookAtCluster(lookers: Lookers, { clusterId, workloads }: Host): Promise<readonly OwnSignal[]> {
  const loaded = await findCluster(lookers, clusterId);
  // That a cluster is gone, or is to go, is news for all on it.
  if (loaded?.record.desired.presence !== 'present') return workloads.map(workloadChanged);
  const { record } = loaded;
  const isFollowed = hasLoad(loaded);
  if (record.foundation === undefined || (workloads.length === 0 && !isFollowed)) return [];
  const secrets = await lookers.credentials.get(clusterId);
  const [changed, isLoadNews] = await Promise.all([
    findChanged(lookers, { record, secrets, workloads }),
    isFollowed && lookAtLoad(lookers, loaded, secrets),
  ]);
  return [...changed.map(workloadChanged), ...(isLoadNews ? [{ kind: 'load-changed' as const, clusterId }] : [])];
}

const workloadChanged = ({ desired }: WorkloadRecord): OwnSignal => ({
  kind: 'workload-changed',
  workloadId: desired.workloadId,
});

async function findCluster({ clusters }: Lookers, clusterId: string): Promise<LoadedCluster | undefined> {
  try {
    return await clusters.loadCluster(clusterId);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** While no master runs there is nobody to ask. */
function hasLoad({ record, nodes, status }: LoadedCluster): boolean {
  return isLoadFollowed(record, status) && isWorthAsking(record, nodes);
}

interface WatchedHost {
  readonly record: ClusterRecord;
  readonly secrets: ClusterSecrets;
  readonly workloads: readonly WorkloadRecord[];
}

async function findChanged(
  { gateway }: Lookers,
  { record, secrets, workloads }: WatchedHost,
): Promise<readonly WorkloadRecord[]> {
  const views = await viewWorkloads(
    { gateway, record, secrets },
    workloads.map(({ desired }) => desired),
  );
  return workloads.filter(({ desired, progress }) => {
    const view = views.get(desired.workloadId);
    return view !== undefined && seenOf(view) !== progress.seen;
  });
}

/** Asks for what the loop would ask for, and concludes as it would. @returns whether the loop has to look, too */
async function lookAtLoad(
  lookers: Lookers,
  { record, nodes }: LoadedCluster,
  secrets: ClusterSecrets,
): Promise<boolean> {
  const snapshot = await lookers.gateway.snapshot(snapshotRequest(record, nodes, secrets));
  const now = lookers.clock.now();
  const seen = scale({ record, nodes, ...(snapshot && { snapshot }), now, rules: lookers.rules });
  if (seen.load !== undefined) {
    await publish(lookers, record, loadMetrics(seen.load, record.desired.spec.software), now);
  }
  return needsLook(record, seen, now);
}

/** Metrics that cannot be published keep no signal back. */
async function publish(
  { metrics, log }: Lookers,
  { desired: { clusterId } }: ClusterRecord,
  load: ReturnType<typeof loadMetrics>,
  at: Date,
): Promise<void> {
  try {
    await metrics.publish(clusterId, load, at);
  } catch (error) {
    log.warn('metrics could not be published', { clusterId, ...fieldsOf(error) });
  }
}
