/** Which waiting tasks more slaves help, and why not the others. */
import type { WaitingTasks } from '../../../lambdas/contracts/gateway.ts';
import { amounts, conclude, elasticGroup, idle, remembered, slave, waiting, wantedIn } from './scaling-support.ts';

const state = { slaves: remembered(0) };
const groups = [elasticGroup({ preemptible: false, zones: ['eu-west-1a', 'eu-west-1b'] })];
const fresh = (tasks: Partial<WaitingTasks>): number | undefined =>
  wantedIn({ groups, state, demand: [waiting(tasks)] });
const obstacle = (tasks: Partial<WaitingTasks>): string | undefined =>
  conclude({ groups, state, demand: [waiting({ id: '/app', ...tasks })] }).obstacles[0];
const constrained = (...constraints: string[][]): Partial<WaitingTasks> => ({ constraints });

describe('no slave helps tasks', () => {
  it.each<[string, Partial<WaitingTasks>, string]>([
    ['that failed', { backOffSeconds: 3 }, 'they have failed and are tried again later, which is not for want of room'],
    ['whose volume is elsewhere', { resident: true }, 'they start only where their volume is'],
    ['that take reserved resources', { roles: ['db'] }, 'they take reserved resources only'],
    [
      'that are too large',
      { need: amounts(6, 9000) },
      'each needs 6 cpu and 8.8 GB, a slave of slaves offers 4 cpu and 7.8 GB',
    ],
    [
      'that need GPUs that there are not',
      { need: amounts(1, 10, 0, 1) },
      'each needs 1 gpu, a slave of slaves offers 0 gpus',
    ],
    [
      'of another rack',
      constrained(['rack', 'CLUSTER', 'a']),
      'slaves have no attribute rack, which "rack CLUSTER a" is about',
    ],
    [
      'of one address',
      constrained(['hostname', 'LIKE', '10\\.1\\.0\\.9']),
      '"hostname LIKE 10\\.1\\.0\\.9" names slaves that are there, no new one',
    ],
    [
      'of one slave',
      constrained(['hostname', 'CLUSTER', '10.0.0.1']),
      '"hostname CLUSTER 10.0.0.1" names slaves that are there, no new one',
    ],
    ['of another group', constrained(['group', 'IS', 'x']), '"group IS x" is not what a new slave has: slaves'],
    [
      'of other zones',
      constrained(['zone', 'LIKE', 'us-.*']),
      '"zone LIKE us-.*" is not what a new slave has: eu-west-1a, eu-west-1b',
    ],
    [
      'that want no slave',
      constrained(['lifecycle', 'UNLIKE', 'on-.*']),
      '"lifecycle UNLIKE on-.*" excludes every new slave: on-demand',
    ],
    ['whose number is none', constrained(['hostname', 'MAX_PER', 'x']), '"hostname MAX_PER x" lacks a number'],
    ['whose constraint lacks its value', constrained(['zone', 'LIKE']), '"zone LIKE" lacks its value'],
    [
      'whose operator is not known',
      constrained(['zone', 'NEAR', 'a']),
      '"zone NEAR a" is no constraint that is known here',
    ],
    [
      'that are to be with others',
      { constraints: [['hostname', 'CLUSTER']], hosts: ['10.1.0.1'] },
      'they are to be where the others of them run',
    ],
  ])('%s', (_, tasks, reason) => {
    expect(obstacle(tasks)).toBe(`1 task of /app waits: ${reason}`);
    expect(fresh(tasks)).toBe(0);
  });

  it('whose pattern cannot be used', () => {
    expect(obstacle(constrained(['zone', 'LIKE', '(?=a)']))).toMatch(/"zone LIKE \(\?=a\)" is no regular expression/);
  });

  it('beyond what their constraints allow', () => {
    const tasks = { count: 5, ...constrained(['zone', 'UNIQUE']) };
    expect(fresh(tasks)).toBe(1);
    expect(obstacle(tasks)).toBe(
      '4 tasks of /app wait: their constraints allow 1 more, wherever new slaves come to be',
    );
  });

  it.each([
    ['zone', 'CLUSTER', 'eu-west-1b'],
    ['zone', 'LIKE', '.*b'],
    ['zone', 'UNLIKE', '.*a'],
  ])('that want one of several zones, which nobody chooses for a slave: %s %s %s', (...constraint) => {
    const tasks = constrained(constraint);
    expect(fresh(tasks)).toBe(0);
    expect(obstacle(tasks)).toBe(
      `1 task of /app waits: "${constraint.join(' ')}" takes eu-west-1b only, and a new slave may have eu-west-1a, eu-west-1b: ` +
        'a group that is placed in no other zone would do',
    );
  });

  it('that want one market of two', () => {
    const spot = [elasticGroup({ preemptible: true })];
    const demand = [waiting({ id: '/app', ...constrained(['lifecycle', 'CLUSTER', 'spot']) })];
    const onDemand = [idle({ market: 'on-demand' })];
    expect(conclude({ groups: spot, state, slaves: onDemand, demand })).toMatchObject({
      groups: { slaves: { wanted: 0 } },
      obstacles: [
        '1 task of /app waits: "lifecycle CLUSTER spot" takes spot only, and a new slave may have spot, on-demand: ' +
          "a constraint on the slaves' group would do",
      ],
    });
  });
});

