import { inKeepingOrder } from '../../../lambdas/domain/cluster/keeping-order.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import type { Situation } from '../../../lambdas/domain/cluster/step.ts';
import { healthySnapshot, node, start, zones } from '../../support/clusters.ts';

const [a, b, c] = zones as [string, string, string];
const slave = (ordinal: number, overrides: Partial<NodeRecord> = {}): NodeRecord =>
  node({ group: 'slaves', role: 'slave', ordinal, readyAt: start.toISOString(), zone: a, ...overrides });
const master = node({ group: 'masters', role: 'master', ordinal: 1 });

function order(nodes: readonly NodeRecord[], busy: readonly number[] = []): readonly number[] {
  const snapshot = healthySnapshot([master, ...nodes.filter(({ readyAt }) => readyAt !== undefined)]);
  const isBusy = (ip: string) => nodes.some(({ privateIp, ordinal }) => privateIp === ip && busy.includes(ordinal));
  const agents = snapshot.agents.map((agent) => ({ ...agent, tasks: isBusy(agent.ip) ? 1 : 0 }));
  return inKeepingOrder(nodes, { actual: { snapshot: { ...snapshot, agents } } } as Situation).map(
    ({ ordinal }) => ordinal,
  );
}

describe('inKeepingOrder', () => {
  it('keeps busy slaves before idle ones, these before what comes, and that before what leaves', () => {
    const { readyAt: _, ...young } = slave(1, { status: 'launched' });
    const { readyAt: __, ...started } = slave(2, { status: 'starting', commandId: 'c-1' });
    expect(order([young, started, slave(3, { status: 'draining' }), slave(4), slave(5)], [5])).toEqual([5, 4, 2, 1, 3]);
  });

  it('keeps those on their way out that still hold something before idle ones, unless they are told to stop', () => {
    const drain = { goal: 'removal', since: start.toISOString() } as const;
    const stopping = { commandId: 'c-2', at: start.toISOString() };
    const nodes = [
      slave(1, { status: 'draining', drain: { ...drain, stopping } }),
      slave(2, { status: 'draining', drain }),
      slave(3, { status: 'draining', drain }),
      slave(4),
      slave(5),
    ];
    expect(order(nodes, [1, 3, 5])).toEqual([5, 3, 4, 1, 2]);
  });

  it('keeps those that are powered off on purpose: they take places that are wanted for them', () => {
    expect(order([slave(1), slave(2, { status: 'stopped' })])).toEqual([2, 1]);
  });

  it('keeps the zones even', () => {
    const nodes = [
      ...[1, 2, 3].map((ordinal) => slave(ordinal)),
      slave(4, { zone: b }),
      slave(5, { zone: b }),
      slave(6, { zone: c }),
    ];
    expect(order(nodes)).toEqual([1, 4, 6, 2, 5, 3]);
    expect(order(nodes, [4, 5])).toEqual([4, 5, 1, 6, 2, 3]);
  });

  it('keeps spot before what costs more', () => {
    const spot = { market: 'spot' } as const;
    expect(order([slave(1), slave(2, { ...spot, zone: b }), slave(3, spot), slave(4, spot)])).toEqual([2, 3, 4, 1]);
  });
});
