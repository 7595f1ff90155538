/**
 * The loop protocol on the cluster's item. Four single-item conditional writes are all it consists of; why that is enough is
 * told in docs/architecture.md and checked by a model test.
 */
import type { ClusterStore, LoopState } from '../ports/cluster-store.ts';
import { clusterKey } from './dynamo-cluster-items.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';

type LoopProtocol = Pick<ClusterStore, 'claimPass' | 'addSignal' | 'storeWaitToken' | 'endRun'>;

function loopState(item: Item): LoopState {
  const { signalSeq, endedRun, waitToken } = item as unknown as LoopState;
  return { signalSeq, endedRun, ...(waitToken === undefined ? {} : { waitToken }) };
}

export function dynamoLoop(table: DynamoTable): LoopProtocol {
  return {
    claimPass: async (clusterId, run) => {
      const item = await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'REMOVE waitToken',
        ConditionExpression: 'attribute_exists(pk) AND endedRun = :before',
        ExpressionAttributeValues: { ':before': run - 1 },
      });
      return item && { signalSeq: loopState(item).signalSeq };
    },
    addSignal: async (clusterId) => {
      const item = await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'ADD signalSeq :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':one': 1 },
      });
      return item && loopState(item);
    },
    // A token that is there already belongs to another wait of this run; putting this one over it could leave a dead token
    // behind, so the wait is answered at once instead.
    storeWaitToken: async (clusterId, run, seen, token) => {
      const item = await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'SET waitToken = :token',
        ConditionExpression:
          'endedRun = :before AND signalSeq = :seen AND (attribute_not_exists(waitToken) OR waitToken = :token)',
        ExpressionAttributeValues: { ':before': run - 1, ':seen': seen, ':token': token },
      });
      return item !== undefined;
    },
    endRun: async (clusterId, run, seen) => {
      const item = await table.update({
        Key: clusterKey(clusterId),
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
