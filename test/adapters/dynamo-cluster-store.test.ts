import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoClusterStore } from '../../lambdas/adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import { keys } from '../../lambdas/contracts/table.ts';
import type { Plan } from '../../lambdas/domain/cluster/plan.ts';
import type { PendingLaunch } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterStore } from '../../lambdas/ports/cluster-store.ts';
import { at, desired, foundation, node, start } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { startTable, type TestTable } from '../support/dynalite.ts';

let table: TestTable;
let store: ClusterStore;
let serial = 0;
let id: string;

beforeAll(async () => {
  table = await startTable();
  store = dynamoClusterStore(table.client, table.tableName);
});
afterAll(() => table.close());
beforeEach(async () => {
  serial += 1;
  id = `0197a000-0000-7000-8000-${String(serial).padStart(12, '0')}`;
  const deployments = dynamoDeploymentStore(table.client, table.tableName);
  await deployments.create(deploymentRecord({ deploymentId: id }), desired({ clusterId: id }));
});

const plan = (overrides: Partial<Plan> = {}): Plan => ({
  decisions: [],
  changedNodes: [],
  goneInstanceIds: [],
  launches: [],
  progress: { launchSeq: 1, failures: {} },
  activity: [],
  settled: false,
  nextCheckAt: at(60).toISOString(),
  ...overrides,
});
const launch = (token: string): PendingLaunch => ({
  token,
  group: 'slaves',
  ordinals: [1],
  offerings: [{ instanceType: 'm6i.large', zone: 'eu-west-1a', market: 'on-demand' }],
  decidedAt: start.toISOString(),
});
const revisionNow = async () => (await store.loadCluster(id)).record.revision;
const slave = (n: number) => node({ group: 'slaves', role: 'slave', ordinal: n, instanceId: `i-${id.slice(-4)}-${n}` });

describe('the loop protocol on the table', () => {
  it('lets only the run after the last ended one claim a pass', async () => {
    expect(await store.claimPass(id, 2)).toBeUndefined();
    expect(await store.claimPass(id, 1)).toEqual({ signalSeq: 0 });
    expect(await store.claimPass('0197a000-0000-7000-8000-ffffffffffff', 1)).toBeUndefined();
  });

  it('shows a signal the token that is stored, until a pass is claimed', async () => {
    expect(await store.storeWaitToken(id, 1, 0, 'token-1')).toBe(true);
    expect(await store.addSignal(id)).toEqual({ signalSeq: 1, endedRun: 0, waitToken: 'token-1' });
    expect(await store.claimPass(id, 1)).toEqual({ signalSeq: 1 });
    expect(await store.addSignal(id)).toEqual({ signalSeq: 2, endedRun: 0 });
  });

  it('refuses a token when a signal came since the plan, or another run has taken over', async () => {
    await store.addSignal(id);
    expect(await store.storeWaitToken(id, 1, 0, 'late')).toBe(false);
    await store.endRun(id, 1, undefined);
    expect(await store.storeWaitToken(id, 1, 1, 'old run')).toBe(false);
  });

  it('never puts a token over that of another wait', async () => {
    expect(await store.storeWaitToken(id, 1, 0, 'first')).toBe(true);
    expect(await store.storeWaitToken(id, 1, 0, 'first')).toBe(true);
    expect(await store.storeWaitToken(id, 1, 0, 'second')).toBe(false);
  });

  it('ends a run only if no signal came since its plan', async () => {
    await store.addSignal(id);
    expect(await store.endRun(id, 1, 0)).toBe(false);
    expect(await store.endRun(id, 1, 1)).toBe(true);
    expect(await store.endRun(id, 1, 1)).toBe(false);
    expect(await store.claimPass(id, 1)).toBeUndefined();
    expect(await store.claimPass(id, 2)).toBeDefined();
  });

  it('knows no loop of a cluster that does not exist', async () => {
    const nobody = '0197a000-0000-7000-8000-ffffffffffff';
    expect(await store.addSignal(nobody)).toBeUndefined();
    expect(await store.endRun(nobody, 1, undefined)).toBe(false);
    await expect(store.loadCluster(nobody)).rejects.toThrow(NotFound);
  });
});

