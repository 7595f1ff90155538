import { Conflict } from '../../lambdas/contracts/error-names.ts';
import type { Plan } from '../../lambdas/domain/cluster/plan.ts';
import type { DeploymentStatus } from '../../lambdas/domain/cluster/records.ts';
import type { DeploymentRecord } from '../../lambdas/domain/deployment/deployment.ts';
import type { ClusterStore } from '../../lambdas/ports/cluster-store.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import { spec } from '../support/clusters.ts';
import { type DeploymentTable, openDeploymentTable } from '../support/deployment-table.ts';
import { apiNow, topologyNode } from '../support/deployments.ts';

const later = new Date(apiNow.getTime() + 60_000);
const evenLater = new Date(apiNow.getTime() + 61_000);
const plan: Plan = {
  ...{ decisions: [], changedNodes: [], goneInstanceIds: [], launches: [], activity: [], settled: false },
  ...{ progress: { launchSeq: 1, failures: {} }, nextCheckAt: evenLater.toISOString() },
};

describe('beginUpdate', () => {
  let opened: DeploymentTable;
  let store: DeploymentStore;
  let clusters: ClusterStore;

  beforeAll(async () => {
    opened = await openDeploymentTable();
    ({ store, clusters } = opened);
  });
  afterAll(() => opened.table.close());

  const made = async (status: DeploymentStatus, overrides: Partial<DeploymentRecord> = {}) => {
    const record = await opened.create(overrides);
    await opened.setStatus(record.deploymentId, status);
    return record;
  };
  const wanted = spec({ slaves: 7 });
  const begun = (generation = 2, updateId = 'u-1') => ({
    generation,
    template: 'changed',
    parameters: { a: 1 },
    topology: [topologyNode({ name: 'b' })],
    outputExpressions: {},
    update: { updateId, spec: wanted, deadlineAt: evenLater.toISOString(), removals: ['i-1'], secretVersion: 'v' },
  });

  it('changes the record, and with it what is desired of the cluster', async () => {
    const { deploymentId, ...before } = await made('CREATE_COMPLETE', { callback: 'https://hook.example.org/x' });
    const { record } = await clusters.loadCluster(deploymentId);
    await store.beginUpdate(deploymentId, begun(), later);
    expect(await store.find(deploymentId)).toEqual({
      ...{ ...before, ...begun(), deploymentId },
      ...{ status: 'UPDATE_IN_PROGRESS', updatedAt: later.toISOString() },
    });
    const loaded = await clusters.loadCluster(deploymentId);
    expect(loaded.status).toBe('UPDATE_IN_PROGRESS');
    expect(loaded.record.desired).toEqual({
      ...record.desired,
      ...{ generation: 2, spec: wanted, deadlineAt: evenLater.toISOString(), removals: ['i-1'], secretVersion: 'v' },
    });
  });

  it('replaces the callback and the timeout if they are given', async () => {
    const { deploymentId } = await made('CREATE_COMPLETE', { callback: 'https://hook.example.org/x' });
    const given = { callback: 'https://hook.example.org/y', timeoutMins: 9 };
    await store.beginUpdate(deploymentId, { ...begun(), ...given }, later);
    expect(await store.find(deploymentId)).toMatchObject(given);
  });

  it('makes void what a pass concludes that began before', async () => {
    const { deploymentId } = await made('CREATE_COMPLETE');
    const { record } = await clusters.loadCluster(deploymentId);
    await store.beginUpdate(deploymentId, begun(), later);
    await expect(clusters.savePlan(deploymentId, record.revision, plan, later)).rejects.toThrow(Conflict);
    const due = await clusters.listDueClusters(new Date(later.getTime() + 61_000));
    expect(due).toContain(deploymentId);
  });

  it('is never ended by a plan for the generation before', async () => {
    const { deploymentId } = await made('CREATE_COMPLETE');
    await store.beginUpdate(deploymentId, begun(), later);
    await opened.setStatus(deploymentId, 'UPDATE_FAILED');
    await store.beginUpdate(deploymentId, begun(3, 'u-2'), later);
    const { record } = await clusters.loadCluster(deploymentId);
    const status = { value: 'UPDATE_FAILED' as const, reason: 'late', generation: 2 };
    await clusters.savePlan(deploymentId, record.revision, { ...plan, status }, later);
    expect((await clusters.loadCluster(deploymentId)).status).toBe('UPDATE_IN_PROGRESS');
  });

  it.each(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'CREATE_FAILED'] as const)(
    'is refused in %s',
    async (status) => {
      const { deploymentId } = await made(status);
      await expect(store.beginUpdate(deploymentId, begun(), later)).rejects.toThrow(Conflict);
      expect(await store.find(deploymentId)).toMatchObject({ status, generation: 1 });
    },
  );

  it('lets one of two win, and takes the winner’s own repetition for won', async () => {
    const { deploymentId } = await made('CREATE_COMPLETE');
    const outcomes = await Promise.allSettled(
      ['u-1', 'u-2'].map((updateId) => store.beginUpdate(deploymentId, begun(2, updateId), later)),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const won = (await store.find(deploymentId))?.update?.updateId;
    await store.beginUpdate(deploymentId, begun(2, won), later);
    expect(await store.find(deploymentId)).toMatchObject({ generation: 2 });
  });

  it('gives way to a deletion', async () => {
    const { deploymentId } = await made('CREATE_COMPLETE');
    await store.beginUpdate(deploymentId, begun(), later);
    await store.requestDelete(deploymentId, evenLater);
    const { record, status } = await clusters.loadCluster(deploymentId);
    expect([record.desired.presence, record.desired.generation, status]).toEqual(['absent', 2, 'DELETE_IN_PROGRESS']);
  });

  it('finds no deployment that is gone', async () => {
    await expect(store.beginUpdate(opened.newId(), begun(), later)).rejects.toThrow(Conflict);
  });
});
