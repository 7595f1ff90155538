/** How an update begins: one conditional write on the deployment's own item, which the loop's readers lay over theirs. */
import { Conflict } from '../contracts/error-names.ts';
import type { Timestamp } from '../domain/cluster/records.ts';
import { type DeploymentRecord, updatable } from '../domain/deployment/deployment.ts';
import { checkSoon, deploymentFrom, jsonTexts } from './deployment-items.ts';
import { metaKey } from './dynamo-cluster-items.ts';
import type { DynamoTable, Item, Key } from './dynamo-table.ts';

interface Beginning {
  readonly deploymentId: string;
  /** What changes of the record; the generation is the next one. */
  readonly begun: Partial<DeploymentRecord> & Pick<DeploymentRecord, 'generation'>;
  /** Whether the record is at this very update: its write was repeated because its answer was lost. */
  readonly isOwn: (record: DeploymentRecord) => boolean;
  readonly now: Date;
}

/** @param get reads an item, strongly consistent @throws Conflict if another update or a deletion was first */
export async function beginUpdate(
  table: DynamoTable,
  get: (key: Key) => Promise<Item | undefined>,
  beginning: Beginning,
): Promise<void> {
  const { deploymentId, isOwn } = beginning;
  if (await writeUpdate(table, beginning)) return;
  const found = await get(metaKey(deploymentId));
  if (found === undefined || !isOwn(deploymentFrom(found)))
    throw new Conflict(`Deployment ${deploymentId} was changed by somebody else.`);
}

async function writeUpdate(table: DynamoTable, { deploymentId, begun, now }: Beginning): Promise<boolean> {
  const { generation, template, callback, timeoutMins } = begun;
  const attributes = Object.entries({ generation, template, callback, timeoutMins, ...jsonTexts(begun) });
  const given = attributes.filter(([, value]) => value !== undefined);
  const written = await table.update({
    Key: metaKey(deploymentId),
    UpdateExpression: `SET #status = :status, updatedAt = :now, ${given.map(([name]) => `#${name} = :${name}`).join(', ')} REMOVE statusReason`,
    ConditionExpression: `generation = :before AND #status IN (${updatable.map((_, n) => `:from${n}`).join(', ')})`,
    ExpressionAttributeNames: {
      '#status': 'status',
      ...Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ':status': 'UPDATE_IN_PROGRESS',
      ':now': now.toISOString(),
      ':before': generation - 1,
      ...Object.fromEntries(updatable.map((status, n) => [`:from${n}`, status])),
      ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
    },
    ReturnValues: 'NONE',
  });
  return written !== undefined;
}

/** A pass that is under way counts no more, and the sweep looks soon if no signal comes. @param key the loop's own item */
export function voidPass(table: DynamoTable, key: Key, now: Date | Timestamp): Promise<Item | undefined> {
  return table.update({
    Key: key,
    UpdateExpression: 'SET gsi1sk = :soon, revision = revision + :one',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':soon': checkSoon(now), ':one': 1 },
    ReturnValues: 'NONE',
  });
}
