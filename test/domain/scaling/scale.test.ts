/** How many slaves elastic groups are to have. */
import { scale } from '../../../lambdas/domain/scaling/scale.ts';
import { at, desired } from '../../support/clusters.ts';
import {
  amounts,
  booting,
  conclude,
  elasticGroup,
  idle,
  lookAt,
  remembered,
  type Slave,
  slave,
  waiting,
  wantedIn,
} from './scaling-support.ts';

const state = { slaves: remembered(0) };

describe('an elastic group gets', () => {
  it('exactly as many slaves as alike tasks need, at once', () => {
    expect(wantedIn({ demand: [waiting({ count: 12, need: amounts(2) })], state })).toBe(6);
    expect(wantedIn({ demand: [waiting({ count: 13, need: amounts(2) })], state })).toBe(7);
    expect(wantedIn({ demand: [waiting({ count: 30, need: amounts(1.3) })], state })).toBe(10);
  });

  it('one for tasks that need next to nothing', () => {
    expect(wantedIn({ demand: [waiting({ count: 50, need: amounts(0, 0) })], state })).toBe(1);
  });

  it('those that hold anything, and what waits beyond the room that they have', () => {
    const slaves = [slave(amounts(3)), slave(amounts(1)), idle()];
    expect(wantedIn({ slaves, demand: [waiting({ count: 4 })], state })).toBe(2);
    expect(wantedIn({ slaves, demand: [waiting({ count: 5 })], state })).toBe(3);
  });

  it('no more while the slaves for it boot or wait for work', () => {
    const demand = [waiting({ count: 8 })];
    expect(wantedIn({ slaves: [booting(), booting()], demand })).toBe(2);
    expect(wantedIn({ slaves: [idle(), booting()], demand })).toBe(2);
    expect(wantedIn({ slaves: [idle(), idle(), idle()], demand, state })).toBe(2);
  });

  it('one more for a task that fits nowhere, however much room there is in all', () => {
    const slaves = Array.from({ length: 20 }, () => slave(amounts(3.5)));
    expect(wantedIn({ slaves, demand: [waiting({ need: amounts(0.6) })] })).toBe(21);
  });

  it('its least and at most its most', () => {
    const groups = [elasticGroup({ bounds: { min: 2, max: 5 } })];
    expect(wantedIn({ groups, state })).toBe(2);
    const seen = conclude({ groups, state, demand: [waiting({ id: '/big', count: 40 })] });
    expect(seen.groups.slaves?.wanted).toBe(5);
    expect(seen.changes).toEqual([
      'slaves: 0 → 5 slaves: 40 tasks need 40 cpu, a slave offers 4 cpu (10 would be needed, 5 is the most)',
    ]);
    expect(seen.obstacles).toEqual(['20 tasks of /big wait: they need more slaves than there may be: 5 of slaves']);
  });

  it('none at all if nothing waits and nothing runs', () => {
    expect(wantedIn({ slaves: [idle(), idle()], state })).toBe(0);
  });

  it('those that are powered off besides those that are needed', () => {
    const slaves = [slave(undefined, { status: 'stopped' }), slave(undefined, { status: 'stopping' })];
    expect(wantedIn({ slaves, demand: [waiting()], state })).toBe(3);
  });

  it('room for what is reserved, and for executors without tasks', () => {
    const reserving = { ...idle(), reserved: amounts(1) };
    const executing = slave(amounts(0.1, 32));
    const staging = { ...idle(), tasks: 1 };
    expect(wantedIn({ slaves: [reserving, executing, staging, idle()], state })).toBe(3);
  });

  it('what the target allocation asks for, of what runs and waits', () => {
    const slaves = [slave(amounts(4)), slave(amounts(4))];
    const world = { slaves, rules: { targetAllocation: 0.8 } };
    expect(wantedIn(world)).toBe(3);
    expect(wantedIn({ ...world, demand: [waiting({ count: 8, need: amounts(1) })] })).toBe(5);
    expect(conclude(world).changes).toEqual(['slaves: 2 → 3 slaves: at most 80 % of what slaves offer is to be held']);
    expect(wantedIn({ slaves })).toBe(2);
  });
});

