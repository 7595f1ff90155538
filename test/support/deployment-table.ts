/** Deployments of clusters on the table, with both stores that write them. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoClusterStore } from '../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { keys } from '../../lambdas/contracts/table.ts';
import type { DeploymentStatus } from '../../lambdas/domain/cluster/records.ts';
import type { DeploymentRecord } from '../../lambdas/domain/deployment/deployment.ts';
import type { ClusterStore } from '../../lambdas/ports/cluster-store.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import { desired } from './clusters.ts';
import { deploymentRecord } from './deployments.ts';
import { startTable, type TestTable } from './dynalite.ts';

export interface DeploymentTable {
  readonly table: TestTable;
  readonly store: DeploymentStore;
  readonly clusters: ClusterStore;
  newId(): string;
  create(overrides?: Partial<DeploymentRecord>): Promise<DeploymentRecord>;
  /** As if the loop had done it, with `because` for a reason. */
  setStatus(id: string, status: DeploymentStatus): Promise<unknown>;
}

export async function openDeploymentTable(): Promise<DeploymentTable> {
  const table = await startTable();
  const { client, tableName } = table;
  const store = dynamoDeploymentStore(client, tableName);
  let serial = 0;
  const newId = () => {
    serial += 1;
    return `0197a000-0000-7000-9000-${String(serial).padStart(12, '0')}`;
  };
  return {
    ...{ table, store, newId },
    clusters: dynamoClusterStore(client, tableName),
    create: async (overrides = {}) => {
      const record = deploymentRecord({ deploymentId: newId(), ...overrides });
      await store.create(record, desired({ clusterId: record.deploymentId }));
      return record;
    },
    setStatus: (id, status) =>
      client.send(
        new UpdateCommand({
          ...{ TableName: tableName, Key: { pk: keys.deployment(id), sk: keys.meta } },
          UpdateExpression: 'SET #status = :status, statusReason = :reason',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':status': status, ':reason': 'because' },
        }),
      ),
  };
}
