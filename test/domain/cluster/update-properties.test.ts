import * as fc from 'fast-check';
import { isOutdated } from '../../../lambdas/domain/cluster/shape.ts';
import { type ClusterSpec, groupsOf, type SlaveGroup } from '../../../lambdas/domain/cluster/spec.ts';
import { at, desired, freshRecord, spec } from '../../support/clusters.ts';
import { World } from '../../support/world.ts';

const settings = { numRuns: 12, seed: 20260304 };
const types = [['m6i.large', 'm5.large'], ['c5.2xlarge'], ['m6i.large', 'c5.2xlarge']];
const wish = fc.record({
  slaves: fc.integer({ min: 0, max: 9 }),
  more: fc.integer({ min: 0, max: 3 }),
  loadBalancers: fc.integer({ min: 0, max: 2 }),
  size: fc.nat({ max: types.length - 1 }),
  masterDisk: fc.constantFrom(30, 60),
  disk: fc.constantFrom(30, 60),
  /** How many passes after the update before. */
  after: fc.integer({ min: 1, max: 60 }),
});
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;
const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 60 });
const kills = fc.array(fc.record({ pass: fc.integer({ min: 1, max: 80 }), which: fc.nat() }), { maxLength: 5 });

function specOf({ slaves, more, loadBalancers, size, masterDisk, disk }: Wish, masters: number): ClusterSpec {
  const of = spec({ masters, slaves: Math.max(1, slaves), loadBalancers });
  const group = { ...of.slaves[0]!, count: slaves, instanceTypes: types[size]!, rootDiskGiB: disk };
  const others: SlaveGroup[] = more > 0 ? [{ ...group, name: 'more', computeNode: 'more_server', count: more }] : [];
  return {
    ...of,
    masters: masters > 1 ? { ...of.masters, rootDiskGiB: masterDisk } : of.masters,
    slaves: [group, ...others],
  };
}

function made(wanted: ClusterSpec, luck: readonly number[]): World {
  const patient = desired({ spec: wanted, deadlineAt: at(10_000_000).toISOString() });
  const world = new World(freshRecord({ desired: patient }), luck[Symbol.iterator]());
  world.run(() => world.plans.at(-1)?.settled === true);
  return world;
}
const isSettled = ({ plans }: World): boolean => plans.at(-1)?.settled === true;

function expectAsWanted(world: World, wanted: ClusterSpec): void {
  expect([world.status, isSettled(world)]).toEqual(['UPDATE_COMPLETE', true]);
  for (const group of groupsOf(wanted)) {
    const own = world.nodes.filter(({ group: name }) => name === group.name);
    expect(own.map(({ status }) => status)).toEqual(Array(group.count).fill('ready'));
    expect(own.filter((node) => isOutdated(node, group))).toEqual([]);
  }
  const count = groupsOf(wanted).reduce((sum, group) => sum + group.count, 0);
  expect([world.alive().length, world.nodes.length]).toEqual([count, count]);
}

describe('decide, over updates', () => {
  it('makes what was last asked for of any cluster, whatever is lost on the way', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3),
        fc.array(wish, { minLength: 2, maxLength: 4 }),
        draws,
        kills,
        (masters, wishes, luck, losses) => {
          const specs = wishes.map((each) => specOf(each, masters));
          const world = made(specs[0]!, luck);
          if (world.status !== 'CREATE_COMPLETE') return;
          let last = specs[0]!;
          for (const [n, wanted] of specs.entries()) {
            if (n === 0 || !world.update(wanted)) continue;
            last = wanted;
            const begun = world.plans.length;
            world.run(() => {
              const passes = world.plans.length - begun;
              for (const { which } of losses.filter(({ pass }) => pass === passes)) {
                const alive = world.alive().filter(({ role }) => role !== 'master' || masters === 1);
                if (alive.length > 0) world.kill(alive[which % alive.length]!.instanceId);
              }
              return passes >= wishes[n]!.after && world.status !== 'UPDATE_IN_PROGRESS';
            }, 800);
          }
          const seen = world.plans.length;
          world.run(() => world.plans.length > seen && isSettled(world) && world.status === 'UPDATE_COMPLETE', 800);
          expectAsWanted(world, last);
        },
      ),
      settings,
    ));

  it('never leaves fewer serving slaves than both specifications want, nor fewer masters than a quorum', () =>
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 5), wish, wish, (masters, first, second) => {
        const [before, after] = [specOf(first, masters), specOf(second, masters)];
        const world = made(before, []);
        const least = (of: ClusterSpec, name: string) => of.slaves.find((group) => group.name === name)?.count ?? 0;
        world.update(after);
        const begun = world.plans.length;
        world.run(() => {
          for (const { name } of before.slaves) {
            const serving = world.nodes.filter(({ group, status }) => group === name && status === 'ready').length;
            expect(serving).toBeGreaterThanOrEqual(Math.min(least(before, name), least(after, name)));
          }
          const quorum = world.nodes.filter(({ role, status }) => role === 'master' && status === 'ready').length;
          expect(quorum).toBeGreaterThanOrEqual(Math.floor(masters / 2) + 1);
          return world.plans.length > begun && isSettled(world);
        }, 800);
        expectAsWanted(world, after);
      }),
      settings,
    ));
});
