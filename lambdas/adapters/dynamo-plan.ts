/**
 * Writes what a pass concluded. The order is chosen for what happens if the writer stops in between: the cluster's item first
 * (it decides whether the plan counts at all), then the deployment's status (announced on the cluster's item, so it is never
 * lost), then nodes (observations, which the next pass makes again), then the log.
 */
import { Conflict } from '../contracts/error-names.ts';
import { keys } from '../contracts/table.ts';
import type { Plan } from '../domain/cluster/plan.ts';
import { clusterKey, launchMap, nodeItem, nodeKey } from './dynamo-cluster-items.ts';
import { type PendingStatus, writeStatus } from './dynamo-status.ts';
import type { DynamoTable } from './dynamo-table.ts';

export async function writePlan(
  table: DynamoTable,
  { clusterId, revision, plan, now }: { clusterId: string; revision: number; plan: Plan; now: Date },
): Promise<void> {
  const status = plan.status && { ...plan.status, at: now.toISOString(), revision: revision + 1 };
  await writeCluster(table, { clusterId, revision, plan, status });
  if (status) await writeStatus(table, clusterId, status);
  await table.writeAll(
    plan.changedNodes.map((node) => nodeItem(clusterId, node)),
    plan.goneInstanceIds.map((instanceId) => nodeKey(clusterId, instanceId)),
  );
}

interface ClusterWrite {
  readonly clusterId: string;
  readonly revision: number;
  readonly plan: Plan;
  readonly status: PendingStatus | undefined;
}

async function writeCluster(table: DynamoTable, { clusterId, revision, plan, status }: ClusterWrite): Promise<void> {
  const sets = [
    'revision = :next',
    'launches = :launches',
    'progress = :progress',
    'gsi1pk = :due',
    'gsi1sk = :check',
    ...(plan.giveUp ? ['desired.presence = :absent', 'desired.forget = :false'] : []),
    ...(status ? ['pendingStatus = :status'] : []),
    ...(plan.elastic ? ['gsi2pk = :elastic', 'gsi2sk = :id'] : []),
  ];
  const removes = [...(status ? [] : ['pendingStatus']), ...(plan.elastic ? [] : ['gsi2pk'])];
  const written = await table.update({
    Key: clusterKey(clusterId),
    UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: {
      ':revision': revision,
      ':next': revision + 1,
      ':launches': launchMap(plan.launches),
      ':progress': { ...plan.progress, nextCheckAt: plan.nextCheckAt },
      ':due': keys.due,
      ':check': plan.nextCheckAt,
      ...(plan.giveUp ? { ':absent': 'absent', ':false': false } : {}),
      ...(status ? { ':status': status } : {}),
      ...(plan.elastic ? { ':elastic': keys.elastic, ':id': clusterId } : {}),
    },
    ReturnValues: 'NONE',
  });
  if (written === undefined) throw new Conflict(`The record of cluster ${clusterId} is not at revision ${revision}.`);
}
