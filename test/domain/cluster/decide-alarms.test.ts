import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import { decideAlarms } from '../../../lambdas/domain/cluster/decide-alarms.ts';
import { isLoadWatched } from '../../../lambdas/domain/cluster/load-watch.ts';
import type { ClusterRecord, Progress } from '../../../lambdas/domain/cluster/records.ts';
import type { ClusterSpec } from '../../../lambdas/domain/cluster/spec.ts';
import type { Situation } from '../../../lambdas/domain/cluster/step.ts';
import { at, desired, healthy, input, readyNodes, record, rules, spec, subnets } from '../../support/clusters.ts';

const fixed = spec();
const elastic: ClusterSpec = {
  ...fixed,
  slaves: fixed.slaves.map((group) => ({ ...group, bounds: { min: 0, max: 10 } })),
};
const completedAt = at(0).toISOString();

const recordOf = (of: ClusterSpec, progress: Partial<Progress> = { completedAt }): ClusterRecord =>
  record({ desired: desired({ spec: of }), progress: { launchSeq: 0, failures: {}, ...progress } });
const situation = (of: ClusterRecord, rest: Partial<Situation> = {}): Situation => ({
  ...{
    record: of,
    status: 'CREATE_COMPLETE',
    hasCallback: false,
    nodes: [],
    lost: [],
    failures: of.progress.failures,
    results: [],
  },
  ...{ actual: { instances: [], onlineInstanceIds: [], commands: [] }, now: at(100), rules, subnets },
  ...rest,
});
const decided = (of: ClusterRecord, rest: Partial<Situation> = {}) => {
  const { step, alarms } = decideAlarms(situation(of, rest));
  return { kinds: step.decisions.map((each) => (each.kind === 'set-alarms' ? each.present : each.kind)), alarms, step };
};
const done = [{ key: 'alarms', outcome: 'done' as const }];
const failed = [{ key: 'alarms', outcome: 'failed' as const, error: 'Throttled' }];

/** Progress after the alarms were decided, and whatever else. */
const begun = (of: ClusterSpec, progress: Partial<Progress> = { completedAt }) =>
  recordOf(of, { ...progress, alarms: decided(recordOf(of, progress)).alarms! });
/** The same when that was done. */
const settled = (of: ClusterSpec) =>
  recordOf(of, { completedAt, alarms: decided(begun(of), { results: done }).alarms! });

