/** Counts what a table's use would be billed for. */
import type { AwsCall } from '../types.ts';

export interface TableUsage {
  /** Items put, changed or deleted. */
  readonly itemsWritten: number;
  /** Capacity units, as DynamoDB bills them: tables and indexes together. */
  readonly writeUnits: number;
  readonly readUnits: number;
}

interface Consumed {
  readonly CapacityUnits?: number;
}
type Answer = Readonly<Record<string, unknown>>;

const readingActions: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);
const writingActions: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

export interface UsageCounter {
  /** The call as it has to be made for its consumption to be told. */
  asking(call: Pick<AwsCall, 'action' | 'input'>): AwsCall['input'];
  /** Counts a call that went through. @returns the answer as the caller asked for it */
  count(call: Pick<AwsCall, 'action' | 'input'>, answer: unknown): unknown;
  usage(): TableUsage;
}

export function createUsageCounter(): UsageCounter {
  const sums = { itemsWritten: 0, writeUnits: 0, readUnits: 0 };
  const isCounted = (action: string) => readingActions.has(action) || writingActions.has(action);
  return {
    asking: ({ action, input }) => (isCounted(action) ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input),
    count({ action, input }, answer) {
      if (!isCounted(action)) return answer;
      const { ConsumedCapacity, ...rest } = answer as Answer;
      const units = unitsOf(ConsumedCapacity);
      if (readingActions.has(action)) sums.readUnits += units;
      else {
        sums.writeUnits += units;
        sums.itemsWritten += itemsOf(action, input, rest);
      }
      return 'ReturnConsumedCapacity' in input ? answer : rest;
    },
    usage: () => ({ ...sums }),
  };
}

function unitsOf(consumed: unknown): number {
  const all = (Array.isArray(consumed) ? consumed : [consumed]) as readonly (Consumed | undefined)[];
  return all.reduce((sum, one) => sum + (one?.CapacityUnits ?? 0), 0);
}

function itemsOf(action: string, { RequestItems }: AwsCall['input'], { UnprocessedItems }: Answer): number {
  return action === 'BatchWriteItem' ? requestsIn(RequestItems) - requestsIn(UnprocessedItems) : 1;
}

function requestsIn(items: unknown): number {
  const lists = Object.values((items ?? {}) as Readonly<Record<string, readonly unknown[]>>);
  return lists.reduce((sum, list) => sum + list.length, 0);
}
