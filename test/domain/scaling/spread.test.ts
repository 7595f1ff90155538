/** Tasks of which some run, and that are to be spread over what slaves share: what Marathon takes next, and whether slaves help. */
import type { WaitingTasks } from '../../../lambdas/contracts/gateway.ts';
import { amounts, conclude, elasticGroup, remembered, type Slave, slave, waiting } from './scaling-support.ts';

const [a, b] = ['eu-west-1a', 'eu-west-1b'];
const addressOf = ({ node }: Slave): string => node.privateIp!;
const full = (zone: string): Slave => slave(amounts(4), { zone });
const half = (zone: string): Slave => slave(amounts(2), { zone });

/** @param runs of the app: one slave for each of its tasks */
function judged(
  constraint: string[],
  slaves: readonly Slave[],
  runs: readonly Slave[],
  more: Partial<WaitingTasks> = {},
) {
  const { zones = [a, b], ...tasks } = more as Partial<WaitingTasks> & { zones?: string[] };
  const demand = [waiting({ id: '/app', constraints: [constraint], hosts: runs.map(addressOf), ...tasks })];
  const seen = conclude({
    groups: [elasticGroup({ zones })],
    slaves,
    demand,
    state: { slaves: remembered(slaves.length) },
  });
  return { more: seen.groups.slaves!.level! - slaves.length, obstacles: seen.obstacles };
}
const helped = (by: number) => ({ more: by, obstacles: [] });
const unhelped = (why: string) => ({ more: 0, obstacles: [`1 task of /app waits: ${why}`] });
const only = (constraint: string, zone: string) =>
  unhelped(
    `"${constraint}" takes ${zone} only, and a new slave may have eu-west-1a, eu-west-1b: ` +
      'a group that is placed in no other zone would do',
  );

describe('over zones', () => {
  it('one task each: a slave helps that can only come to a zone without one', () => {
    const one = half(a);
    expect(judged(['zone', 'UNIQUE'], [one], [one])).toEqual(only('zone UNIQUE', b));
    expect(judged(['zone', 'UNIQUE'], [one], [one], { zones: [b] } as object)).toEqual(helped(1));
    expect(judged(['zone', 'UNIQUE'], [one], [one], { zones: [a] } as object)).toEqual(
      unhelped('"zone UNIQUE" allows no more of them on a new slave: eu-west-1a'),
    );
  });

  it('so many each: those that every zone takes are helped', () => {
    const [one, other] = [full(a), full(b)];
    expect(judged(['zone', 'MAX_PER', '3'], [one, other], [one, other, one])).toEqual(helped(1));
    expect(judged(['zone', 'MAX_PER', '3'], [one, other], [one, one, one])).toEqual(only('zone MAX_PER 3', b));
  });

  it('evenly: a slave helps where every zone has as few as any', () => {
    const [one, other] = [full(a), full(b)];
    expect(judged(['zone', 'GROUP_BY'], [one], [one, one])).toEqual(helped(1));
    expect(judged(['zone', 'GROUP_BY'], [one, other], [one, other])).toEqual(helped(1));
    expect(judged(['zone', 'GROUP_BY'], [one, other], [one, one, other])).toEqual(only('zone GROUP_BY', b));
    expect(judged(['zone', 'GROUP_BY', '2'], [one], [one])).toEqual(only('zone GROUP_BY 2', b));
    expect(judged(['zone', 'GROUP_BY', '3'], [one, other], [one, other])).toEqual(
      unhelped('"zone GROUP_BY 3" allows no more of them on a new slave: eu-west-1a, eu-west-1b'),
    );
  });

  it('evenly: room in a zone that has more is none', () => {
    const [one, other] = [half(a), full(b)];
    const runs = [one, one, other];
    expect(judged(['zone', 'GROUP_BY'], [one, other], runs, { zones: [b] } as object)).toEqual(helped(1));
  });

  it('all in the same one: a slave helps that can only come to it', () => {
    const one = full(b);
    expect(judged(['zone', 'CLUSTER'], [one], [one])).toEqual(only('zone CLUSTER', b));
    expect(judged(['zone', 'CLUSTER'], [one], [one], { zones: [b] } as object)).toEqual(helped(1));
    const many = judged(['zone', 'CLUSTER'], [], [], { count: 5 });
    expect(many).toEqual({
      more: 1,
      obstacles: ['1 task of /app waits: their constraints allow 4 more, wherever new slaves come to be'],
    });
  });

  it('do not mix up apps that have the same constraints and run elsewhere', () => {
    const [one, other] = [half(a), half(b)];
    const apps = [one, other].map((there) => waiting({ constraints: [['zone', 'UNIQUE']], hosts: [addressOf(there)] }));
    const groups = [a, b].map((zone) => elasticGroup({ name: zone, zones: [zone] }));
    const slaves = [one, other].map(({ node, ...rest }) => ({ ...rest, node: { ...node, group: node.zone } }));
    const state = { [a]: remembered(1), [b]: remembered(1) };
    expect(conclude({ groups, slaves, demand: apps, state }).load).toMatchObject({ missing: 0, waiting: 2 });
  });
});

describe('evenly over slaves', () => {
  const byHost = ['hostname', 'GROUP_BY'];

  it('use the room of busy ones as long as none is full that has fewer', () => {
    const [one, other] = [half(a), half(a)];
    expect(judged(byHost, [one, other], [one, other], { count: 4 })).toEqual(helped(0));
    expect(judged(byHost, [one, other], [one], { count: 4 })).toEqual(helped(0));
    expect(judged(byHost, [one, other], [one, other], { count: 5 })).toEqual(helped(1));
  });

  it('need a new one when the one with fewest is full, whatever room others have', () => {
    const [one, other] = [half(a), full(a)];
    expect(judged(byHost, [one, other], [one, one, other])).toEqual(helped(1));
    expect(judged(byHost, [one, other], [one, other, other])).toEqual(helped(0));
  });

  it('need as many as they are to be spread over at least', () => {
    const one = half(a);
    expect(judged(['hostname', 'GROUP_BY', '3'], [one], [one])).toEqual(helped(1));
    expect(judged(['hostname', 'GROUP_BY', '3'], [one], [one], { count: 2 })).toEqual(helped(2));
    expect(judged(['hostname', 'GROUP_BY', '3'], [one, half(a)], [one], { count: 2 })).toEqual(helped(1));
  });
});
