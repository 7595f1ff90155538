/**
 * The deployment's status, which the loop announces on its own item before it is on the deployment's: so it is never lost, and
 * whoever reads both settles what a stopped pass has left.
 */
import type { DeploymentStatus, Timestamp } from '../domain/cluster/records.ts';
import { metaKey } from './dynamo-cluster-items.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';

/** A new status that the loop's item announces until it is known to be on the deployment's item too. */
export interface PendingStatus {
  readonly value: DeploymentStatus;
  readonly reason?: string;
  /** Of which it is the status; absent: of any. */
  readonly generation?: number;
  /** The status that it follows; absent: its own in-progress one, or any. */
  readonly from?: DeploymentStatus;
  readonly at: Timestamp;
  /** Revision of the write that announced it; any later revision makes it void. */
  readonly revision: number;
}

/** @param own the loop's item @returns the status; one that a stopped pass announced and did not write is written now */
export async function settleStatus(
  table: DynamoTable,
  deploymentId: string,
  { own, meta }: { readonly own: Item; readonly meta: Item | undefined },
): Promise<DeploymentStatus | undefined> {
  const status = meta?.status as DeploymentStatus | undefined;
  const pending = own.pendingStatus as PendingStatus | undefined;
  if (status === undefined || pending === undefined || pending.value === status) return status;
  if (pending.revision !== own.revision) return status;
  return (await writeStatus(table, deploymentId, pending)) ? pending.value : status;
}

/**
 * Sets the deployment's status. Unless it says what it follows, a final status follows only its own in-progress one, so that a deletion asked for meanwhile is
 * never overwritten, and only in its own generation, so that an update asked for meanwhile begins anew; and the loop never takes
 * back what a reset (DELETE_FAILED) has said. @returns whether it was set
 */
export async function writeStatus(table: DynamoTable, deploymentId: string, status: PendingStatus): Promise<boolean> {
  const begins = status.from === undefined && status.value.endsWith('_IN_PROGRESS');
  const item = await table.update({
    Key: metaKey(deploymentId),
    UpdateExpression: `SET #status = :value, updatedAt = :at${status.reason === undefined ? ' REMOVE statusReason' : ', statusReason = :reason'}`,
    ConditionExpression: begins
      ? 'attribute_exists(pk) AND #status <> :reset'
      : `#status = :from${status.generation === undefined ? '' : ' AND generation = :generation'}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':value': status.value,
      ':at': status.at,
      ...(begins
        ? { ':reset': 'DELETE_FAILED' }
        : {
            ':from': status.from ?? status.value.replace(/_[^_]+$/, '_IN_PROGRESS'),
            ...(status.generation === undefined ? {} : { ':generation': status.generation }),
          }),
      ...(status.reason === undefined ? {} : { ':reason': status.reason }),
    },
    ReturnValues: 'NONE',
  });
  return item !== undefined;
}
