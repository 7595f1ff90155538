import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoClusterStore } from '../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { dynamoWorkloadStore } from '../../lambdas/adapters/dynamo-workload-store.ts';
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import { keys } from '../../lambdas/contracts/table.ts';
import type { WorkloadPlan } from '../../lambdas/domain/workload/decide-workload.ts';
import type { WorkloadClaim } from '../../lambdas/domain/workload/records.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import type { BegunWorkloadUpdate, WorkloadStore } from '../../lambdas/ports/workload-store.ts';
import { at, desired, start } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { startTable, type TestTable } from '../support/dynalite.ts';
import { desiredWorkload, serviceSpec, services } from '../support/workloads.ts';

let table: TestTable;
let store: WorkloadStore;
let deployments: DeploymentStore;
let serial = 0;
let id: string;
let hostId: string;
const nobody = '0197a000-0000-7000-8000-ffffffffffff';

beforeAll(async () => {
  table = await startTable();
  store = dynamoWorkloadStore(table.client, table.tableName);
  deployments = dynamoDeploymentStore(table.client, table.tableName);
});
afterAll(() => table.close());
beforeEach(async () => {
  serial += 2;
  id = `0197a000-0000-7000-8000-${String(serial).padStart(12, '0')}`;
  hostId = `0197a000-0000-7000-8000-${String(serial + 1).padStart(12, '0')}`;
  await deployments.create(deploymentRecord({ deploymentId: hostId }), desired({ clusterId: hostId }));
  await store.create(
    deploymentRecord({ deploymentId: id, type: 'MARATHON', hostClusterId: hostId }),
    desiredWorkload({ workloadId: id, hostClusterId: hostId }),
  );
});

const plan = (overrides: Partial<WorkloadPlan> = {}): WorkloadPlan => ({
  ...{ decisions: [], activity: [], progress: { failures: {} }, giveUp: false, settled: false, watched: false },
  nextCheckAt: at(60).toISOString(),
  ...overrides,
});
const revision = async () => (await store.load(id)).record.revision;
const statusOf = async () => (await deployments.find(id))?.status;
const failed = {
  value: 'CREATE_FAILED' as const,
  reason: 'too late',
  generation: 1,
  from: 'CREATE_IN_PROGRESS' as const,
};
const update = (overrides: Partial<BegunWorkloadUpdate> = {}): BegunWorkloadUpdate => ({
  ...{ generation: 2, template: 'new', parameters: {}, topology: [], outputExpressions: {} },
  workloadUpdate: {
    updateId: 'u-1',
    spec: services(serviceSpec({ image: 'acme/web:2' })),
    deadlineAt: at(9000).toISOString(),
    secretVersion: 'v-2',
  },
  ...overrides,
});

describe('a workload’s records', () => {
  it('are read back as they were stored, with what DynamoDB itself would not bear', async () => {
    const odd = serviceSpec({ env: { EMPTY: '', BIG: '12345678901234567890123456789012345678901234567890' } });
    const of = desiredWorkload({ workloadId: nobody, hostClusterId: hostId, spec: services(odd) });
    await store.create(deploymentRecord({ deploymentId: nobody, callback: 'https://example.org' }), of);
    expect(await store.load(nobody)).toEqual({
      record: { desired: of, revision: 1, signalSeq: 0, endedRun: 0, progress: { failures: {} } },
      status: 'CREATE_IN_PROGRESS',
      hasCallback: true,
    });
    await store.forget(nobody);
    await expect(store.load(nobody)).rejects.toThrow(NotFound);
    expect(await deployments.find(nobody)).toBeUndefined();
  });

  it('are made once', async () => {
    const deployment = deploymentRecord({ deploymentId: id });
    const other = desiredWorkload({ workloadId: id, hostClusterId: hostId, createdBy: 'somebody else' });
    await expect(store.create(deployment, other)).rejects.toThrow(Conflict);
  });

  it('are found without a deployment if creation stopped in between', async () => {
    await store.forget(id);
    const of = desiredWorkload({ workloadId: id, hostClusterId: hostId });
    const broken = deploymentRecord({ deploymentId: id, template: 'x'.repeat(500_000) });
    await expect(store.create(broken, of)).rejects.toThrow();
    const { status } = await store.load(id);
    expect(status).toBeUndefined();
    expect(await store.findExisting([id, nobody])).toEqual(new Set([id]));
  });

  it('are those of a loop', async () => {
    expect(await store.storeWaitToken(id, 1, 0, 'token-1')).toBe(true);
    expect(await store.addSignal(id)).toEqual({ signalSeq: 1, endedRun: 0, waitToken: 'token-1' });
    expect(await store.claimPass(id, 2)).toBeUndefined();
    expect(await store.claimPass(id, 1)).toEqual({ signalSeq: 1 });
    expect(await store.endRun(id, 1, 0)).toBe(false);
    expect(await store.endRun(id, 1, 1)).toBe(true);
    expect(await store.addSignal(nobody)).toBeUndefined();
    expect(await store.addSignal(hostId)).toBeUndefined();
  });

  it('are due by their own next check, apart from clusters', async () => {
    const clusters = dynamoClusterStore(table.client, table.tableName);
    await store.savePlan(id, 1, plan({ nextCheckAt: at(10).toISOString() }), start);
    expect(await store.listDue(at(9))).not.toContain(id);
    expect(await store.listDue(at(11))).toContain(id);
    expect(await clusters.listDueClusters(at(999_999))).not.toContain(id);
    expect(await clusters.listDueClusters(at(999_999))).toContain(hostId);
  });
});

