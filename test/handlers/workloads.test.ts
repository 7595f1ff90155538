import { DependencyUnavailable, NotFound } from '../../lambdas/contracts/error-names.ts';
import type { AppView, ChangeAnswer, GroupView } from '../../lambdas/contracts/gateway.ts';
import { PlanWorkloadOutput } from '../../lambdas/contracts/workload.ts';
import { jobNameOf } from '../../lambdas/domain/workload/chronos.ts';
import { makeEndWorkload } from '../../lambdas/handlers/end-workload.ts';
import { makePlanWorkload } from '../../lambdas/handlers/plan-workload.ts';
import { makePublishWorkload } from '../../lambdas/handlers/publish-workload.ts';
import { makeSubmitWorkload } from '../../lambdas/handlers/submit-workload.ts';
import { makeWithdrawWorkload } from '../../lambdas/handlers/withdraw-workload.ts';
import { at, clusterId, desired, foundation, freshRecord, readyNodes, record, spec } from '../support/clusters.ts';
import { deploymentRecord } from '../support/deployments.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { FakeWorkloadStore } from '../support/fake-workload-store.ts';
import { clockAt } from '../support/fakes.ts';
import {
  desiredWorkload,
  groupView,
  jobSpec,
  jobs,
  jobView,
  serviceSpec,
  services,
  workloadId,
  workloadRecord,
} from '../support/workloads.ts';

const account = (password: string) => ({ username: 'admin', password });
const accounts = {
  ...{ mesos: account('mesos-pw'), marathon: account('marathon-pw'), chronos: account('chronos-pw') },
  ...{ consulGossipKey: '', templateLiterals: {}, parameters: {} },
};
const masterIps = foundation().masterInterfaces.map(({ privateIp }) => privateIp);
const marathon = { release: 'indigo_1', masterIps, account: accounts.marathon };
const chronos = { ...marathon, account: accounts.chronos };
const name = (node: string) => jobNameOf(workloadId, node);
const pipeline = jobs(
  jobSpec({ node: 'fetch', env: { TOKEN: { secret: '1/fetch.TOKEN' } } }),
  jobSpec({ node: 'crunch', parents: ['fetch'] }),
  jobSpec({ node: 'report', parents: ['crunch'] }),
);

interface Setting {
  readonly wanted?: Parameters<typeof desiredWorkload>[0];
  readonly status?: Parameters<FakeWorkloadStore['add']>[1];
  readonly answers?: readonly ChangeAnswer[];
  readonly group?: GroupView | undefined;
  readonly host?: FakeClusterStore;
}

function world({ wanted = {}, status = 'CREATE_IN_PROGRESS', answers = [], host, ...shown }: Setting = {}) {
  const sent: object[] = [];
  const versions: unknown[] = [];
  const completed: unknown[] = [];
  const removed: string[] = [];
  const signals: object[] = [];
  const change = async (request: object): Promise<ChangeAnswer> => {
    sent.push(request);
    return answers[sent.length - 1] ?? { outcome: 'accepted' };
  };
  const store = new FakeWorkloadStore().add({ desired: desiredWorkload(wanted) }, status);
  const group = 'group' in shown ? shown.group : groupView();
  const deployment = deploymentRecord({ deploymentId: workloadId, generation: wanted.generation ?? 1 });

  const deps = {
    store,
    clusters: host ?? new FakeClusterStore().add({}, readyNodes()),
    credentials: { get: async () => accounts },
    secrets: {
      get: async (_: string, version?: string) => {
        versions.push(version);
        return { values: { '1/fetch.TOKEN': 't0ken', '1/web.KEY': 'k3y' }, templateLiterals: {}, parameters: {} };
      },
      remove: async (id: string) => {
        removed.push(id);
      },
    },
    gateway: {
      putGroup: change,
      putJob: change,
      deleteGroup: change,
      deleteJob: change,
      viewGroups: async () => group && [group],
      viewJobs: async ({ names }: { readonly names: readonly string[] }) =>
        names.map((each) => jobView({ name: each, successCount: 1 })),
    },
    deployments: {
      find: async () => deployment,
      complete: async (...call: unknown[]) => {
        completed.push(call);
      },
    },
    signals: {
      send: async (signal: object) => {
        signals.push(signal);
      },
    },
    clock: clockAt(at(10)),
  };
  return { deps, store, sent, versions, completed, removed, signals };
}