describe('fresh slaves help tasks', () => {
  it.each([
    [['hostname', 'UNIQUE'], 6],
    [['hostname', 'MAX_PER', '2'], 3],
    [['instance_id', 'UNIQUE'], 6],
    [['hostname', 'GROUP_BY'], 2],
    [['zone', 'GROUP_BY', '3'], 2],
    [['hostname', 'GROUP_BY', '4'], 4],
    [['hostname', 'GROUP_BY', '9'], 6],
    [['zone', 'MAX_PER', '5'], 2],
    [['group', 'MAX_PER', '5'], 2],
    [['hostname', 'CLUSTER'], 1],
    [['zone', 'CLUSTER'], 1],
    [['group', 'CLUSTER'], 2],
    [['group', 'CLUSTER', 'slaves'], 2],
    [['zone', 'LIKE', 'eu-west-1.*'], 2],
    [['@hostname', 'like', '10\\..*'], 2],
    [['hostname', 'UNLIKE', '10\\.1\\.0\\.1'], 2],
    [['rack', 'UNLIKE', 'a'], 2],
    [['instance_type', 'LIKE', 'm6i\\..*'], 2],
    [['lifecycle', 'IS', 'on-demand'], 2],
  ])('of %o: six tasks, %i slaves', (constraint, slaves) => {
    expect(fresh({ count: 6, constraints: [constraint] })).toBe(slaves);
  });

  it('that take unreserved resources among others', () => {
    expect(fresh({ roles: ['db', '*'] })).toBe(1);
  });

  it('of the group that can only be launched in the zone', () => {
    const inA = elasticGroup({ name: 'in-a', zones: ['eu-west-1a'] });
    const inB = elasticGroup({ name: 'in-b', zones: ['eu-west-1b'] });
    const demand = [waiting({ count: 4, ...constrained(['zone', 'EQUALS', 'eu-west-1b']) })];
    const { groups: wanted } = conclude({ groups: [inA, ...groups, inB], state: {}, demand });
    expect([wanted['in-a']?.wanted, wanted.slaves?.wanted, wanted['in-b']?.wanted]).toEqual([0, 0, 1]);
  });

  it('that each want a port of their slave for themselves', () => {
    expect(fresh({ count: 3, hostPorts: [31080] })).toBe(3);
    const rivals = [
      waiting({ hostPorts: [31080] }),
      waiting({ hostPorts: [31081, 31080] }),
      waiting({ hostPorts: [31081] }),
    ];
    expect(wantedIn({ groups, state, demand: rivals })).toBe(2);
  });
});

describe('room on busy slaves', () => {
  const busy = [slave(amounts(1)), slave(amounts(1))];
  const there = (tasks: Partial<WaitingTasks>, slaves = busy) =>
    wantedIn({ groups, state, slaves, demand: [waiting(tasks)] });

  it('is none where a task of them runs of which a slave takes one', () => {
    const hosts = busy.map(({ node }) => node.privateIp!);
    const unique = { count: 2, constraints: [['hostname', 'UNIQUE']] };
    expect(there(unique)).toBe(2);
    expect(there({ ...unique, hosts: hosts.slice(1) })).toBe(3);
    expect(there({ ...unique, hosts })).toBe(4);
    expect(there({ count: 4, constraints: [['hostname', 'MAX_PER', '2']], hosts })).toBe(3);
    expect(there({ hostPorts: [31081], hosts })).toBe(3);
  });

  it('is none on slaves that their constraints exclude', () => {
    expect(there(constrained(['hostname', 'UNLIKE', '10\\..*\\.250']))).toBe(2);
    const [first, second] = [slave(amounts(1), { zone: 'eu-west-1a' }), slave(amounts(1), { zone: 'eu-west-1b' })];
    const inA = { count: 4, constraints: [['zone', 'CLUSTER', 'eu-west-1a']] };
    const only = { groups: [elasticGroup({ zones: ['eu-west-1a'] })], state, slaves: [first, second] };
    expect(wantedIn({ ...only, demand: [waiting(inA)] })).toBe(3);
    expect(wantedIn({ ...only, demand: [waiting({ ...inA, count: 3 })] })).toBe(2);
  });

  it('is not what is reserved', () => {
    const reserving = { ...slave(amounts(1)), reserved: amounts(2) };
    expect(there({ need: amounts(2) }, [reserving])).toBe(2);
    expect(there({ need: amounts(1) }, [reserving])).toBe(1);
  });
});

it('obstacles are told by reason, most tasks first, and not all of many', () => {
  const many = Array.from({ length: 9 }, (_, index) =>
    waiting({ id: `/a${index}`, count: index + 1, constraints: [[`rack${index}`, 'UNIQUE']] }),
  );
  const failing = ['/y', '/x', '/y'].map((id) => waiting({ id, count: 10, backOffSeconds: 1 }));
  const { obstacles, load } = conclude({ groups, state, slaves: [idle()], demand: [...many, ...failing] });
  expect(obstacles).toHaveLength(5);
  expect(obstacles[0]).toMatch(/^30 tasks of \/x and 1 other wait: they have failed/);
  expect(obstacles[1]).toMatch(/^9 tasks of \/a8 wait/);
  expect(load).toMatchObject({ unhelped: 75, waiting: 0 });
});

it('what is told has bounds, whatever users write', () => {
  const long = 'x'.repeat(5000);
  const demand = [waiting({ id: `/${long}`, constraints: [[long, 'LIKE', long]] })];
  expect(conclude({ groups, state, demand }).obstacles[0]!.length).toBeLessThan(500);
});