describe('decideAlarms', () => {
  it('sets them once the cluster was complete, and not before', () => {
    expect(decided(recordOf(elastic, {}))).toMatchObject({ kinds: [], alarms: undefined });
    const { kinds, step } = decided(recordOf(elastic));
    expect(kinds).toEqual([true]);
    expect(step.activity).toEqual([{ level: 'info', text: 'setting alarms: the number of slaves follows the load' }]);
  });

  it('has nothing to do with clusters whose slaves are fixed', () => {
    expect(decided(recordOf(fixed))).toMatchObject({ kinds: [], alarms: undefined });
  });

  it('takes what was decided for done only when it was done', () => {
    expect(decided(begun(elastic)).kinds).toEqual([true]);
    expect(decided(begun(elastic), { results: done }).kinds).toEqual([]);
    expect(decided(settled(elastic)).kinds).toEqual([]);
  });

  it('tries again later what has failed', () => {
    const failures = { alarms: { count: 1, lastAt: at(100).toISOString(), error: 'Throttled' } };
    const { kinds, step } = decided(begun(elastic), { results: failed, failures });
    expect([kinds, step.checks.length]).toEqual([[], 1]);
    expect(decided(begun(elastic), { failures, now: at(1000) }).kinds).toEqual([true]);
  });

  it('sets them anew when what they are to be has changed', () => {
    expect(decided(recordOf(elastic, { completedAt, alarms: { set: 'of another version' } })).kinds).toEqual([true]);
  });

  it('removes them, and then leaves all alone, when creation has failed after they were set', () => {
    const nodes = readyNodes(elastic);
    const addOns = { spark: { deployed: 'f' } };
    const { completedAt: _, ...progress } = settled(elastic).progress;
    const kept = record({
      desired: desired({ spec: elastic, keepLastAttempt: true }),
      progress: { ...progress, addOns },
    });
    const failedCreation = { record: kept, nodes, status: 'CREATE_FAILED', actual: healthy(nodes) } as const;
    const removing = decide(input({ ...failedCreation, now: at(100) }));
    expect(removing.decisions).toMatchObject([{ kind: 'set-alarms', present: false }]);
    expect(removing.settled).toBe(false);
    const after = { ...failedCreation, record: { ...kept, progress: removing.progress } };
    const rest = decide(input({ ...after, results: done, now: at(101) }));
    expect([rest.decisions, rest.settled]).toEqual([[], true]);
  });

  it('removes them when the last elastic group goes, also those that may have been set only in part', () => {
    for (const alarms of [settled(elastic).progress.alarms!, begun(elastic).progress.alarms!]) {
      const former = recordOf(fixed, { completedAt, alarms });
      expect(decided(former).kinds).toEqual([false]);
      const removing = recordOf(fixed, { completedAt, alarms: decided(former).alarms! });
      expect(decided(removing).kinds).toEqual([false]);
      const removed = decided(removing, { results: done }).alarms!;
      expect(decided(recordOf(fixed, { completedAt, alarms: removed })).kinds).toEqual([]);
      expect(decided(recordOf(elastic, { completedAt, alarms: removed })).kinds).toEqual([true]);
    }
  });
});

describe('isLoadWatched', () => {
  it('is so of present clusters with elastic slaves that were complete once, or have their add-ons', () => {
    expect(isLoadWatched(recordOf(elastic))).toBe(true);
    expect(isLoadWatched(recordOf(fixed))).toBe(false);
    expect(isLoadWatched(recordOf(elastic, {}))).toBe(false);
    expect(isLoadWatched(recordOf(elastic, { addOns: { spark: {} } }))).toBe(true);
    const leaving = record({
      desired: desired({ spec: elastic, presence: 'absent' }),
      progress: recordOf(elastic).progress,
    });
    expect(isLoadWatched(leaving)).toBe(false);
  });
});

describe('decide, about alarms', () => {
  const nodes = readyNodes(elastic);
  const pass = (of: ClusterRecord, rest: Partial<Parameters<typeof decide>[0]> = {}) =>
    decide(input({ record: of, nodes, actual: healthy(nodes), status: 'CREATE_COMPLETE', now: at(100), ...rest }));
  const isSetting = ({ decisions }: ReturnType<typeof decide>) => decisions.some(({ kind }) => kind === 'set-alarms');

  it('sets them in the pass that sees the cluster complete, and has its load looked at from then on', () => {
    expect(pass(recordOf(elastic, {}), { status: 'CREATE_IN_PROGRESS' })).toMatchObject({ elastic: false });
    const plan = pass(recordOf(elastic, {}));
    expect([isSetting(plan), plan.elastic]).toEqual([true, true]);
    expect(pass(recordOf(fixed, {}))).toMatchObject({ elastic: false });
  });

  it('remembers that they are set', () => {
    const first = pass(recordOf(elastic));
    const second = pass(recordOf(elastic, first.progress), { results: done });
    expect([isSetting(second), second.progress.alarms?.setting]).toEqual([false, undefined]);
    expect(isSetting(pass(recordOf(elastic, second.progress)))).toBe(false);
  });

  it('does not fail an update by alarms that can never be set', () => {
    const failures = { alarms: { count: 9, lastAt: at(99).toISOString(), error: 'Forbidden' } };
    const of = recordOf(elastic, { completedAt, failures });
    expect(pass(of, { status: 'UPDATE_IN_PROGRESS' }).status).toBeUndefined();
  });
});
