/** Fast out, slow in. */
import fc from 'fast-check';
import { fallsAt, type Steady, settle, withinBounds } from '../../../lambdas/domain/scaling/stabilize.ts';
import { at } from '../../support/clusters.ts';
import { amounts, conclude, elasticGroup, idle, remembered, slave, waiting } from './scaling-support.ts';

const scaleInSeconds = 300;
const steady = (wanted: number): Steady => ({ wanted, level: wanted, peaks: [] });

/** What is wanted after each of the looks. */
function play(
  looks: readonly (readonly [seconds: number, level: number])[],
  from: Steady = steady(0),
): readonly number[] {
  let state = from;
  return looks.map(([seconds, level]) => {
    state = settle(state, level, { now: at(seconds), scaleInSeconds });
    return state.wanted;
  });
}

describe('what is wanted', () => {
  it('rises at once, and falls when less has been enough for a while', () => {
    expect(
      play([
        [0, 7],
        [60, 7],
        [120, 3],
        [419, 3],
        [420, 3],
      ]),
    ).toEqual([7, 7, 7, 7, 3]);
  });

  it('was what it was until the look that finds less, however long ago the look before was', () => {
    expect(
      play([
        [0, 7],
        [9000, 3],
        [9299, 3],
        [9300, 3],
      ]),
    ).toEqual([7, 7, 7, 3]);
  });

  it('falls by steps as the load did', () => {
    expect(
      play([
        [0, 9],
        [100, 6],
        [200, 2],
        [399, 2],
        [400, 2],
        [499, 2],
        [500, 2],
      ]),
    ).toEqual([9, 9, 9, 9, 6, 6, 2]);
  });

  it('stays while the load comes back now and then', () => {
    const looks = Array.from({ length: 60 }, (_, index) => [index * 60, index % 5 === 0 ? 8 : 2] as const);
    expect(new Set(play(looks))).toEqual(new Set([8]));
  });

  it('falls at once where nobody is to wait', () => {
    expect(settle(steady(7), 3, { now: at(0), scaleInSeconds: 0 })).toEqual(steady(3));
  });

  it('is within new bounds at once', () => {
    const peaks = [{ wanted: 9, until: at(0).toISOString() }];
    expect(withinBounds({ wanted: 9, level: 5, peaks }, { min: 1, max: 7 })).toEqual({
      wanted: 7,
      level: 5,
      peaks: [{ wanted: 7, until: at(0).toISOString() }],
    });
    expect(withinBounds({ wanted: 9, level: 5, peaks }, { min: 1, max: 4 })).toEqual(steady(4));
    expect(withinBounds(steady(2), { min: 4, max: 9 })).toEqual(steady(4));
  });

  it('is to be looked at again when the highest peak is over', () => {
    const after = settle(steady(7), 3, { now: at(50), scaleInSeconds });
    expect(fallsAt(after, scaleInSeconds)).toBe(at(350).toISOString());
    expect(fallsAt(steady(3), scaleInSeconds)).toBeUndefined();
  });

  const anyLooks = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 50 })), { minLength: 1, maxLength: 80 })
    .map((steps) => {
      let seconds = 0;
      return steps.map(([pause, level]) => {
        seconds += pause;
        return [seconds, level] as const;
      });
    });

  it('is never less than the load asks for, nor than it has asked for in the while before', () => {
    fc.assert(
      fc.property(anyLooks, (looks) => {
        play(looks).forEach((wanted, index) => {
          const [now] = looks[index]!;
          const inForce = looks.filter(
            (_, other) => other <= index && (looks[other + 1]?.[0] ?? now) > now - scaleInSeconds,
          );
          expect(wanted).toBeGreaterThanOrEqual(Math.max(...inForce.map(([, level]) => level)));
        });
      }),
    );
  });

  it('is no more than the load has asked for in that while and a twentieth of it', () => {
    fc.assert(
      fc.property(anyLooks, (looks) => {
        play(looks).forEach((wanted, index) => {
          const since = looks[index]![0] - scaleInSeconds * 1.05;
          const asked = looks.filter((_, other) => other <= index && (looks[other + 1]?.[0] ?? since) >= since);
          expect(wanted).toBeLessThanOrEqual(Math.max(...asked.map(([, level]) => level)));
        });
      }),
    );
  });

  it('needs little memory, however often the load is looked at while it falls', () => {
    let state = steady(3000);
    for (let second = 0; second < 1000; second += 1) {
      state = settle(state, 2999 - second, { now: at(second), scaleInSeconds });
      expect(state.peaks.length).toBeLessThanOrEqual(22);
    }
    expect(state.wanted).toBeLessThan(2350);
  });
});

describe('a cluster', () => {
  it('keeps its slaves while they are needed now and then, and gives them back by one change when they are not', () => {
    const slaves = (busy: number) =>
      Array.from({ length: 7 }, (_, index) => (index < busy ? slave(amounts(1)) : idle()));
    const first = conclude({ slaves: slaves(7), seconds: 0 });
    const second = conclude({ slaves: slaves(3), state: first.groups, seconds: 60 });
    expect(second).toMatchObject({ groups: { slaves: { wanted: 7 } }, changes: [], checkAt: at(360).toISOString() });
    expect(second.load).toMatchObject({ spare: 4, missing: 0 });
    const third = conclude({ slaves: slaves(3), state: second.groups, seconds: 360 });
    expect(third.groups.slaves?.wanted).toBe(3);
    expect(third.changes).toEqual(['slaves: 7 → 3 slaves: 4 of 7 have not been needed for 300 s']);
    expect(third).not.toHaveProperty('checkAt');
  });

  it('does not change its number more than a few times in an hour of noise around constant load', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 28, max: 36 }), { minLength: 60, maxLength: 60 }), (loads) => {
        let state = { slaves: remembered(9) };
        let changes = 0;
        loads.forEach((tasks, minute) => {
          const seen = conclude({ demand: [waiting({ count: tasks })], state, seconds: minute * 60 });
          changes += seen.changes.length;
          state = { slaves: seen.groups.slaves! };
        });
        // Of three levels, each is left for a lower one only after five minutes without it.
        expect(changes).toBeLessThanOrEqual(22);
        expect(state.slaves.wanted).toBeGreaterThanOrEqual(7);
        expect(state.slaves.wanted).toBeLessThanOrEqual(9);
      }),
      { numRuns: 20 },
    );
  });

  it('gets no other number from what it has got', () => {
    const demand = [waiting({ count: 9 }), waiting({ count: 2, need: amounts(3) })];
    const groups = [elasticGroup({ bounds: { min: 1, max: 20 } })];
    const first = conclude({ groups, demand, state: { slaves: remembered(0) } });
    const { wanted } = first.groups.slaves!;
    const fresh = Array.from({ length: wanted }, () => idle());
    expect(conclude({ groups, slaves: fresh, demand, state: first.groups }).changes).toEqual([]);
  });
});