describe('savePlan', () => {
  it('lets one of two plans on the same revision through', async () => {
    const both = await Promise.allSettled([
      store.savePlan(id, 1, plan({ progress: { failures: {}, seen: 'a' } }), start),
      store.savePlan(id, 1, plan({ progress: { failures: {}, seen: 'b' } }), start),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await revision()).toBe(2);
  });

  it('fails a deployment, has it taken down, and tells', async () => {
    const activity = [{ level: 'error' as const, text: 'failed' }];
    await store.savePlan(id, 1, plan({ status: failed, giveUp: true, activity }), at(5));
    const { record, status } = await store.load(id);
    expect([record.desired.presence, record.desired.forget, status]).toEqual(['absent', false, 'CREATE_FAILED']);
    expect(await deployments.find(id)).toMatchObject({ statusReason: 'too late', updatedAt: at(5).toISOString() });
    expect(await deployments.listActivity(id, 100)).toMatchObject([{ text: 'failed' }]);
  });

  it('never overwrites a status that it did not see, or another generation’s', async () => {
    await deployments.complete(id, { generation: 1, outputs: {} }, at(1));
    await store.savePlan(id, 1, plan({ status: failed }), at(2));
    expect(await statusOf()).toBe('CREATE_COMPLETE');
    await store.requestUpdate(id, update(), at(3));
    const late = { ...failed, value: 'UPDATE_FAILED' as const, from: 'UPDATE_IN_PROGRESS' as const };
    await store.savePlan(id, await revision(), plan({ status: late }), at(4));
    expect(await statusOf()).toBe('UPDATE_IN_PROGRESS');
  });

  it('may fail what was complete, if its cluster is gone', async () => {
    await deployments.complete(id, { generation: 1, outputs: {} }, at(1));
    const lost = { value: 'UPDATE_FAILED' as const, reason: 'gone', generation: 1, from: 'CREATE_COMPLETE' as const };
    await store.savePlan(id, 1, plan({ status: lost }), at(2));
    expect(await statusOf()).toBe('UPDATE_FAILED');
  });

  it('has the next reader write a status that was announced and not written', async () => {
    const broken = dynamoWorkloadStore(
      Object.assign(Object.create(table.client), {
        send: (command: { input: { Key?: { sk?: string } } }) =>
          command.input.Key?.sk === keys.meta
            ? Promise.reject(new Error('stopped'))
            : table.client.send(command as never),
      }),
      table.tableName,
    );
    await expect(broken.savePlan(id, 1, plan({ status: failed }), at(5))).rejects.toThrow('stopped');
    expect(await statusOf()).toBe('CREATE_IN_PROGRESS');
    expect((await store.load(id)).status).toBe('CREATE_FAILED');
    expect(await statusOf()).toBe('CREATE_FAILED');
  });
});

describe('requestUpdate', () => {
  beforeEach(() => deployments.complete(id, { generation: 1, outputs: {} }, at(1)));

  it('is laid over what was asked for, and voids a pass that is under way', async () => {
    await store.requestUpdate(id, update(), at(3));
    const { record, status } = await store.load(id);
    const { spec, deadlineAt, secretVersion } = update().workloadUpdate;
    expect(record.desired).toMatchObject({ generation: 2, spec, deadlineAt, secretVersion, presence: 'present' });
    expect(status).toBe('UPDATE_IN_PROGRESS');
    await expect(store.savePlan(id, 1, plan(), at(4))).rejects.toThrow(Conflict);
  });

  it('may be repeated, and lets one of two through', async () => {
    await store.requestUpdate(id, update(), at(3));
    await store.requestUpdate(id, update(), at(3));
    const other = update({ workloadUpdate: { ...update().workloadUpdate, updateId: 'u-2' } });
    await expect(store.requestUpdate(id, other, at(3))).rejects.toThrow(Conflict);
  });
});

describe('requestDelete', () => {
  it('has the workload taken down and forgotten', async () => {
    await store.requestDelete(id, at(1));
    await store.requestDelete(id, at(1));
    expect((await store.load(id)).record.desired).toMatchObject({ presence: 'absent', forget: true });
    expect(await statusOf()).toBe('DELETE_IN_PROGRESS');
    await expect(store.requestDelete(id, at(2))).rejects.toThrow(Conflict);
    await store.forget(id);
    await expect(store.requestDelete(id, at(2))).resolves.toBeUndefined();
  });
});

describe('claims', () => {
  const claim = (overrides: Partial<WorkloadClaim> = {}): WorkloadClaim => ({
    ...{ name: 'web', type: 'MARATHON', tasks: [{ cpus: 0.5, mem: 128, gpus: 0, count: 1000 }], waiting: true },
    at: at(1).toISOString(),
    ...overrides,
  });
  const claims = async () => (await store.listClaims(hostId)).claims;

  it('lie on their cluster, where its loop sees them', async () => {
    expect(await store.listClaims(hostId)).toEqual({ claims: {}, seq: 0 });
    await store.claim(hostId, id, { claim: claim(), seen: 0 });
    expect(await store.listClaims(hostId)).toEqual({ claims: { [id]: claim() }, seq: 1 });
    const clusters = dynamoClusterStore(table.client, table.tableName);
    expect((await clusters.loadCluster(hostId)).record.workloads).toEqual({ [id]: claim() });
    await expect(store.listClaims(nobody)).rejects.toThrow(NotFound);
  });

  it('are made by one of two that saw the same', async () => {
    const [first, second] = [claim(), claim({ at: at(2).toISOString() })];
    const both = await Promise.allSettled([
      store.claim(hostId, id, { claim: first, seen: 0 }),
      store.claim(hostId, nobody, { claim: second, seen: 0 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(Conflict) });
    expect(Object.keys(await claims())).toHaveLength(1);
  });

  it('count as made when their write is repeated because its answer was lost', async () => {
    await store.claim(hostId, id, { claim: claim(), seen: 0 });
    await store.claim(hostId, id, { claim: claim(), seen: 0 });
    expect((await store.listClaims(hostId)).seq).toBe(1);
  });

  it('cannot be made on a cluster that is to be removed, or does not exist', async () => {
    await expect(store.claim(nobody, id, { claim: claim(), seen: 0 })).rejects.toThrow(Conflict);
    await deployments.requestDelete(hostId, at(1));
    await expect(store.claim(hostId, id, { claim: claim(), seen: 0 })).rejects.toThrow(Conflict);
  });

  it('are renewed for what an update needs', async () => {
    const tasks = [{ cpus: 3, mem: 512, gpus: 0, count: 2 }];
    await store.renewClaim(hostId, id, tasks);
    expect(await claims()).toEqual({});
    await store.claim(hostId, id, { claim: claim({ waiting: false }), seen: 0 });
    await store.renewClaim(hostId, id, tasks);
    expect(await store.listClaims(hostId)).toEqual({ claims: { [id]: claim({ tasks }) }, seq: 2 });
  });

  it('are settled and given back, however often', async () => {
    await store.settleClaim(hostId, id);
    await store.claim(hostId, id, { claim: claim(), seen: 0 });
    for (let times = 0; times < 2; times += 1) await store.settleClaim(hostId, id);
    expect((await claims())[id]).toEqual(claim({ waiting: false, tasks: [] }));
    for (let times = 0; times < 2; times += 1) await store.releaseClaim(hostId, id);
    expect(await claims()).toEqual({});
    await store.releaseClaim(nobody, id);
    const Key = { pk: keys.deployment(nobody), sk: keys.cluster };
    expect((await table.client.send(new GetCommand({ TableName: table.tableName, Key }))).Item).toBeUndefined();
  });
});
