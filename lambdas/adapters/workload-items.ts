/** How workloads' records turn into items and back. Item layout: contracts/table.ts. */
import { keys } from '../contracts/table.ts';
import type { WorkloadUpdate } from '../domain/deployment/deployment.ts';
import type { DesiredWorkload, WorkloadProgress, WorkloadRecord } from '../domain/workload/records.ts';
import { checkSoon } from './deployment-items.ts';
import { workloadKey } from './dynamo-cluster-items.ts';
import type { Item, Key } from './dynamo-table.ts';

export function newWorkloadItem({ spec, ...desired }: DesiredWorkload): Item & Key {
  const progress: WorkloadProgress = { failures: {} };
  return {
    ...workloadKey(desired.workloadId),
    gsi1pk: keys.dueWorkload,
    gsi1sk: checkSoon(desired.createdAt),
    // It is in the second index only while it has the other half of the key too.
    gsi2sk: desired.hostClusterId,
    desired,
    // As text, like what users write elsewhere, which may hold more than DynamoDB's own types bear.
    spec: JSON.stringify(spec),
    progress: JSON.stringify(progress),
    revision: 1,
    signalSeq: 0,
    endedRun: 0,
  };
}

/** @param meta the deployment's own item, on which an update stands: one write of it is the whole update */
export function workloadFrom(item: Item, meta: Item | undefined): WorkloadRecord {
  const { desired, revision, signalSeq, endedRun } = item as unknown as Omit<WorkloadRecord, 'progress'>;
  return {
    desired: withUpdate({ ...desired, spec: JSON.parse(String(item.spec)) as DesiredWorkload['spec'] }, meta),
    revision,
    signalSeq,
    endedRun,
    progress: JSON.parse(String(item.progress)) as WorkloadProgress,
  };
}

function withUpdate(desired: DesiredWorkload, meta: Item | undefined): DesiredWorkload {
  const generation = Number(meta?.generation ?? 1);
  if (meta?.workloadUpdate === undefined || generation <= desired.generation) return desired;
  const { spec, deadlineAt, secretVersion } = JSON.parse(String(meta.workloadUpdate)) as WorkloadUpdate;
  return { ...desired, generation, spec, deadlineAt, ...(secretVersion ? { secretVersion } : {}) };
}