describe('savePlan', () => {
  it('lets one of two plans on the same revision through', async () => {
    const revision = await revisionNow();
    const both = await Promise.allSettled([
      store.savePlan(id, revision, plan({ launches: [launch('a')] }), start),
      store.savePlan(id, revision, plan({ launches: [launch('b')] }), start),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(Conflict) });
    expect((await store.loadCluster(id)).record.launches).toHaveLength(1);
  });

  it('writes nodes whole, so that what a record lost is gone, and removes the gone ones', async () => {
    const [first, second] = [{ ...slave(1), reason: 'slow', missingSince: start.toISOString() }, slave(2)];
    await store.savePlan(id, await revisionNow(), plan({ changedNodes: [first, second] }), start);
    const { reason: _, missingSince: __, ...well } = first;
    const next = plan({ changedNodes: [well], goneInstanceIds: [second.instanceId] });
    await store.savePlan(id, await revisionNow(), next, start);
    expect((await store.loadCluster(id)).nodes).toEqual([well]);
  });

  it('never overwrites a deletion that was asked for meanwhile', async () => {
    const deployments = dynamoDeploymentStore(table.client, table.tableName);
    const revision = await revisionNow();
    await deployments.requestDelete(id, at(1));
    const failed = plan({ status: { value: 'CREATE_FAILED', reason: 'too late' }, giveUp: true });
    await expect(store.savePlan(id, revision, failed, at(2))).rejects.toThrow(Conflict);
    await store.savePlan(id, await revisionNow(), plan({ status: { value: 'CREATE_FAILED' } }), at(3));
    const { status, record } = await store.loadCluster(id);
    expect(status).toBe('DELETE_IN_PROGRESS');
    expect(record.desired).toMatchObject({ presence: 'absent', forget: true });
  });

  it('gives up in the same write that makes the plan count', async () => {
    const failed = plan({ status: { value: 'CREATE_FAILED', reason: 'no capacity' }, giveUp: true });
    await store.savePlan(id, await revisionNow(), failed, at(5));
    const loaded = await store.loadCluster(id);
    expect(loaded).toMatchObject({
      status: 'CREATE_FAILED',
      record: { desired: { presence: 'absent', forget: false } },
    });
    const deployments = dynamoDeploymentStore(table.client, table.tableName);
    expect(await deployments.find(id)).toMatchObject({ statusReason: 'no capacity', updatedAt: at(5).toISOString() });
  });

  it('has its status written by the next look when the writer stopped in between', async () => {
    const failed = plan({ status: { value: 'CREATE_FAILED', reason: 'no capacity' }, giveUp: true });
    await store.savePlan(id, await revisionNow(), failed, at(5));
    // As if the deployment's item had not been reached.
    await table.client.send(new PutCommand({ TableName: table.tableName, Item: await metaInProgress() }));
    expect((await store.loadCluster(id)).status).toBe('CREATE_FAILED');
    expect(await dynamoDeploymentStore(table.client, table.tableName).find(id)).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: 'no capacity',
    });
  });

  it('keeps lines of the same millisecond apart and lets the table forget them', async () => {
    const lines = [1, 2].map((n) => ({ level: 'info' as const, text: `line ${n}` }));
    await store.savePlan(id, await revisionNow(), plan({ activity: lines }), start);
    await store.addActivity(id, [{ level: 'warning', text: 'line 3' }], start);
    const log = await dynamoDeploymentStore(table.client, table.tableName).listActivity(id, 100);
    expect(log.map(({ text }) => text)).toEqual(['line 1', 'line 2', 'line 3']);
    const items = (await itemsOf(id)).filter(({ sk }) => String(sk).startsWith(keys.activityPrefix));
    expect(items[0]?.expiresAt).toBe(start.getTime() / 1000 + 90 * 24 * 3600);
  });
});

