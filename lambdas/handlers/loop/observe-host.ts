/** Looks at the cluster that a workload is on, as far as it concerns the workload. */
import { NotFound } from '../../contracts/error-names.ts';
import type { ClusterRecord } from '../../domain/cluster/records.ts';
import { isElastic } from '../../domain/cluster/spec.ts';
import type { WorkloadRecord } from '../../domain/workload/records.ts';
import type { WorkloadView } from '../../domain/workload/seen.ts';
import type { HostView } from '../../domain/workload/situation.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Gateway } from '../../ports/gateway.ts';
import { viewWorkloads } from './view-workloads.ts';

export interface HostObservers {
  readonly clusters: Pick<ClusterStore, 'findRecord'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'viewGroups' | 'viewJobs'>;
}

export async function observeHost(observers: HostObservers, { desired }: WorkloadRecord): Promise<HostView> {
  const host = await observers.clusters.findRecord(desired.hostClusterId);
  if (host === undefined || host.progress.removedAt !== undefined) return { state: 'gone' };
  const isLeaving = host.desired.presence === 'absent';
  if (isLeaving && desired.presence === 'present') return { state: 'leaving' };
  const view = await viewOn(observers, host, desired);
  const { spec } = host.desired;
  if (view !== undefined) return { state: 'answering', release: spec.release, isElastic: isElastic(spec), ...view };
  // A cluster never comes back: what does not answer then ends with its instances.
  return { state: isLeaving ? 'gone' : 'silent' };
}

async function viewOn(
  { credentials, gateway }: HostObservers,
  record: ClusterRecord,
  desired: WorkloadRecord['desired'],
): Promise<WorkloadView | undefined> {
  if (record.foundation === undefined) return undefined;
  try {
    const secrets = await credentials.get(record.desired.clusterId);
    return (await viewWorkloads({ gateway, record, secrets }, [desired])).get(desired.workloadId);
  } catch (error) {
    // Without its secret a cluster cannot be asked.
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
