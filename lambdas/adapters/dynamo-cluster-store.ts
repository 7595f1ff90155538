/** ClusterStore on DynamoDB. Only single-item conditional writes are used, no transactions. */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Conflict, NotFound } from '../contracts/error-names.ts';
import { keys, table as layout } from '../contracts/table.ts';
import type { DeploymentStatus } from '../domain/cluster/records.ts';
import type { ClusterStore, LoadedCluster } from '../ports/cluster-store.ts';
import { inBatches } from './batches.ts';
import { writeActivity } from './dynamo-activity.ts';
import {
  clusterFrom,
  clusterIdOf,
  clusterKey,
  metaKey,
  nodeFrom,
  nodeItem,
  nodeKey,
  type PendingStatus,
} from './dynamo-cluster-items.ts';
import { dynamoLoop } from './dynamo-loop.ts';
import { writePlan, writeStatus } from './dynamo-plan.ts';
import { type DynamoTable, dynamoTable, type Item } from './dynamo-table.ts';
import { translating } from './errors.ts';

/** One batch read takes this many keys. */
const readBatchSize = 100;

export function dynamoClusterStore(client: DynamoDBDocumentClient, tableName: string): ClusterStore {
  const table = dynamoTable(client, tableName);
  const activity: ClusterStore['addActivity'] = (clusterId, entries, now) =>
    writeActivity(client, { tableName, clusterId, now }, entries);
  return {
    ...dynamoLoop(table),
    loadCluster: (clusterId) => loadCluster(table, clusterId),
    savePlan: async (clusterId, revision, plan, now) => {
      await writePlan(table, { clusterId, revision, plan, now });
      await activity(clusterId, plan.activity, now);
    },
    saveFoundation: async (clusterId, foundation) => {
      const item = await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'SET foundation = :foundation ADD revision :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':foundation': foundation, ':one': 1 },
        ReturnValues: 'NONE',
      });
      if (item === undefined) throw new NotFound(`There is no record of cluster ${clusterId}.`);
    },
    closeLaunch: (...launch) => closeLaunch(table, launch),
    renewLaunch: (...launch) => renewLaunch(table, launch),
    saveNodes: (clusterId, nodes) =>
      table.writeAll(
        nodes.map((node) => nodeItem(clusterId, node)),
        [],
      ),
    forgetCluster: (clusterId) => forgetCluster(table, clusterId),
    addActivity: activity,
    findClusterOfInstance: async (instanceId) => {
      const [item] = await table.query({
        IndexName: layout.index,
        KeyConditionExpression: 'gsi1pk = :instance',
        ExpressionAttributeValues: { ':instance': keys.instance(instanceId) },
      });
      return item && String(item.gsi1sk);
    },
    listDueClusters: async (now) => {
      const items = await table.query({
        IndexName: layout.index,
        KeyConditionExpression: 'gsi1pk = :due AND gsi1sk < :now',
        ProjectionExpression: 'pk',
        ExpressionAttributeValues: { ':due': keys.due, ':now': now.toISOString() },
      });
      return items.map((item) => clusterIdOf(item.pk));
    },
    findExisting: (clusterIds) => findExisting(client, tableName, clusterIds),
  };
}

async function loadCluster(table: DynamoTable, clusterId: string): Promise<LoadedCluster> {
  const items = await table.query({
    KeyConditionExpression: 'pk = :pk AND sk >= :from',
    ExpressionAttributeValues: { ':pk': keys.deployment(clusterId), ':from': keys.cluster },
    ConsistentRead: true,
  });
  const cluster = items.find((item) => item.sk === keys.cluster);
  if (cluster === undefined) throw new NotFound(`There is no record of cluster ${clusterId}.`);
  const status = await settleStatus(table, clusterId, {
    cluster,
    meta: items.find((item) => item.sk === keys.meta),
  });
  return {
    record: clusterFrom(cluster),
    nodes: items.filter((item) => String(item.sk).startsWith(keys.nodePrefix)).map(nodeFrom),
    ...(status === undefined ? {} : { status }),
  };
}

