import { type DecideInput, decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { FailureCount, Progress } from '../../../lambdas/domain/cluster/records.ts';
import { at, desired, readyNodes, record, rules, spec, start, subnets } from '../../support/clusters.ts';

const wanted = spec({ masters: 1, slaves: 1, loadBalancers: 0 });
const failure = (overrides: Partial<FailureCount> = {}): FailureCount => ({
  count: 2,
  lastAt: at(300).toISOString(),
  error: 'NotYetVisible',
  ...overrides,
});

/** A complete cluster that lacks its slave. */
function planWith(progress: Partial<Progress>, overrides: Partial<DecideInput> = {}) {
  const nodes = readyNodes(wanted).filter(({ role }) => role !== 'slave');
  return decide({
    record: record({
      desired: desired({ spec: wanted }),
      progress: {
        launchSeq: 3,
        failures: {},
        masterZones: ['eu-west-1a'],
        completedAt: start.toISOString(),
        ...progress,
      },
    }),
    status: 'CREATE_COMPLETE',
    nodes,
    actual: {
      instances: nodes.map(({ instanceId, role, group, instanceType, zone, market, launchedAt }) => ({
        ...{ instanceId, role, group, instanceType, zone, market, launchTime: launchedAt },
        state: 'running',
        launchToken: 'earlier',
      })),
      onlineInstanceIds: [],
      commands: [],
    },
    results: [],
    now: at(400),
    rules,
    subnets,
    ...overrides,
  });
}
const kindsWith = (...args: Parameters<typeof planWith>) => planWith(...args).decisions.map(({ kind }) => kind);

describe('a foundation in doubt', () => {
  it('is prepared again when launches fail again for something missing', () => {
    const plan = planWith({ failures: { 'launch/slaves/from-1': failure() } });
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'prepare-cluster', key: 'prepare', masterZones: ['eu-west-1a'] }),
    ]);
    expect(plan.activity.map(({ text }) => text).join()).toContain('what nodes stand on may be gone (NotYetVisible)');
    expect(plan.progress.repairedAt).toBe(at(400).toISOString());
  });

  it('is prepared again when a replacement is lost again', () => {
    const failures = { 'replace/slaves': failure({ error: 'NodeLost', message: 'did not come online' }) };
    expect(kindsWith({ failures })).toEqual(['prepare-cluster']);
  });

  it('is prepared again when something that is gone carries no tag that permits its use', () => {
    expect(kindsWith({ failures: { 'launch/masters/1': failure({ error: 'Forbidden' }) } })).toEqual([
      'prepare-cluster',
    ]);
  });

  it('fails creation only if it stays forbidden', () => {
    const creating = record({ desired: desired({ spec: wanted }) });
    const statusAfter = (count: number) => {
      const failures = { 'launch/masters/1': failure({ error: 'Forbidden', count }) };
      const input = { record: { ...creating, progress: { ...creating.progress, failures } } };
      return planWith({}, { ...input, status: 'CREATE_IN_PROGRESS' }).status?.value;
    };
    expect([statusAfter(3), statusAfter(4)]).toEqual([undefined, 'CREATE_FAILED']);
  });

  it('is prepared again when the virtual address is gone', () => {
    expect(kindsWith({ failures: { 'move-address': failure({ error: 'NotFound' }) } })).toEqual(['prepare-cluster']);
  });

  it.each([
    ['a first failure, for what is new is not seen at once', failure({ count: 1 })],
    ['lack of capacity', failure({ error: 'CapacityUnavailable' })],
    ['throttling', failure({ error: 'Throttled' })],
  ])('is not doubted by %s', (_, one) => {
    expect(kindsWith({ failures: { 'launch/slaves/from-1': one } })).toEqual(['launch-slaves']);
  });

  it('is prepared once per failure', () => {
    const failures = { 'launch/slaves/from-1': failure() };
    expect(kindsWith({ failures, repairedAt: at(350).toISOString() })).toEqual(['launch-slaves']);
    expect(kindsWith({ failures, repairedAt: at(250).toISOString() })).toEqual(['prepare-cluster']);
  });

  it('does not keep the loop from its work while preparing has to wait', () => {
    const failures = {
      'launch/slaves/from-1': failure(),
      prepare: failure({ count: 3, error: 'Throttled', lastAt: at(395).toISOString() }),
    };
    expect(kindsWith({ failures })).toEqual(['launch-slaves']);
  });

  it('is left alone when the cluster is to be removed', () => {
    const failures = { 'launch/slaves/from-1': failure() };
    const removed = record({ desired: desired({ spec: wanted, presence: 'absent', forget: true }) });
    const input = { record: { ...removed, progress: { ...removed.progress, failures } } };
    expect(kindsWith({}, { ...input, status: 'DELETE_IN_PROGRESS' })).toEqual(['terminate-nodes']);
  });
});
