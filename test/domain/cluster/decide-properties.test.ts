import * as fc from 'fast-check';
import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import { at, desired, freshRecord, input, spec } from '../../support/clusters.ts';
import { World } from '../../support/world.ts';

const settings = { numRuns: 60, seed: 20260303 };
const shape = fc.record({
  masters: fc.constantFrom(1, 3, 5),
  slaves: fc.integer({ min: 0, max: 12 }),
  loadBalancers: fc.integer({ min: 0, max: 2 }),
});
const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 60 });
const kills = fc.array(fc.record({ pass: fc.integer({ min: 1, max: 40 }), which: fc.nat() }), { maxLength: 6 });

function worldOf(counts: { masters: number; slaves: number; loadBalancers: number }, luck: readonly number[]): World {
  const patient = desired({ spec: spec(counts), deadlineAt: at(1_000_000).toISOString() });
  return new World(freshRecord({ desired: patient }), luck[Symbol.iterator]());
}

describe('decide, over many passes', () => {
  it('makes the cluster whatever is lost on the way, or fails it for a reason', () =>
    fc.assert(
      fc.property(shape, draws, kills, (counts, luck, losses) => {
        const world = worldOf(counts, luck);
        const settledOrFailed = () => world.plans.at(-1)?.settled === true;
        world.run(() => {
          if (settledOrFailed()) return true;
          for (const { which } of losses.filter(({ pass }) => pass === world.plans.length)) {
            const alive = world.alive();
            if (alive.length > 0) world.kill(alive[which % alive.length]!.instanceId);
          }
          return false;
        });
        expect(settledOrFailed()).toBe(true);
        const wanted = counts.masters + counts.slaves + counts.loadBalancers;
        if (world.status === 'CREATE_COMPLETE') expect(world.alive()).toHaveLength(wanted);
        else {
          expect(world.plans.some(({ status }) => status?.reason)).toBe(true);
          expect(world.alive()).toHaveLength(0);
        }
      }),
      settings,
    ));

  it('heals what dies after completion and leaves nothing after removal', () =>
    fc.assert(
      fc.property(shape, kills, fc.nat({ max: 60 }), (counts, losses, removeAt) => {
        const world = worldOf(counts, []);
        for (let count = 0; count < 60; count += 1) {
          for (const { which } of losses.filter(({ pass }) => pass === count)) {
            const alive = world.alive();
            if (alive.length > 0) world.kill(alive[which % alive.length]!.instanceId);
          }
          if (count === removeAt) break;
          world.run(() => world.plans.length > count, 1);
        }
        world.record = { ...world.record, desired: { ...world.record.desired, presence: 'absent', forget: true } };
        world.run(() => world.forgotten);
        expect(world.forgotten).toBe(true);
        expect(world.alive()).toEqual([]);
      }),
      settings,
    ));

  it('decides the same for the same input', () =>
    fc.assert(
      fc.property(shape, (counts) => {
        const same = input({ record: freshRecord({ desired: desired({ spec: spec(counts) }) }) });
        expect(decide(same)).toEqual(decide(same));
      }),
      { ...settings, numRuns: 10 },
    ));
});
