/** Plumbing of the one table: whole partitions, batches, single conditional updates. Item layout: contracts/table.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Throttled } from '../contracts/error-names.ts';
import { inBatches } from './batches.ts';
import { isConditionFailed, translating } from './errors.ts';

export type Item = Record<string, unknown>;
export interface Key {
  readonly pk: string;
  readonly sk: string;
}
/** One batch write takes this many items. */
const batchSize = 25;
const batchAttempts = 8;

export interface DynamoTable {
  /** All pages, strongly consistent unless an index is read. */
  query(input: Omit<QueryCommandInput, 'TableName'>, limits?: QueryLimits): Promise<readonly Item[]>;
  /** One conditional update. @returns the item after it, or undefined if the condition did not hold */
  update(input: Omit<UpdateCommandInput, 'TableName'>): Promise<Item | undefined>;
  /** Unconditional puts and deletes, 25 at a time; what the service leaves over is written again. @throws Throttled */
  writeAll(puts: readonly Item[], deletes: readonly Key[]): Promise<void>;
}

export interface QueryLimits {
  /** No further page is read when there are so many items. @default all are read */
  readonly enough?: number;
}

type Requests = NonNullable<BatchWriteCommandInput['RequestItems']>[string];

export function dynamoTable(client: DynamoDBDocumentClient, tableName: string): DynamoTable {
  const writeBatch = async (requests: Requests): Promise<void> => {
    let left = requests;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === batchAttempts) throw new Throttled(`writing ${left.length} records was put off ${attempt} times`);
      if (attempt > 0) await delay(25 * 2 ** attempt);
      const result = await translating('writing records', () =>
        client.send(new BatchWriteCommand({ RequestItems: { [tableName]: left } })),
      );
      left = result.UnprocessedItems?.[tableName] ?? [];
    }
  };
  return {
    query: async (input, { enough = Number.POSITIVE_INFINITY } = {}) => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await translating('reading records', () =>
          client.send(new QueryCommand({ ...input, TableName: tableName, ...(start && { ExclusiveStartKey: start }) })),
        );
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start !== undefined && items.length < enough);
      return items;
    },
    update: async (input) => {
      try {
        const result = await client.send(
          new UpdateCommand({ ReturnValues: 'ALL_NEW', ...input, TableName: tableName }),
        );
        return result.Attributes ?? {};
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        return translating('updating a record', () => Promise.reject(error));
      }
    },
    writeAll: async (puts, deletes) => {
      const requests: Requests = [
        ...puts.map((Item) => ({ PutRequest: { Item } })),
        ...deletes.map((Key) => ({ DeleteRequest: { Key } })),
      ];
      for (const batch of inBatches(requests, batchSize)) await writeBatch([...batch]);
    },
  };
}
