import { DeleteCommand, GetCommand, type NativeAttributeValue, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoDeploymentStore } from '../../lambdas/adapters/dynamo-deployment-store.ts';
import { Conflict, NotFound } from '../../lambdas/contracts/error-names.ts';
import { keys } from '../../lambdas/contracts/table.ts';
import { summaryAttributes } from '../../lambdas/domain/deployment/deployment.ts';
import type { ClusterStore } from '../../lambdas/ports/cluster-store.ts';
import type { DeploymentStore } from '../../lambdas/ports/deployment-store.ts';
import { desired, node } from '../support/clusters.ts';
import { type DeploymentTable, openDeploymentTable } from '../support/deployment-table.ts';
import { alice, apiNow, bob, deploymentRecord, summaryOf, topologyNode } from '../support/deployments.ts';
import type { TestTable } from '../support/dynalite.ts';

const later = new Date(apiNow.getTime() + 60_000);
const evenLater = new Date(apiNow.getTime() + 61_000);

describe('dynamoDeploymentStore', () => {
  let table: TestTable;
  let store: DeploymentStore;
  let clusters: ClusterStore;
  let newId: DeploymentTable['newId'];
  let create: DeploymentTable['create'];
  let setStatus: DeploymentTable['setStatus'];

  beforeAll(async () => {
    ({ table, store, clusters, newId, create, setStatus } = await openDeploymentTable());
  });
  afterAll(() => table.close());

  const keyOf = (id: string, sk: string) => ({ TableName: table.tableName, Key: { pk: keys.deployment(id), sk } });
  const read = async (id: string, sk: string): Promise<NativeAttributeValue> =>
    (await table.client.send(new GetCommand(keyOf(id, sk)))).Item;
  const remove = (id: string, sk: string) => table.client.send(new DeleteCommand(keyOf(id, sk)));

  it('gives back what was stored, however odd', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1e300${'}'.repeat(40)}`);
    const record = await create({
      parameters: { deep, empty: '', list: [], nothing: null },
      topology: [topologyNode({ name: 'a', group: 'g' })],
      outputExpressions: { ip: { attribute: { node: 'a', name: 'public_address', path: [0] } } },
      outputs: { ratio: 0.1 + 0.2 },
      callback: 'https://hook.example.org/x',
      userGroup: 'team-a',
      timeoutMins: 5,
      keepLastAttempt: true,
    });
    expect(await store.find(record.deploymentId)).toEqual(record);
    expect(await store.find(newId())).toBeUndefined();
  });

  it('makes a cluster that the loop can load and the sweep finds due after a minute', async () => {
    const { deploymentId } = await create();
    const loaded = await clusters.loadCluster(deploymentId);
    expect(loaded).toEqual({
      record: {
        desired: desired({ clusterId: deploymentId }),
        revision: 1,
        signalSeq: 0,
        endedRun: 0,
        launches: [],
        unavailable: {},
        workloads: {},
        progress: { launchSeq: 0, failures: {} },
      },
      nodes: [],
      status: 'CREATE_IN_PROGRESS',
    });
    const created = Date.parse(loaded.record.desired.createdAt);
    expect(await clusters.listDueClusters(new Date(created + 60_000))).not.toContain(deploymentId);
    expect(await clusters.listDueClusters(new Date(created + 60_001))).toContain(deploymentId);
  });

  it('refuses an id that exists', async () => {
    const record = await create();
    const other = { ...record, createdAt: later.toISOString() };
    await expect(store.create(other, desired({ clusterId: record.deploymentId }))).rejects.toThrow(Conflict);
    expect(await store.find(record.deploymentId)).toEqual(record);
  });

  describe('a write whose answer is lost', () => {
    /** Lets the n-th write of a kind through and then fails, as when the connection breaks and attempts are used up. */
    const losing = (kind: string, nth: number, error: Error): DeploymentStore => {
      let seen = 0;
      const client = Object.create(table.client) as typeof table.client;
      client.send = async (command: Parameters<typeof table.client.send>[0]) => {
        const answer = await table.client.send(command);
        seen += Number(command.constructor.name === kind);
        if (command.constructor.name === kind && seen === nth) throw error;
        return answer;
      };
      return dynamoDeploymentStore(client, table.tableName);
    };
    const lost = () => Object.assign(new Error('gone'), { name: 'TimeoutError' });
    const repeated = () => Object.assign(new Error('there'), { name: 'ConditionalCheckFailedException' });

    it.each([
      [1, lost()],
      [2, lost()],
      [1, repeated()],
      [2, repeated()],
    ])('is found done: put %d of a creation, %s', async (nth, error) => {
      const record = deploymentRecord({ deploymentId: newId() });
      const desiredCluster = desired({ clusterId: record.deploymentId });
      await losing('PutCommand', nth, error).create(record, desiredCluster);
      expect(await store.find(record.deploymentId)).toEqual(record);
      expect((await clusters.loadCluster(record.deploymentId)).record.desired).toEqual(desiredCluster);
    });

    it('is found done: the last one of a deletion and of a reset', async () => {
      const { deploymentId } = await create();
      await losing('UpdateCommand', 2, repeated()).requestDelete(deploymentId, later);
      expect(await store.find(deploymentId)).toMatchObject({ status: 'DELETE_IN_PROGRESS' });
      await losing('UpdateCommand', 1, repeated()).failDeletion(deploymentId, later);
      expect(await store.find(deploymentId)).toMatchObject({ status: 'DELETE_FAILED' });
    });

    it('is a failure if it was not done', async () => {
      const record = deploymentRecord({ deploymentId: newId(), template: 'x'.repeat(500_000) });
      await expect(store.create(record, desired({ clusterId: record.deploymentId }))).rejects.toThrow();
      expect(await store.find(record.deploymentId)).toBeUndefined();
    });
  });

  it("lists an owner's deployments, newest first, over more pages than one", async () => {
    const owner = { issuer: 'https://other.example.org', subject: 'carol' };
    const template = 'x'.repeat(200_000);
    const times = ['2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
    for (const createdAt of [...times, ...times]) await create({ owner, createdAt, template });
    const found = await store.list(owner);
    expect(found.map(({ createdAt }) => createdAt.slice(5, 7))).toEqual(['03', '03', '02', '02', '01', '01']);
    expect(await store.list({ ...owner, subject: 'dave' })).toEqual([]);
  });

  it('lists all that a list shows, and reads no template for it', async () => {
    const owner = { issuer: 'https://other.example.org', subject: 'erin' };
    const shown = {
      type: 'MARATHON' as const,
      hostClusterId: 'h',
      hostClusterName: 'host',
      hostEndpoint: 'https://marathon.example.org',
      owner,
      organization: 'summaries',
      statusReason: 'because',
      outputs: { ips: ['198.51.100.7'], nothing: null },
      callback: 'https://hook.example.org/x',
      userGroup: 'team-a',
    };
    const record = await create({
      ...shown,
      template: 'x'.repeat(200_000),
      parameters: { cluster: 'h' },
      topology: [topologyNode({ name: 'a', group: 'g' })],
      outputExpressions: { ip: { attribute: { node: 'a', name: 'public_address', path: [0] } } },
      timeoutMins: 5,
    });
    const send = jest.spyOn(table.client, 'send');
    const lists = [await store.list(owner), await store.listOrganization(owner.issuer, 'summaries')];
    const answers = await Promise.all(send.mock.results.map(({ value }) => value));
    send.mockRestore();
    expect(lists[0]).toMatchObject([shown]);
    for (const list of lists) expect(list).toEqual([summaryOf(record)]);
    expect(answers).toHaveLength(2);
    for (const { Items } of answers) expect(Object.keys(Items[0]).sort()).toEqual([...summaryAttributes].sort());
  });

  it('keeps owners apart', async () => {
    const { deploymentId } = await create({ owner: bob });
    expect((await store.list(bob)).map((record) => record.deploymentId)).toEqual([deploymentId]);
    expect((await store.list(alice)).map((record) => record.deploymentId)).not.toContain(deploymentId);
  });

  it("lists an organization's deployments, whoever made them, newest first", async () => {
    const organization = 'indigo-dc';
    const made = (owner: typeof alice, createdAt: string, other = organization) =>
      create({ owner, organization: other, createdAt });
    const first = await made(alice, '2026-01-01T00:00:00.000Z');
    const second = await made(bob, '2026-02-01T00:00:00.000Z');
    await made(bob, '2026-02-02T00:00:00.000Z', 'elsewhere');
    await made({ ...alice, issuer: 'https://other.example.org/' }, '2026-02-03T00:00:00.000Z');
    await create({ owner: alice });
    const found = await store.listOrganization(alice.issuer, organization);
    expect(found).toEqual([summaryOf(second), summaryOf(first)]);
    expect(await store.listOrganization(alice.issuer, 'nobody')).toEqual([]);
  });

  it('lists nodes and launches under way', async () => {
    const { deploymentId } = await create();
    const slave = node({ group: 'slaves', role: 'slave', ordinal: 1 });
    await clusters.saveNodes(deploymentId, [slave]);
    const launch = { token: 't1', group: 'slaves', ordinals: [2], offerings: [], decidedAt: apiNow.toISOString() };
    await table.client.send(
      new UpdateCommand({
        ...keyOf(deploymentId, keys.cluster),
        UpdateExpression: 'SET launches.t1 = :launch',
        ExpressionAttributeValues: { ':launch': launch },
      }),
    );
    expect(await store.listNodes(deploymentId)).toEqual({ nodes: [slave], launches: [launch], wanted: {} });
    expect(await store.listNodes(newId())).toEqual({ nodes: [], launches: [], wanted: {} });
  });

  it('lists activity, oldest first', async () => {
    const { deploymentId } = await create();
    await clusters.addActivity(deploymentId, [{ level: 'error', text: 'late' }], later);
    await clusters.addActivity(
      deploymentId,
      [
        { level: 'info', text: 'a' },
        { level: 'warning', text: 'b' },
      ],
      apiNow,
    );
    expect(await store.listActivity(deploymentId, 100)).toEqual([
      { at: apiNow.toISOString(), level: 'info', text: 'a' },
      { at: apiNow.toISOString(), level: 'warning', text: 'b' },
      { at: later.toISOString(), level: 'error', text: 'late' },
    ]);
    expect((await store.listActivity(deploymentId, 2)).map(({ text }) => text)).toEqual(['b', 'late']);
  });

  describe('requestDelete', () => {
    it('makes the cluster absent, the deployment deleted and the sweep look soon', async () => {
      const { deploymentId } = await create();
      await setStatus(deploymentId, 'CREATE_FAILED');
      await store.requestDelete(deploymentId, later);
      const { record, status } = await clusters.loadCluster(deploymentId);
      expect(record.desired).toMatchObject({ presence: 'absent', forget: true });
      expect(record.revision).toBe(2);
      expect(status).toBe('DELETE_IN_PROGRESS');
      const found = await store.find(deploymentId);
      expect(found).toMatchObject({ updatedAt: later.toISOString() });
      expect(found).not.toHaveProperty('statusReason');
      expect((await read(deploymentId, keys.cluster)).gsi1sk).toBe('2026-03-01T09:32:45.000Z');
    });

    it('refuses a second time', async () => {
      const { deploymentId } = await create();
      await store.requestDelete(deploymentId, later);
      await expect(store.requestDelete(deploymentId, evenLater)).rejects.toThrow(Conflict);
    });

    it('goes on where it stopped between its two writes', async () => {
      const { deploymentId } = await create();
      await store.requestDelete(deploymentId, later);
      await setStatus(deploymentId, 'CREATE_COMPLETE');
      await store.requestDelete(deploymentId, later);
      expect(await store.find(deploymentId)).toMatchObject({ status: 'DELETE_IN_PROGRESS' });
    });

    it('removes what is left of a deployment whose cluster is forgotten', async () => {
      const { deploymentId } = await create();
      await remove(deploymentId, keys.cluster);
      await store.requestDelete(deploymentId, later);
      expect(await store.find(deploymentId)).toBeUndefined();
      expect(await read(deploymentId, keys.cluster)).toBeUndefined();
    });

    it('does not make up a deployment for a cluster without one', async () => {
      const { deploymentId } = await create();
      await remove(deploymentId, keys.meta);
      await expect(store.requestDelete(deploymentId, later)).rejects.toThrow(NotFound);
      expect(await read(deploymentId, keys.meta)).toBeUndefined();
    });

    it('overtakes a plan that was made before', async () => {
      const { deploymentId } = await create();
      const { record } = await clusters.loadCluster(deploymentId);
      await store.requestDelete(deploymentId, later);
      const plan = {
        decisions: [],
        changedNodes: [],
        goneInstanceIds: [],
        launches: [],
        progress: record.progress,
        activity: [],
        settled: true,
        nextCheckAt: later.toISOString(),
      };
      await expect(clusters.savePlan(deploymentId, record.revision, plan, later)).rejects.toThrow(Conflict);
    });
  });

  describe('failDeletion', () => {
    const planOf = async (deploymentId: string) => ({
      ...{ decisions: [], changedNodes: [], goneInstanceIds: [], launches: [], activity: [], settled: false },
      ...{ progress: (await clusters.loadCluster(deploymentId)).record.progress, nextCheckAt: later.toISOString() },
    });

    it('changes the status and leaves the cluster to be removed; DELETE may be asked for again', async () => {
      const { deploymentId } = await create();
      await store.requestDelete(deploymentId, later);
      await store.failDeletion(deploymentId, evenLater);
      const { record, status } = await clusters.loadCluster(deploymentId);
      expect([status, record.desired.presence, record.desired.forget]).toEqual(['DELETE_FAILED', 'absent', true]);
      expect(await store.find(deploymentId)).toMatchObject({ updatedAt: evenLater.toISOString() });
      await store.requestDelete(deploymentId, evenLater);
      expect(await store.find(deploymentId)).toMatchObject({ status: 'DELETE_IN_PROGRESS' });
    });

    it.each(['CREATE_COMPLETE', 'CREATE_FAILED', 'UPDATE_IN_PROGRESS', 'DELETE_FAILED'] as const)(
      'refuses what is %s',
      async (status) => {
        const { deploymentId } = await create();
        await setStatus(deploymentId, status);
        await expect(store.failDeletion(deploymentId, later)).rejects.toThrow(Conflict);
        expect(await store.find(deploymentId)).toMatchObject({ status });
      },
    );

    it('refuses what is gone', async () => {
      await expect(store.failDeletion(newId(), later)).rejects.toThrow(Conflict);
    });

    it('is not taken back by what the loop announced before', async () => {
      const { deploymentId } = await create();
      await store.requestDelete(deploymentId, later);
      const { record } = await clusters.loadCluster(deploymentId);
      const plan = { ...(await planOf(deploymentId)), status: { value: 'DELETE_IN_PROGRESS' as const } };
      await clusters.savePlan(deploymentId, record.revision, plan, later);
      await store.failDeletion(deploymentId, evenLater);
      expect((await clusters.loadCluster(deploymentId)).status).toBe('DELETE_FAILED');
      expect(await store.find(deploymentId)).toMatchObject({ status: 'DELETE_FAILED' });
    });
  });

  describe('complete', () => {
    it.each([
      ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'],
      ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'],
      ['UPDATE_FAILED', 'UPDATE_COMPLETE'],
      ['CREATE_COMPLETE', 'CREATE_COMPLETE'],
      ['UPDATE_COMPLETE', 'UPDATE_COMPLETE'],
    ] as const)('publishes outputs of a deployment that is %s', async (from, to) => {
      const { deploymentId } = await create();
      await setStatus(deploymentId, from);
      await store.complete(deploymentId, { generation: 1, outputs: { ips: ['198.51.100.7'] } }, later);
      const found = await store.find(deploymentId);
      expect(found).toMatchObject({ status: to, outputs: { ips: ['198.51.100.7'] }, updatedAt: later.toISOString() });
      expect(found).not.toHaveProperty('statusReason');
    });

    it.each(['CREATE_FAILED', 'DELETE_IN_PROGRESS'] as const)('leaves alone what is %s', async (status) => {
      const { deploymentId } = await create();
      await setStatus(deploymentId, status);
      await store.complete(deploymentId, { generation: 1, outputs: { ip: '198.51.100.7' } }, later);
      expect(await store.find(deploymentId)).toMatchObject({ status, outputs: {} });
    });

    it('leaves alone what is at another generation', async () => {
      const { deploymentId } = await create();
      await store.complete(deploymentId, { generation: 2, outputs: { ip: '198.51.100.7' } }, later);
      expect(await store.find(deploymentId)).toMatchObject({ status: 'CREATE_IN_PROGRESS', outputs: {} });
    });

    it('does not bring back a deployment that is gone', async () => {
      const deploymentId = newId();
      await store.complete(deploymentId, { generation: 1, outputs: {} }, later);
      expect(await store.find(deploymentId)).toBeUndefined();
    });
  });

  it('translates what the service refuses', async () => {
    const elsewhere = dynamoDeploymentStore(table.client, 'no-such-table');
    await expect(elsewhere.find(newId())).rejects.toThrow(NotFound);
    const tooLarge = deploymentRecord({ deploymentId: newId(), template: 'x'.repeat(500_000) });
    await expect(store.create(tooLarge, desired({ clusterId: tooLarge.deploymentId }))).rejects.toThrow();
  });
});
