/** How the API's records turn into items and back. Item layout: contracts/table.ts. */
import { keys } from '../contracts/table.ts';
import type { ActivityEntry } from '../domain/cluster/plan.ts';
import type { DesiredCluster, PendingLaunch, Progress, Timestamp } from '../domain/cluster/records.ts';
import { addSeconds } from '../domain/cluster/time.ts';
import { type DeploymentRecord, type DeploymentSummary, summaryAttributes } from '../domain/deployment/deployment.ts';
import { type KnownNodes, wantedNow } from '../domain/deployment/resources.ts';
import { clusterKey, metaKey, stoppedFrom } from './dynamo-cluster-items.ts';
import type { Item, Key } from './dynamo-table.ts';

/** After this the sweep looks at a cluster that no signal has woken. */
const firstCheckSeconds = 60;
export const checkSoon = (time: Timestamp | Date): Timestamp => addSeconds(time, firstCheckSeconds);

export function newClusterItem(desired: DesiredCluster): Item & Key {
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
    workloads: {},
    claimSeq: 0,
    progress: { launchSeq: 0, failures: {} },
  };
}

/**
 * Kept as JSON text: what users write may be nested deeper, hold larger numbers and more empty things than DynamoDB's own
 * types bear.
 */
const jsonAttributes = ['parameters', 'topology', 'outputExpressions', 'outputs', 'update', 'workloadUpdate'] as const;

/** The attributes that are kept as text, of those that are given. */
export function jsonTexts(values: Partial<DeploymentRecord>): Record<string, string> {
  const given = jsonAttributes.filter((name) => values[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, JSON.stringify(values[name])]));
}

export function metaItem(deployment: DeploymentRecord): Item & Key {
  const { owner, organization, createdAt, deploymentId } = deployment;
  return {
    ...deployment,
    ...metaKey(deploymentId),
    gsi1pk: keys.owner(owner.issuer, owner.subject),
    gsi1sk: createdAt,
    ...(organization === undefined ? {} : { gsi2pk: keys.organization(owner.issuer, organization), gsi2sk: createdAt }),
    ...jsonTexts(deployment),
  };
}

const keyAttributes: readonly string[] = ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'];

export function deploymentFrom(stored: Item): DeploymentRecord {
  const item = Object.fromEntries(Object.entries(stored).filter(([name]) => !keyAttributes.includes(name)));
  const kept = jsonAttributes.filter((name) => item[name] !== undefined);
  const values = kept.map((name) => [name, JSON.parse(String(item[name]))]);
  return { ...item, ...Object.fromEntries(values), ...stoppedFrom(item) } as unknown as DeploymentRecord;
}

/** Has a query read no more than summaries. Every name has a placeholder, for some are reserved words. */
export const summaryProjection = {
  ProjectionExpression: summaryAttributes.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(summaryAttributes.map((name) => [`#${name}`, name])),
};

/** Of an item that was read with `summaryProjection`. */
export function summaryFrom(item: Item): DeploymentSummary {
  return deploymentFrom(item);
}

/** What the cluster's own record tells of nodes. `launches` is a map by token. */
export function launchesFrom(clusterItem: Item | undefined): Omit<KnownNodes, 'nodes'> {
  return {
    launches: Object.values((clusterItem?.launches ?? {}) as Record<string, PendingLaunch>),
    wanted: wantedNow((clusterItem?.progress ?? {}) as Partial<Progress>),
  };
}

export function activityFrom(item: Item): ActivityEntry & { readonly at: Timestamp } {
  const { at, level, text } = item as unknown as ActivityEntry & { readonly at: Timestamp };
  return { at, level, text };
}