describe('launches', () => {
  it('are closed once and for all, however often that is repeated', async () => {
    await store.savePlan(id, await revisionNow(), plan({ launches: [launch('t-1'), launch('t-2')] }), start);
    for (let n = 0; n < 2; n += 1) {
      await store.closeLaunch(id, 't-1', [slave(1)], { 'm6i.large/eu-west-1a/spot': at(180).toISOString() });
    }
    const { record, nodes } = await store.loadCluster(id);
    expect(record.launches.map(({ token }) => token)).toEqual(['t-2']);
    expect(record.unavailable).toEqual({ 'm6i.large/eu-west-1a/spot': at(180).toISOString() });
    expect(nodes).toHaveLength(1);
  });

  it('are not opened again by a plan that was made before they were closed', async () => {
    await store.savePlan(id, await revisionNow(), plan({ launches: [launch('t-1')] }), start);
    const stale = await revisionNow();
    await store.closeLaunch(id, 't-1', [slave(1)], {});
    await expect(store.savePlan(id, stale, plan({ launches: [launch('t-1')] }), start)).rejects.toThrow(Conflict);
    expect((await store.loadCluster(id)).record.launches).toEqual([]);
  });

  it('remember their empty fleets, which makes a plan void that was made before', async () => {
    await store.savePlan(id, await revisionNow(), plan({ launches: [launch('t-1'), launch('t-2')] }), start);
    const stale = await revisionNow();
    await store.renewLaunch(id, 't-1', 2);
    const { launches } = (await store.loadCluster(id)).record;
    expect(launches).toEqual([{ ...launch('t-1'), emptyFleets: 2 }, launch('t-2')]);
    await expect(store.savePlan(id, stale, plan(), start)).rejects.toThrow(Conflict);
    await store.closeLaunch(id, 't-1', [], {});
    await expect(store.renewLaunch(id, 't-1', 3)).rejects.toThrow(Conflict);
  });

  it('leave nothing behind when the cluster was forgotten meanwhile', async () => {
    await store.forgetCluster(id);
    await expect(store.closeLaunch(id, 't-1', [slave(1)], {})).rejects.toThrow(Conflict);
    expect(await itemsOf(id)).toEqual([]);
  });
});

describe('the store', () => {
  it('reads and writes more nodes than one batch or page holds', async () => {
    const many = Array.from({ length: 130 }, (_, n) => ({ ...slave(n + 1), reason: 'x'.repeat(9_000) }));
    await store.saveNodes(id, many);
    expect((await store.loadCluster(id)).nodes).toHaveLength(130);
  });

  it('finds clusters by instance and by their next check', async () => {
    await store.savePlan(id, await revisionNow(), plan({ changedNodes: [slave(1)] }), start);
    expect(await store.findClusterOfInstance(slave(1).instanceId)).toBe(id);
    expect(await store.findClusterOfInstance('i-unknown')).toBeUndefined();
    expect(await store.listDueClusters(at(60))).not.toContain(id);
    expect(await store.listDueClusters(at(61))).toContain(id);
  });

  it('tells which of many ids exist', async () => {
    const unknown = Array.from({ length: 120 }, (_, n) => `0197a000-0000-7000-9000-${String(n).padStart(12, '0')}`);
    expect(await store.findExisting([...unknown, id, id])).toEqual(new Set([id]));
  });

  it('records the foundation and shows that the record has changed', async () => {
    const before = await revisionNow();
    await store.saveFoundation(id, foundation());
    const { record } = await store.loadCluster(id);
    expect(record.foundation).toEqual(foundation());
    expect(record.revision).toBe(before + 1);
    await expect(store.saveFoundation('0197a000-0000-7000-8000-ffffffffffff', foundation())).rejects.toThrow(NotFound);
  });

  it('forgets every item of a deployment', async () => {
    await store.savePlan(
      id,
      await revisionNow(),
      plan({ changedNodes: [slave(1)], activity: [{ level: 'info', text: 'x' }] }),
      start,
    );
    await store.forgetCluster(id);
    await store.forgetCluster(id);
    expect(await itemsOf(id)).toEqual([]);
  });
});

async function itemsOf(clusterId: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName, ConsistentRead: true }));
  return Items.filter(({ pk }) => pk === keys.deployment(clusterId));
}
async function metaInProgress(): Promise<Record<string, unknown>> {
  const { statusReason: _, ...meta } = (await itemsOf(id)).find(({ sk }) => sk === keys.meta)!;
  return { ...meta, status: 'CREATE_IN_PROGRESS' };
}
