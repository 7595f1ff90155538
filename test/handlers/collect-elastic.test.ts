import { DependencyUnavailable, Throttled } from '../../lambdas/contracts/error-names.ts';
import type { Snapshot, SnapshotRequest, WaitingTasks } from '../../lambdas/contracts/gateway.ts';
import { CollectLoadInput, looksPerInvocation } from '../../lambdas/contracts/load.ts';
import type { OwnSignal } from '../../lambdas/contracts/signal.ts';
import type { LoadMetric } from '../../lambdas/domain/cluster/load-metrics.ts';
import type { ClusterRecord, NodeRecord, Progress } from '../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec } from '../../lambdas/domain/cluster/spec.ts';
import { scale } from '../../lambdas/domain/scaling/scale.ts';
import { makeCollectLoad, patienceSeconds } from '../../lambdas/handlers/collect-load.ts';
import { at, clusterId, desired, healthySnapshot, readyNodes, record, rules, spec } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { recordedLog } from '../support/fakes.ts';
import { desiredWorkload, groupView, services, workloadRecord } from '../support/workloads.ts';

const account = (password: string) => ({ username: 'admin', password });
const secrets = {
  ...{ mesos: account('mesos-pw'), marathon: account('marathon-pw'), chronos: account('chronos-pw') },
  ...{ consulGossipKey: '', templateLiterals: {}, parameters: {} },
};
const idOf = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const fixed = spec();
const elastic: ClusterSpec = {
  ...fixed,
  slaves: fixed.slaves.map((group) => ({ ...group, bounds: { min: 2, max: 10 } })),
};
const nodes = readyNodes(elastic);
const completedAt = at(-3600).toISOString();
const waiting: WaitingTasks = {
  ...{ scheduler: 'marathon', id: '/web', count: 6, need: { cpus: 1, mem: 512, disk: 0, gpus: 0 } },
  ...{ backOffSeconds: 0, constraints: [], hostPorts: [], hosts: [], resident: false, reasons: [] },
};
const shown = (demand: readonly WaitingTasks[] | undefined = []): Snapshot => ({
  ...healthySnapshot(nodes),
  ...(demand && { demand: [...demand] }),
});
const noDemand = (): Snapshot => healthySnapshot(nodes);

/** The record of a cluster that the loop has just looked at, as it shows itself. */
function followed(id: string, progress: Partial<Progress> = {}): ClusterRecord {
  const kept: Progress = { ...{ launchSeq: 1, failures: {}, completedAt }, nextCheckAt: at(900).toISOString() };
  const fresh = record({ desired: desired({ clusterId: id, spec: elastic }), progress: kept });
  const { groups } = scale({ record: fresh, nodes, snapshot: shown(), now: at(0), rules });
  return { ...fresh, progress: { ...kept, scaling: groups, ...progress } };
}

interface Published {
  readonly clusterId: string;
  readonly metrics: readonly LoadMetric[];
  readonly at: Date;
}

/** Elastic clusters that show this when they are asked. */
function setUp(clusterIds: readonly string[], show: () => Snapshot | undefined = () => shown()) {
  const sent: OwnSignal[] = [];
  const asked: SnapshotRequest[] = [];
  const published: Published[] = [];
  const handed: (readonly string[])[] = [];
  const clusters = new FakeClusterStore();
  const add = (
    of: ClusterRecord,
    own: readonly NodeRecord[] = nodes,
    status: 'CREATE_COMPLETE' | 'CREATE_FAILED' = 'CREATE_COMPLETE',
  ) => {
    clusters.add(of, own, status);
    clusters.clusters.get(of.desired.clusterId)!.elastic = true;
  };
  for (const id of clusterIds) add(followed(id));
  let now = at(0);
  const reads: string[] = [];
  const deps = {
    clusters,
    workloads: { listWatched: async (_?: string) => [] as ReturnType<typeof workloadRecord>[] },
    credentials: {
      get: async (id: string) => {
        reads.push(id);
        return secrets;
      },
    },
    gateway: {
      snapshot: async (request: SnapshotRequest) => {
        asked.push(request);
        return show();
      },
      viewGroups: async ({ groupIds }: { readonly groupIds: readonly string[] }) =>
        groupIds.map((id) => groupView(id.slice(1))),
      viewJobs: async () => [],
    },
    metrics: {
      publish: async (id: string, metrics: readonly LoadMetric[], when: Date) => {
        published.push({ clusterId: id, metrics, at: when });
      },
    },
    helpers: {
      hand: async (ids: readonly string[]) => {
        handed.push(ids);
      },
    },
    signals: {
      send: async (signal: OwnSignal) => {
        sent.push(signal);
      },
    },
    clock: { now: () => now },
    log: recordedLog(),
    rules,
  };
  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  return { deps, clusters, add, sent, asked, published, handed, reads, pass, collect: makeCollectLoad(deps) };
}