describe('slaves that are kept free', () => {
  const kept = (world: Parameters<typeof wantedIn>[0], spareSlaves = 2) =>
    wantedIn({ state, ...world, rules: { spareSlaves } });

  it('are as many as the rule says beyond those that run or wait for something', () => {
    expect(kept({ slaves: [slave(amounts(4)), slave(amounts(4))] })).toBe(4);
    expect(kept({ demand: [waiting({ count: 8 })] })).toBe(4);
    expect(kept({ slaves: [slave(amounts(4))], demand: [waiting({ count: 8 })] })).toBe(5);
  });

  it('are told of', () => {
    const rules = { spareSlaves: 2 };
    expect(conclude({ state, rules, demand: [waiting({ count: 12, need: amounts(2) })] }).changes).toEqual([
      'slaves: 0 → 8 slaves: 12 tasks need 24 cpu, a slave offers 4 cpu, and room of 2 is kept free',
    ]);
    expect(conclude({ slaves: [slave(amounts(4))], rules }).changes).toEqual([
      'slaves: 1 → 3 slaves: 1 slave is in use, and room of 2 is kept free',
    ]);
    const groups = [elasticGroup({ bounds: { min: 0, max: 2 } })];
    expect(conclude({ groups, slaves: [slave(amounts(4))], rules }).changes).toEqual([
      'slaves: 1 → 2 slaves: 1 slave is in use, and room of 2 is kept free (3 would be needed, 2 is the most)',
    ]);
  });

  it('are none where nothing runs or waits', () => {
    expect(kept({ slaves: [idle(), idle()] })).toBe(0);
    expect(kept({ groups: [elasticGroup({ bounds: { min: 1, max: 9 } })] })).toBe(1);
  });

  it('are fewer by the room that busy slaves have left together, but not by what is reserved there', () => {
    const spread = [slave(amounts(1)), slave(amounts(1)), slave(amounts(2))];
    expect(kept({ slaves: spread })).toBe(3);
    expect(kept({ slaves: [...spread, idle()] })).toBe(3);
    expect(kept({ slaves: spread }, 2.5)).toBe(4);
    expect(kept({ slaves: spread.map((each) => ({ ...each, reserved: amounts(2) })) })).toBe(5);
  });

  it('are none before anybody knows what a slave offers', () => {
    const groups = [elasticGroup({ instanceTypes: ['x1.16xlarge'] })];
    expect(kept({ groups, demand: [waiting()], state: { slaves: remembered(0, { offers: {} }) } })).toBe(1);
  });

  it('are kept by each group that has work, and make no task go elsewhere', () => {
    const small = elasticGroup({ name: 'small', instanceTypes: ['m6i.large'], bounds: { min: 0, max: 3 } });
    const large = elasticGroup({ name: 'large', instanceTypes: ['g5.xlarge'], bounds: { min: 0, max: 5 } });
    const world = {
      groups: [large, small],
      state: {
        small: remembered(0, { offers: { 'm6i.large': amounts(2, 6000, 20_000) } }),
        large: remembered(0, { offers: { 'g5.xlarge': amounts(4, 12_000, 20_000) } }),
      },
      rules: { spareSlaves: 1 },
    };
    const wanted = (demand: ReturnType<typeof waiting>[]) => {
      const { groups } = conclude({ ...world, demand });
      return [groups.small?.wanted, groups.large?.wanted];
    };
    expect(wanted([waiting({ count: 4 })])).toEqual([3, 0]);
    expect(wanted([waiting({ count: 6 })])).toEqual([3, 0]);
    expect(wanted([waiting({ count: 2 }), waiting({ need: amounts(3) })])).toEqual([2, 2]);
  });
});

describe('slaves that do not count as there', () => {
  it.each([
    ['draining', { status: 'draining' as const }],
    ['terminating', { status: 'terminating' as const }],
    ['failed', { status: 'failed' as const }],
    ['taken back by EC2', { interrupted: at(1).toISOString() }],
  ])('are those that are %s, with the room that they have', (_, changes) => {
    expect(wantedIn({ slaves: [slave(amounts(1), changes)], demand: [waiting()], state })).toBe(1);
  });

  it('are, for their room, those that the master misses or that start again', () => {
    const missing = slave(amounts(1), { missingSince: at(900).toISOString() });
    expect(wantedIn({ slaves: [missing], demand: [waiting()], state })).toBe(2);
    const starting = slave(amounts(1), { status: 'starting' });
    expect(wantedIn({ slaves: [starting], demand: [waiting()], state })).toBe(2);
  });
});