/** With this many slaves at least, and this many at most. */
function elastic(min: number, max: number): FakeClusterStore {
  const of = spec();
  const slaves = of.slaves.map((group) => ({ ...group, bounds: { min, max } }));
  return new FakeClusterStore().add({ desired: desired({ spec: { ...of, slaves } }) }, readyNodes());
}

function unprepared(): FakeClusterStore {
  const host = new FakeClusterStore().add();
  host.clusters.get(clusterId)!.record = freshRecord();
  return host;
}

describe('plan-workload', () => {
  const input = { workloadId, run: 1, steps: 3, results: [] };

  it('answers what comes next, and records it', async () => {
    const { deps, store } = world({ group: { ...groupView(), found: false, apps: [] } });
    const output = await makePlanWorkload(deps)(input);
    expect(PlanWorkloadOutput.parse(output)).toMatchObject({
      ...{ workloadId, run: 1, steps: 4, next: 'act', seenSignalSeq: 0 },
      decisions: [{ kind: 'submit-workload' }],
    });
    expect(store.plans).toHaveLength(1);
    expect(store.claims).toEqual([]);
  });

  it('tells its cluster when what it takes shows in what Mesos reports', async () => {
    const { deps, store } = world({ wanted: { spec: pipeline }, status: 'CREATE_COMPLETE' });
    expect((await makePlanWorkload(deps)(input)).next).toBe('end');
    expect(store.claims).toEqual([`settle ${workloadId} on ${clusterId}`]);
  });

  it('tells its cluster the same of services whose update was refused after the claim for it was renewed', async () => {
    const { deps, store } = world({ status: 'CREATE_COMPLETE' });
    await makePlanWorkload(deps)(input);
    const { progress } = store.workloads.get(workloadId)!.record;
    store.change(workloadId, { progress: { ...progress, submitted: progress.submitting! } });
    await makePlanWorkload(deps)(input);
    const results = [{ key: 'publish', outcome: 'done' as const }];
    expect((await makePlanWorkload(deps)({ ...input, results })).next).toBe('end');
    await store.renewClaim(clusterId, workloadId);
    expect((await makePlanWorkload(deps)(input)).next).toBe('end');
    expect(store.claims.slice(-2)).toEqual([
      `renew ${workloadId} on ${clusterId}`,
      `settle ${workloadId} on ${clusterId}`,
    ]);
  });

  describe('when tasks wait for room', () => {
    const waiting = (queue: Partial<NonNullable<AppView['queue']>> = {}) =>
      groupView(workloadId, [{ running: 0, queue: { count: 1, delaySeconds: 0, reasons: [], ...queue } }]);
    const told = [{ kind: 'load-changed', clusterId }];

    it('wakes a host whose slaves follow the load, once for each thing that is new', async () => {
      const { deps, signals } = world({ host: elastic(0, 5), group: waiting() });
      await makePlanWorkload(deps)(input);
      expect(signals).toEqual(told);
      await makePlanWorkload(deps)(input);
      expect(signals).toEqual(told);
      const viewGroups = async () => [waiting({ count: 2 })];
      await makePlanWorkload({ ...deps, gateway: { ...deps.gateway, viewGroups } })(input);
      expect(signals).toEqual([...told, ...told]);
    });

    it('wakes it for a job that is queued', async () => {
      const { deps, signals } = world({ host: elastic(0, 5), wanted: { spec: jobs() } });
      const viewJobs = async ({ names }: { readonly names: readonly string[] }) =>
        names.map((each) => jobView({ name: each, queued: true }));
      await makePlanWorkload({ ...deps, gateway: { ...deps.gateway, viewJobs } })(input);
      expect(signals).toEqual(told);
    });

    it('does so only after the plan is recorded', async () => {
      const { deps, store, signals } = world({ host: elastic(0, 5), group: waiting() });
      store.meanwhile = () => expect(signals).toEqual([]);
      await makePlanWorkload(deps)(input);
      expect([signals.length, store.plans.length]).toEqual([1, 1]);
    });

    it.each<[string, Setting]>([
      ['a host with a fixed number of slaves', { group: waiting() }],
      ['tasks that are put off after failures', { host: elastic(0, 5), group: waiting({ delaySeconds: 30 }) }],
      ['an empty queue', { host: elastic(0, 5), group: waiting({ count: 0 }) }],
      ['services that run', { host: elastic(0, 5) }],
      ['jobs that are not queued', { host: elastic(0, 5), wanted: { spec: jobs() } }],
      ['a host that does not answer', { host: elastic(0, 5), group: undefined }],
    ])('wakes nobody for %s', async (_, setting) => {
      const { deps, signals } = world(setting);
      await makePlanWorkload(deps)(input);
      expect(signals).toEqual([]);
    });
  });

  it('stops when its record is gone or another run has taken over', async () => {
    const { deps, store } = world();
    expect((await makePlanWorkload(deps)({ ...input, run: 2 })).next).toBe('stop');
    await store.forget(workloadId);
    expect((await makePlanWorkload(deps)(input)).next).toBe('stop');
  });

  it('looks again when somebody else writes the record meanwhile', async () => {
    const { deps, store } = world();
    store.meanwhile = () => store.change(workloadId, {});
    expect((await makePlanWorkload(deps)(input)).next).toBe('act');
    expect(store.plans).toHaveLength(1);
  });

  it.each<[string, Setting, string]>([
    ['does not answer', { group: undefined }, 'waiting: its cluster does not answer'],
    ['has no software yet', { host: unprepared() }, 'its cluster does not answer'],
    ['is gone', { host: new FakeClusterStore() }, 'is gone'],
    [
      'is to be removed',
      { host: new FakeClusterStore().add({ desired: desired({ presence: 'absent' }) }) },
      'is being removed',
    ],
    [
      'was removed',
      {
        host: new FakeClusterStore().add({
          desired: desired({ presence: 'absent' }),
          progress: { ...record().progress, removedAt: at(1).toISOString() },
        }),
      },
      'is gone',
    ],
  ])('sees that its cluster %s', async (_, setting, expected) => {
    const { deps, store } = world(setting);
    await makePlanWorkload(deps)(input);
    expect(store.plans[0]?.activity.map(({ text }) => text).join()).toContain(expected);
  });

  it('treats a cluster without its secret as one that does not answer', async () => {
    const { deps, store } = world();
    const credentials = { get: () => Promise.reject(new NotFound('no secret')) };
    await makePlanWorkload({ ...deps, credentials })(input);
    expect(store.plans[0]?.activity).toMatchObject([{ text: 'waiting: its cluster does not answer' }]);
  });

  it('still takes down what is on a cluster that is to be removed, as long as that answers', async () => {
    const host = () => new FakeClusterStore().add({ desired: desired({ presence: 'absent' }) });
    const wanted = { presence: 'absent' as const, forget: true };
    const answering = world({ wanted, host: host(), status: 'DELETE_IN_PROGRESS' });
    expect((await makePlanWorkload(answering.deps)(input)).decisions).toMatchObject([{ kind: 'withdraw-workload' }]);
    const ended = world({ wanted, host: host(), status: 'DELETE_IN_PROGRESS', group: undefined });
    expect((await makePlanWorkload(ended.deps)(input)).decisions).toMatchObject([{ kind: 'end-workload' }]);
  });
});

