/** Tasks that wait beside idle slaves which they would fit. */
import { needsLook } from '../../../lambdas/domain/cluster/needs-look.ts';
import { scale } from '../../../lambdas/domain/scaling/scale.ts';
import type { GroupScaling } from '../../../lambdas/domain/scaling/scaling.ts';
import { at } from '../../support/clusters.ts';
import {
  amounts,
  conclude,
  elasticGroup,
  idle,
  lookAt,
  remembered,
  slave,
  type World,
  waiting,
} from './scaling-support.ts';

const stuck = waiting({ id: '/odd', reasons: ['UnmatchedConstraint', 'InsufficientPorts', 'DeclinedScarceResources'] });
const beside = [idle()];
const start: Readonly<Record<string, GroupScaling>> = { slaves: remembered(1) };

/** Looks at these seconds, each remembering what the one before has concluded. */
function looks(seconds: readonly number[], world: (second: number) => World = () => ({})) {
  return seconds.reduce<ReturnType<typeof conclude>>(
    (before, second) =>
      conclude({ slaves: beside, demand: [stuck], ...world(second), seconds: second, state: before.groups }),
    { groups: start, changes: [], obstacles: [] },
  );
}
const level = (seen: ReturnType<typeof conclude>) => seen.groups.slaves?.level;
const fiveMinutes = [1000, 1100, 1200, 1300];

describe('tasks that do not start on an idle slave that they would fit', () => {
  it('count for five minutes, in which the loop looks again, and then no more', () => {
    const first = looks([1000]);
    expect([level(first), first.checkAt]).toEqual([1, at(1100).toISOString()]);
    expect(level(looks([1000, 1100, 1200, 1299, 1310]))).toBe(1);
    expect(level(looks([...fiveMinutes, 1310]))).toBe(0);
  });

  it('are told then, with what Marathon says', () => {
    const seen = looks([...fiveMinutes, 1310]);
    expect(seen.obstacles).toEqual([
      '1 task of /odd waits: they did not start on slaves of slaves that had room for them, and Marathon says ' +
        'InsufficientPorts, UnmatchedConstraint',
    ]);
    expect(seen.load).toMatchObject({ waiting: 0, unhelped: 1 });
    const mute = { ...stuck, reasons: [] };
    expect(looks([...fiveMinutes, 1310], () => ({ demand: [mute] })).obstacles[0]).toMatch(/does not say why$/);
  });

  it('do not count for an hour, with slaves or without, and then again', () => {
    const gone = (second: number): World => (second > 1310 ? { slaves: [] } : {});
    expect(level(looks([...fiveMinutes, 1310, 2000, 4890], gone))).toBe(0);
    expect(level(looks([...fiveMinutes, 1310, 2000, 4910], gone))).toBe(1);
  });

  it('count at once when the app is changed', () => {
    const mended = { ...stuck, need: amounts(2) };
    expect(level(looks([...fiveMinutes, 1310], (second) => (second > 1305 ? { demand: [mended] } : {})))).toBe(1);
  });

  it('count at once when some of them have started after all', () => {
    const four = { ...stuck, count: 4 };
    const some = (second: number): World => ({ demand: [second > 1305 ? { ...four, count: 2 } : four] });
    expect(level(looks([...fiveMinutes, 1310], some))).toBe(1);
    const few = (second: number): World => ({ demand: [second > 1150 ? { ...four, count: 2 } : four] });
    expect(level(looks([...fiveMinutes, 1310], few))).toBe(1);
  });

  it('count at once when the slave has taken something else', () => {
    const taken = slave(amounts(4));
    const world = (second: number): World => (second > 1305 ? { slaves: [{ ...taken, node: beside[0]!.node }] } : {});
    expect(level(looks([...fiveMinutes, 1310], world))).toBe(2);
  });

  it('are forgotten when they do not wait any more', () => {
    const started = looks([...fiveMinutes, 1310], (second) => (second === 1310 ? { demand: [] } : {}));
    expect(started.groups.slaves).not.toHaveProperty('standstills');
    const paused = looks([1000, 1100, 1200, 1250, 1300], (second) => (second === 1200 ? { demand: [] } : {}));
    expect(paused.groups.slaves?.standstills).toMatchObject([{ since: at(1250).toISOString() }]);
  });

  it('go on counting when another group may take them', () => {
    const groups = [elasticGroup(), elasticGroup({ name: 'more', instanceTypes: ['m6i.2xlarge'] })];
    const seen = looks([...fiveMinutes, 1310], () => ({ groups }));
    expect([level(seen), seen.groups.more?.level, seen.obstacles]).toEqual([0, 1, []]);
  });

  it('are remembered while nobody can tell, a hundred at most', () => {
    const many = Array.from({ length: 130 }, () => waiting());
    const seen = looks([1000], () => ({ demand: many }));
    expect(seen.groups.slaves?.standstills).toHaveLength(100);
    const { snapshot: _, ...silent } = lookAt({ slaves: beside, state: seen.groups, seconds: 1100 });
    expect(scale(silent).groups.slaves?.standstills).toEqual(seen.groups.slaves?.standstills);
  });

  it('wake the loop only when what counts changes', () => {
    const watched = looks([1000, 1100]);
    const wakes = (state: Readonly<Record<string, GroupScaling>>, second: number): boolean => {
      const look = lookAt({ slaves: beside, demand: [stuck], state, seconds: second });
      return needsLook(look.record, scale(look), at(second));
    };
    expect(wakes(watched.groups, 1160)).toBe(false);
    expect(wakes(looks(fiveMinutes).groups, 1310)).toBe(true);
    expect(looks([...fiveMinutes, 1310, 1700]).groups.slaves?.wanted).toBe(0);
  });
});

describe('nobody stands still', () => {
  const longer = [...fiveMinutes, 1310];
  it.each<[string, (second: number) => World]>([
    ['beside busy slaves', () => ({ slaves: [slave(amounts(1))] })],
    ['beside a slave that is too small', () => ({ demand: [{ ...stuck, need: amounts(3.9, 8001) }] })],
    ['where each look finds another slave idle', () => ({ slaves: [idle()] })],
    ['while it has failed', () => ({ demand: [{ ...stuck, backOffSeconds: 3 }] })],
    ['in Chronos, which may have started it in between', () => ({ demand: [{ ...stuck, scheduler: 'chronos' }] })],
  ])('%s', (_, world) => {
    expect(looks(longer, world).obstacles.filter((text) => text.includes('did not start'))).toEqual([]);
  });

  it('unless nobody looked for long in between', () => {
    expect(level(looks([1000, 1100, 1310]))).toBe(1);
  });
});
