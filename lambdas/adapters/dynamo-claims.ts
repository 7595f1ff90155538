/** Claims of workloads, on the item of the cluster that they are on. */
import { Conflict, NotFound } from '../contracts/error-names.ts';
import type { WorkloadClaim } from '../domain/workload/records.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { clusterKey } from './dynamo-cluster-items.ts';
import type { Records } from './dynamo-records.ts';
import type { DynamoTable } from './dynamo-table.ts';

type ClaimStore = Pick<WorkloadStore, 'listClaims' | 'claim' | 'renewClaim' | 'settleClaim' | 'releaseClaim'>;

export function dynamoClaims(table: DynamoTable, { get }: Pick<Records, 'get'>): ClaimStore {
  return {
    listClaims: async (clusterId) => {
      const item = await get(clusterKey(clusterId));
      if (item === undefined) throw new NotFound(`There is no record of cluster ${clusterId}.`);
      const claims = (item.workloads ?? {}) as Readonly<Record<string, WorkloadClaim>>;
      return { claims, seq: Number(item.claimSeq ?? 0) };
    },
    claim: async (clusterId, workloadId, { claim, seen }) => {
      const written = await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'SET workloads.#id = :claim, claimSeq = :next',
        ConditionExpression: 'attribute_exists(pk) AND desired.presence = :present AND claimSeq = :seen',
        ExpressionAttributeNames: { '#id': workloadId },
        ExpressionAttributeValues: { ':claim': claim, ':present': 'present', ':seen': seen, ':next': seen + 1 },
        ReturnValues: 'NONE',
      });
      if (written !== undefined) return;
      // The answer to this very write may have been lost, and this be its repetition.
      const stored = (await get(clusterKey(clusterId)))?.workloads as Record<string, WorkloadClaim> | undefined;
      if (stored?.[workloadId]?.at === claim.at) return;
      throw new Conflict(`Cluster ${clusterId} was claimed, or is to be removed, meanwhile.`);
    },
    renewClaim: async (clusterId, workloadId, tasks) => {
      await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'SET workloads.#id.tasks = :tasks, workloads.#id.waiting = :true, claimSeq = claimSeq + :one',
        ConditionExpression: 'attribute_exists(workloads.#id)',
        ExpressionAttributeNames: { '#id': workloadId },
        ExpressionAttributeValues: { ':tasks': tasks, ':true': true, ':one': 1 },
        ReturnValues: 'NONE',
      });
    },
    settleClaim: async (clusterId, workloadId) => {
      await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'SET workloads.#id.waiting = :false, workloads.#id.tasks = :none',
        ConditionExpression: 'workloads.#id.waiting = :true',
        ExpressionAttributeNames: { '#id': workloadId },
        ExpressionAttributeValues: { ':false': false, ':true': true, ':none': [] },
        ReturnValues: 'NONE',
      });
    },
    releaseClaim: async (clusterId, workloadId) => {
      await table.update({
        Key: clusterKey(clusterId),
        UpdateExpression: 'REMOVE workloads.#id',
        ConditionExpression: 'attribute_exists(workloads.#id)',
        ExpressionAttributeNames: { '#id': workloadId },
        ReturnValues: 'NONE',
      });
    },
  };
}