describe('nothing changes', () => {
  const slaves = [slave(amounts(4)), idle()];
  const demand = [waiting({ count: 40 })];
  const kept = remembered(2, { peaks: [{ wanted: 3, until: at(0).toISOString() }], wanted: 3 });
  const withState = { slaves, demand, state: { slaves: kept } };
  const { snapshot: _, ...silent } = lookAt(withState);

  it.each([
    ['nobody answers', silent],
    ['there is no leader', { ...silent, snapshot: withoutLeader() }],
    ['nobody tells what waits', { ...silent, snapshot: withoutDemand() }],
  ])('while %s, even when a peak is over', (_name, look) => {
    const seen = scale(look);
    expect(seen.groups.slaves).toMatchObject({ wanted: 3, level: 2, peaks: kept.peaks });
    expect(seen).not.toHaveProperty('load');
    expect(seen).not.toHaveProperty('checkAt');
    expect(seen.changes).toEqual([]);
  });

  function withoutLeader() {
    const { leader: __, ...rest } = lookAt(withState).snapshot!;
    return rest;
  }
  function withoutDemand() {
    const { demand: __, ...rest } = lookAt(withState).snapshot!;
    return rest;
  }

  it('for slaves that were ready and that a partial report does not tell of', () => {
    const untold = Array.from({ length: 5 }, () => slave(undefined));
    const seen = conclude({ slaves: untold });
    expect(seen).toMatchObject({ groups: { slaves: { wanted: 5, level: 5, peaks: [] } }, changes: [] });
    expect(wantedIn({ slaves: untold, state: { slaves: remembered(3) } })).toBe(3);
    expect(wantedIn({ slaves: [...untold, slave(amounts(1))], state: { slaves: remembered(2) } })).toBe(2);
    expect(wantedIn({ slaves: untold, demand: [waiting({ count: 8 })] })).toBe(5);
    expect(wantedIn({ slaves: untold, demand: [waiting({ count: 40 })] })).toBe(10);
  });

  it('before the cluster was complete once, or when it is to go', () => {
    const empty = { groups: {}, changes: [], obstacles: [] };
    const look = lookAt(withState);
    const { completedAt: _completed, ...progress } = look.record.progress;
    expect(scale({ ...look, record: { ...look.record, progress } })).toEqual(empty);
    const absent = desired({ presence: 'absent', spec: look.record.desired.spec });
    expect(scale({ ...look, record: { ...look.record, desired: absent } })).toEqual(empty);
  });

  it('for groups of a fixed size, whose idle room is room', () => {
    const { bounds: __, ...fixed } = elasticGroup({ name: 'fixed', count: 2 });
    const groups = [fixed, elasticGroup()];
    const spare = [idle({ group: 'fixed' }), idle({ group: 'fixed' })];
    const seen = conclude({ groups, slaves: spare, state, demand: [waiting({ count: 9 })] });
    expect(Object.keys(seen.groups)).toEqual(['slaves']);
    expect(seen.groups.slaves?.wanted).toBe(1);
    expect(seen.load).toMatchObject({ slaves: 0, waiting: 9 });
  });
});

describe('an update', () => {
  it('that gives another count asks for so many at once, as load of that moment would', () => {
    const groups = [elasticGroup({ count: 5 })];
    const seen = conclude({ groups, slaves: [idle(), idle()] });
    expect(seen.groups.slaves).toMatchObject({ wanted: 5, asked: 5, level: 0 });
    expect(seen.changes).toEqual(['slaves: 2 → 5 slaves: the template asks for 5']);
    expect(seen.checkAt).toBe(at(1300).toISOString());
    const later = conclude({ groups, slaves: [idle(), idle()], state: seen.groups, seconds: 1301 });
    expect(later.groups.slaves?.wanted).toBe(0);
  });

  it('that gives a lower count ends what the load has asked for before, but not what it asks for now', () => {
    const busy = [slave(amounts(1)), slave(amounts(1)), idle(), idle()];
    const before = { slaves: remembered(4, { asked: 4 }) };
    const seen = conclude({ groups: [elasticGroup({ count: 1 })], slaves: busy, state: before });
    expect(seen.groups.slaves).toMatchObject({ wanted: 2, asked: 1, peaks: [] });
    expect(seen.changes).toEqual(['slaves: 4 → 2 slaves: the template asks for 1, 2 are needed']);
  });

  it('that changes the bounds counts at once, also while nobody can tell', () => {
    const slaves = [idle(), idle(), idle(), idle()];
    const world = (min: number, max: number) => lookAt({ groups: [elasticGroup({ bounds: { min, max } })], slaves });
    const lower = scale(world(0, 2));
    expect(lower.groups.slaves?.wanted).toBe(2);
    expect(lower.changes).toEqual(['slaves: 4 → 2 slaves: 2 is the most']);
    const { snapshot: _, ...silent } = world(6, 10);
    expect(scale(silent).changes).toEqual(['slaves: 4 → 6 slaves: 6 is the least']);
  });

  it('that makes a group elastic begins with the count of the template', () => {
    expect(wantedIn({ groups: [elasticGroup({ count: 3 })], slaves: [idle(), idle(), idle()], state: {} })).toBe(3);
  });
});

