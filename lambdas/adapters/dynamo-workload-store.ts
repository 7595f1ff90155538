/** WorkloadStore on DynamoDB. Only single-item conditional writes are used, no transactions. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Conflict, NotFound } from '../contracts/error-names.ts';
import { keys, table as layout } from '../contracts/table.ts';
import type { DeploymentRecord } from '../domain/deployment/deployment.ts';
import type { WorkloadPlan } from '../domain/workload/decide-workload.ts';
import type { LoadedWorkload, WorkloadStore } from '../ports/workload-store.ts';
import { metaItem } from './deployment-items.ts';
import { writeActivity } from './dynamo-activity.ts';
import { dynamoClaims } from './dynamo-claims.ts';
import { workloadKey } from './dynamo-cluster-items.ts';
import { dynamoDeletion } from './dynamo-deletion.ts';
import { dynamoLoop } from './dynamo-loop.ts';
import { dynamoRecords, findExisting, forgetDeployment, listDue } from './dynamo-records.ts';
import { type PendingStatus, settleStatus, writeStatus } from './dynamo-status.ts';
import { type DynamoTable, dynamoTable } from './dynamo-table.ts';
import { beginUpdate, voidPass } from './dynamo-update.ts';
import { newWorkloadItem, workloadFrom } from './workload-items.ts';

export function dynamoWorkloadStore(client: DynamoDBDocumentClient, tableName: string): WorkloadStore {
  const table = dynamoTable(client, tableName);
  const records = dynamoRecords(client, tableName);
  const { get, putNew } = records;
  const addActivity: WorkloadStore['addActivity'] = (workloadId, entries, now) =>
    writeActivity(client, { tableName, clusterId: workloadId, now }, entries);
  return {
    ...dynamoLoop(table, workloadKey),
    ...dynamoClaims(table, records),
    create: async (deployment, desired) => {
      await putNew(newWorkloadItem(desired));
      await putNew(metaItem(deployment));
    },
    load: (workloadId) => load(table, workloadId),
    savePlan: async (workloadId, revision, plan, now) => {
      await writePlan(table, workloadId, { revision, plan, now });
      await addActivity(workloadId, plan.activity, now);
    },
    requestDelete: async (workloadId, now) => {
      await dynamoDeletion(table, get, workloadKey).requestDelete(workloadId, now, { evenIfClaimed: true });
    },
    requestUpdate: async (workloadId, begun, now) => {
      const { updateId } = begun.workloadUpdate;
      const isOwn = ({ workloadUpdate }: DeploymentRecord) => workloadUpdate?.updateId === updateId;
      await beginUpdate(table, get, { deploymentId: workloadId, begun, isOwn, now });
      // The update stands, whatever becomes of this: without it the loop sees it a little later.
      await voidPass(table, workloadKey(workloadId), now).catch(() => undefined);
    },
    forget: (workloadId) => forgetDeployment(table, workloadId, workloadKey(workloadId)),
    findExisting: (workloadIds) => findExisting(client, tableName, workloadIds.map(workloadKey)),
    listDue: (now) => listDue(table, keys.dueWorkload, now),
    listWatched: async (hostClusterId) => {
      const items = await table.query({
        IndexName: layout.organizationIndex,
        KeyConditionExpression: `gsi2pk = :watched${hostClusterId === undefined ? '' : ' AND gsi2sk = :host'}`,
        ExpressionAttributeValues: {
          ':watched': keys.watched,
          ...(hostClusterId === undefined ? {} : { ':host': hostClusterId }),
        },
      });
      return items.map((item) => workloadFrom(item, undefined));
    },
    addActivity,
  };
}

async function load(table: DynamoTable, workloadId: string): Promise<LoadedWorkload> {
  const items = await table.query({
    KeyConditionExpression: 'pk = :pk AND sk >= :from',
    ExpressionAttributeValues: { ':pk': keys.deployment(workloadId), ':from': keys.meta },
    ConsistentRead: true,
  });
  const own = items.find((item) => item.sk === keys.workload);
  if (own === undefined) throw new NotFound(`There is no record of workload ${workloadId}.`);
  const meta = items.find((item) => item.sk === keys.meta);
  const status = await settleStatus(table, workloadId, { own, meta });
  return {
    record: workloadFrom(own, meta),
    ...(status === undefined ? {} : { status }),
    ...(meta?.callback === undefined ? {} : { hasCallback: true }),
  };
}

interface PlanWrite {
  readonly revision: number;
  readonly plan: WorkloadPlan;
  readonly now: Date;
}

/** The workload's item first, which announces the status as well. */
async function writePlan(table: DynamoTable, workloadId: string, { revision, plan, now }: PlanWrite): Promise<void> {
  const status = plan.status && { ...plan.status, at: now.toISOString(), revision: revision + 1 };
  const sets = [
    'revision = :next',
    'progress = :progress',
    'gsi1sk = :check',
    ...(plan.giveUp ? ['desired.presence = :absent', 'desired.forget = :false'] : []),
    ...(status ? ['pendingStatus = :status'] : []),
    ...(plan.watched ? ['gsi2pk = :watched'] : []),
  ];
  const removes = [...(status ? [] : ['pendingStatus']), ...(plan.watched ? [] : ['gsi2pk'])];
  const written = await table.update({
    Key: workloadKey(workloadId),
    UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: {
      ':revision': revision,
      ':next': revision + 1,
      ':progress': JSON.stringify(plan.progress),
      ':check': plan.nextCheckAt,
      ...(plan.giveUp ? { ':absent': 'absent', ':false': false } : {}),
      ...(status ? { ':status': status satisfies PendingStatus } : {}),
      ...(plan.watched ? { ':watched': keys.watched } : {}),
    },
    ReturnValues: 'NONE',
  });
  if (written === undefined) throw new Conflict(`The record of workload ${workloadId} is not at revision ${revision}.`);
  if (status) await writeStatus(table, workloadId, status);
}
