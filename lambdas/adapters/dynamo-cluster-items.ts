/** How the loop's records turn into items and back. Item layout: contracts/table.ts. */
import { keys } from '../contracts/table.ts';
import type {
  ClusterRecord,
  DeploymentStatus,
  NodeRecord,
  PendingLaunch,
  Timestamp,
} from '../domain/cluster/records.ts';
import type { Item, Key } from './dynamo-table.ts';

/** A new status that the cluster's item announces until it is known to be on the deployment's item too. */
export interface PendingStatus {
  readonly value: DeploymentStatus;
  readonly reason?: string;
  readonly at: Timestamp;
  /** Revision of the write that announced it; any later revision makes it void. */
  readonly revision: number;
}

export const clusterKey = (clusterId: string): Key => ({ pk: keys.deployment(clusterId), sk: keys.cluster });
export const metaKey = (clusterId: string): Key => ({ pk: keys.deployment(clusterId), sk: keys.meta });
export const nodeKey = (clusterId: string, instanceId: string): Key => ({
  pk: keys.deployment(clusterId),
  sk: keys.node(instanceId),
});

export const clusterIdOf = (partition: unknown): string => String(partition).slice(keys.deployment('').length);

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

/** Launches in the order of their tokens, so that equal records read equal. */
export function clusterFrom(item: Item): ClusterRecord {
  const record = item as unknown as ClusterRecord & { launches?: Record<string, PendingLaunch> };
  const launches = Object.values(record.launches ?? {}).sort((a, b) => a.token.localeCompare(b.token));
  return {
    desired: record.desired,
    revision: record.revision,
    signalSeq: record.signalSeq,
    endedRun: record.endedRun,
    launches,
    unavailable: record.unavailable ?? {},
    progress: record.progress,
    ...(record.foundation === undefined ? {} : { foundation: record.foundation }),
  };
}
