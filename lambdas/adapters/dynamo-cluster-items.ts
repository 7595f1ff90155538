/** How the loop's records turn into items and back. Item layout: contracts/table.ts. */
import { keys } from '../contracts/table.ts';
import type { ClusterRecord, DesiredCluster, NodeRecord, PendingLaunch } from '../domain/cluster/records.ts';
import type { ClusterUpdate } from '../domain/deployment/deployment.ts';
import type { Item, Key } from './dynamo-table.ts';

export const clusterKey = (clusterId: string): Key => ({ pk: keys.deployment(clusterId), sk: keys.cluster });
export const workloadKey = (workloadId: string): Key => ({ pk: keys.deployment(workloadId), sk: keys.workload });
export const metaKey = (clusterId: string): Key => ({ pk: keys.deployment(clusterId), sk: keys.meta });
export const nodeKey = (clusterId: string, instanceId: string): Key => ({
  pk: keys.deployment(clusterId),
  sk: keys.node(instanceId),
});

export const deploymentIdOf = (partition: unknown): string => String(partition).slice(keys.deployment('').length);

/** A put replaces the whole item, so attributes that a record lost are gone from the table too. */
export function nodeItem(clusterId: string, node: NodeRecord): Item {
  return { ...nodeKey(clusterId, node.instanceId), gsi1pk: keys.instance(node.instanceId), gsi1sk: clusterId, ...node };
}

export function nodeFrom({ pk: _, sk: __, gsi1pk: ___, gsi1sk: ____, ...node }: Item): NodeRecord {
  return node as unknown as NodeRecord;
}

export function launchMap(launches: readonly PendingLaunch[]): Record<string, PendingLaunch> {
  return Object.fromEntries(launches.map((launch) => [launch.token, launch]));
}

/**
 * Launches in the order of their tokens, so that equal records read equal.
 *
 * @param meta the deployment's own item, on which an update stands: one write of it is the whole update
 */
export function clusterFrom(item: Item, meta: Item | undefined): ClusterRecord {
  const record = item as unknown as ClusterRecord & { launches?: Record<string, PendingLaunch> };
  const launches = Object.values(record.launches ?? {}).sort((a, b) => a.token.localeCompare(b.token));
  return {
    desired: { ...withUpdate(record.desired, meta), ...stoppedFrom(meta) },
    revision: record.revision,
    signalSeq: record.signalSeq,
    endedRun: record.endedRun,
    launches,
    unavailable: record.unavailable ?? {},
    progress: record.progress,
    ...(record.foundation === undefined ? {} : { foundation: record.foundation }),
    ...(record.workloads === undefined ? {} : { workloads: record.workloads }),
  };
}

/** A set of strings in the table, which is never empty there. */
export function stoppedFrom(meta: Item | undefined): { readonly stopped?: readonly string[] } {
  return meta?.stopped === undefined ? {} : { stopped: [...(meta.stopped as Iterable<string>)].sort() };
}

/** Whether the cluster is wanted at all stands on its own item. */
function withUpdate(desired: DesiredCluster, meta: Item | undefined): DesiredCluster {
  const generation = Number(meta?.generation ?? 1);
  if (meta?.update === undefined || generation <= desired.generation) return desired;
  const { spec, deadlineAt, removals, secretVersion } = JSON.parse(String(meta.update)) as ClusterUpdate;
  return { ...desired, generation, spec, deadlineAt, removals, ...(secretVersion ? { secretVersion } : {}) };
}