describe('submit-workload', () => {
  const decision = { kind: 'submit-workload' as const, key: 'submit', reason: 'r' };
  const withSecret = services(serviceSpec({ env: { KEY: { secret: '1/web.KEY' } } }));

  it('gives Marathon the whole group, with its secrets', async () => {
    const { deps, sent, versions } = world({ wanted: { spec: withSecret, secretVersion: 'v2' } });
    expect(await makeSubmitWorkload(deps)({ workloadId, decision })).toEqual({ key: 'submit', outcome: 'done' });
    expect(versions).toEqual(['v2']);
    const app = { id: 'web', env: { KEY: 'k3y' }, labels: { created_by: 'a@b', origin: 'https://api.example.org' } };
    expect(sent).toMatchObject([{ ...marathon, force: true, group: { id: `/${workloadId}`, apps: [app] } }]);
  });

  it('gives Marathon what ran before, after an update that failed', async () => {
    const { deps, sent, store } = world({ wanted: { generation: 2, spec: services(serviceSpec({ image: 'new' })) } });
    const stable = { generation: 1, spec: services(serviceSpec({ image: 'old' })) };
    store.change(workloadId, { progress: { failures: {}, rolledBack: 2, stable } });
    await makeSubmitWorkload(deps)({ workloadId, decision });
    expect(sent).toMatchObject([{ group: { apps: [{ container: { docker: { image: 'old' } } }] } }]);
  });

  it('gives Chronos the jobs that it lacks, parents first, and stops at the first that is refused', async () => {
    const refused: ChangeAnswer = { outcome: 'refused', status: 400, message: 't0ken and chronos-pw are bad' };
    const { deps, sent } = world({ wanted: { spec: pipeline }, answers: [{ outcome: 'accepted' }, refused] });
    const some = { ...decision, jobs: ['report', 'crunch'] };
    expect(await makeSubmitWorkload(deps)({ workloadId, decision: some })).toMatchObject({
      outcome: 'failed',
      error: 'InvalidInput',
      message: 'Chronos refuses with 400: ******** and ******** are bad',
    });
    expect(sent).toMatchObject([
      { ...chronos, job: { name: name('crunch'), parents: [name('fetch')] } },
      { ...chronos, job: { name: name('report'), parents: [name('crunch')] } },
    ]);
  });

  it('gives a job its secrets, and no parents if it has none', async () => {
    const { deps, sent } = world({ wanted: { spec: pipeline } });
    await makeSubmitWorkload(deps)({ workloadId, decision: { ...decision, jobs: ['fetch'] } });
    expect(sent).toMatchObject([{ job: { environmentVariables: [{ name: 'TOKEN', value: 't0ken' }] } }]);
    expect((sent[0] as { job: object }).job).not.toHaveProperty('parents');
  });

  it.each<[string, Setting]>([
    ['is to be removed', { wanted: { presence: 'absent' } }],
    ['has lost its cluster', { host: new FakeClusterStore() }],
    [
      'is on a cluster that is to be removed',
      { host: new FakeClusterStore().add({ desired: desired({ presence: 'absent' }) }) },
    ],
  ])('does nothing for one that %s', async (_, setting) => {
    const { deps, sent } = world(setting);
    expect((await makeSubmitWorkload(deps)({ workloadId, decision })).outcome).toBe('done');
    expect(sent).toEqual([]);
  });

  it('reports a secret that is missing as what can never succeed', async () => {
    const { deps } = world({ wanted: { spec: services(serviceSpec({ env: { KEY: { secret: '9/web.KEY' } } })) } });
    expect(await makeSubmitWorkload(deps)({ workloadId, decision })).toMatchObject({ error: 'InvariantBroken' });
  });
});

