import { DependencyUnavailable } from '../../lambdas/contracts/error-names.ts';
import { type GroupView, type JobView, viewsPerRequest } from '../../lambdas/contracts/gateway.ts';
import type { OwnSignal } from '../../lambdas/contracts/signal.ts';
import { jobNameOf } from '../../lambdas/domain/workload/chronos.ts';
import type { WorkloadRecord } from '../../lambdas/domain/workload/records.ts';
import { seenOf } from '../../lambdas/domain/workload/seen.ts';
import { makeCollectLoad } from '../../lambdas/handlers/collect-load.ts';
import { at, clusterId, desired, foundation, freshRecord, rules } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { recordedLog } from '../support/fakes.ts';
import { desiredWorkload, groupView, jobSpec, jobs, jobView, services, workloadRecord } from '../support/workloads.ts';

const account = (password: string) => ({ username: 'admin', password });
const secrets = {
  ...{ mesos: account('mesos-pw'), marathon: account('marathon-pw'), chronos: account('chronos-pw') },
  ...{ consulGossipKey: '', templateLiterals: {}, parameters: {} },
};
const idOf = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const masterIps = foundation().masterInterfaces.map(({ privateIp }) => privateIp);

/** A workload that was last seen as `view` says. */
function service(n: number, seen: GroupView | undefined, hostClusterId = clusterId): WorkloadRecord {
  const of = desiredWorkload({ workloadId: idOf(n), spec: services(), hostClusterId });
  return workloadRecord({ desired: of, progress: { failures: {}, ...(seen && { seen: seenOf({ group: seen }) }) } });
}
function pipeline(n: number, nodes: readonly string[], seen: Partial<JobView> = {}): WorkloadRecord {
  const spec = jobs(...nodes.map((node) => jobSpec({ node })));
  const views = nodes.map((node) => jobView({ name: jobNameOf(idOf(n), node), ...seen }));
  const progress = { failures: {}, seen: seenOf({ jobs: views }) };
  return workloadRecord({ desired: desiredWorkload({ workloadId: idOf(n), spec }), progress });
}

interface Shown {
  readonly groups?: (id: string) => GroupView;
  readonly jobs?: (name: string) => JobView;
}

/** A cluster that shows this of what it is asked about; without any, it does not answer. */
function setUp(watched: readonly WorkloadRecord[], shown: Shown = {}) {
  const sent: OwnSignal[] = [];
  const asked: { readonly groupIds?: readonly string[]; readonly names?: readonly string[] }[] = [];
  const reads: string[] = [];
  const clusters = new FakeClusterStore().add();
  const log = recordedLog();
  let now = at(0);
  const deps = {
    clusters,
    workloads: { listWatched: async () => watched },
    credentials: {
      get: async (id: string) => {
        reads.push(id);
        return secrets;
      },
    },
    gateway: {
      viewGroups: async (request: { readonly groupIds: readonly string[] }) => {
        asked.push(request);
        return shown.groups && request.groupIds.map(shown.groups);
      },
      viewJobs: async (request: { readonly names: readonly string[] }) => {
        asked.push(request);
        return shown.jobs && request.names.map(shown.jobs);
      },
      snapshot: () => Promise.reject(new Error('not to be asked')),
    },
    metrics: { publish: () => Promise.reject(new Error('not to be published')) },
    helpers: { hand: () => Promise.reject(new Error('not to be handed on')) },
    signals: {
      send: async (signal: OwnSignal) => {
        sent.push(signal);
      },
    },
    clock: { now: () => now },
    log,
    rules,
  };
  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  const woken = () =>
    sent.map((signal) => (signal.kind === 'workload-changed' ? signal.workloadId : signal.kind)).sort();
  return { deps, clusters, asked, reads, log, pass, woken, collect: makeCollectLoad(deps) };
}

const running = (id: string) => groupView(id.slice(1));
const staged = (id: string) => groupView(id.slice(1), [{ running: 0, staged: 1 }]);

