import { clues, cluesBest, cluesDefaults, poll } from '../../bench/elasticity/clues.ts';
import { defaultRules, readyMasters } from '../../bench/elasticity/cluster.ts';
import { atEqualCost } from '../../bench/elasticity/compare.ts';
import { createEventQueue } from '../../bench/elasticity/event-queue.ts';
import { createMachines } from '../../bench/elasticity/machines.ts';
import { asBuilt, mesoscale, shortSince } from '../../bench/elasticity/mesoscale.ts';
import { elasticityOf, elasticSpeedup, quantile, scaleOutWaits } from '../../bench/elasticity/metrics.ts';
import { parseOptions } from '../../bench/elasticity/options.ts';
import { clairvoyant, instant } from '../../bench/elasticity/oracles.ts';
import { plotOf } from '../../bench/elasticity/plot.ts';
import { adapt, adaptIdleOnly, adaptStep, react, reactIdleOnly } from '../../bench/elasticity/rivals.ts';
import { playScaleIns } from '../../bench/elasticity/scale-ins.ts';
import { batchGraph, burstThenIdle, flashCrowd } from '../../bench/elasticity/shapes.ts';
import { type Run, simulate } from '../../bench/elasticity/simulate.ts';
import { parseTrace } from '../../bench/elasticity/trace.ts';
import { slavesBeyond, slavesFor, type TaskPlan, type Workload } from '../../bench/elasticity/workload.ts';
import { createWorld } from '../../bench/elasticity/world.ts';
import { RulesConfig } from '../../constructs/config.ts';
import { createRandom } from '../../local/random.ts';

const workload = (seconds: number, tasks: readonly Omit<TaskPlan, 'id'>[]): Workload => ({
  name: 'test',
  title: 'Test',
  seconds,
  tasks: tasks.map((task, id) => ({ ...task, id })),
});
/** Fills a slave. */
const whole = { cpus: 4, mem: 1000 };
const many = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

describe('the elasticity metrics', () => {
  // 10 s of 2 wanted and 1 there, 10 s of 2 and 2, 20 s of 2 and 5.
  const series = [
    { at: 0, demand: 2, supply: 1 },
    { at: 10, demand: 2, supply: 2 },
    { at: 20, demand: 2, supply: 5 },
  ];

  it('are those that one computes by hand', () => {
    expect(elasticityOf(series, 40)).toEqual({
      underAccuracy: 12.5,
      overAccuracy: 75,
      underShare: 25,
      overShare: 50,
      instability: 0,
    });
  });

  it('leave out what is after the end', () => {
    expect(elasticityOf(series, 10)).toMatchObject({ underAccuracy: 50, overAccuracy: 0, underShare: 100 });
  });

  it('count a minute as unstable when supply and demand move differently in it', () => {
    const moving = [
      { at: 0, demand: 1, supply: 1 },
      { at: 30, demand: 2, supply: 2 },
      { at: 90, demand: 3, supply: 2 },
      { at: 150, demand: 2, supply: 3 },
      { at: 240, demand: 2, supply: 3 },
    ];
    expect(elasticityOf(moving, 240).instability).toBe(50);
  });

  it('time every missing slave by itself, from demand to usable', () => {
    const waits = scaleOutWaits(
      [
        { at: 0, demand: 1, supply: 1 },
        { at: 10, demand: 3, supply: 1 },
        { at: 40, demand: 4, supply: 2 },
        { at: 70, demand: 4, supply: 4 },
      ],
      100,
    );
    expect(waits.toSorted((a, b) => a - b)).toEqual([30, 30, 60]);
  });

  it('forget a missing slave that nobody wants any more, and count one that never came until the end', () => {
    const gone = [
      { at: 0, demand: 2, supply: 1 },
      { at: 10, demand: 1, supply: 1 },
    ];
    expect(scaleOutWaits(gone, 100)).toEqual([]);
    expect(scaleOutWaits(gone.slice(0, 1), 100)).toEqual([100]);
  });

  it('compare policies by the geometric mean of four ratios', () => {
    const ours = { underAccuracy: 1, overAccuracy: 1, underShare: 1, overShare: 1, instability: 9 };
    expect(elasticSpeedup(ours, { ...ours, underAccuracy: 16 })).toBeCloseTo(2, 9);
    expect(elasticSpeedup(ours, ours)).toBe(1);
    expect(elasticSpeedup({ ...ours, underAccuracy: 0 }, { ...ours, underAccuracy: 0 })).toBe(1);
  });

  it('take the quantile of nothing for nothing', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([], 0.5)).toBe(0);
  });

  it('say since when demand is not met', () => {
    expect(shortSince(series.slice(0, 1))).toBe(0);
    expect(shortSince(series)).toBeUndefined();
  });
});

