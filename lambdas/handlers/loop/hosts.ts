/** Clusters that are to be looked at each minute, and what waits on them. */
import { mapLimited } from '../../adapters/batches.ts';
import { lookSeconds } from '../../contracts/load.ts';
import { fingerprint } from '../../domain/cluster/fingerprint.ts';
import type { WorkloadRecord } from '../../domain/workload/records.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';
import type { WorkloadStore } from '../../ports/workload-store.ts';

export interface HostLists {
  readonly clusters: Pick<ClusterStore, 'listElastic'>;
  readonly workloads: Pick<WorkloadStore, 'listWatched'>;
}

/** A cluster, and the watched workloads on it. */
export interface Host {
  readonly clusterId: string;
  readonly workloads: readonly WorkloadRecord[];
}

const queriesAtOnce = 10;

/** Whoever has something to see: elastic clusters, and hosts of watched workloads. */
export async function listHosts({ clusters, workloads }: HostLists): Promise<readonly Host[]> {
  const [elastic, watched] = await Promise.all([clusters.listElastic(), workloads.listWatched()]);
  const onHost = Map.groupBy(watched, ({ desired }) => desired.hostClusterId);
  const clusterIds = [...new Set([...elastic, ...onHost.keys()])];
  return clusterIds.map((clusterId) => ({ clusterId, workloads: onHost.get(clusterId) ?? [] }));
}

/** Those that were handed on: in its own minute each reads what is watched of its own clusters only. */
export function findHosts({ workloads }: HostLists, clusterIds: readonly string[]): Promise<readonly Host[]> {
  return mapLimited(clusterIds, queriesAtOnce, async (clusterId) => ({
    clusterId,
    workloads: await workloads.listWatched(clusterId),
  }));
}

/** In another order each minute, so that it is not the same ones that are left if there are too many. */
export function inTurn(hosts: readonly Host[], now: Date): readonly Host[] {
  const minute = Math.floor(now.getTime() / (lookSeconds * 1000));
  const rank = new Map(hosts.map(({ clusterId }) => [clusterId, fingerprint([minute, clusterId])]));
  return hosts.toSorted((a, b) => (rank.get(a.clusterId) ?? '').localeCompare(rank.get(b.clusterId) ?? ''));
}
