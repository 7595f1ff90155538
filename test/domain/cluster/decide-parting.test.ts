import { type DecideInput, decide } from '../../../lambdas/domain/cluster/decide.ts';
import type { Progress } from '../../../lambdas/domain/cluster/records.ts';
import { at, desired, healthy, input, readyNodes, record } from '../../support/clusters.ts';

const nodes = readyNodes();
const claim = (name: string) => ({
  name,
  type: 'MARATHON' as const,
  tasks: [],
  waiting: false,
  at: at(0).toISOString(),
});
const workloads = { 'id-1': claim('web'), 'id-2': claim('pipeline') };

/** A pass over a cluster that is to be removed. */
function pass(seconds: number, progress: Partial<Progress> = {}, more: Partial<DecideInput> = {}) {
  const leaving = record({
    desired: desired({ presence: 'absent', forget: true }),
    progress: { launchSeq: 0, failures: {}, ...progress },
    workloads,
  });
  const status = 'DELETE_IN_PROGRESS' as const;
  return decide(input({ record: leaving, nodes, status, actual: healthy(nodes), now: at(seconds), ...more }));
}
const kinds = ({ decisions }: ReturnType<typeof pass>) => decisions.map(({ kind }) => kind);

describe('decide, for a cluster that is to be removed with workloads on it', () => {
  it('waits for them, at most two minutes', () => {
    const first = pass(0);
    expect([kinds(first), first.settled, first.nextCheckAt]).toEqual([[], false, at(10).toISOString()]);
    expect(first.progress.workloadsLeavingSince).toBe(at(0).toISOString());
    expect(kinds(pass(119, first.progress))).toEqual([]);
    const late = pass(120, first.progress);
    expect(kinds(late)).toEqual(['terminate-nodes']);
    expect(late.activity[0]).toEqual({
      level: 'warning',
      text: 'not waiting for the workloads web, pipeline to end: it takes too long',
    });
    expect(pass(130, late.progress).activity.filter(({ level }) => level === 'warning')).toEqual([]);
  });

  it('goes on at once when the last of them has ended', () => {
    const leaving = record({ desired: desired({ presence: 'absent', forget: true }), workloads: {} });
    expect(kinds(pass(5, {}, { record: leaving }))).toEqual(['terminate-nodes']);
  });

  it('does not wait when nothing is left that they could run on', () => {
    const gone = { ...healthy([]), instances: [] };
    expect(kinds(pass(5, {}, { nodes: [], actual: gone }))).toEqual(['clean-up-cluster']);
  });
});
