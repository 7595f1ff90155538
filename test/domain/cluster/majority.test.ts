import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import { findRebuild } from '../../../lambdas/domain/cluster/majority.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { at, desired, node, record, rules, spec, start, subnets } from '../../support/clusters.ts';

const readyAt = start.toISOString();
/** Masters of slots 1, 2, …: those that hold the cluster's state, and those that are new. */
const masters = (...statuses: ('survivor' | 'online' | 'launched' | 'starting')[]): NodeRecord[] =>
  statuses.map((status, index) =>
    status === 'survivor'
      ? node({ group: 'masters', role: 'master', ordinal: index + 1, readyAt })
      : node({ group: 'masters', role: 'master', ordinal: index + 1, status }),
  );

describe('findRebuild', () => {
  it('finds nothing to rebuild while a majority holds the state', () => {
    expect(findRebuild(masters('survivor', 'survivor', 'online'), 3)).toBeUndefined();
    expect(findRebuild(masters('survivor', 'survivor'), 3)).toBeUndefined();
    expect(findRebuild(masters('survivor'), 1)).toBeUndefined();
  });

  it.each([
    ['one is missing', masters('survivor', 'online')],
    ['one boots', masters('survivor', 'online', 'launched')],
    ['one starts', masters('survivor', 'starting', 'online')],
  ])('starts nobody while %s', (_, found) => {
    expect(findRebuild(found, 3)).toEqual({ start: [] });
  });

  it.each([
    [masters('online', 'survivor', 'online'), ['10.0.1.10', '10.0.0.10']],
    [masters('online', 'online', 'online', 'online', 'survivor'), ['10.0.4.10', '10.0.0.10', '10.0.1.10']],
    [masters('online', 'online', 'online', 'survivor', 'survivor'), ['10.0.3.10', '10.0.4.10', '10.0.0.10']],
  ])('lets the survivors and as many others begin as are a majority', (found, founders) => {
    const rebuild = findRebuild(found, found.length);
    expect(rebuild?.start).toEqual(found);
    expect(rebuild?.founders).toEqual(founders);
  });

  it('starts all together if nobody has anything that could be lost', () => {
    const found = masters('online', 'online', 'online');
    expect(findRebuild(found, 3)).toEqual({ start: found });
  });
});

describe('a complete cluster that has lost its majority', () => {
  const wanted = spec({ masters: 3, slaves: 0, loadBalancers: 0 });
  const planFor = (nodes: NodeRecord[], online: readonly NodeRecord[] = nodes) =>
    decide({
      record: record({
        desired: desired({ spec: wanted }),
        progress: { launchSeq: 3, failures: {}, completedAt: readyAt },
      }),
      status: 'CREATE_COMPLETE',
      nodes,
      actual: {
        instances: nodes.map(({ instanceId, role, group, instanceType, zone, market, launchedAt }) => ({
          ...{ instanceId, role, group, instanceType, zone, market, launchTime: launchedAt },
          state: 'running',
          launchToken: 'earlier',
        })),
        onlineInstanceIds: online.map(({ instanceId }) => instanceId),
        commands: [],
      },
      results: [],
      now: at(600),
      rules,
      subnets,
    });

  it('starts all masters with the founders named, and tells why', () => {
    const nodes = masters('online', 'survivor', 'online');
    const plan = planFor(nodes);
    expect(plan.decisions).toEqual([
      expect.objectContaining({
        kind: 'start-containers',
        instanceIds: nodes.map(({ instanceId }) => instanceId),
        founders: ['10.0.1.10', '10.0.0.10'],
      }),
    ]);
    expect(plan.activity.map(({ text }) => text).join()).toContain('their majority was lost');
  });

  it('replaces a new master that failed, for it holds nothing', () => {
    const [first, second, third] = masters('online', 'survivor', 'online') as [NodeRecord, NodeRecord, NodeRecord];
    const plan = planFor([{ ...first, status: 'failed', reason: 'no' }, second, third]);
    expect(plan.decisions).toEqual([
      expect.objectContaining({ kind: 'terminate-nodes', instanceIds: [first.instanceId] }),
    ]);
  });

  it('keeps a failed survivor', () => {
    const [first, second, third] = masters('online', 'survivor', 'online') as [NodeRecord, NodeRecord, NodeRecord];
    expect(planFor([first, { ...second, status: 'failed', reason: 'no' }, third]).decisions).toEqual([]);
  });
});
