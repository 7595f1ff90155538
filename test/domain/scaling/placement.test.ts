/** Whatever constraints tasks have: they come to run, or somebody is told why not. Never do they wait silently. */
import fc from 'fast-check';
import { countFitting, plus, remaining } from '../../../lambdas/domain/scaling/resources.ts';
import { isSatisfied } from '../../../local/nodes/software/marathon/constraints.ts';
import {
  amounts,
  conclude,
  elasticGroup,
  idle,
  offer,
  remembered,
  type Slave,
  slave,
  waiting,
} from './scaling-support.ts';

const allZones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

const anyConstraint = fc.constantFrom<string[][]>(
  ['hostname', 'GROUP_BY'],
  ['hostname', 'GROUP_BY', '3'],
  ['hostname', 'UNIQUE'],
  ['hostname', 'MAX_PER', '2'],
  ['hostname', 'CLUSTER'],
  ['zone', 'GROUP_BY'],
  ['zone', 'GROUP_BY', '2'],
  ['zone', 'GROUP_BY', '3'],
  ['zone', 'UNIQUE'],
  ['zone', 'MAX_PER', '3'],
  ['zone', 'CLUSTER'],
  ['zone', 'CLUSTER', 'eu-west-1b'],
  ['zone', 'LIKE', 'eu-west-1[bc]'],
  ['zone', 'UNLIKE', 'eu-west-1a'],
);

const anyWorld = fc.record({
  constraint: anyConstraint,
  count: fc.integer({ min: 1, max: 9 }),
  cpus: fc.constantFrom(0.5, 1, 1.5, 3),
  zones: fc.subarray(allZones, { minLength: 1 }),
  others: fc.array(fc.record({ zone: fc.constantFrom(...allZones), cpus: fc.integer({ min: 1, max: 8 }) }), {
    maxLength: 4,
  }),
});

/** Places each task, one after the other, on any slave that has room and that Marathon takes. */
function place(
  slaves: readonly Slave[],
  runs: readonly string[],
  task: { constraint: string[]; cpus: number },
  dice: () => number,
) {
  const need = amounts(task.cpus);
  const placeOf = ({ node }: Slave) => ({ host: node.privateIp!, attributes: { zone: node.zone } });
  const others = runs.map((host) => placeOf(slaves.find(({ node }) => node.privateIp === host)!));
  const open = slaves.filter(
    (each) =>
      countFitting(need, remaining(offer, each.used!)) > 0 && isSatisfied(task.constraint, placeOf(each), others),
  );
  const chosen = open[dice() % open.length];
  return chosen && { ...chosen, used: plus(chosen.used!, need) };
}

it('tasks run in the end, or what keeps them is told', () => {
  fc.assert(
    fc.property(anyWorld, fc.infiniteStream(fc.nat(1000)), ({ constraint, count, cpus, zones, others }, numbers) => {
      const dice = (): number => numbers.next().value ?? 0;
      const groups = [elasticGroup({ zones })];
      let slaves: Slave[] = others.map((each) => slave(amounts(each.cpus / 2), { zone: each.zone }));
      let [runs, isStuck]: [string[], boolean] = [[], false];
      while (runs.length < count && !isStuck) {
        const before = [slaves.length, runs.length].join();
        const demand = [
          waiting({ count: count - runs.length, need: amounts(cpus), constraints: [constraint], hosts: runs }),
        ];
        const seen = conclude({ groups, slaves, demand, state: { slaves: remembered(0) } });
        while (slaves.length < seen.groups.slaves!.wanted) {
          slaves = [...slaves, idle({ zone: zones[dice() % zones.length]! })];
        }
        for (let used = place(slaves, runs, { constraint, cpus }, dice); used && runs.length < count; ) {
          const { node } = used;
          slaves = slaves.map((each) => (each.node === node ? used! : each));
          runs = [...runs, node.privateIp!];
          used = place(slaves, runs, { constraint, cpus }, dice);
        }
        isStuck = [slaves.length, runs.length].join() === before;
        if (isStuck) expect(seen.obstacles).toHaveLength(1);
      }
    }),
    { numRuns: 500 },
  );
});