describe('what a slave offers', () => {
  const demand = [waiting({ count: 6 })];
  const unknown = elasticGroup({ instanceTypes: ['x1.16xlarge'] });

  it('is what Mesos has reported of its type, and is remembered without slaves', () => {
    const seen = conclude({ slaves: [slave(amounts(1))], state: { slaves: remembered(1, { offers: {} }) } });
    expect(seen.groups.slaves?.offers).toEqual({ 'm6i.xlarge': amounts(4, 8000, 20_000) });
    const groups = [elasticGroup({ instanceTypes: ['m6i.xlarge', 'm5.2xlarge'] })];
    expect(wantedIn({ groups, demand, state: seen.groups })).toBe(2);
  });

  it('is what the catalogue has of its smallest type before that', () => {
    const groups = [elasticGroup({ instanceTypes: ['m5.large', 'm5.xlarge'] })];
    const seen = conclude({ groups, demand, state: { slaves: remembered(0, { offers: {} }) } });
    expect(seen.changes).toEqual(['slaves: 0 → 3 slaves: 6 tasks need 6 cpu, a slave offers 2 cpu']);
  });

  it('is not known of some types before one is there, so one is launched', () => {
    const seen = conclude({ groups: [unknown], demand, state: { slaves: remembered(0, { offers: {} }) } });
    expect(seen.changes).toEqual([
      'slaves: 0 → 1 slave: 6 tasks need a slave, and what one offers is known only when it is there',
    ]);
    const world = { groups: [unknown], demand, state: seen.groups };
    expect(wantedIn({ ...world, slaves: [booting({ instanceType: 'x1.16xlarge' })] })).toBe(1);
    expect(wantedIn({ ...world, slaves: [idle({ instanceType: 'x1.16xlarge' })] })).toBe(2);
  });

  it('is doubted for a day if it is less than the catalogue has and only one slave says so', () => {
    const large = [waiting({ need: amounts(1, 12_000) })];
    const later = (slaves: Slave[], seconds: number) => {
      const { groups } = conclude({ slaves, state: { slaves: remembered(0, { offers: {} }) } });
      return conclude({ demand: large, state: groups, seconds });
    };
    expect(later([slave(amounts(1))], 80_000).obstacles).toEqual([
      expect.stringMatching(/each needs 11.7 GB, a slave of slaves offers 7.8 GB$/),
    ]);
    expect(later([slave(amounts(1))], 90_000).groups.slaves).toMatchObject({ level: 1, offers: {} });
    const several = [1, 2, 3].map(() => slave(amounts(1)));
    expect(later(several, 90_000).groups.slaves?.level).toBe(0);
  });

  it('is not doubted, or longer doubted, because fewer slaves say what several have said', () => {
    const conclusions = [3, 1, 0].reduce<ReturnType<typeof conclude>['groups']>(
      (groups, number) =>
        conclude({ slaves: Array.from({ length: number }, () => slave(amounts(1))), state: groups }).groups,
      { slaves: remembered(0, { offers: {} }) },
    );
    expect(conclusions.slaves).not.toHaveProperty('doubted');
    const odd = conclude({ slaves: [slave(amounts(1))], state: { slaves: remembered(1, { offers: {} }) } }).groups;
    const still = conclude({ slaves: [slave(amounts(1))], state: odd, seconds: 5000 }).groups;
    expect(still.slaves?.doubted).toEqual(odd.slaves?.doubted);
  });

  it('is forgotten when the group asks for other disks', () => {
    const { groups } = conclude({ slaves: [slave(amounts(1))] });
    const larger = [elasticGroup({ rootDiskGiB: 200 })];
    const disk = [waiting({ need: amounts(1, 100, 100_000) })];
    expect(wantedIn({ groups: larger, demand: disk, state: groups })).toBe(1);
  });
});

