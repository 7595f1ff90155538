/** What is done with records whatever they are of: storing, finding, forgetting. */
import { isDeepStrictEqual } from 'node:util';
import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { keys, table as layout } from '../contracts/table.ts';
import { inBatches } from './batches.ts';
import { deploymentIdOf, metaKey } from './dynamo-cluster-items.ts';
import { giveBack } from './dynamo-quotas.ts';
import type { DynamoTable, Item, Key } from './dynamo-table.ts';
import { translating } from './errors.ts';

/** One batch read takes this many keys. */
const readBatchSize = 100;

export interface Records {
  /** Strongly consistent. */
  get(key: Key): Promise<Item | undefined>;
  /** A write whose answer was lost counts as done if it is found done. @throws Conflict if the item exists */
  putNew(item: Item & Key): Promise<void>;
}

export function dynamoRecords(client: DynamoDBDocumentClient, tableName: string): Records {
  const get = async (key: Key): Promise<Item | undefined> => {
    const command = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true });
    return (await translating('reading a record', () => client.send(command))).Item;
  };
  /** Whether a write that seems to have failed went through: its answer may be lost, or may be that of the SDK's repetition. */
  const isStored = async (item: Item & Key): Promise<boolean> => {
    const stored = await get({ pk: item.pk, sk: item.sk }).catch(() => undefined);
    // As the table gives it back: without members that are undefined.
    return stored !== undefined && isDeepStrictEqual(stored, JSON.parse(JSON.stringify(item)));
  };
  const putNew = async (item: Item & Key): Promise<void> => {
    const condition = 'attribute_not_exists(pk)';
    const command = new PutCommand({ TableName: tableName, Item: item, ConditionExpression: condition });
    try {
      await translating('storing a record', () => client.send(command));
    } catch (error) {
      if (!(await isStored(item))) throw error;
    }
  };
  return { get, putNew };
}

/** @returns of which of the keys' deployments the item exists */
export async function findExisting(
  client: DynamoDBDocumentClient,
  tableName: string,
  itemKeys: readonly Key[],
): Promise<ReadonlySet<string>> {
  const existing = new Set<string>();
  const readBatch = async (left: readonly Item[]): Promise<readonly Item[]> => {
    const request = { [tableName]: { Keys: [...left], ConsistentRead: true, ProjectionExpression: 'pk' } };
    const command = new BatchGetCommand({ RequestItems: request });
    const result = await translating('reading records', () => client.send(command));
    for (const item of result.Responses?.[tableName] ?? []) existing.add(deploymentIdOf(item.pk));
    return result.UnprocessedKeys?.[tableName]?.Keys ?? [];
  };
  const once = [...new Map(itemKeys.map((key) => [key.pk, key])).values()];
  for (const batch of inBatches(once, readBatchSize)) {
    let left: readonly Item[] = batch.map((key) => ({ ...key }));
    while (left.length > 0) left = await readBatch(left);
  }
  return existing;
}

/** @param due the partition of the index: of clusters, or of workloads @returns ids of those whose next check is before `now` */
export async function listDue(table: DynamoTable, due: string, now: Date): Promise<readonly string[]> {
  const items = await table.query({
    IndexName: layout.index,
    KeyConditionExpression: 'gsi1pk = :due AND gsi1sk < :now',
    ProjectionExpression: 'pk',
    ExpressionAttributeValues: { ':due': due, ':now': now.toISOString() },
  });
  return items.map((item) => deploymentIdOf(item.pk));
}

/** Removes all records of the deployment. @param last the loop's own item, by which it is found again if this stops in between */
export async function forgetDeployment(table: DynamoTable, deploymentId: string, last: Key): Promise<void> {
  const items = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.deployment(deploymentId) },
    ProjectionExpression: 'pk, sk, gsi1pk, createdAt',
    ConsistentRead: true,
  });
  const own: readonly unknown[] = [last.sk, keys.meta];
  await table.writeAll(
    [],
    items.filter((item) => !own.includes(item.sk)).map((item) => ({ pk: String(item.pk), sk: String(item.sk) })),
  );
  await table.writeAll([], [metaKey(deploymentId)]);
  const meta = items.find((item) => item.sk === keys.meta);
  // If this stops in between, it still is counted, and no longer found, which is looked for when its owner needs the room.
  if (meta) {
    await giveBack(table, String(meta.gsi1pk), [{ deploymentId, since: String(meta.createdAt) }]);
  }
  await table.writeAll([], [last]);
}
