import { InvariantBroken, NotFound } from '../../lambdas/contracts/error-names.ts';
import { PlanOutput } from '../../lambdas/contracts/reconcile.ts';
import type { OwnSignal } from '../../lambdas/contracts/signal.ts';
import { makePlanCluster } from '../../lambdas/handlers/plan-cluster.ts';
import type { ClusterSecrets } from '../../lambdas/ports/credentials.ts';
import {
  at,
  clusterId,
  desired,
  freshRecord,
  healthySnapshot,
  instanceOf,
  node,
  readyNodes,
  rules,
  spec,
  start,
  subnets,
} from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { FakeWorkloadStore } from '../support/fake-workload-store.ts';
import { clockAt } from '../support/fakes.ts';
import { workloadId } from '../support/workloads.ts';

const account = { username: 'admin', password: 's3cret' };
const secrets: ClusterSecrets = {
  mesos: account,
  marathon: account,
  chronos: account,
  consulGossipKey: 'a2V5',
  templateLiterals: {},
  parameters: {},
};

function planner(store: FakeClusterStore, nodes = readyNodes()) {
  const asked: string[] = [];
  const deps = {
    store: new Proxy(store, {
      get: (target, name) => {
        if (name === 'loadCluster') asked.push('records');
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    workloads: new FakeWorkloadStore(),
    machines: {
      listInstances: async () => {
        asked.push('ec2');
        return nodes.map((each) => instanceOf(each));
      },
      listInterrupted: async () => {
        asked.push('interruptions');
        return nodes.filter(({ market }) => market === 'spot').map(({ instanceId }) => instanceId);
      },
      findAddressHolder: async () => nodes.find(({ role }) => role === 'load-balancer')?.instanceId,
    },
    commands: {
      findOnline: async (ids: readonly string[]) => {
        asked.push(`online ${ids.join()}`);
        return ids;
      },
      listInvocations: async (ids: readonly string[]) => {
        asked.push(`commands ${ids.join()}`);
        return [];
      },
    },
    credentials: { get: async () => secrets },
    gateway: {
      snapshot: async () => {
        asked.push('gateway');
        return healthySnapshot(nodes);
      },
    },
    signals: { send: async (signal: OwnSignal) => void asked.push(JSON.stringify(signal)) },
    clock: clockAt(at(10)),
    rules,
    subnets,
  };
  return { asked, deps, plan: makePlanCluster(deps) };
}
const input = (rest: object = {}) => ({ clusterId, run: 1, steps: 0, results: [], ...rest });

describe('plan-cluster', () => {
  it('stops a run that may not act, without looking at anything', async () => {
    const { plan, asked } = planner(new FakeClusterStore().add({ endedRun: 4 }));
    expect(await plan(input({ run: 4 }))).toMatchObject({ next: 'stop', decisions: [] });
    expect(asked).toEqual([]);
  });

  it('reads EC2 before the records', async () => {
    const { plan, asked } = planner(new FakeClusterStore().add({}, readyNodes(), 'CREATE_COMPLETE'));
    await plan(input());
    expect(asked.indexOf('ec2')).toBeLessThan(asked.indexOf('records'));
  });

  it('asks EC2 for interruptions only where there are spot instances, and records them', async () => {
    const onDemand = readyNodes();
    const plain = planner(new FakeClusterStore().add({}, onDemand, 'CREATE_COMPLETE'), onDemand);
    await plain.plan(input());
    expect(plain.asked).not.toContain('interruptions');
    const nodes = onDemand.map((each) => (each.role === 'slave' ? { ...each, market: 'spot' as const } : each));
    const store = new FakeClusterStore().add({}, nodes, 'CREATE_COMPLETE');
    const { plan, asked } = planner(store, nodes);
    await plan(input());
    expect(asked).toContain('interruptions');
    const slaves = (await store.loadCluster(clusterId)).nodes.filter(({ role }) => role === 'slave');
    expect(slaves.map(({ status, interrupted }) => [status, interrupted])).toEqual(
      slaves.map(() => ['draining', at(10).toISOString()]),
    );
  });

  it('acts on decisions, and records what was planned', async () => {
    const store = new FakeClusterStore();
    const { foundation: _, ...fresh } = freshRecord();
    store.add(fresh, [], 'CREATE_IN_PROGRESS');
    store.clusters.get(clusterId)!.record = freshRecord();
    const output = await planner(store, []).plan(input({ steps: 3 }));
    expect(output).toMatchObject({ next: 'act', steps: 4, decisions: [{ kind: 'prepare-cluster' }], seenSignalSeq: 1 });
    expect(PlanOutput.parse(output)).toEqual(output);
    expect(store.plans).toHaveLength(1);
  });

  it('ends the run of a settled cluster', async () => {
    const nodes = readyNodes();
    const store = new FakeClusterStore().add({ progress: { launchSeq: 9, failures: {} } }, nodes, 'CREATE_COMPLETE');
    const { plan, asked } = planner(store, nodes);
    await plan(input());
    // Outputs are published once for these addresses.
    const output = await plan(input({ results: [{ key: 'publish-outputs', outcome: 'done' }] }));
    expect(output.next).toBe('end');
    expect(asked).toContain('gateway');
  });

  it('waits for nodes that boot, asking SSM about them only', async () => {
    const nodes = readyNodes().map((each) => (each.role === 'slave' ? { ...each, status: 'launched' as const } : each));
    const booting = nodes.filter(({ status }) => status === 'launched').map(({ instanceId }) => instanceId);
    const { plan, asked, deps } = planner(new FakeClusterStore().add({}, nodes, 'CREATE_IN_PROGRESS'), nodes);
    deps.commands.findOnline = async (ids) => {
      asked.push(`online ${ids.join()}`);
      return [];
    };
    const output = await plan(input());
    expect(asked).toContain(`online ${booting.join()}`);
    expect(output).toMatchObject({ next: 'wait', waitSeconds: 20 });
  });

  it('pauses before it listens while hundreds of nodes boot; the pause is a part of the wait', async () => {
    const booting = Array.from({ length: 300 }, (_, index) =>
      node({ group: 'slaves', role: 'slave', ordinal: index + 1, status: 'launched' }),
    );
    const many = desired({ spec: spec({ slaves: 300 }) });
    const nodes = [...readyNodes().filter(({ role }) => role !== 'slave'), ...booting];
    const { plan, deps } = planner(new FakeClusterStore().add({ desired: many }, nodes, 'CREATE_IN_PROGRESS'), nodes);
    deps.commands.findOnline = async () => [];
    expect(await plan(input())).toMatchObject({ next: 'pause', pauseSeconds: 3, waitSeconds: 17 });
  });

  it('continues in a fresh execution when the history grows long', async () => {
    const nodes = readyNodes().map((each) => ({ ...each, status: 'launched' as const }));
    const { plan } = planner(new FakeClusterStore().add({}, nodes, 'CREATE_IN_PROGRESS'), nodes);
    expect(await plan(input({ steps: 300 }))).toMatchObject({ next: 'continue' });
  });

  it('plans again at once when the record has changed meanwhile', async () => {
    const nodes = readyNodes();
    const store = new FakeClusterStore().add({}, nodes, 'CREATE_COMPLETE');
    const removal = desired({ presence: 'absent', forget: true });
    store.meanwhile = () => store.change(clusterId, { desired: removal });
    const output = await planner(store, nodes).plan(input());
    expect(output.decisions).toMatchObject([{ kind: 'terminate-nodes' }]);
    expect(store.plans).toHaveLength(1);
  });

  it('looks after a cluster whose secret or gateway is gone', async () => {
    const nodes = readyNodes();
    const { deps } = planner(new FakeClusterStore().add({}, nodes, 'CREATE_IN_PROGRESS'), nodes);
    deps.credentials.get = () => Promise.reject(new NotFound('gone'));
    expect(await makePlanCluster(deps)(input())).toMatchObject({ next: 'wait' });
  });

  it('gives claims back whose workloads never came to be', async () => {
    const claim = (seconds: number) => ({
      ...{ name: 'web', type: 'MARATHON' as const, tasks: [], waiting: true },
      at: at(seconds).toISOString(),
    });
    const workloads = { [workloadId]: claim(-500), 'lost-1': claim(-111), 'young-1': claim(-109) };
    const nodes = readyNodes();
    const { deps, plan } = planner(new FakeClusterStore().add({ workloads }, nodes, 'CREATE_COMPLETE'), nodes);
    deps.workloads.add();
    await plan(input());
    expect(deps.workloads.claims).toEqual([`release lost-1 on ${clusterId}`]);
  });

  it('wakes what runs on a cluster that has a new master, which may have forgotten it', async () => {
    const claim = { name: 'web', type: 'MARATHON' as const, tasks: [], waiting: false, at: at(0).toISOString() };
    const woken = async (role: 'master' | 'slave') => {
      const all = readyNodes();
      const fresh = all.find((each) => each.role === role)?.instanceId;
      const command = { commandId: 'command-1', commandSentAt: at(-30).toISOString(), startAttempts: 1 };
      const nodes = all.map((each) =>
        each.instanceId === fresh ? { ...each, ...command, status: 'starting' as const } : each,
      );
      const store = new FakeClusterStore().add({ workloads: { [workloadId]: claim } }, nodes, 'CREATE_COMPLETE');
      const { deps, asked } = planner(store, nodes);
      deps.workloads.add();
      const succeeded = { instanceId: fresh ?? '', commandId: 'command-1', status: 'succeeded' as const };
      const commands = { ...deps.commands, listInvocations: async () => [succeeded] };
      await makePlanCluster({ ...deps, commands })(input());
      return asked.filter((one) => one.includes('workload-changed'));
    };
    expect(await woken('master')).toEqual([JSON.stringify({ kind: 'workload-changed', workloadId })]);
    expect(await woken('slave')).toEqual([]);
  });

  it('throws what it cannot judge', async () => {
    const { deps } = planner(new FakeClusterStore().add());
    deps.machines.listInstances = () => Promise.reject(new InvariantBroken('odd'));
    await expect(makePlanCluster(deps)(input())).rejects.toThrow(InvariantBroken);
  });

  it('does not ask masters that have never been started', async () => {
    const nodes = [
      node({ group: 'masters', role: 'master', ordinal: 1, status: 'online', launchedAt: start.toISOString() }),
    ];
    const { plan, asked } = planner(new FakeClusterStore().add({}, nodes, 'CREATE_IN_PROGRESS'), nodes);
    await plan(input());
    expect(asked).not.toContain('gateway');
  });
});