describe('a whitelist', () => {
  it('is read as it is then, not as it was when the reading was planned', () => {
    const queue = createEventQueue();
    const world = createWorld({ tasks: [] }, queue, createRandom(1));
    // The first reading is planned 5 s ahead, the second 1 s.
    const readings = [5, 1];
    const machines = createMachines({
      world,
      queue,
      draw: (step) => (step === 'whitelist' ? (readings.shift() ?? 0) : 0.5),
      way: () => ({ pending: 0, boot: 0, hello: 0, delivery: 0, start: 0, registration: 0 }),
      fidelity: { looksBeforeStop: true, stopGapSeconds: 1 },
      signal: () => undefined,
      hello: () => undefined,
    });
    const [master] = readyMasters({ masters: 1, bounds: { min: 0, max: 1 } });
    machines.add({
      node: master!,
      token: 'first',
      state: 'running',
      isOnline: true,
      isServing: true,
      written: new Set(),
      held: new Set(),
    });
    machines.cordon(master!.instanceId, ['10.0.8.1']);
    machines.cordon(master!.instanceId, []);
    queue.runUntil(10);
    expect([...(machines.all.get(master!.instanceId)?.held ?? [])]).toEqual([]);
  });
});

describe('demand in slaves', () => {
  it('is the most favourable packing, and at least the least number', () => {
    expect(slavesFor({ cpus: 0, mem: 0, big: 0 })).toBe(1);
    expect(slavesFor({ cpus: 8, mem: 0, big: 0 })).toBe(2);
    expect(slavesFor({ cpus: 8, mem: 30_000, big: 0 })).toBe(3);
    expect(slavesFor({ cpus: 9, mem: 0, big: 4 })).toBe(4);
  });

  it('is packed into the rooms that there are before more slaves are', () => {
    const waiting = [{ need: { cpus: 1, mem: 1000 }, count: 10 }];
    expect(slavesBeyond(waiting, [])).toBe(3);
    expect(slavesBeyond(waiting, [{ cpus: 4, mem: 14_000 }])).toBe(2);
    expect(slavesBeyond([{ need: { cpus: 5, mem: 1 }, count: 1 }], [])).toBe(0);
  });
});

describe('the simulated world', () => {
  it('lets events of the same time happen in their order', () => {
    const queue = createEventQueue();
    const seen: number[] = [];
    for (const number of [1, 2, 3]) queue.at(5, () => seen.push(number));
    queue.at(1, () => seen.push(0));
    queue.every(4, 2, () => seen.push(9));
    queue.runUntil(7);
    expect(seen).toEqual([0, 9, 1, 2, 3, 9]);
    expect(queue.now()).toBe(7);
  });

  it('has killed tasks begin anew, counts them once, and stops paying at the termination', () => {
    const queue = createEventQueue();
    const world = createWorld(workload(1000, [{ at: 0, ...whole, seconds: 100 }]), queue, createRandom(1));
    world.launch('a');
    world.register('a');
    queue.runUntil(50);
    expect(world.slaves.get('a')?.tasks.size).toBe(1);
    world.terminate('a');
    world.terminate('a');
    expect(world.tally).toEqual({ launches: 1, terminations: 1, busyKilled: 1, tasksKilled: 1 });
    expect(world.waiting()).toEqual([{ need: whole, count: 1 }]);
    world.launch('b');
    world.register('b');
    queue.runUntil(140);
    expect(world.slaves.get('b')?.tasks.size).toBe(1);
    queue.runUntil(160);
    expect(world.slaves.get('b')?.tasks.size).toBe(0);
    expect(world.slaveSeconds()).toBe(160);
  });

  it('counts work that was done: that of killed jobs is not, that of services is as long as they ran', () => {
    const workDone = (task: Pick<TaskPlan, 'seconds' | 'until'>): number => {
      const queue = createEventQueue();
      const world = createWorld(workload(1000, [{ at: 0, ...whole, cpus: 2, ...task }]), queue, createRandom(1));
      world.launch('a');
      world.register('a');
      queue.runUntil(41);
      world.terminate('a');
      queue.runUntil(100);
      return world.workDone();
    };
    expect(workDone({ seconds: 30 })).toBe(15);
    expect(workDone({ seconds: 300 })).toBe(0);
    expect(workDone({ until: 300 })).toBe(20);
  });

  it('places nothing on a slave that is offered to nobody', () => {
    const queue = createEventQueue();
    const world = createWorld(workload(100, [{ at: 5, ...whole, seconds: 10 }]), queue, createRandom(1));
    world.launch('a');
    world.register('a');
    world.setOffered('a', false);
    queue.runUntil(20);
    expect(world.waiting()).toHaveLength(1);
    world.setOffered('a', true);
    queue.runUntil(22);
    expect(world.waiting()).toHaveLength(0);
  });

  it('submits what comes after others when they have all ended', () => {
    const queue = createEventQueue();
    const tasks = [
      { at: 0, ...whole, seconds: 10 },
      { at: 0, ...whole, seconds: 10, after: [0] },
    ];
    const world = createWorld(workload(100, tasks), queue, createRandom(1));
    world.launch('a');
    world.register('a');
    queue.runUntil(5);
    expect(world.series.at(-1)?.demand).toBe(1);
    expect(world.waiting()).toHaveLength(0);
    queue.runUntil(30);
    expect(world.taskWaits()).toHaveLength(2);
    expect(world.load()).toBe(0);
  });

  it.each([flashCrowd, burstThenIdle, batchGraph])('draws the same load of the same seed: %p', (shape) => {
    expect(shape(createRandom('a'))).toEqual(shape(createRandom('a')));
    expect(shape(createRandom('a'))).not.toEqual(shape(createRandom('b')));
  });
});

