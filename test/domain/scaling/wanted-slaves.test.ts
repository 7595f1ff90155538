/** Properties of how many slaves groups need, whatever waits and runs. */
import fc from 'fast-check';
import type { WaitingTasks } from '../../../lambdas/contracts/gateway.ts';
import type { SlaveGroup } from '../../../lambdas/domain/cluster/spec.ts';
import { countFitting, plus, remaining } from '../../../lambdas/domain/scaling/resources.ts';
import {
  amounts,
  conclude,
  elasticGroup,
  idle,
  offer,
  remembered,
  type Slave,
  slave,
  type World,
  waiting,
} from './scaling-support.ts';

const offers = {
  'm6i.large': amounts(2, 6000, 20_000),
  'm6i.xlarge': amounts(4, 8000, 20_000),
  'c5.xlarge': amounts(4, 3000, 20_000),
};
const types = Object.keys(offers) as (keyof typeof offers)[];

const anyGroups: fc.Arbitrary<readonly SlaveGroup[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...types),
      preemptible: fc.boolean(),
      min: fc.integer({ min: 0, max: 2 }),
      room: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((chosen) =>
    chosen.map(({ type, preemptible, min, room }, index) =>
      elasticGroup({ name: `g${index}`, instanceTypes: [type], preemptible, bounds: { min, max: min + room } }),
    ),
  );

/** With the numbers of the busy slaves on which others of the app run. */
type Tasks = Partial<WaitingTasks> & { readonly runs?: readonly number[] };

const anyTasks: fc.Arbitrary<Tasks> = fc.record({
  runs: fc.array(fc.nat(5), { maxLength: 4 }),
  count: fc.integer({ min: 1, max: 15 }),
  need: fc.record({
    cpus: fc.integer({ min: 1, max: 40 }).map((tenths) => tenths / 10),
    mem: fc.integer({ min: 10, max: 7000 }),
    disk: fc.constantFrom(0, 0, 3000),
    gpus: fc.constant(0),
  }),
  constraints: fc.constantFrom(
    [],
    [],
    [['hostname', 'UNIQUE']],
    [['hostname', 'MAX_PER', '2']],
    [['hostname', 'GROUP_BY']],
    [['hostname', 'GROUP_BY', '3']],
    [['zone', 'GROUP_BY']],
    [['zone', 'CLUSTER']],
    [['group', 'LIKE', 'g[01]']],
    [['zone', 'UNIQUE']],
    [['lifecycle', 'CLUSTER', 'spot']],
  ),
  hostPorts: fc.constantFrom([], [], [], [31_000]),
  backOffSeconds: fc.constantFrom(0, 0, 0, 5),
});

/** With apps of stable names, so that the same tasks are the same in two worlds. */
const named = (tasks: readonly Tasks[], prefix: string, { slaves = [] }: World = {}): WaitingTasks[] =>
  tasks.map(({ runs = [], ...each }, index) => {
    const hosts = runs.flatMap((number) => slaves[number]?.node.privateIp ?? []);
    return waiting({ ...each, id: `/${prefix}${index}`, hosts });
  });

const anySlaves = fc.array(
  fc.record({
    group: fc.integer({ min: 0, max: 2 }),
    cpus: fc.integer({ min: 0, max: 40 }),
    mem: fc.integer({ min: 0, max: 8000 }),
  }),
  { maxLength: 6 },
);

const anyRules = fc.record({
  targetAllocation: fc.constantFrom(1, 1, 0.7),
  spareSlaves: fc.constantFrom(0, 0, 0.5, 1, 3),
});

const anyWorld = fc.record({
  groups: anyGroups,
  tasks: fc.array(anyTasks, { maxLength: 5 }),
  busy: anySlaves,
  rules: anyRules,
});

function worldOf({
  groups,
  busy,
  rules,
}: {
  groups: readonly SlaveGroup[];
  busy: readonly { group: number; cpus: number; mem: number }[];
  rules: NonNullable<World['rules']>;
}): World {
  return {
    groups,
    rules,
    slaves: busy.map(({ group, cpus, mem }) => slave(amounts(cpus / 10, mem), { group: `g${group % groups.length}` })),
    state: Object.fromEntries(groups.map(({ name }) => [name, remembered(0, { offers })])),
  };
}

const withoutLeast = (group: SlaveGroup): SlaveGroup => ({ ...group, bounds: { min: 0, max: group.bounds?.max ?? 0 } });

const wantedIn = (world: World): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(conclude(world).groups).map(([name, { wanted }]) => [name, wanted]));

