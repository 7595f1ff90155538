/**
 * The loop protocol on one item, a cluster's or a workload's. Four single-item conditional writes are all it consists of; why that is enough is
 * told in docs/architecture.md and checked by a model test.
 */
import type { LoopState, LoopStore } from '../ports/loop-store.ts';
import type { DynamoTable, Item, Key } from './dynamo-table.ts';

function loopState(item: Item): LoopState {
  const { signalSeq, endedRun, waitToken } = item as unknown as LoopState;
  return { signalSeq, endedRun, ...(waitToken === undefined ? {} : { waitToken }) };
}

export function dynamoLoop(table: DynamoTable, keyOf: (id: string) => Key): LoopStore {
  return {
    claimPass: async (id, run) => {
      const item = await table.update({
        Key: keyOf(id),
        UpdateExpression: 'REMOVE waitToken',
        ConditionExpression: 'attribute_exists(pk) AND endedRun = :before',
        ExpressionAttributeValues: { ':before': run - 1 },
      });
      return item && { signalSeq: loopState(item).signalSeq };
    },
    addSignal: async (id) => {
      const item = await table.update({
        Key: keyOf(id),
        UpdateExpression: 'ADD signalSeq :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':one': 1 },
      });
      return item && loopState(item);
    },
    // A token that is there already belongs to another wait of this run; putting this one over it could leave a dead token
    // behind, so the wait is answered at once instead.
    storeWaitToken: async (id, run, seen, token) => {
      const item = await table.update({
        Key: keyOf(id),
        UpdateExpression: 'SET waitToken = :token',
        ConditionExpression:
          'endedRun = :before AND signalSeq = :seen AND (attribute_not_exists(waitToken) OR waitToken = :token)',
        ExpressionAttributeValues: { ':before': run - 1, ':seen': seen, ':token': token },
      });
      return item !== undefined;
    },
    endRun: async (id, run, seen) => {
      const item = await table.update({
        Key: keyOf(id),
        UpdateExpression: 'SET endedRun = :run REMOVE waitToken',
        ConditionExpression: `endedRun = :before${seen === undefined ? '' : ' AND signalSeq = :seen'}`,
        ExpressionAttributeValues: {
          ':before': run - 1,
          ':run': run,
          ...(seen === undefined ? {} : { ':seen': seen }),
        },
      });
      return item !== undefined;
    },
  };
}
