/** How a deployment begins to be deleted, and how that is called failed. */
import { Conflict, NotFound } from '../contracts/error-names.ts';
import type { DeploymentStatus } from '../domain/cluster/records.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import { checkSoon } from './deployment-items.ts';
import { metaKey } from './dynamo-cluster-items.ts';
import type { DynamoTable, Item, Key } from './dynamo-table.ts';

/**
 * @param get reads an item, strongly consistent
 * @param keyOf of the loop's own item
 */
export function dynamoDeletion(
  table: DynamoTable,
  get: (key: Key) => Promise<Item | undefined>,
  keyOf: (id: string) => Key,
): Pick<DeploymentStore, 'requestDelete' | 'failDeletion'> {
  return {
    requestDelete: async (deploymentId, now, { evenIfClaimed = false } = {}) => {
      const own = keyOf(deploymentId);
      const outcome = await requestDelete(table, deploymentId, { own, now, evenIfClaimed });
      if (outcome === 'marked') return true;
      if (outcome === 'unmarked') {
        // It is there, so it has claims.
        if ((await get(own)) !== undefined) return false;
        await table.writeAll([], [metaKey(deploymentId)]);
        return true;
      }
      const left = await get(metaKey(deploymentId));
      if (!left) throw new NotFound(`The deployment <${deploymentId}> doesn't exist`);
      if (isOwnWrite(left, 'DELETE_IN_PROGRESS', now)) return true;
      throw new Conflict('Deployment already in DELETE_IN_PROGRESS state.');
    },
    failDeletion: async (deploymentId, now) => {
      const failed = await failDeletion(table, deploymentId, now);
      if (failed !== undefined || isOwnWrite(await get(metaKey(deploymentId)), 'DELETE_FAILED', now)) return;
      throw new Conflict(`Deployment ${deploymentId} is not being deleted.`);
    },
  };
}

/**
 * The loop's item first: if this stops before the deployment's own record says so, the loop removes it all the same, and DELETE
 * may be repeated. Of what is already forgotten at most the deployment's own record is left to remove.
 */
async function requestDelete(
  table: DynamoTable,
  deploymentId: string,
  { own, now, evenIfClaimed }: { readonly own: Key; readonly now: Date; readonly evenIfClaimed: boolean },
): Promise<'marked' | 'unmarked' | 'refused'> {
  const marked = await table.update({
    Key: own,
    UpdateExpression:
      'SET desired.presence = :absent, desired.forget = :true, gsi1sk = :soon, revision = revision + :one',
    ConditionExpression: evenIfClaimed
      ? 'attribute_exists(pk)'
      : 'attribute_exists(pk) AND (attribute_not_exists(workloads) OR size(workloads) = :none)',
    ExpressionAttributeValues: {
      ':absent': 'absent',
      ':true': true,
      ':soon': checkSoon(now),
      ':one': 1,
      ...(evenIfClaimed ? {} : { ':none': 0 }),
    },
    ReturnValues: 'NONE',
  });
  if (marked === undefined) return 'unmarked';
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

/** Only the status: that the cluster is to be absent stays, so its loop goes on removing. */
function failDeletion(table: DynamoTable, deploymentId: string, now: Date): Promise<Item | undefined> {
  return table.update({
    Key: metaKey(deploymentId),
    UpdateExpression: 'SET #status = :failed, updatedAt = :now',
    ConditionExpression: '#status = :deleting',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':failed': 'DELETE_FAILED',
      ':deleting': 'DELETE_IN_PROGRESS',
      ':now': now.toISOString(),
    },
    ReturnValues: 'NONE',
  });
}

/** Whether what refuses a conditional write is that very write, made before and repeated because its answer was lost. */
function isOwnWrite(item: Item | undefined, status: DeploymentStatus, now: Date): boolean {
  return item?.status === status && item.updatedAt === now.toISOString();
}