describe('withdraw-workload', () => {
  const decision = { kind: 'withdraw-workload' as const, key: 'withdraw', reason: 'r' };
  const absent = { presence: 'absent' as const };

  it('removes the group', async () => {
    const { deps, sent } = world({ wanted: absent });
    expect((await makeWithdrawWorkload(deps)({ workloadId, decision })).outcome).toBe('done');
    expect(sent).toEqual([{ ...marathon, groupId: `/${workloadId}`, force: true }]);
  });

  it('removes jobs, leaves first, and goes no further than one that stays', async () => {
    const silence: ChangeAnswer = { outcome: 'unanswered', status: 503 };
    const { deps, sent } = world({
      wanted: { ...absent, spec: pipeline },
      answers: [{ outcome: 'accepted' }, silence],
    });
    expect(await makeWithdrawWorkload(deps)({ workloadId, decision })).toMatchObject({
      outcome: 'failed',
      error: 'DependencyUnavailable',
      message: 'Chronos does not answer (status 503)',
    });
    expect(sent).toEqual([
      { ...chronos, name: name('report') },
      { ...chronos, name: name('crunch') },
    ]);
  });

  it.each<[string, Setting]>([
    ['is wanted (again)', {}],
    ['has lost its cluster', { wanted: absent, host: new FakeClusterStore() }],
  ])('does nothing for one that %s', async (_, setting) => {
    const { deps, sent } = world(setting);
    expect((await makeWithdrawWorkload(deps)({ workloadId, decision })).outcome).toBe('done');
    expect(sent).toEqual([]);
  });
});