const amountOf = ({ metrics }: Published, name: string) => metrics.find((each) => each.name === name)?.value;
const loadChanged = (id: string): OwnSignal => ({ kind: 'load-changed', clusterId: id });

describe('collect-load, about elastic clusters', () => {
  it('asks for what the loop would ask for, and publishes the load with the time of the look', async () => {
    const { collect, asked, published, reads } = setUp([clusterId]);
    expect(await collect({})).toEqual({ looked: 1, handedOn: 0, left: 0, signalled: 0 });
    expect(asked).toMatchObject([{ operation: 'snapshot', demand: true }]);
    expect(reads).toEqual([clusterId]);
    expect(published).toMatchObject([{ clusterId, at: at(0) }]);
    expect([amountOf(published[0]!, 'Slaves'), amountOf(published[0]!, 'OfferedCpus')]).toEqual([2, 4]);
  });

  it('signals the loop when tasks wait for slaves that nobody has asked for, with each look until it has recorded that', async () => {
    const { collect, sent, published } = setUp([clusterId], () => shown([waiting]));
    await collect({});
    await collect({});
    expect(sent).toEqual([loadChanged(clusterId), loadChanged(clusterId)]);
    expect(published.map((each) => amountOf(each, 'WaitingTasks'))).toEqual([6, 6]);
    expect(published.every((each) => (amountOf(each, 'SlavesMissing') ?? 0) > 0)).toBe(true);
  });

  it('signals nobody when the cluster does not answer, or its schedulers do not tell what waits', async () => {
    for (const show of [() => undefined, noDemand]) {
      const { collect, sent, published, deps } = setUp([clusterId], show);
      expect(await collect({})).toMatchObject({ looked: 1, signalled: 0 });
      expect([sent, published, deps.log.lines]).toEqual([[], [], []]);
    }
  });

  it('looks at nobody’s load before the cluster was complete, when it has failed or is to go, or when its slaves are fixed', async () => {
    const { collect, add, asked } = setUp([]);
    const { completedAt: _, ...young } = followed(idOf(1)).progress;
    add({ ...followed(idOf(1)), progress: young });
    add({ ...followed(idOf(2)), desired: desired({ clusterId: idOf(2), spec: elastic, presence: 'absent' }) });
    add({ ...followed(idOf(3)), desired: desired({ clusterId: idOf(3), spec: fixed }) });
    add(followed(idOf(4)), nodes, 'CREATE_FAILED');
    expect(await collect({})).toEqual({ looked: 4, handedOn: 0, left: 0, signalled: 0 });
    expect(asked).toEqual([]);
  });

  it('passes over a cluster that is forgotten meanwhile', async () => {
    const { collect, clusters, sent } = setUp([clusterId]);
    clusters.listElastic = async () => [idOf(9)];
    expect(await collect({})).toMatchObject({ looked: 1, signalled: 0 });
    expect(sent).toEqual([]);
  });

  it('signals although the metrics could not be published, and says so', async () => {
    const { collect, deps, sent } = setUp([clusterId], () => shown([waiting]));
    deps.metrics.publish = () => Promise.reject(new Throttled('slow down'));
    await collect({});
    expect(sent).toEqual([loadChanged(clusterId)]);
    expect(deps.log.lines).toEqual([
      {
        level: 'warn',
        message: 'metrics could not be published',
        fields: { clusterId, errorName: 'Throttled', errorMessage: 'slow down' },
      },
    ]);
  });

  it('looks at workloads on the same cluster in the same turn', async () => {
    const { collect, deps, sent, reads } = setUp([clusterId], () => shown([waiting]));
    const of = desiredWorkload({ workloadId: idOf(7), spec: services(), hostClusterId: clusterId });
    deps.workloads.listWatched = async () => [workloadRecord({ desired: of, progress: { failures: {} } })];
    expect(await collect({})).toMatchObject({ looked: 1, signalled: 2 });
    expect(sent).toEqual([{ kind: 'workload-changed', workloadId: idOf(7) }, loadChanged(clusterId)]);
    expect(reads).toEqual([clusterId]);
  });

  it('tells what fails for one cluster, and goes on with the others', async () => {
    const { collect, deps, sent } = setUp([idOf(1), idOf(2)], () => shown([waiting]));
    deps.credentials.get = async (id) => {
      if (id === idOf(1)) throw new DependencyUnavailable('secrets');
      return secrets;
    };
    await collect({});
    expect(sent).toEqual([loadChanged(idOf(2))]);
    expect(deps.log.lines).toMatchObject([{ fields: { clusterId: idOf(1), errorName: 'DependencyUnavailable' } }]);
  });

  describe('with more clusters than one invocation looks at', () => {
    const many = Array.from({ length: 2 * looksPerInvocation + 1 }, (_, n) => idOf(100 + n));

    it('hands all of them on, each once, in parts that another invocation takes', async () => {
      const { collect, handed, asked } = setUp(many);
      expect(await collect({})).toEqual({ looked: 0, handedOn: many.length, left: 0, signalled: 0 });
      expect(asked).toEqual([]);
      expect(handed.flat().toSorted()).toEqual(many);
      for (const clusterIds of handed) expect(CollectLoadInput.parse({ clusterIds })).toEqual({ clusterIds });
    });

    it('says which it could not hand on', async () => {
      const { collect, deps } = setUp(many);
      const { hand } = deps.helpers;
      deps.helpers.hand = (ids) =>
        ids.length < looksPerInvocation ? Promise.reject(new Throttled('full')) : hand(ids);
      expect(await collect({})).toMatchObject({ handedOn: 2 * looksPerInvocation, left: 1 });
      expect(deps.log.lines.map(({ message }) => message)).toEqual([
        'clusters could not be handed on',
        'clusters are left to the next minute',
      ]);
    });

    it('looks at those that it was handed, asking only for the workloads on them', async () => {
      const { collect, deps, clusters, sent } = setUp(many.slice(0, 2), () => shown([waiting]));
      clusters.listElastic = () => Promise.reject(new Error('not to be asked'));
      const hosts: (string | undefined)[] = [];
      deps.workloads.listWatched = async (host) => {
        hosts.push(host);
        return [];
      };
      expect(await collect({ clusterIds: [many[0]!] })).toMatchObject({ looked: 1, signalled: 1 });
      expect([hosts, sent]).toEqual([[many[0]], [loadChanged(many[0]!)]]);
    });

    it('begins no further one after a while', async () => {
      const { collect, deps, pass } = setUp(many.slice(0, looksPerInvocation));
      const { snapshot } = deps.gateway;
      deps.gateway.snapshot = (request) => {
        pass(patienceSeconds / 4);
        return snapshot(request);
      };
      const { looked, left } = await collect({});
      expect([looked + left, left > 0]).toEqual([looksPerInvocation, true]);
    });
  });
});

describe('what collect-load is invoked with', () => {
  it('is nothing of its own by the schedule', () => {
    expect(CollectLoadInput.parse({ source: 'aws.events', 'detail-type': 'Scheduled Event' })).toEqual({});
  });

  it.each([[[]], [['not a uuid']], [Array.from({ length: looksPerInvocation + 1 }, (_, n) => idOf(n))]])(
    'is not %j',
    (clusterIds) => {
      expect(CollectLoadInput.safeParse({ clusterIds }).success).toBe(false);
    },
  );
});