describe('the number of slaves', () => {
  it('is within bounds', () => {
    fc.assert(
      fc.property(anyWorld, (any) => {
        const world = worldOf(any);
        const wanted = wantedIn({ ...world, demand: named(any.tasks, 'a', world) });
        for (const { name, bounds } of any.groups) {
          expect(wanted[name]).toBeGreaterThanOrEqual(bounds!.min);
          expect(wanted[name]).toBeLessThanOrEqual(bounds!.max);
        }
      }),
    );
  });

  it('is in no group smaller when more waits', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(anyTasks, { maxLength: 4 }), fc.nat(9), (any, others, extra) => {
        const world = worldOf(any);
        const demand = named(any.tasks, 'a', world);
        const more = demand.map((tasks, index) => (index === 0 ? { ...tasks, count: tasks.count + extra } : tasks));
        const before = wantedIn({ ...world, demand });
        const after = wantedIn({ ...world, demand: [...named(others, 'b', world), ...more] });
        for (const { name } of any.groups) expect(after[name]).toBeGreaterThanOrEqual(before[name]!);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order in which tasks and groups are told', () => {
    fc.assert(
      fc.property(anyWorld, (any) => {
        const world = worldOf(any);
        const demand = named(any.tasks, 'a', world);
        const backwards = { ...world, groups: any.groups.toReversed(), demand: demand.toReversed() };
        expect(wantedIn(backwards)).toEqual(wantedIn({ ...world, demand }));
      }),
    );
  });

  it('stays when there are as many, more, or fewer idle slaves', () => {
    fc.assert(
      fc.property(anyWorld, fc.nat(5), (any, number) => {
        const plain = worldOf(any);
        const world = { ...plain, demand: named(any.tasks, 'a', plain) };
        const spare = Array.from({ length: number }, () => idle({ group: 'g0' }));
        expect(wantedIn({ ...world, slaves: [...world.slaves!, ...spare] })).toEqual(wantedIn(world));
      }),
    );
  });

  it('is at most so many more as the rule for slaves that are kept free says, and no more at all where nothing is needed', () => {
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 1, max: 4 }), (any, spareSlaves) => {
        const plain = worldOf(any);
        const world = { ...plain, rules: {}, demand: named(any.tasks, 'a', plain) };
        const [without, kept] = [wantedIn(world), wantedIn({ ...world, rules: { spareSlaves } })];
        const bare = wantedIn({ ...world, groups: any.groups.map(withoutLeast) });
        for (const { name } of any.groups) {
          expect(kept[name]).toBeGreaterThanOrEqual(without[name]!);
          expect(kept[name]).toBeLessThanOrEqual(without[name]! + spareSlaves);
          if (bare[name] === 0) expect(kept[name]).toBe(without[name]);
        }
      }),
    );
  });

  it('comes to be enough for all tasks, however they are placed, and falls only as they end', () => {
    const group = elasticGroup({ bounds: { min: 0, max: 100 } });
    fc.assert(
      fc.property(
        fc.array(anyTasks, { maxLength: 5 }),
        anyRules,
        fc.infiniteStream(fc.nat(1000)),
        (tasks, rules, dice) => {
          const simple = tasks.map(({ count = 1, need = amounts(1) }) => ({ count, need }));
          let [slaves, demand]: [Slave[], WaitingTasks[]] = [[], named(simple, 'a')];
          let [wanted, rounds] = [0, 0];
          while (demand.length > 0) {
            const seen = conclude({
              groups: [group],
              slaves,
              demand,
              rules,
              state: { slaves: remembered(0, { offers }) },
            });
            expect(seen.groups.slaves!.wanted).toBeGreaterThanOrEqual(
              wanted > 0 ? slaves.filter(isBusy).length + 1 : 1,
            );
            wanted = seen.groups.slaves!.wanted;
            slaves = [...slaves, ...Array.from({ length: Math.max(0, wanted - slaves.length) }, () => idle())];
            ({ slaves, demand } = placeAnywhere(slaves, demand, () => dice.next().value ?? 0));
            rounds += 1;
            expect(rounds).toBeLessThan(80);
          }
        },
      ),
    );
  });
});

const isBusy = ({ used }: Slave): boolean => used !== undefined && used.cpus > 0;

/** Each task on any slave that has room, as Mesos offers them in an order of its own. */
function placeAnywhere(slaves: readonly Slave[], demand: readonly WaitingTasks[], dice: () => number) {
  const placed = [...slaves];
  const left = demand.map((tasks) => {
    let { count } = tasks;
    for (; count > 0; count -= 1) {
      const fitting = placed.flatMap(({ used }, index) =>
        countFitting(tasks.need, remaining(offer, used ?? offer)) > 0 ? [index] : [],
      );
      const index = fitting[dice() % fitting.length];
      if (index === undefined) break;
      placed[index] = { ...placed[index]!, used: plus(placed[index]!.used!, tasks.need) };
    }
    return { ...tasks, count };
  });
  return { slaves: placed, demand: left.filter(({ count }) => count > 0) };
}