describe('the policies', () => {
  it('follow the rules that a stack has by default', () => {
    expect(defaultRules).toEqual(RulesConfig.parse({}));
  });

  /** One slave's worth of tasks, and ten more at 100 s. */
  const burst = workload(7200, [{ at: 0, ...whole, seconds: 9000 }, ...many(10, { at: 100, ...whole, seconds: 9000 })]);

  it.each([mesoscale(asBuilt), clues(cluesDefaults), react, adapt, instant])(
    'give the same numbers of the same seed: $name',
    (policy) => {
      const short = { ...burst, seconds: 1500 };
      expect(simulate(policy, short, 3)).toEqual(simulate(policy, short, 3));
    },
  );

  it('have CLUES bring one slave after the other at its defaults, and all at once at its best', () => {
    const slow = simulate(clues(cluesDefaults), burst, 1).scaleOuts;
    expect(slow).toHaveLength(10);
    // Reconsidering, then ten updates of 120 to 300 s each.
    expect(Math.min(...slow)).toBeGreaterThan(60 + 120);
    expect(Math.max(...slow)).toBeGreaterThan(60 + 10 * 120);
    const quick = simulate(clues(cluesBest), burst, 1).scaleOuts;
    expect(new Set(quick).size).toBe(1);
    expect(Math.max(...quick)).toBeLessThan(300 + 30);
  });

  it('have CLUES remember since when a job waits, the oldest leaving first', () => {
    const need = { cpus: 1, mem: 1 };
    const first = poll([], [{ need, count: 2 }], 5);
    expect(poll(first, [{ need, count: 3 }], 10)).toEqual([{ need, since: [5, 5, 10] }]);
    expect(poll(poll(first, [{ need, count: 3 }], 10), [{ need, count: 1 }], 15)).toEqual([{ need, since: [10] }]);
  });

  it('have nobody usable sooner than the instant yardstick, and nobody late who knows the future', () => {
    const least = simulate(instant, burst, 1);
    const ours = simulate(mesoscale(asBuilt), burst, 1);
    expect(Math.max(...ours.scaleOuts)).toBeGreaterThanOrEqual(Math.max(...least.scaleOuts));
    expect(ours.tally.launches).toBe(11);
    expect(simulate(clairvoyant, burst, 1).scaleOuts).toEqual([]);
  });

  it('have React keep two slaves free and kill busy ones, unless it is told not to', () => {
    // Each of these has a slave of its own, which is half empty when the larger task beside it has ended.
    const spread = workload(1800, [
      ...many(12, { at: 0, cpus: 2.1, mem: 1000, seconds: 600 }),
      ...many(8, { at: 300, cpus: 1.9, mem: 1000, seconds: 9000 }),
    ]);
    expect(simulate(react, burst, 1).series.at(-1)?.supply).toBe(13);
    expect(simulate(react, spread, 1).tally.busyKilled).toBeGreaterThan(0);
    expect(simulate(reactIdleOnly, spread, 1).tally.busyKilled).toBe(0);
    expect(simulate(adaptIdleOnly, spread, 1).tally.busyKilled).toBe(0);
    expect(simulate(mesoscale(asBuilt), spread, 1).tally.busyKilled).toBe(0);
  });

  it('have Adapt grow at once and shrink slowly, never below two free', () => {
    const start = { repair: 0, looks: 0, capacitySum: 0 };
    expect(adaptStep(start, 10, 4).wanted).toBe(12);
    const shrink = adaptStep(start, 4, 20);
    expect(shrink.wanted).toBe(19);
    expect(adaptStep({ ...start, repair: -30 }, 4, 20).wanted).toBe(6);
  });

  describe('at equal cost', () => {
    const elasticity = { underAccuracy: 1, overAccuracy: 1, underShare: 1, overShare: 1, instability: 1 };
    const run = (slaveSeconds: number, underAccuracy: number, workDone = 100) =>
      ({ slaveSeconds, workDone, elasticity: { ...elasticity, underAccuracy } }) as Run;
    const setting = (spareSlaves: number) => ({ targetAllocation: 1, spareSlaves, scaleInSeconds: 0 });
    const tuned = [
      { setting: setting(0), runs: [run(90, 1)] },
      { setting: setting(1), runs: [run(101, 1 / 16)] },
      { setting: setting(2), runs: [run(110, 1 / 256)] },
    ];

    it('are compared with the best of what costs no more', () => {
      const best = atEqualCost(tuned, [run(100, 1)]);
      expect(best).toMatchObject({ setting: setting(1), costRatio: 1.01, isEqual: true });
      expect(best.speedups[0]).toBeCloseTo(2, 9);
    });

    it('save nothing by work that they leave undone', () => {
      expect(atEqualCost(tuned, [run(55, 1, 50)]).setting).toEqual(setting(2));
    });

    it('are compared with the cheapest where nothing is as cheap, which is told', () => {
      expect(atEqualCost(tuned, [run(50, 1)])).toMatchObject({ setting: setting(0), costRatio: 1.8, isEqual: false });
    });
  });
});

