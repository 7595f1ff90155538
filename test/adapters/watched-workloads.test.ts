import { dynamoClusterStore } from '../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { dynamoWorkloadStore } from '../../lambdas/adapters/dynamo-workload-store.ts';
import type { WorkloadPlan } from '../../lambdas/domain/workload/decide-workload.ts';
import type { WorkloadStore } from '../../lambdas/ports/workload-store.ts';
import { at, clusterId, desired, foundation } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { startTable, type TestTable } from '../support/dynalite.ts';
import { desiredWorkload } from '../support/workloads.ts';

let table: TestTable;
let store: WorkloadStore;
const idOf = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const plan = (overrides: Partial<WorkloadPlan>): WorkloadPlan => ({
  ...{ decisions: [], activity: [], progress: { failures: {} }, giveUp: false, settled: false, watched: false },
  nextCheckAt: at(60).toISOString(),
  ...overrides,
});

beforeEach(async () => {
  table = await startTable();
  store = dynamoWorkloadStore(table.client, table.tableName);
});
afterEach(() => table.close());

async function create(n: number, hostClusterId = clusterId): Promise<string> {
  const deployment = deploymentRecord({ deploymentId: idOf(n), type: 'MARATHON', organization: 'acme' });
  await store.create(deployment, desiredWorkload({ workloadId: idOf(n), hostClusterId }));
  return idOf(n);
}
const watchedIds = async () => (await store.listWatched()).map(({ desired }) => desired.workloadId).sort();

describe('listWatched', () => {
  it('finds those whose last plan wants to be woken, with their cluster and what was seen', async () => {
    const [one, two] = [await create(1), await create(2, idOf(91))];
    await create(3);
    await store.savePlan(one, 1, plan({ watched: true, progress: { failures: {}, seen: 'abc' } }), at(1));
    await store.savePlan(two, 1, plan({ watched: true }), at(1));
    const watched = (await store.listWatched()).toSorted((a, b) =>
      a.desired.workloadId.localeCompare(b.desired.workloadId),
    );
    expect(watched).toMatchObject([
      { desired: { workloadId: one, hostClusterId: clusterId, spec: { type: 'MARATHON' } }, progress: { seen: 'abc' } },
      { desired: { workloadId: two, hostClusterId: idOf(91) } },
    ]);
  });

  it('finds those on one cluster only, if it is told which', async () => {
    for (const [n, host] of [
      [1, clusterId],
      [2, idOf(91)],
      [3, clusterId],
    ] as const)
      await store.savePlan(await create(n, host), 1, plan({ watched: true }), at(1));
    const onCluster = await store.listWatched(clusterId);
    expect(onCluster.map(({ desired }) => desired.workloadId).sort()).toEqual([idOf(1), idOf(3)]);
    expect(await store.listWatched(idOf(92))).toEqual([]);
  });

  it('forgets those whose plan does not want it any more, and those that are removed', async () => {
    const [one, two] = [await create(1), await create(2)];
    for (const id of [one, two]) await store.savePlan(id, 1, plan({ watched: true }), at(1));
    await store.savePlan(one, 2, plan({ watched: false }), at(2));
    expect(await watchedIds()).toEqual([two]);
    await store.forget(two);
    expect(await watchedIds()).toEqual([]);
  });
});

describe('findRecord', () => {
  it('reads a cluster’s own record', async () => {
    const clusters = dynamoClusterStore(table.client, table.tableName);
    expect(await clusters.findRecord(idOf(91))).toBeUndefined();
    const deployments = dynamoDeploymentStore(table.client, table.tableName);
    await deployments.create(deploymentRecord({ deploymentId: idOf(91) }), desired({ clusterId: idOf(91) }));
    await clusters.saveFoundation(idOf(91), foundation());
    expect(await clusters.findRecord(idOf(91))).toEqual((await clusters.loadCluster(idOf(91))).record);
  });
});