describe('collect-load, about workloads', () => {
  it('asks nobody while nothing is watched', async () => {
    const { collect, clusters, asked, reads } = setUp([]);
    clusters.loadCluster = () => Promise.reject(new Error('not to be asked'));
    expect(await collect({})).toEqual({ looked: 0, handedOn: 0, left: 0, signalled: 0 });
    expect([asked, reads]).toEqual([[], []]);
  });

  it('signals the loops of those that show something else than their records last saw, and no other', async () => {
    const { collect, woken } = setUp(
      [service(1, staged(`/${idOf(1)}`)), service(2, running(`/${idOf(2)}`)), service(3, undefined)],
      { groups: running },
    );
    expect(await collect({})).toEqual({ looked: 1, handedOn: 0, left: 0, signalled: 2 });
    expect(woken()).toEqual([idOf(1), idOf(3)]);
  });

  it('looks at a cluster once for all that is on it, with the accounts of its Marathon and its Chronos', async () => {
    const { collect, asked, reads, woken } = setUp(
      [service(1, running('/x')), pipeline(2, ['a', 'b']), service(3, running('/x'))],
      {
        groups: running,
        jobs: (name) => jobView({ name, ...(name === jobNameOf(idOf(2), 'b') ? { successCount: 1 } : {}) }),
      },
    );
    await collect({});
    const to = { release: 'indigo_1', masterIps };
    expect(asked).toEqual([
      { ...to, account: secrets.marathon, groupIds: [`/${idOf(1)}`, `/${idOf(3)}`] },
      { ...to, account: secrets.chronos, names: ['a', 'b'].map((node) => jobNameOf(idOf(2), node)) },
    ]);
    expect(reads).toEqual([clusterId]);
    expect(woken()).toContain(idOf(2));
  });

  it('asks in batches that the gateway takes', async () => {
    const nodes = Array.from({ length: viewsPerRequest + 1 }, (_, n) => `step-${n}`);
    const { collect, asked, woken } = setUp([pipeline(1, nodes)], { jobs: (name) => jobView({ name }) });
    await collect({});
    expect(asked.map(({ names }) => names?.length)).toEqual([viewsPerRequest, 1]);
    expect(woken()).toEqual([]);
  });

  it('signals nobody when Marathon or Chronos does not tell, and asks it only once', async () => {
    const nodes = Array.from({ length: viewsPerRequest + 1 }, (_, n) => `step-${n}`);
    const { collect, asked } = setUp([service(1, undefined), pipeline(2, nodes)]);
    expect(await collect({})).toEqual({ looked: 1, handedOn: 0, left: 0, signalled: 0 });
    expect(asked).toHaveLength(2);
  });

  it('signals all whose cluster is gone or is to go, without asking it', async () => {
    const watched = [service(1, undefined, idOf(91)), service(2, undefined, idOf(92))];
    const { collect, clusters, asked, woken } = setUp(watched, { groups: running });
    clusters.add({ desired: desired({ clusterId: idOf(92), presence: 'absent' }) });
    await collect({});
    expect([woken(), asked]).toEqual([[idOf(1), idOf(2)], []]);
  });

  it('leaves a cluster alone that has no masters yet', async () => {
    const { collect, clusters, asked } = setUp([service(1, undefined)], { groups: running });
    clusters.clusters.set(clusterId, { record: freshRecord(), nodes: new Map() });
    expect(await collect({})).toEqual({ looked: 1, handedOn: 0, left: 0, signalled: 0 });
    expect(asked).toEqual([]);
  });

  it('tells what fails for one cluster, without any secret, and goes on with the others', async () => {
    const { collect, deps, clusters, log, woken } = setUp([service(1, undefined, idOf(91)), service(2, undefined)], {
      groups: running,
    });
    clusters.add({ desired: desired({ clusterId: idOf(91) }) });
    deps.credentials.get = async (id) => {
      if (id === idOf(91)) throw new DependencyUnavailable('secrets');
      return secrets;
    };
    await collect({});
    expect(woken()).toEqual([idOf(2)]);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'cluster could not be looked at',
        fields: { clusterId: idOf(91), errorName: 'DependencyUnavailable', errorMessage: 'secrets' },
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('-pw');
  });

  describe('with more clusters than it has time for', () => {
    const hosts = Array.from({ length: 12 }, (_, n) => idOf(100 + n));
    const slow = () => {
      const world = setUp(
        hosts.map((host, n) => service(n, undefined, host)),
        { groups: running },
      );
      for (const host of hosts) world.clusters.add({ desired: desired({ clusterId: host }) });
      const { viewGroups } = world.deps.gateway;
      world.deps.gateway.viewGroups = (request) => {
        world.pass(5);
        return viewGroups(request);
      };
      return world;
    };

    it('begins no further one after a while, says so, and has signalled for the others', async () => {
      const { collect, log, woken } = slow();
      const { looked, left, signalled } = await collect({});
      expect([looked + left, signalled, woken().length]).toEqual([hosts.length, looked, looked]);
      expect(left).toBeGreaterThan(0);
      expect(log.lines).toEqual([
        { level: 'warn', message: 'clusters are left to the next minute', fields: { left, looked } },
      ]);
    });

    it('comes to each of them within some minutes', async () => {
      const { collect, pass, woken } = slow();
      for (let minute = 0; minute < 20; minute += 1) {
        await collect({});
        pass(60);
      }
      expect(new Set(woken()).size).toBe(hosts.length);
    });
  });
});