describe('of two groups', () => {
  const small = elasticGroup({ name: 'small', instanceTypes: ['m6i.large'], bounds: { min: 0, max: 3 } });
  const large = elasticGroup({ name: 'large', instanceTypes: ['g5.xlarge'], bounds: { min: 0, max: 5 } });
  const none = {
    small: remembered(0, { offers: { 'm6i.large': amounts(2, 6000, 20_000) } }),
    large: remembered(0, { offers: { 'g5.xlarge': amounts(4, 12_000, 20_000) } }),
  };
  const wanted = (demand: ReturnType<typeof waiting>[], groups = [large, small]) => {
    const seen = conclude({ groups, state: none, demand });
    return [seen.groups.small?.wanted, seen.groups.large?.wanted];
  };

  it('the cheaper one that fits grows', () => {
    expect(wanted([waiting({ count: 4 })])).toEqual([2, 0]);
    expect(wanted([waiting({ count: 2, need: amounts(3) })])).toEqual([0, 2]);
    expect(wanted([waiting({ count: 4 }), waiting({ count: 2, need: amounts(3) })])).toEqual([2, 2]);
  });

  it('spot counts as cheaper than the same on demand', () => {
    const spot = { ...large, preemptible: true, instanceTypes: ['m6i.xlarge'] };
    const same = { ...small, instanceTypes: ['m6i.xlarge'] };
    expect(wanted([waiting({ count: 4 })], [same, spot])).toEqual([0, 1]);
  });

  it('idle slaves that the least number of another group keeps are no room: nobody knows whether tasks start there', () => {
    const groups = [small, { ...large, bounds: { min: 1, max: 5 } }];
    const idleOne = idle({ group: 'large', instanceType: 'g5.xlarge' });
    const seen = conclude({ groups, state: none, demand: [waiting({ count: 4 })], slaves: [idleOne] });
    expect([seen.groups.small?.wanted, seen.groups.large?.wanted]).toEqual([2, 1]);
  });

  it('the other one takes what the cheaper one may not have', () => {
    expect(wanted([waiting({ count: 12 })])).toEqual([3, 2]);
    expect(wanted([waiting({ count: 100 })])).toEqual([3, 5]);
    const seen = conclude({ groups: [large, small], state: none, demand: [waiting({ id: '/all', count: 100 })] });
    expect(seen.obstacles).toEqual([
      '74 tasks of /all wait: they need more slaves than there may be: 3 of small, 5 of large',
    ]);
  });
});

describe('the load', () => {
  it('tells what is there, what waits, and what is missing or spare', () => {
    const slaves = [slave(amounts(1, 500)), idle(), booting()];
    const demand = [waiting({ count: 20, need: amounts(2, 500) }), waiting({ count: 3, backOffSeconds: 5 })];
    const groups = [elasticGroup({ bounds: { min: 0, max: 8 } })];
    expect(conclude({ groups, slaves, demand }).load).toEqual({
      slaves: 3,
      idle: 1,
      offered: amounts(8, 16_000, 40_000),
      allocated: amounts(1, 500),
      waiting: 20,
      pending: amounts(40, 10_000),
      unhelped: 3,
      missing: 5,
      spare: 0,
    });
  });

  it('counts slaves as spare when nothing needs them, and not as missing what launches will bring', () => {
    const launch = { token: 't', group: 'slaves', ordinals: [1, 2], offerings: [], decidedAt: at(0).toISOString() };
    const groups = [elasticGroup({ bounds: { min: 1, max: 9 } })];
    const spare = conclude({ groups, slaves: [idle(), idle(), idle()] });
    expect(spare.load).toMatchObject({ slaves: 3, missing: 0, spare: 2 });
    expect(spare.groups.slaves?.wanted).toBe(3);
    const coming = { ...lookAt({ groups, demand: [waiting({ count: 12 })], state }) };
    const launching = scale({ ...coming, record: { ...coming.record, launches: [launch] } });
    expect(launching.load).toMatchObject({ slaves: 2, missing: 1, spare: 0 });
  });
});