/** The deployment's status; one that a stopped pass announced and did not write is written now. */
async function settleStatus(
  table: DynamoTable,
  clusterId: string,
  { cluster, meta }: { cluster: Item; meta: Item | undefined },
): Promise<DeploymentStatus | undefined> {
  const status = meta?.status as DeploymentStatus | undefined;
  const pending = cluster.pendingStatus as PendingStatus | undefined;
  if (status === undefined || pending === undefined || pending.value === status) return status;
  if (pending.revision !== cluster.revision) return status;
  return (await writeStatus(table, clusterId, pending)) ? pending.value : status;
}

/** Nodes first: a launch that is closed has its nodes recorded, so none of them is ever taken for an orphan. */
async function closeLaunch(
  table: DynamoTable,
  [clusterId, token, nodes, unavailable]: Parameters<ClusterStore['closeLaunch']>,
): Promise<void> {
  await table.writeAll(
    nodes.map((node) => nodeItem(clusterId, node)),
    [],
  );
  const held = Object.entries(unavailable);
  const sets = ['revision = revision + :one', ...held.map((_, n) => `unavailable.#o${n} = :o${n}`)];
  const item = await table.update({
    Key: clusterKey(clusterId),
    UpdateExpression: `SET ${sets.join(', ')} REMOVE launches.#token`,
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: {
      '#token': token,
      ...Object.fromEntries(held.map(([key], n) => [`#o${n}`, key])),
    },
    ExpressionAttributeValues: {
      ':one': 1,
      ...Object.fromEntries(held.map(([, until], n) => [`:o${n}`, until])),
    },
    ReturnValues: 'NONE',
  });
  if (item !== undefined) return;
  await table.writeAll(
    [],
    nodes.map((node) => nodeKey(clusterId, node.instanceId)),
  );
  throw new Conflict(`Cluster ${clusterId} was forgotten while launch ${token} was under way.`);
}

async function renewLaunch(
  table: DynamoTable,
  [clusterId, token, emptyFleets]: Parameters<ClusterStore['renewLaunch']>,
): Promise<void> {
  const item = await table.update({
    Key: clusterKey(clusterId),
    UpdateExpression: 'SET revision = revision + :one, launches.#token.emptyFleets = :count',
    ConditionExpression: 'attribute_exists(launches.#token)',
    ExpressionAttributeNames: { '#token': token },
    ExpressionAttributeValues: { ':one': 1, ':count': emptyFleets },
    ReturnValues: 'NONE',
  });
  if (item === undefined) throw new Conflict(`Launch ${token} of cluster ${clusterId} is closed.`);
}

async function forgetCluster(table: DynamoTable, clusterId: string): Promise<void> {
  const items = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.deployment(clusterId) },
    ProjectionExpression: 'pk, sk',
    ConsistentRead: true,
  });
  const own: readonly unknown[] = [keys.cluster, keys.meta];
  await table.writeAll(
    [],
    items.filter((item) => !own.includes(item.sk)).map((item) => ({ pk: String(item.pk), sk: String(item.sk) })),
  );
  await table.writeAll([], [metaKey(clusterId)]);
  await table.writeAll([], [clusterKey(clusterId)]);
}

async function findExisting(
  client: DynamoDBDocumentClient,
  tableName: string,
  clusterIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const existing = new Set<string>();
  const readBatch = async (left: readonly Item[]): Promise<readonly Item[]> => {
    const request = { [tableName]: { Keys: [...left], ConsistentRead: true, ProjectionExpression: 'pk' } };
    const command = new BatchGetCommand({ RequestItems: request });
    const result = await translating('reading records', () => client.send(command));
    for (const item of result.Responses?.[tableName] ?? []) existing.add(clusterIdOf(item.pk));
    return result.UnprocessedKeys?.[tableName]?.Keys ?? [];
  };
  for (const batch of inBatches([...new Set(clusterIds)], readBatchSize)) {
    let left: readonly Item[] = batch.map((clusterId) => ({ ...clusterKey(clusterId) }));
    while (left.length > 0) left = await readBatch(left);
  }
  return existing;
}
