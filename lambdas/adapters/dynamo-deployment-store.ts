/** DeploymentStore on DynamoDB. Only single-item conditional writes are used, no transactions. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Conflict, NotFound } from '../contracts/error-names.ts';
import { keys, table as layout } from '../contracts/table.ts';
import type { DeploymentStatus } from '../domain/cluster/records.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import { activityFrom, checkSoon, deploymentFrom, launchesFrom, metaItem, newClusterItem } from './deployment-items.ts';
import { clusterKey, metaKey, nodeFrom } from './dynamo-cluster-items.ts';
import { type DynamoTable, dynamoTable, type Item, type Key } from './dynamo-table.ts';
import { translating } from './errors.ts';

export function dynamoDeploymentStore(client: DynamoDBDocumentClient, tableName: string): DeploymentStore {
  const table = dynamoTable(client, tableName);
  const get = async (key: Key): Promise<Item | undefined> => {
    const command = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true });
    return (await translating('reading a record', () => client.send(command))).Item;
  };
  const putNew = async (item: Item): Promise<void> => {
    const condition = 'attribute_not_exists(pk)';
    const command = new PutCommand({ TableName: tableName, Item: item, ConditionExpression: condition });
    await translating('storing a record', () => client.send(command));
  };
  return {
    create: async (deployment, desired) => {
      await putNew(newClusterItem(desired));
      await putNew(metaItem(deployment));
    },
    find: async (deploymentId) => {
      const item = await get(metaKey(deploymentId));
      return item && deploymentFrom(item);
    },
    list: async ({ issuer, subject }) => {
      const items = await table.query({
        IndexName: layout.index,
        KeyConditionExpression: 'gsi1pk = :owner',
        ExpressionAttributeValues: { ':owner': keys.owner(issuer, subject) },
        ScanIndexForward: false,
      });
      return items.map(deploymentFrom);
    },
    // Launches first: what is closed meanwhile is then seen twice, not missed.
    listNodes: async (deploymentId) => {
      const launches = launchesFrom(await get(clusterKey(deploymentId)));
      return { launches, nodes: (await queryPrefix(table, deploymentId, keys.nodePrefix)).map(nodeFrom) };
    },
    requestDelete: async (deploymentId, now) => {
      const outcome = await requestDelete(table, deploymentId, now);
      if (outcome === 'marked') return;
      if (!(await get(metaKey(deploymentId)))) throw new NotFound(`The deployment <${deploymentId}> doesn't exist`);
      throw new Conflict('Deployment already in DELETE_IN_PROGRESS state.');
    },
    listActivity: async (deploymentId) =>
      (await queryPrefix(table, deploymentId, keys.activityPrefix)).map(activityFrom),
    complete: (deploymentId, outputs, now) => complete(table, deploymentId, { outputs, now }),
  };
}

function queryPrefix(table: DynamoTable, deploymentId: string, prefix: string): Promise<readonly Item[]> {
  return table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': keys.deployment(deploymentId), ':prefix': prefix },
    ConsistentRead: true,
  });
}

/**
 * The cluster first: if this stops before the deployment's own record says so, the loop removes the cluster all the same, and
 * DELETE may be repeated. Of a cluster that is already forgotten at most the deployment's own record is left to remove.
 */
async function requestDelete(table: DynamoTable, deploymentId: string, now: Date): Promise<'marked' | 'refused'> {
  const cluster = await table.update({
    Key: clusterKey(deploymentId),
    UpdateExpression:
      'SET desired.presence = :absent, desired.forget = :true, gsi1pk = :due, gsi1sk = :soon, revision = revision + :one',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: {
      ':absent': 'absent',
      ':true': true,
      ':due': keys.due,
      ':soon': checkSoon(now),
      ':one': 1,
    },
    ReturnValues: 'NONE',
  });
  if (cluster === undefined) {
    await table.writeAll([], [metaKey(deploymentId)]);
    return 'marked';
  }
  const meta = await table.update({
    Key: metaKey(deploymentId),
    UpdateExpression: 'SET #status = :deleting, updatedAt = :now REMOVE statusReason',
    ConditionExpression: 'attribute_exists(pk) AND #status <> :deleting',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':deleting': 'DELETE_IN_PROGRESS', ':now': now.toISOString() },
    ReturnValues: 'NONE',
  });
  return meta === undefined ? 'refused' : 'marked';
}

/** What publishing makes of a status; it is repeated when addresses change later. In any other status it does nothing. */
const completions: readonly { readonly from: DeploymentStatus; readonly to: DeploymentStatus }[] = [
  { from: 'CREATE_IN_PROGRESS', to: 'CREATE_COMPLETE' },
  { from: 'UPDATE_IN_PROGRESS', to: 'UPDATE_COMPLETE' },
  { from: 'CREATE_COMPLETE', to: 'CREATE_COMPLETE' },
  { from: 'UPDATE_COMPLETE', to: 'UPDATE_COMPLETE' },
];

async function complete(
  table: DynamoTable,
  deploymentId: string,
  { outputs, now }: { readonly outputs: Readonly<Record<string, unknown>>; readonly now: Date },
): Promise<void> {
  const values = { ':outputs': JSON.stringify(outputs), ':now': now.toISOString() };
  for (const { from, to } of completions) {
    const done = await table.update({
      Key: metaKey(deploymentId),
      UpdateExpression: 'SET #status = :to, outputs = :outputs, updatedAt = :now REMOVE statusReason',
      ConditionExpression: '#status = :from',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ...values, ':from': from, ':to': to },
      ReturnValues: 'NONE',
    });
    if (done !== undefined) return;
  }
}
