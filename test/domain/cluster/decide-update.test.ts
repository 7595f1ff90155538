import { type DecideInput, decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { ClusterRecord, NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { preparationOf, shapeOf } from '../../../lambdas/domain/cluster/shape.ts';
import type { ClusterSpec } from '../../../lambdas/domain/cluster/spec.ts';
import {
  at,
  desired,
  foundation,
  healthy,
  input,
  instanceOf,
  node,
  readyNodes,
  record,
  spec,
} from '../../support/clusters.ts';

const before = spec();
const progress = { launchSeq: 9, failures: {}, completedAt: at(0).toISOString() };

/** The second generation of a cluster, prepared for what it asks unless told otherwise. */
function updated(wanted: ClusterSpec, overrides: Partial<ClusterRecord> = {}): ClusterRecord {
  return record({
    desired: desired({ generation: 2, spec: wanted }),
    foundation: { ...foundation(wanted), preparedFor: preparationOf(wanted) },
    progress: { ...progress, generation: 2 },
    ...overrides,
  });
}

function pass(of: ClusterRecord, nodes: readonly NodeRecord[], overrides: Partial<DecideInput> = {}) {
  return decide(input({ record: of, nodes, status: 'UPDATE_IN_PROGRESS', actual: healthy(nodes), ...overrides }));
}
const kinds = (plan: ReturnType<typeof decide>) => plan.decisions.map(({ kind }) => kind);
const nodes = readyNodes(before);

describe('decide, on an update', () => {
  it('publishes for the new generation when nothing is lacking', () => {
    const plan = pass(updated(before), nodes);
    expect(plan.decisions).toEqual([expect.objectContaining({ kind: 'publish-outputs', generation: 2 })]);
    expect(plan.status).toBeUndefined();
  });

  it('launches what is more, and is not complete before', () => {
    const plan = pass(updated(spec({ slaves: 4 })), nodes);
    expect(plan.decisions).toEqual([expect.objectContaining({ kind: 'launch-slaves', ordinals: [3, 4] })]);
    expect(plan.launches).toEqual([expect.objectContaining({ shape: shapeOf(before.slaves[0]!) })]);
  });

  it('is not complete while nodes of another kind serve', () => {
    const old = nodes.map((each) => (each.role === 'slave' ? { ...each, shape: 'older' } : each));
    expect(kinds(pass(updated(before), old))).toEqual(['launch-slaves']);
  });

  it('is not complete before EC2 has heard of the end of what is not wanted', () => {
    const gone = node({ group: 'slaves', role: 'slave', ordinal: 3, status: 'terminating' });
    const all = [...nodes, gone];
    const actual = healthy(nodes, { instances: all.map((each) => instanceOf(each)) });
    expect(kinds(pass(updated(before), all, { actual }))).toEqual(['terminate-nodes']);
    const ending = {
      ...actual,
      instances: [...nodes.map((each) => instanceOf(each)), instanceOf(gone, 'shutting-down')],
    };
    expect(kinds(pass(updated(before), all, { actual: ending }))).toEqual(['publish-outputs']);
  });

  it('counts as once complete, though no pass saw it so', () => {
    const { completedAt: _, ...fresh } = progress;
    expect(pass(updated(before, { progress: fresh }), nodes).progress.completedAt).toBe(at(10).toISOString());
  });
});

describe('an update that fails', () => {
  const late = { now: at(3601) };
  const wanted = spec({ slaves: 3 });

  it('does so at its deadline, removes nothing and goes on', () => {
    const plan = pass(updated(wanted), nodes, late);
    expect(plan.status).toEqual({
      ...{ value: 'UPDATE_FAILED', generation: 2 },
      reason: expect.stringMatching(/^Timeout: .*2 of 3 nodes of slaves are ready/),
    });
    expect(plan.giveUp).toBeUndefined();
    expect([kinds(plan), plan.settled]).toEqual([['launch-slaves'], false]);
    expect(plan.activity[0]).toMatchObject({ level: 'error' });
  });

  it('is not told to have failed again, and completes when it gets there', () => {
    const status = 'UPDATE_FAILED';
    expect(pass(updated(wanted), nodes, { ...late, status }).status).toBeUndefined();
    expect(kinds(pass(updated(before), nodes, { ...late, status }))).toEqual(['publish-outputs']);
  });

  it('does so at once on what repeating cannot mend', () => {
    const results = [
      { key: 'launch/slaves/from-3', outcome: 'failed' as const, error: 'InvalidInput', message: 'no image' },
    ];
    expect(pass(updated(wanted), nodes, { results }).status).toMatchObject({ value: 'UPDATE_FAILED' });
  });

  it('is not blamed for what went wrong before it began', () => {
    const failure = { count: 9, lastAt: at(9).toISOString(), error: 'InvalidInput', message: 'no image' };
    const failures = { 'launch/slaves/from-3': failure, 'replace/slaves': failure };
    const results = [{ key: 'launch/slaves/from-3', outcome: 'failed' as const, error: 'InvalidInput' }];
    const earlier = updated(wanted, { progress: { ...progress, failures } });
    const plan = pass(earlier, nodes, { results });
    expect(plan.status).toBeUndefined();
    expect(plan.progress).toMatchObject({ generation: 2, failures: {} });
    expect(kinds(plan)).toEqual(['launch-slaves']);
  });
});

describe('what an updated cluster stands on', () => {
  const opened = {
    ...before,
    slaves: [{ ...before.slaves[0]!, openPorts: [{ protocol: 'tcp' as const, from: 1, to: 1, cidr: '0.0.0.0/0' }] }],
  };
  const stale = updated(opened, { foundation: { ...foundation(before), preparedFor: preparationOf(before) } });

  it('is prepared again if it is not what is asked for, while nodes are looked after', () => {
    const [lost, ...rest] = nodes.filter(({ role }) => role === 'slave');
    const left = nodes.filter((each) => each !== lost);
    expect(rest).toHaveLength(1);
    expect(kinds(pass(stale, nodes))).toEqual(['prepare-cluster']);
    expect(kinds(pass(stale, left))).toEqual(['prepare-cluster', 'launch-slaves']);
  });

  it('is prepared again if nobody knows for what it was prepared', () => {
    expect(kinds(pass(updated(before, { foundation: foundation(before) }), nodes))).toEqual(['prepare-cluster']);
    const first = record({ progress });
    expect(kinds(pass(first, nodes, { status: 'CREATE_IN_PROGRESS' }))).toEqual(['publish-outputs']);
  });

  const surplus = { ...foundation(before), preparedFor: preparationOf(before), surplus: ['security group sg-9'] };
  const complete = { status: 'UPDATE_COMPLETE' as const };

  it('is released as far as it is left over, when the last node of a former group is gone', () => {
    const of = updated(before, { foundation: surplus });
    const stray = node({ group: 'former', role: 'slave', ordinal: 1, status: 'terminating' });
    const actual = healthy(nodes, {
      instances: [...nodes.map((each) => instanceOf(each)), instanceOf(stray, 'shutting-down')],
    });
    expect(kinds(pass(of, [...nodes, stray], { ...complete, actual }))).not.toContain('prepare-cluster');
    expect(kinds(pass(of, nodes, complete))).toContain('prepare-cluster');
  });

  it('keeps the run going while something is still in use, without hurry', () => {
    const failures = { prepare: { count: 3, lastAt: at(9).toISOString(), error: 'Conflict' } };
    const of = updated(before, { foundation: surplus, progress: { ...progress, generation: 2, failures } });
    const plan = pass(of, nodes, complete);
    expect(kinds(plan)).not.toContain('prepare-cluster');
    expect(plan.settled).toBe(false);
  });
});
