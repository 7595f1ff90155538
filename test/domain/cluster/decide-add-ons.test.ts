import type { AppView, GroupView, Snapshot } from '../../../lambdas/contracts/gateway.ts';
import type { AddOn } from '../../../lambdas/domain/add-on/add-on.ts';
import { planGroup } from '../../../lambdas/domain/add-on/group.ts';
import { type DecideInput, decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { Progress } from '../../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec } from '../../../lambdas/domain/cluster/spec.ts';
import { at, clusterId, desired, healthy, input, readyNodes, record, spec } from '../../support/clusters.ts';
import { kinds, zoneProgress } from './decide-support.ts';

const addOn: AddOn = {
  name: 'notebooks',
  type: 'tosca.nodes.indigo.TensorflowOnMesos',
  properties: {
    tensorflow_image: { literal: 'tensorflow/tensorflow:1.12.0' },
    tensorflow_cpus: { literal: 1 },
    tensorflow_mem: { literal: 1024 },
    tensorflow_gpus: { literal: 0 },
    tensorflow_port: { literal: 10_001 },
    tensorflow_password: { secret: 'notebooks.tensorflow_password' },
  },
};
const groupId = `/${clusterId}/notebooks`;
const key = 'deploy-add-on/notebooks';
const { fingerprint } = planGroup(addOn, {
  clusterId,
  release: 'indigo_1',
  attributes: {},
  facts: { marathon_username: 'admin', marathon_password: '<marathon_password>' },
  secretVersion: undefined,
});

const app = (changes: Partial<AppView> = {}): AppView => ({
  id: `${groupId}/tensorflow`,
  instances: 1,
  staged: 0,
  running: 1,
  healthy: 0,
  unhealthy: 0,
  hasHealthChecks: false,
  servicePorts: [10_001],
  tasks: [],
  ...changes,
});
const group = (apps: readonly AppView[], deployments = 0): GroupView => ({
  id: groupId,
  found: apps.length > 0,
  deployments,
  apps: [...apps],
});

const nodes = readyNodes();
const withAddOn: ClusterSpec = { ...spec(), addOns: [addOn] };
const deployed: Progress['addOns'] = { notebooks: { deployed: fingerprint } };

interface Look extends Partial<DecideInput> {
  readonly progress?: Partial<Progress>;
  readonly groups?: readonly GroupView[];
  readonly of?: ClusterSpec;
  readonly wanted?: Parameters<typeof desired>[0];
}
function look({ progress = {}, groups, of = withAddOn, wanted = {}, ...rest }: Look = {}) {
  const actual = healthy(nodes);
  const snapshot: Snapshot = { ...(actual.snapshot as Snapshot), ...(groups ? { groups: [...groups] } : {}) };
  return decide(
    input({
      record: record({ desired: desired({ spec: of, ...wanted }), progress: { ...zoneProgress, ...progress } }),
      nodes,
      actual: { ...actual, snapshot },
      now: at(300),
      ...rest,
    }),
  );
}
const complete = { completedAt: at(100).toISOString() };

describe('decideAddOns', () => {
  it('deploys when the cluster lacks nothing, before anything is published', () => {
    const plan = look();
    expect(plan.decisions).toEqual([
      { kind: 'deploy-add-on', key, name: 'notebooks', reason: 'the cluster is ready for it' },
    ]);
    expect(plan.progress.addOns).toEqual({ notebooks: { deploying: fingerprint } });
  });

  it('waits with it while a node is missing', () => {
    expect(kinds(look({ nodes: nodes.slice(1) }))).not.toContain('deploy-add-on');
  });

  it('waits for its apps once Marathon has taken it', () => {
    const plan = look({
      progress: { addOns: { notebooks: { deploying: fingerprint } } },
      results: [{ key, outcome: 'done' }],
      groups: [group([app({ running: 0, staged: 1 })], 1)],
    });
    expect(plan.decisions).toEqual([]);
    expect(plan.progress.addOns).toEqual(deployed);
    expect([plan.settled, plan.nextCheckAt]).toEqual([false, at(310).toISOString()]);
  });

  it('deploys again if what became of it is not known', () => {
    expect(kinds(look({ progress: { addOns: { notebooks: { deploying: fingerprint } } } }))).toEqual(['deploy-add-on']);
  });

  it('publishes when all of it runs', () => {
    expect(kinds(look({ progress: { addOns: deployed }, groups: [group([app()])] }))).toEqual(['publish-outputs']);
  });

  it.each<[string, AppView, number]>([
    ['a task does not run', app({ running: 0 }), 0],
    ['health is not known yet', app({ hasHealthChecks: true }), 0],
    ['a deployment is under way', app(), 1],
    [
      'a task has just failed',
      app({ lastFailure: { state: 'TASK_FAILED', message: 'm', host: 'h', at: at(280).toISOString() } }),
      0,
    ],
    ['a task has just been started', app({ tasks: [{ host: 'h', ports: [], startedAt: at(295).toISOString() }] }), 0],
  ])('publishes nothing while %s', (_, view, deployments) => {
    expect(look({ progress: { addOns: deployed }, groups: [group([view], deployments)] }).decisions).toEqual([]);
  });

  it('publishes when tasks have run for a while since the last failure', () => {
    const tasks = [{ host: 'h', ports: [], startedAt: at(270).toISOString() }];
    const steady = app({
      tasks,
      lastFailure: { state: 'TASK_FAILED', message: 'm', host: 'h', at: at(265).toISOString() },
    });
    expect(kinds(look({ progress: { addOns: deployed }, groups: [group([steady])] }))).toEqual(['publish-outputs']);
  });

  it('publishes nothing while Marathon cannot be asked', () => {
    expect(look({ progress: { addOns: deployed } }).decisions).toEqual([]);
  });

  it('tries again later when Marathon did not answer', () => {
    const failed = { key, outcome: 'failed' as const, error: 'DependencyUnavailable', message: 'no answer' };
    const plan = look({ progress: { addOns: { notebooks: { deploying: fingerprint } } }, results: [failed] });
    expect([plan.decisions, plan.status]).toEqual([[], undefined]);
    expect(plan.progress.addOns).toEqual({ notebooks: {} });
    expect(plan.nextCheckAt).toBe(at(305).toISOString());
  });

  it('is tried ever more seldom on a complete cluster when Marathon refuses it for good', () => {
    const isTried = (count: number, seconds: number) => {
      const failures = { [key]: { count, lastAt: at(200).toISOString(), error: 'InvalidInput', message: 'bad' } };
      const progress = { ...complete, addOns: { notebooks: {} }, failures };
      return kinds(look({ status: 'CREATE_COMPLETE', progress, now: at(200 + seconds) })).includes('deploy-add-on');
    };
    for (const [count, seconds] of [
      [1, 60],
      [2, 120],
      [6, 1920],
      [7, 3600],
      [30, 3600],
    ] as const)
      expect([isTried(count, seconds - 1), isTried(count, seconds)]).toEqual([false, true]);
  });

  it('fails the deployment with Marathon’s reason when it refuses', () => {
    const failed = {
      key,
      outcome: 'failed' as const,
      error: 'InvalidInput',
      message: 'Marathon refuses with 422: bad',
    };
    expect(look({ results: [failed] }).status).toMatchObject({
      value: 'CREATE_FAILED',
      reason: `${key}: Marathon refuses with 422: bad`,
    });
  });

  it.each<[string, AppView[], string]>([
    [
      'fail again and again',
      [
        app({
          running: 0,
          queue: { count: 1, delaySeconds: 11.2, reasons: [] },
          lastFailure: { state: 'TASK_FAILED', message: 'exited with status 1', host: 'h', at: 't' },
        }),
      ],
      '0 of 1 running; tasks fail and are tried again in 12 s; its last task ended as TASK_FAILED: exited with status 1',
    ],
    [
      'find no room',
      [
        app({
          running: 0,
          queue: { count: 1, delaySeconds: 0, reasons: [{ reason: 'InsufficientMemory', declined: 3, processed: 4 }] },
        }),
      ],
      '0 of 1 running; no slave has what it needs: InsufficientMemory (3 of 4 offers)',
    ],
    [
      'wait, and Marathon cannot say why',
      [app({ running: 0, queue: { count: 1, delaySeconds: 0, reasons: [] } })],
      '0 of 1 running; it waits for a slave with room for it',
    ],
    [
      'start slowly',
      [app({ running: 0, staged: 1 })],
      '0 of 1 running; a task is being started, its image may still be pulled',
    ],
    ['are ill', [app({ hasHealthChecks: true, unhealthy: 1 })], '0 of 1 healthy; its health check fails'],
    ['were taken away', [app({ id: `${groupId}/other` })], 'tensorflow is not there yet'],
  ])('tells at the deadline that tasks %s', (_, apps, reason) => {
    const plan = look({ progress: { addOns: deployed }, groups: [group(apps)], now: at(3600) });
    expect(plan.status?.value).toBe('CREATE_FAILED');
    expect(plan.status?.reason).toBe(
      `Timeout: Maximum execution time exceeded. add-on notebooks: ${reason.startsWith('tensorflow') ? reason : `tensorflow: ${reason}`}`,
    );
  });

  it('leaves a complete cluster’s apps to Marathon, and settles', () => {
    const published = look({ progress: { addOns: deployed }, groups: [group([app()])] }).progress.publishing as string;
    const plan = look({
      status: 'CREATE_COMPLETE',
      progress: { ...complete, addOns: deployed, publishedFor: published },
      groups: [group([app({ running: 0, queue: { count: 1, delaySeconds: 60, reasons: [] } })])],
    });
    expect([plan.decisions, plan.settled]).toEqual([[], true]);
  });

  it('gives a complete cluster its add-on again when its group has vanished', () => {
    const plan = look({ status: 'CREATE_COMPLETE', progress: { ...complete, addOns: deployed }, groups: [group([])] });
    expect(plan.decisions.filter(({ kind }) => kind === 'deploy-add-on')).toMatchObject([
      { kind: 'deploy-add-on', reason: 'add-on notebooks is not in Marathon any more' },
    ]);
  });

  it('deploys what an update has changed', () => {
    const progress = { ...complete, addOns: { notebooks: { deployed: 'another' } } };
    const plan = look({ status: 'UPDATE_IN_PROGRESS', progress, groups: [group([app()])] });
    expect(plan.decisions).toMatchObject([
      { kind: 'deploy-add-on', reason: 'its settings or the addresses that it uses have changed' },
    ]);
    expect(plan.progress.addOns).toEqual({ notebooks: { deployed: 'another', deploying: fingerprint } });
  });

  describe('of an add-on that an update has dropped', () => {
    const drop = (groups: readonly GroupView[]) =>
      look({ of: spec(), status: 'UPDATE_IN_PROGRESS', progress: { ...complete, addOns: deployed }, groups });

    it('removes it, and is not complete before', () => {
      const plan = drop([group([app()])]);
      expect(plan.decisions).toMatchObject([
        { kind: 'remove-add-on', key: 'remove-add-on/notebooks', name: 'notebooks' },
      ]);
      expect(plan.progress.addOns).toEqual({ notebooks: {} });
    });
    it('waits until its tasks have ended', () => {
      expect(drop([group([], 1)]).decisions).toEqual([]);
    });
    it('forgets it when it is gone', () => {
      const plan = drop([group([])]);
      expect([kinds(plan), plan.progress.addOns]).toEqual([['publish-outputs'], {}]);
    });
  });
});

describe('decideFarewell', () => {
  const absent = { presence: 'absent', forget: true } as const;
  const since = at(290).toISOString();
  const leave = (rest: Look) =>
    look({
      wanted: absent,
      status: 'DELETE_IN_PROGRESS',
      ...rest,
      progress: { ...complete, addOns: deployed, ...rest.progress },
    });

  it('removes add-ons before instances', () => {
    const plan = leave({ groups: [group([app()])] });
    expect(kinds(plan)).toEqual(['remove-add-on']);
    expect(plan.progress).toMatchObject({ addOns: deployed, addOnsLeavingSince: at(300).toISOString() });
    expect(plan.changedNodes).toEqual([]);
  });

  it('waits while their tasks end', () => {
    const plan = leave({ progress: { addOnsLeavingSince: since }, groups: [group([], 1)] });
    expect([plan.decisions, plan.settled, plan.nextCheckAt]).toEqual([[], false, at(310).toISOString()]);
  });

  it.each<[string, Look]>([
    ['they have ended', { groups: [group([])] }],
    [
      'Marathon has taken too long',
      { progress: { addOnsLeavingSince: at(240).toISOString() }, groups: [group([], 1)] },
    ],
    [
      'Marathon cannot be reached',
      { results: [{ key: 'remove-add-on/notebooks', outcome: 'failed', error: 'DependencyUnavailable' }] },
    ],
  ])('goes on to the instances when %s', (_, rest) => {
    const plan = leave({ ...rest, progress: { addOnsLeavingSince: since, ...rest.progress } });
    expect(kinds(plan)).toEqual(['terminate-nodes']);
    expect(plan.progress.addOns).toEqual({});
  });

  it('loses no time where there are no instances, or no add-ons', () => {
    expect(kinds(leave({ nodes: [], actual: healthy([]) }))).toEqual(['clean-up-cluster']);
    expect(kinds(leave({ progress: { addOns: {} } }))).toEqual(['terminate-nodes']);
  });
});

it('reads attributes of the cluster’s own nodes', () => {
  const reading: AddOn = {
    name: 'cache',
    type: 'tosca.nodes.indigo.XCache',
    properties: {
      server_image: { literal: 'x' },
      redirector_ip: { attribute: { node: 'slaves_server', name: 'private_address', path: [0] } },
    },
  };
  const of = { ...spec(), addOns: [reading] };
  const first = look({ of }).progress.addOns?.cache?.deploying;
  const moved = nodes.map((node) => (node.role === 'slave' ? { ...node, privateIp: '10.0.77.7' } : node));
  const second = look({ of, nodes: moved, actual: healthy(moved) }).progress.addOns?.cache?.deploying;
  expect(first).toMatch(/^[0-9a-f]+$/);
  expect(second).not.toBe(first);
});
