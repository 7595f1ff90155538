/** The fewest slaves that tasks need: lower bounds of the optimal packing. */
import fc from 'fast-check';
import { type Family, fewestSlaves, type Kind, type Room } from '../../../lambdas/domain/scaling/fewest.ts';
import { countFitting, remaining, resourceNames, times } from '../../../lambdas/domain/scaling/resources.ts';
import type { Resources } from '../../../lambdas/domain/scaling/scaling.ts';
import { amounts } from './scaling-support.ts';

const offer = amounts(4, 8000, 10_000, 2);
const family = (kinds: readonly Kind[], rooms: readonly Room[] = [], perSlave = Number.POSITIVE_INFINITY): Family => ({
  kinds,
  perSlave,
  rooms: () => rooms,
});
const fewest = (kinds: readonly Kind[], rooms: readonly Room[] = [], perSlave?: number): number =>
  fewestSlaves(offer, [family(kinds, rooms, perSlave)]);
const room = (free: Resources, atMost = Number.POSITIVE_INFINITY): Room => ({ free, count: 1, atMost });

/** What each task needs, of what fits into one slave; sizes that are parts of it are frequent, as in life. */
const anyNeed = fc.record({
  cpus: fc.oneof(
    fc.integer({ min: 0, max: 40 }).map((tenths) => tenths / 10),
    fc.constantFrom(4 / 3, 0.8, 4 / 7),
  ),
  mem: fc.oneof(fc.integer({ min: 0, max: 8000 }), fc.constantFrom(2000, 4000)),
  disk: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 })),
  gpus: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 })),
});
const anyKind = fc.record({ need: anyNeed, count: fc.integer({ min: 1, max: 12 }) });
const anyKinds = fc.array(anyKind, { maxLength: 6 });
/** Also of slaves that are larger than fresh ones, and exact parts of those. */
const anyFree = fc.oneof(
  anyNeed,
  anyNeed.map((free) => times(free, 3)),
  fc.integer({ min: 1, max: 9 }).map((thirds) => times(offer, thirds / 3)),
  fc.integer({ min: 1, max: 9 }).map((quarters) => times(offer, quarters / 4)),
);
const anyRooms = fc.array(
  anyFree.map((free) => room(free)),
  { maxLength: 6 },
);

/** First fit, largest first: what an optimal packing needs at most. */
function firstFit(kinds: readonly Kind[], rooms: readonly Room[]): number {
  const slaves = rooms.flatMap(({ free, count }) => Array.from({ length: count }, () => free));
  const share = (need: Resources) => Math.max(...resourceNames.map((name) => need[name] / offer[name]));
  const tasks = kinds.flatMap(({ need, count }) => Array.from({ length: count }, () => need));
  let added = 0;
  for (const task of tasks.sort((a, b) => share(b) - share(a))) {
    let index = slaves.findIndex((free) => countFitting(task, free) > 0);
    if (index < 0) {
      added += 1;
      index = slaves.push(offer) - 1;
    }
    slaves[index] = remaining(slaves[index]!, task);
  }
  return added;
}