describe('publish-workload', () => {
  const decision = { kind: 'publish-workload' as const, key: 'publish', reason: 'r', generation: 1 };

  it('completes the deployment with its outputs', async () => {
    const { deps, completed } = world();
    expect((await makePublishWorkload(deps)({ workloadId, decision })).outcome).toBe('done');
    expect(completed).toEqual([[workloadId, { generation: 1, outputs: {} }, at(10)]]);
  });

  it('asks nobody for jobs', async () => {
    const { deps, completed } = world({ wanted: { spec: pipeline }, host: new FakeClusterStore() });
    expect((await makePublishWorkload(deps)({ workloadId, decision })).outcome).toBe('done');
    expect(completed).toHaveLength(1);
  });

  it.each<[string, Setting]>([
    ['another generation', { wanted: { generation: 2 } }],
    ['one that is to be removed', { wanted: { presence: 'absent' } }],
  ])('leaves %s alone', async (_, setting) => {
    const { deps, completed } = world(setting);
    expect((await makePublishWorkload(deps)({ workloadId, decision })).outcome).toBe('done');
    expect(completed).toEqual([]);
  });

  it('is tried again when Marathon does not answer', async () => {
    const { deps } = world({ group: undefined });
    await expect(makePublishWorkload(deps)({ workloadId, decision })).rejects.toThrow(DependencyUnavailable);
  });
});

describe('end-workload', () => {
  const end = (forget: boolean) => ({ kind: 'end-workload' as const, key: 'end', reason: 'r', forget });
  const released = [`release ${workloadId} on ${clusterId}`];

  it('gives the claim back, and with forget removes secret and records', async () => {
    const { deps, store, removed } = world({ wanted: { presence: 'absent', forget: true } });
    await makeEndWorkload(deps)({ workloadId, decision: end(true) });
    expect([store.claims, removed, store.workloads.size]).toEqual([released, [workloadId], 0]);
  });

  it('keeps the records of one that has failed', async () => {
    const { deps, store, removed } = world({ wanted: { presence: 'absent' } });
    await makeEndWorkload(deps)({ workloadId, decision: end(false) });
    expect([store.claims, removed, store.workloads.size]).toEqual([released, [], 1]);
  });

  it('removes what was begun and has no deployment', async () => {
    const { deps, store } = world();
    store.workloads.set(workloadId, { record: workloadRecord() });
    await makeEndWorkload(deps)({ workloadId, decision: end(true) });
    expect(store.workloads.size).toBe(0);
  });

  it('leaves alone what is wanted', async () => {
    const { deps, store } = world();
    await makeEndWorkload(deps)({ workloadId, decision: end(true) });
    expect([store.claims, store.workloads.size]).toEqual([[], 1]);
  });

  it('reports that it is gone already', async () => {
    const { deps, store } = world();
    await store.forget(workloadId);
    expect(await makeEndWorkload(deps)({ workloadId, decision: end(true) })).toMatchObject({ error: 'NotFound' });
  });
});