describe('scale-ins under bad reports', () => {
  it('kill no busy slave', () => {
    const { count, busyKilled, landed } = playScaleIns(150, 1);
    expect(count).toBeGreaterThanOrEqual(150);
    expect(landed).toBeGreaterThan(0);
    expect(busyKilled).toBe(0);
  });

  it.each(['no-hold', 'blind'] as const)('would kill some if they were broken: %s', (mutation) => {
    expect(playScaleIns(150, 1, mutation).busyKilled).toBeGreaterThan(0);
  });
});

describe('a trace', () => {
  it('is replayed in the order of its times', () => {
    const { tasks, seconds } = parseTrace(
      'time,tasks,cpus,mem,duration\n60,2,0.5,512,30\n\n0,1,1,1024,600\n',
      'my.csv',
    );
    expect(tasks.map(({ id, at, cpus }) => [id, at, cpus])).toEqual([
      [0, 0, 1],
      [1, 60, 0.5],
      [2, 60, 0.5],
    ]);
    expect(seconds).toBe(600 + 1800);
  });

  it.each([
    ['', 'my.csv, line 1: the head line must be time,tasks,cpus,mem,duration, not empty'],
    ['a,b', 'my.csv, line 1: the head line must be time,tasks,cpus,mem,duration, not a,b'],
    ['time,tasks,cpus,mem,duration', 'my.csv: there is no line besides the head line'],
    [
      'time,tasks,cpus,mem,duration\n1,2,3',
      'my.csv, line 2: 3 values, but there must be 5: time,tasks,cpus,mem,duration',
    ],
    ['time,tasks,cpus,mem,duration\n1,1.5,1,1,1', 'line 2: tasks must be a whole number from 1 to 10000, not "1.5"'],
    ['time,tasks,cpus,mem,duration\n1,1,9,1,1', 'line 2: cpus must be a number from 0.001 to 4, not "9"'],
    ['time,tasks,cpus,mem,duration\n1,1,1,,1', 'line 2: mem must be a number from 1 to 14000, not ""'],
  ])('that is wrong is told where: %j', (text, message) => {
    expect(() => parseTrace(text, 'my.csv')).toThrow(message);
  });
});

describe('the command', () => {
  it('takes its options, and says what is wrong with them', () => {
    expect(parseOptions([], ['diurnal'])).toEqual({ seeds: 5, scaleIns: 20_000, write: false });
    expect(parseOptions(['--shapes', 'diurnal', '--scale-ins', '0'], ['diurnal'])).toMatchObject({
      shapes: ['diurnal'],
      scaleIns: 0,
    });
    expect(parseOptions(['--help'], [])).toBeUndefined();
    expect(() => parseOptions(['--shapes', 'x'], ['diurnal'])).toThrow('--shapes takes diurnal, not x');
    expect(() => parseOptions(['--seeds', '0'], [])).toThrow('--seeds takes whole numbers from 1 to 100, not 0');
    expect(() => parseOptions(['--write', '--trace', 'x'], [])).toThrow('--write writes the page of all shapes');
  });

  it('draws steps: level until the time of the next', () => {
    const line = (steps: readonly (readonly [number, number])[]) => ({ name: 'a', colour: '#123456', width: 1, steps });
    const svg = plotOf('Title', 3600, line([[0, 0]]), [
      line([
        [0, 1],
        [1800, 2],
      ]),
    ]);
    expect(svg).toMatch(/d="M48 164H416V44H784"/);
    expect(svg).toContain('hours');
  });
});
