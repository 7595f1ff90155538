import { Forbidden, Throttled } from '../../lambdas/contracts/error-names.ts';
import type { Foundation, NodeRecord } from '../../lambdas/domain/cluster/records.ts';
import { makeCleanUpCluster } from '../../lambdas/handlers/clean-up-cluster.ts';
import { makeMoveVirtualAddress } from '../../lambdas/handlers/move-virtual-address.ts';
import { makePrepareCluster } from '../../lambdas/handlers/prepare-cluster.ts';
import { makePublishOutputs } from '../../lambdas/handlers/publish-outputs.ts';
import { makeStartContainers } from '../../lambdas/handlers/start-containers.ts';
import { makeTerminateNodes } from '../../lambdas/handlers/terminate-nodes.ts';
import { at, clusterId, desired, foundation, node, readyNodes, zones } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { clockAt } from '../support/fakes.ts';

const absent = { desired: desired({ presence: 'absent' }) };

describe('prepare-cluster', () => {
  const decision = { kind: 'prepare-cluster' as const, key: 'prepare', reason: 'r', masterZones: zones };

  const nothingLeft = { release: async () => [] };

  it('records the foundation', async () => {
    const store = new FakeClusterStore().add();
    const foundations = {
      ...nothingLeft,
      prepare: async (_: unknown, masterZones: readonly string[]) => ({
        ...foundation(),
        secretId: masterZones.join(),
      }),
    };
    expect(await makePrepareCluster({ store, foundations })({ clusterId, decision })).toEqual({
      key: 'prepare',
      outcome: 'done',
    });
    expect((await store.loadCluster(clusterId)).record.foundation?.secretId).toBe(zones.join());
  });

  it('makes nothing for a cluster that is to be removed', async () => {
    const foundations = { ...nothingLeft, prepare: () => Promise.reject(new Error('prepared')) };
    const result = await makePrepareCluster({ store: new FakeClusterStore().add(absent), foundations })({
      clusterId,
      decision,
    });
    expect(result.outcome).toBe('done');
  });

  it('reports what can never succeed and throws what may', async () => {
    const store = new FakeClusterStore().add();
    const failing = (error: Error) =>
      makePrepareCluster({ store, foundations: { ...nothingLeft, prepare: () => Promise.reject(error) } });
    expect(await failing(new Forbidden('no'))({ clusterId, decision })).toMatchObject({
      outcome: 'failed',
      error: 'Forbidden',
    });
    await expect(failing(new Throttled('slow down'))({ clusterId, decision })).rejects.toThrow(Throttled);
  });

  describe('after an update', () => {
    /** Prepares again, with this left of before; the answer, and each foundation that was recorded. */
    const prepareAgain = async (left: readonly string[], nodes: readonly NodeRecord[] = []) => {
      const saved: Foundation[] = [];
      const store = new FakeClusterStore().add({}, nodes);
      const save = store.saveFoundation.bind(store);
      store.saveFoundation = (...of) => {
        saved.push(of[1]);
        return save(...of);
      };
      const foundations = {
        prepare: async () => foundation(),
        release: async () => {
          expect(saved.map(({ surplus }) => surplus)).toEqual([['what was prepared earlier']]);
          return left;
        },
      };
      const result = await makePrepareCluster({ store, foundations })({ clusterId, decision });
      return { result, surplus: saved.map((each) => each.surplus) };
    };

    it('releases what was left, and remembers that something may be until it is done', async () => {
      const { result, surplus } = await prepareAgain([]);
      expect(result.outcome).toBe('done');
      expect(surplus).toEqual([['what was prepared earlier'], undefined]);
    });

    it('leaves what nodes of a former group use', async () => {
      const { result, surplus } = await prepareAgain(
        ['security group sg-9'],
        [node({ group: 'former', role: 'slave', ordinal: 1 })],
      );
      expect(result.outcome).toBe('done');
      expect(surplus.at(-1)).toEqual(['security group sg-9']);
    });

    it('says what is still in use though no such node is left, so that it is tried again later', async () => {
      const { result } = await prepareAgain(['security group sg-9']);
      expect(result).toMatchObject({
        outcome: 'failed',
        error: 'Conflict',
        message: 'still in use: security group sg-9',
      });
    });
  });
});

