/** DeploymentStore on DynamoDB. Only single-item conditional writes are used, no transactions. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Conflict } from '../contracts/error-names.ts';
import { keys, table as layout } from '../contracts/table.ts';
import type { DeploymentStatus } from '../domain/cluster/records.ts';
import { type DeploymentRecord, updatable } from '../domain/deployment/deployment.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import {
  activityFrom,
  deploymentFrom,
  launchesFrom,
  metaItem,
  newClusterItem,
  summaryFrom,
  summaryProjection,
} from './deployment-items.ts';
import { clusterKey, metaKey, nodeFrom } from './dynamo-cluster-items.ts';
import { dynamoDeletion } from './dynamo-deletion.ts';
import { dynamoRecords } from './dynamo-records.ts';
import { type DynamoTable, dynamoTable, type Item } from './dynamo-table.ts';
import { beginUpdate, voidPass } from './dynamo-update.ts';

export function dynamoDeploymentStore(client: DynamoDBDocumentClient, tableName: string): DeploymentStore {
  const table = dynamoTable(client, tableName);
  const { get, putNew } = dynamoRecords(client, tableName);
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
        ...summaryProjection,
        IndexName: layout.index,
        KeyConditionExpression: 'gsi1pk = :owner',
        ExpressionAttributeValues: { ':owner': keys.owner(issuer, subject) },
        ScanIndexForward: false,
      });
      return items.map(summaryFrom);
    },
    listOrganization: async (issuer, organization) => {
      const items = await table.query({
        ...summaryProjection,
        IndexName: layout.organizationIndex,
        KeyConditionExpression: 'gsi2pk = :organization',
        ExpressionAttributeValues: { ':organization': keys.organization(issuer, organization) },
        ScanIndexForward: false,
      });
      return items.map(summaryFrom);
    },
    // Launches first: what is closed meanwhile is then seen twice, not missed.
    listNodes: async (deploymentId) => {
      const known = launchesFrom(await get(clusterKey(deploymentId)));
      return { ...known, nodes: (await queryPrefix(table, deploymentId, keys.nodePrefix)).map(nodeFrom) };
    },
    ...dynamoDeletion(table, get, clusterKey),
    listActivity: async (deploymentId, newest) => {
      const items = await queryPrefix(table, deploymentId, keys.activityPrefix, newest);
      return items.map(activityFrom).slice(0, newest).reverse();
    },
    complete: (deploymentId, { generation, outputs }, now) =>
      complete(table, deploymentId, { generation, outputs, now }),
    setPower: async (deploymentId, { instanceId, power }, now) => {
      if (await setPower(table, deploymentId, { instanceId, power, now })) {
        // It stands, whatever becomes of this: without it the loop sees it a little later.
        await voidPass(table, clusterKey(deploymentId), now).catch(() => undefined);
        return;
      }
      throw new Conflict(`Deployment ${deploymentId} was changed by somebody else.`);
    },
    beginUpdate: async (deploymentId, begun, now) => {
      const { updateId } = begun.update;
      const isOwn = ({ update }: DeploymentRecord) => update?.updateId === updateId;
      await beginUpdate(table, get, { deploymentId, begun, isOwn, now });
      // The update stands, whatever becomes of this: without it the loop sees it a little later.
      await voidPass(table, clusterKey(deploymentId), now).catch(() => undefined);
    },
  };
}

/** In the order of their keys; or at least the `newest` last ones, last first. */
function queryPrefix(
  table: DynamoTable,
  deploymentId: string,
  prefix: string,
  newest?: number,
): Promise<readonly Item[]> {
  const input = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': keys.deployment(deploymentId), ':prefix': prefix },
    ConsistentRead: true,
  };
  return newest === undefined
    ? table.query(input)
    : table.query({ ...input, ScanIndexForward: false }, { enough: newest });
}

/** What publishing makes of a status; it is repeated when addresses change later. In any other status it does nothing. */
const completions: readonly { readonly from: DeploymentStatus; readonly to: DeploymentStatus }[] = [
  { from: 'CREATE_IN_PROGRESS', to: 'CREATE_COMPLETE' },
  { from: 'UPDATE_IN_PROGRESS', to: 'UPDATE_COMPLETE' },
  { from: 'UPDATE_FAILED', to: 'UPDATE_COMPLETE' },
  { from: 'CREATE_COMPLETE', to: 'CREATE_COMPLETE' },
  { from: 'UPDATE_COMPLETE', to: 'UPDATE_COMPLETE' },
];

async function complete(
  table: DynamoTable,
  deploymentId: string,
  {
    generation,
    outputs,
    now,
  }: { readonly generation: number; readonly outputs: Readonly<Record<string, unknown>>; readonly now: Date },
): Promise<void> {
  const values = { ':outputs': JSON.stringify(outputs), ':now': now.toISOString(), ':generation': generation };
  for (const { from, to } of completions) {
    const done = await table.update({
      Key: metaKey(deploymentId),
      UpdateExpression: 'SET #status = :to, outputs = :outputs, updatedAt = :now REMOVE statusReason',
      ConditionExpression: '#status = :from AND generation = :generation',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ...values, ':from': from, ':to': to },
      ReturnValues: 'NONE',
    });
    if (done !== undefined) return;
  }
}

/** Adding to a set and taking from it may be repeated, and two who do it at the same moment do not disturb each other. */
async function setPower(
  table: DynamoTable,
  deploymentId: string,
  { instanceId, power, now }: { readonly instanceId: string; readonly power: 'on' | 'off'; readonly now: Date },
): Promise<boolean> {
  const written = await table.update({
    Key: metaKey(deploymentId),
    UpdateExpression: `SET updatedAt = :now ${power === 'off' ? 'ADD' : 'DELETE'} stopped :instance`,
    ConditionExpression: `#status IN (${updatable.map((_, n) => `:from${n}`).join(', ')})`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':now': now.toISOString(),
      ':instance': new Set([instanceId]),
      ...Object.fromEntries(updatable.map((status, n) => [`:from${n}`, status])),
    },
    ReturnValues: 'NONE',
  });
  return written !== undefined;
}
