import { dynamoClusterStore } from '../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { dynamoWorkloadStore } from '../../lambdas/adapters/dynamo-workload-store.ts';
import { Conflict } from '../../lambdas/contracts/error-names.ts';
import type { Plan } from '../../lambdas/domain/cluster/plan.ts';
import type { ClusterStore } from '../../lambdas/ports/cluster-store.ts';
import { at, desired } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { startTable, type TestTable } from '../support/dynalite.ts';

let table: TestTable;
let store: ClusterStore;
const idOf = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const plan = (overrides: Partial<Plan>): Plan => ({
  ...{ decisions: [], changedNodes: [], goneInstanceIds: [], launches: [], activity: [], settled: false },
  ...{ progress: { launchSeq: 1, failures: {} }, nextCheckAt: at(60).toISOString() },
  ...overrides,
});
const elastic = async () => (await store.listElastic()).toSorted();

beforeEach(async () => {
  table = await startTable();
  store = dynamoClusterStore(table.client, table.tableName);
  const deployments = dynamoDeploymentStore(table.client, table.tableName);
  for (const n of [1, 2, 3]) {
    const deployment = deploymentRecord({ deploymentId: idOf(n), organization: 'acme' });
    await deployments.create(deployment, desired({ clusterId: idOf(n) }));
  }
});
afterEach(() => table.close());

describe('listElastic', () => {
  it('finds clusters whose last plan wants their load to be looked at', async () => {
    expect(await elastic()).toEqual([]);
    await store.savePlan(idOf(1), 1, plan({ elastic: true }), at(1));
    await store.savePlan(idOf(2), 1, plan({ elastic: true }), at(1));
    await store.savePlan(idOf(3), 1, plan({ elastic: false }), at(1));
    expect(await elastic()).toEqual([idOf(1), idOf(2)]);
  });

  it('forgets those whose plan does not want it any more, and those that are removed', async () => {
    for (const n of [1, 2]) await store.savePlan(idOf(n), 1, plan({ elastic: true }), at(1));
    await store.savePlan(idOf(1), 2, plan({}), at(2));
    expect(await elastic()).toEqual([idOf(2)]);
    await store.forgetCluster(idOf(2));
    expect(await elastic()).toEqual([]);
  });

  it('is not changed by a plan that comes too late', async () => {
    await store.savePlan(idOf(1), 1, plan({ elastic: true }), at(1));
    await expect(store.savePlan(idOf(1), 1, plan({}), at(2))).rejects.toThrow(Conflict);
    expect(await elastic()).toEqual([idOf(1)]);
  });

  it('keeps clusters apart from the workloads that are watched, and out of their records', async () => {
    await store.savePlan(idOf(1), 1, plan({ elastic: true }), at(1));
    expect(await dynamoWorkloadStore(table.client, table.tableName).listWatched()).toEqual([]);
    expect(JSON.stringify(await store.loadCluster(idOf(1)))).not.toMatch(/gsi2|ELASTIC/);
  });
});
