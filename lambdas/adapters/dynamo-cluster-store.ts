/** ClusterStore on DynamoDB. Only single-item conditional writes are used, no transactions. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Conflict, NotFound } from '../contracts/error-names.ts';
import { keys, table as layout } from '../contracts/table.ts';
import type { ClusterStore, LoadedCluster } from '../ports/cluster-store.ts';
import { writeActivity } from './dynamo-activity.ts';
import { clusterFrom, clusterKey, nodeFrom, nodeItem, nodeKey } from './dynamo-cluster-items.ts';
import { dynamoLoop } from './dynamo-loop.ts';
import { writePlan } from './dynamo-plan.ts';
import { dynamoRecords, findExisting, forgetDeployment, listDue } from './dynamo-records.ts';
import { settleStatus } from './dynamo-status.ts';
import { type DynamoTable, dynamoTable } from './dynamo-table.ts';

export function dynamoClusterStore(client: DynamoDBDocumentClient, tableName: string): ClusterStore {
  const table = dynamoTable(client, tableName);
  const { get } = dynamoRecords(client, tableName);
  const activity: ClusterStore['addActivity'] = (clusterId, entries, now) =>
    writeActivity(client, { tableName, clusterId, now }, entries);
  return {
    ...dynamoLoop(table, clusterKey),
    loadCluster: (clusterId) => loadCluster(table, clusterId),
    findRecord: async (clusterId) => {
      const item = await get(clusterKey(clusterId));
      return item && clusterFrom(item, undefined);
    },
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
    forgetCluster: (clusterId) => forgetDeployment(table, clusterId, clusterKey(clusterId)),
    addActivity: activity,
    findClusterOfInstance: async (instanceId) => {
      const [item] = await table.query({
        IndexName: layout.index,
        KeyConditionExpression: 'gsi1pk = :instance',
        ExpressionAttributeValues: { ':instance': keys.instance(instanceId) },
      });
      return item && String(item.gsi1sk);
    },
    listElastic: async () => {
      const items = await table.query({
        IndexName: layout.organizationIndex,
        KeyConditionExpression: 'gsi2pk = :elastic',
        ProjectionExpression: 'gsi2sk',
        ExpressionAttributeValues: { ':elastic': keys.elastic },
      });
      return items.map((item) => String(item.gsi2sk));
    },
    listDueClusters: (now) => listDue(table, keys.due, now),
    findExisting: (clusterIds) => findExisting(client, tableName, clusterIds.map(clusterKey)),
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
  const meta = items.find((item) => item.sk === keys.meta);
  const status = await settleStatus(table, clusterId, { own: cluster, meta });
  return {
    record: clusterFrom(cluster, meta),
    nodes: items.filter((item) => String(item.sk).startsWith(keys.nodePrefix)).map(nodeFrom),
    ...(status === undefined ? {} : { status }),
    ...(meta?.callback === undefined ? {} : { hasCallback: true }),
  };
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