describe('start-containers', () => {
  const settings = { signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/signals', registry: '', overrides: {} };
  const run = (store: FakeClusterStore, online: readonly string[], role: 'slave' | 'load-balancer', group: string) => {
    const sent: unknown[][] = [];
    const commands = {
      start: async (...args: unknown[]) => {
        sent.push(args);
        return new Map(online.map((instanceId) => [instanceId, 'c-1'] as const));
      },
    };
    const instanceIds = [...store.clusters.get(clusterId)!.nodes.values()]
      .filter((each) => each.role === role)
      .map(({ instanceId }) => instanceId);
    const decision = {
      kind: 'start-containers' as const,
      key: `start/${group}`,
      reason: 'r',
      role,
      group,
      instanceIds,
    };
    const act = makeStartContainers({ store, commands, clock: clockAt(at(7)), settings });
    return act({ clusterId, decision }).then((result) => ({ result, sent }));
  };

  it('sends the command and records it with the nodes that got it', async () => {
    const slaves = [1, 2].map((ordinal) => node({ group: 'slaves', role: 'slave', ordinal, status: 'online' }));
    const store = new FakeClusterStore().add({}, slaves);
    const { result, sent } = await run(store, [slaves[0]!.instanceId], 'slave', 'slaves');
    expect(result.outcome).toBe('done');
    expect(sent).toMatchObject([
      ['slave', slaves.map(({ instanceId }) => instanceId), { ClusterId: clusterId, Group: 'slaves' }],
    ]);
    const { nodes } = await store.loadCluster(clusterId);
    expect(nodes).toMatchObject([
      { status: 'starting', commandId: 'c-1', commandSentAt: at(7).toISOString(), startAttempts: 1 },
      { status: 'online', startAttempts: 0 },
    ]);
  });

  it('records which peers the load balancers were told', async () => {
    const nodes = readyNodes();
    const virtualAddress = { allocationId: 'eipalloc-0a1b2c3d', publicIp: '203.0.113.1' };
    const store = new FakeClusterStore().add({ foundation: { ...foundation(), virtualAddress } }, nodes);
    const balancers = nodes.filter(({ role }) => role === 'load-balancer');
    const peers = balancers
      .map(({ privateIp }) => privateIp)
      .sort()
      .join(',');
    const { sent } = await run(
      store,
      balancers.map(({ instanceId }) => instanceId),
      'load-balancer',
      'balancers',
    );
    expect(sent[0]?.[2]).toMatchObject({ PeerIps: peers });
    expect((await store.loadCluster(clusterId)).nodes.find(({ role }) => role === 'load-balancer')).toMatchObject({
      peers,
      readyAt: expect.anything(),
    });
  });

  it('tells when SSM knows none of the nodes', async () => {
    const store = new FakeClusterStore().add({}, [
      node({ group: 'slaves', role: 'slave', ordinal: 1, status: 'online' }),
    ]);
    expect((await run(store, [], 'slave', 'slaves')).result).toMatchObject({
      outcome: 'failed',
      error: 'NotYetVisible',
    });
  });

  it('starts nothing on a cluster that is to be removed', async () => {
    const store = new FakeClusterStore().add(absent, [
      node({ group: 'slaves', role: 'slave', ordinal: 1, status: 'online' }),
    ]);
    expect((await run(store, [], 'slave', 'slaves')).sent).toEqual([]);
  });
});

describe('clean-up-cluster', () => {
  const decision = (forget: boolean) => ({ kind: 'clean-up-cluster' as const, key: 'clean-up', reason: 'r', forget });
  const removed: string[] = [];
  const alarms = {
    remove: async (id: string) => {
      removed.push(id);
    },
  };
  const run = (store: FakeClusterStore, left: readonly string[], forget = true) =>
    makeCleanUpCluster({ store, foundations: { cleanUp: async () => left }, alarms })({
      clusterId,
      decision: decision(forget),
    });
  beforeEach(() => removed.splice(0));

  it('forgets the cluster when nothing is left', async () => {
    const store = new FakeClusterStore().add(absent, [], 'DELETE_IN_PROGRESS');
    expect((await run(store, [])).outcome).toBe('done');
    expect(store.clusters.size).toBe(0);
    expect((await run(store, [])).outcome).toBe('done');
  });

  it('removes the alarms of a cluster that has some, or may have, and asks nobody about those of others', async () => {
    const progress = { launchSeq: 1, failures: {} };
    await run(new FakeClusterStore().add({ ...absent, progress }, [], 'DELETE_IN_PROGRESS'), []);
    expect(removed).toEqual([]);
    const alarmed = { ...progress, alarms: { setting: 'abc' } };
    const store = new FakeClusterStore().add({ ...absent, progress: alarmed }, [], 'DELETE_IN_PROGRESS');
    await run(store, []);
    expect([removed, store.clusters.size]).toEqual([[clusterId], 0]);
  });

  it('removes what costs before the alarms', async () => {
    const progress = { launchSeq: 1, failures: {}, alarms: { set: 'abc' } };
    await run(new FakeClusterStore().add({ ...absent, progress }, [], 'DELETE_IN_PROGRESS'), ['address eipalloc-1']);
    expect(removed).toEqual([]);
  });

  it('keeps the records of a failed creation', async () => {
    const store = new FakeClusterStore().add(absent, [], 'CREATE_FAILED');
    await run(store, [], false);
    expect(store.clusters.size).toBe(1);
  });

  it('keeps the records while something is in use', async () => {
    const store = new FakeClusterStore().add(absent, [], 'DELETE_IN_PROGRESS');
    expect(await run(store, ['security group sg-1'])).toMatchObject({
      outcome: 'failed',
      message: 'still in use: security group sg-1',
    });
    expect(store.clusters.size).toBe(1);
  });

  it('leaves a wanted cluster alone, and removes one without deployment', async () => {
    const wanted = new FakeClusterStore().add({}, [], 'CREATE_IN_PROGRESS');
    await run(wanted, []);
    expect(wanted.clusters.size).toBe(1);
    const halfMade = new FakeClusterStore().add();
    await run(halfMade, []);
    expect(halfMade.clusters.size).toBe(0);
  });
});

describe('other actions', () => {
  it('terminates the instances', async () => {
    const terminated: string[] = [];
    const machines = {
      terminate: async (ids: readonly string[]) => {
        terminated.push(...ids);
      },
    };
    const decision = { kind: 'terminate-nodes' as const, key: 'terminate', reason: 'r', instanceIds: ['i-1'] };
    await makeTerminateNodes({ machines })({ clusterId, decision });
    expect(terminated).toEqual(['i-1']);
  });

  it('moves the virtual address', async () => {
    const moved: string[] = [];
    const machines = {
      associateAddress: async (...args: string[]) => {
        moved.push(...args);
      },
    };
    const decision = { kind: 'move-virtual-address' as const, key: 'move-address', reason: 'r', instanceId: 'i-1' };
    await makeMoveVirtualAddress({ store: new FakeClusterStore().add(), machines })({ clusterId, decision });
    await makeMoveVirtualAddress({ store: new FakeClusterStore().add(absent), machines })({ clusterId, decision });
    expect(moved).toEqual(['eipalloc-1', 'i-1']);
  });

  it('publishes the outputs of the nodes there are', async () => {
    const attribute = { node: 'masters_server', name: 'private_address', path: [0] };
    const deployment = deploymentRecord({
      deploymentId: clusterId,
      outputExpressions: { master: { attribute }, fixed: { literal: 7 } },
    });
    const completed: unknown[] = [];
    const deployments = {
      find: async () => deployment,
      complete: async (...args: unknown[]) => {
        completed.push(...args);
      },
    };
    const store = new FakeClusterStore().add({}, readyNodes());
    const decide = (generation: number) => ({
      ...{ kind: 'publish-outputs' as const, key: 'publish-outputs', reason: 'r' },
      generation,
    });
    const publish = makePublishOutputs({ store, deployments, clock: clockAt(at(9)) });
    await publish({ clusterId, decision: decide(2) });
    expect(completed).toEqual([]);
    await publish({ clusterId, decision: decide(1) });
    expect(completed).toEqual([clusterId, { generation: 1, outputs: { master: '10.0.0.10', fixed: 7 } }, at(9)]);
  });
});