describe('fewestSlaves', () => {
  it.each([
    [amounts(2), 12, 6],
    [amounts(1), 13, 4],
    [amounts(4 / 3, 100), 7, 3],
    [amounts(0.1, 100), 40, 1],
    [amounts(0.1, 100), 41, 2],
    [amounts(0.7, 100), 11, 3],
    [amounts(0, 8000), 5, 5],
    [amounts(1, 100, 0, 1), 5, 3],
    [amounts(0, 0), 7, 1],
  ])('%o, %i times, are %i slaves', (need, count, slaves) => {
    expect(fewest([{ need, count }])).toBe(slaves);
  });

  it('are none for nothing, and none if all has room', () => {
    expect(fewest([])).toBe(0);
    expect(fewest([{ need: amounts(1), count: 3 }], [room(amounts(2, 500)), room(amounts(1.5))])).toBe(0);
  });

  it('count room for whole tasks only', () => {
    const slivers = { free: amounts(0.9, 8000), count: 100, atMost: Number.POSITIVE_INFINITY };
    expect(fewest([{ need: amounts(1), count: 20 }], [slivers])).toBe(5);
    const various = Array.from({ length: 20 }, (_, index) => ({ need: amounts(1 + index / 1000), count: 1 }));
    expect(fewest(various, [slivers])).toBe(7);
  });

  it('do not fall because of a small task, which has room where the others have none', () => {
    const kinds = Array.from({ length: 10 }, (_, index) => ({
      need: amounts(2.24 + index / 1000, 200 - index),
      count: 1,
    }));
    const rooms = [{ free: amounts(2.1, 8000), count: 10, atMost: Number.POSITIVE_INFINITY }];
    expect(fewest(kinds, rooms)).toBe(10);
    expect(fewest([...kinds, { need: amounts(0.1), count: 1 }], rooms)).toBe(10);
  });

  it.each([
    [[amounts(2, 0), 4], amounts(8, 0)],
    [[amounts(2, 0), 1], amounts(2, 0)],
    [[amounts(3.5, 0), 2], amounts(7, 0)],
  ] as const)('are none for %o where there is room of %o, also beside other tasks', ([need, count], free) => {
    const small = { need: amounts(0.001, 0), count: 1 };
    const elsewhere = room(amounts(0.002, 0));
    expect(fewest([{ need, count }, small], [room(free), elsewhere])).toBe(0);
  });

  it('are one each for tasks of more than half a slave, of whatever resource', () => {
    const kinds = [
      { need: amounts(2.5), count: 3 },
      { need: amounts(2.2), count: 2 },
    ];
    expect(fewest(kinds)).toBe(5);
    expect(fewest([...kinds, { need: amounts(1.4), count: 5 }])).toBe(5);
    expect(fewest([...kinds, { need: amounts(1.6), count: 5 }])).toBe(7);
  });

  it('are as many as there are tasks that may not share one, but for slaves that have none yet', () => {
    const kinds = [{ need: amounts(0.1), count: 5 }];
    expect(fewest(kinds, [], 1)).toBe(5);
    expect(fewest(kinds, [], 2)).toBe(3);
    expect(fewest(kinds, [room(amounts(1), 1), room(amounts(1), 1)], 1)).toBe(3);
  });

  it('are exactly those that alike tasks need', () => {
    fc.assert(
      fc.property(anyKind, anyRooms, ({ need, count }, rooms) => {
        const left = Math.max(0, count - rooms.reduce((sum, { free }) => sum + countFitting(need, free), 0));
        expect(fewest([{ need, count }], rooms)).toBe(Math.ceil(left / countFitting(need, offer)));
      }),
    );
  });

  it('are never more than a packing needs', () => {
    fc.assert(
      fc.property(anyKinds, anyRooms, (kinds, rooms) => {
        expect(fewest(kinds, rooms)).toBeLessThanOrEqual(firstFit(kinds, rooms));
      }),
    );
  });

  it('are never fewer for more tasks', () => {
    fc.assert(
      fc.property(anyKinds, anyKinds, anyRooms, (kinds, more, rooms) => {
        expect(fewest([...kinds, ...more], rooms)).toBeGreaterThanOrEqual(fewest(kinds, rooms));
      }),
    );
  });

  it('are never fewer for larger tasks that run on fresh slaves only', () => {
    const grown = fc.array(fc.tuple(anyKind, anyNeed), { maxLength: 6 });
    fc.assert(
      fc.property(grown, (pairs) => {
        const larger = pairs.map(([{ need, count }, least]) => ({
          need: Object.fromEntries(resourceNames.map((n) => [n, Math.max(need[n], least[n])])) as unknown as Resources,
          count,
        }));
        expect(fewest(larger)).toBeGreaterThanOrEqual(fewest(pairs.map(([kind]) => kind)));
      }),
    );
  });

  it('are at least one while any task has no room, so that none waits for ever', () => {
    fc.assert(
      fc.property(anyKinds, anyKind, anyRooms, (kinds, { need }, rooms) => {
        const without = rooms.filter(({ free }) => countFitting(need, free) === 0);
        expect(fewest([...kinds, { need, count: 1 }], without)).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('are found among many tasks that are all different', () => {
    const kinds = Array.from({ length: 1000 }, (_, index) => ({
      need: amounts(0.1 + index / 500, 100 + (index % 97), index % 13),
      count: 1,
    }));
    const rooms = Array.from({ length: 500 }, (_, index) => room(amounts(index / 400, (index * 8) % 4001)));
    expect(fewest(kinds, rooms)).toBeGreaterThan(100);
  });
});
