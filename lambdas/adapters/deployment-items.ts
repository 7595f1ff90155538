/** How the API's records turn into items and back. Item layout: contracts/table.ts. */
import { keys } from '../contracts/table.ts';
import type { ActivityEntry } from '../domain/cluster/plan.ts';
import type { DesiredCluster, PendingLaunch, Timestamp } from '../domain/cluster/records.ts';
import { addSeconds } from '../domain/cluster/time.ts';
import type { DeploymentRecord } from '../domain/deployment/deployment.ts';
import { clusterKey, metaKey } from './dynamo-cluster-items.ts';
import type { Item } from './dynamo-table.ts';

/** After this the sweep looks at a cluster that no signal has woken. */
const firstCheckSeconds = 60;
export const checkSoon = (time: Timestamp | Date): Timestamp => addSeconds(time, firstCheckSeconds);

export function newClusterItem(desired: DesiredCluster): Item {
  return {
    ...clusterKey(desired.clusterId),
    gsi1pk: keys.due,
    gsi1sk: checkSoon(desired.createdAt),
    desired,
    revision: 1,
    signalSeq: 0,
    endedRun: 0,
    launches: {},
    unavailable: {},
    progress: { launchSeq: 0, failures: {} },
  };
}

/**
 * Kept as JSON text: what users write may be nested deeper, hold larger numbers and more empty things than DynamoDB's own
 * types bear.
 */
const jsonAttributes = ['parameters', 'topology', 'outputExpressions', 'outputs'] as const;

export function metaItem(deployment: DeploymentRecord): Item {
  const { owner, createdAt, deploymentId } = deployment;
  const texts = jsonAttributes.map((name) => [name, JSON.stringify(deployment[name])]);
  return {
    ...deployment,
    ...metaKey(deploymentId),
    gsi1pk: keys.owner(owner.issuer, owner.subject),
    gsi1sk: createdAt,
    ...Object.fromEntries(texts),
  };
}

export function deploymentFrom({ pk: _, sk: __, gsi1pk: ___, gsi1sk: ____, ...item }: Item): DeploymentRecord {
  const values = jsonAttributes.map((name) => [name, JSON.parse(String(item[name]))]);
  return { ...item, ...Object.fromEntries(values) } as DeploymentRecord;
}

/** `launches` is a map by token. */
export function launchesFrom(clusterItem: Item | undefined): readonly PendingLaunch[] {
  return Object.values((clusterItem?.launches ?? {}) as Record<string, PendingLaunch>);
}

export function activityFrom(item: Item): ActivityEntry & { readonly at: Timestamp } {
  const { at, level, text } = item as unknown as ActivityEntry & { readonly at: Timestamp };
  return { at, level, text };
}
