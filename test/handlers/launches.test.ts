import { CapacityUnavailable, NotYetVisible } from '../../lambdas/contracts/error-names.ts';
import { makeLaunchLoadBalancer } from '../../lambdas/handlers/launch-load-balancer.ts';
import { makeLaunchMaster } from '../../lambdas/handlers/launch-master.ts';
import { makeLaunchSlaves } from '../../lambdas/handlers/launch-slaves.ts';
import type { LaunchContext, LaunchedInstance, LaunchedSlaves } from '../../lambdas/ports/machines.ts';
import { at, clusterId, desired, node, zones } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { clockAt } from '../support/fakes.ts';

const token = `${clusterId}-1`;
const offerings = zones.map((zone) => ({ instanceType: 'm6i.large', zone, market: 'on-demand' as const }));
const pending = { token, group: 'slaves', ordinals: [1, 2, 3], offerings, decidedAt: at(0).toISOString() };
const shared = (store: FakeClusterStore) => ({ store, clock: clockAt(at(5)), rules: { capacityHoldSeconds: 180 } });
const launched = (instanceId: string): LaunchedInstance => ({
  instanceId,
  instanceType: 'm6i.large',
  zone: zones[0]!,
  market: 'on-demand',
});
const nodesOf = async (store: FakeClusterStore) => (await store.loadCluster(clusterId)).nodes;
const recordOf = async (store: FakeClusterStore) => (await store.loadCluster(clusterId)).record;

const master = {
  kind: 'launch-master' as const,
  key: 'launch/masters/2',
  reason: 'r',
  token,
  slot: 2,
  instanceType: 'm6i.large',
};

describe('launch-master', () => {
  it('launches into the slot, records the node and closes the launch', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const seen: unknown[] = [];
    const machines = {
      launchMaster: async (...args: unknown[]) => {
        seen.push(...args);
        return launched('i-1');
      },
    };
    const result = await makeLaunchMaster({ ...shared(store), machines })({ clusterId, decision: master });
    expect(result).toEqual({ key: master.key, outcome: 'done' });
    expect(seen).toMatchObject([{ token, clusterId }, { slot: 2, networkInterfaceId: 'eni-2' }, 'm6i.large']);
    expect(await nodesOf(store)).toMatchObject([
      { instanceId: 'i-1', role: 'master', ordinal: 2, status: 'launched', launchedAt: at(5).toISOString() },
    ]);
    expect((await recordOf(store)).launches).toEqual([]);
  });

  it.each([
    ['the cluster is to be removed', { launches: [pending], desired: desired({ presence: 'absent' }) }],
    ['the launch is recorded already', { launches: [] }],
  ])('launches nothing when %s', async (_, record) => {
    const store = new FakeClusterStore().add(record);
    const machines = { launchMaster: () => Promise.reject(new Error('launched')) };
    const result = await makeLaunchMaster({ ...shared(store), machines })({ clusterId, decision: master });
    expect(result.outcome).toBe('done');
  });

  it('closes the launch and holds the offering when there is no capacity', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const machines = { launchMaster: () => Promise.reject(new CapacityUnavailable('none left')) };
    const result = await makeLaunchMaster({ ...shared(store), machines })({ clusterId, decision: master });
    expect(result).toEqual({ key: master.key, outcome: 'failed', error: 'CapacityUnavailable', message: 'none left' });
    expect(await recordOf(store)).toMatchObject({
      launches: [],
      unavailable: { [`m6i.large/${zones[1]}/on-demand`]: at(185).toISOString() },
    });
  });

  it('throws what may go away by itself, and keeps the launch open', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const machines = { launchMaster: () => Promise.reject(new NotYetVisible('profile')) };
    await expect(makeLaunchMaster({ ...shared(store), machines })({ clusterId, decision: master })).rejects.toThrow(
      NotYetVisible,
    );
    expect((await recordOf(store)).launches).toHaveLength(1);
  });
});

describe('launch-load-balancer', () => {
  it('launches the ordinal with its offering', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const decision = {
      kind: 'launch-load-balancer' as const,
      key: 'k',
      reason: 'r',
      token,
      ordinal: 2,
      offering: offerings[0]!,
    };
    const machines = { launchLoadBalancer: async () => launched('i-9') };
    await makeLaunchLoadBalancer({ ...shared(store), machines })({ clusterId, decision });
    expect(await nodesOf(store)).toMatchObject([{ instanceId: 'i-9', group: 'balancers', ordinal: 2 }]);
  });
});

describe('launch-slaves', () => {
  const decision = {
    kind: 'launch-slaves' as const,
    key: 'k',
    reason: 'r',
    token,
    group: 'slaves',
    ordinals: [1, 2, 3],
    offerings,
  };
  const run = (store: FakeClusterStore, answer: LaunchedSlaves) =>
    makeLaunchSlaves({ ...shared(store), machines: { launchSlaves: async () => answer } })({ clusterId, decision });

  it('gives each instance one of the ordinals', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const result = await run(store, { launched: ['i-1', 'i-2', 'i-3'].map(launched), exhausted: [] });
    expect(result.outcome).toBe('done');
    expect((await nodesOf(store)).map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
  });

  it('records what came, holds what was exhausted and tells why the rest is missing', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const error = { name: 'CapacityUnavailable' as const, message: 'none left' };
    const result = await run(store, { launched: [launched('i-1')], exhausted: offerings.slice(1), error });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: 'CapacityUnavailable',
      message: '1 of 3 slaves were launched: none left',
    });
    expect(await nodesOf(store)).toHaveLength(1);
    const { unavailable, launches } = await recordOf(store);
    expect([Object.keys(unavailable).length, launches.length]).toEqual([2, 0]);
  });

  it('gives the next try a token of its own when the fleet ended empty because something is too new', async () => {
    const store = new FakeClusterStore().add({ launches: [pending] });
    const seen: unknown[] = [];
    const tooNew = { launched: [], exhausted: [], error: { name: 'NotYetVisible' as const, message: 'profile' } };
    const answers: LaunchedSlaves[] = [
      tooNew,
      tooNew,
      { launched: ['i-1', 'i-2', 'i-3'].map(launched), exhausted: [] },
    ];
    const launchSlaves = async ({ emptyFleets }: LaunchContext) => {
      seen.push(emptyFleets);
      return answers.shift()!;
    };
    const act = () => makeLaunchSlaves({ ...shared(store), machines: { launchSlaves } })({ clusterId, decision });
    await expect(act()).rejects.toThrow(NotYetVisible);
    expect((await recordOf(store)).launches).toEqual([{ ...pending, emptyFleets: 1 }]);
    await expect(act()).rejects.toThrow(NotYetVisible);
    expect((await act()).outcome).toBe('done');
    expect(seen).toEqual([0, 1, 2]);
  });

  it('leaves nodes alone that an earlier try recorded, and gives the others the ordinals that are left', async () => {
    const first = node({ group: 'slaves', role: 'slave', ordinal: 2, instanceId: 'i-1', status: 'online' });
    const store = new FakeClusterStore().add({ launches: [pending] }, [first]);
    await run(store, { launched: ['i-1', 'i-2', 'i-3'].map(launched), exhausted: [] });
    expect((await nodesOf(store)).map(({ instanceId, ordinal, status }) => [instanceId, ordinal, status])).toEqual([
      ['i-1', 2, 'online'],
      ['i-2', 1, 'launched'],
      ['i-3', 3, 'launched'],
    ]);
  });
});
