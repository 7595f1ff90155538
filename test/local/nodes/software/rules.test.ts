import { ofCommand, ofImage } from '../../../../local/nodes/software/behaviours.ts';
import { following, formatSchedule, parseSchedule } from '../../../../local/nodes/software/chronos/schedule.ts';
import { createMaintenance } from '../../../../local/nodes/software/maintenance.ts';
import { constraintErrors, isSatisfied } from '../../../../local/nodes/software/marathon/constraints.ts';
import { absolutePath, idErrors } from '../../../../local/nodes/software/marathon/paths.ts';
import { nextChange, nextDelay } from '../../../../local/nodes/software/marathon/rolling.ts';

describe('ofCommand', () => {
  it.each([
    ['sleep 30', { runSeconds: 30 }],
    ['echo hello; sleep 5; exit 3', { runSeconds: 5, exitCode: 3 }],
    ['false', { runSeconds: 0, exitCode: 1 }],
    ['true', { runSeconds: 0 }],
    ['while true; do sleep 5; done', {}],
    ['/bin/run.sh', {}],
    [undefined, {}],
  ])('takes %s for what it does', (command, behaviour) => expect(ofCommand(command)).toEqual(behaviour));
});

describe('ofImage', () => {
  it.each([
    ['simulated/task:run-30.exit-1', { runSeconds: 30, exitCode: 1 }],
    ['registry.example/simulated/task:exit-2', { runSeconds: 1, exitCode: 2 }],
    ['simulated/task:pull-90.unhealthy', { pullSeconds: 90, unhealthy: true }],
    ['simulated/task:missing', { missingImage: true }],
    ['acme/task:exit-2', {}],
  ])('reads the words of %s', (image, behaviour) => expect(ofImage(image)).toEqual(behaviour));
});

describe('parseSchedule', () => {
  const now = Date.UTC(2026, 0, 31);
  const nextOf = (text: string) => {
    const schedule = parseSchedule(text, now)!;
    return formatSchedule(following(schedule), text);
  };

  it.each([
    ['R1//PT24H', 'R0/2026-02-01T00:00:00.000Z/PT24H'],
    ['R/2026-03-01T10:00:00Z/P1M', 'R/2026-04-01T10:00:00.000Z/P1M'],
    ['R5/2026-01-31T00:00:00Z/PT1H30M', 'R4/2026-01-31T01:30:00.000Z/PT1H30M'],
  ])('goes on from %s to %s', (text, next) => expect(nextOf(text)).toBe(next));
  it.each(['', 'R/', 'R1/yesterday/PT1H', 'R1//1H', 'R1//P', 'R1//PT'])('refuses %j', (text) =>
    expect(parseSchedule(text, now)).toBeUndefined(),
  );
});

describe('isSatisfied', () => {
  const place = (host: string, zone: string) => ({ host, attributes: { zone } });
  const others = [place('a', 'z1'), place('b', 'z1'), place('c', 'z2')];

  it.each([
    [['hostname', 'UNIQUE'], place('a', 'z1'), false],
    [['hostname', 'UNIQUE'], place('d', 'z1'), true],
    [['zone', 'CLUSTER', 'z2'], place('d', 'z1'), false],
    [['zone', 'GROUP_BY'], place('d', 'z1'), false],
    [['zone', 'GROUP_BY'], place('d', 'z2'), true],
    [['zone', 'GROUP_BY', '3'], place('d', 'z2'), false],
    [['zone', 'GROUP_BY', '3'], place('d', 'z3'), true],
    [['zone', 'LIKE', 'z[12]'], place('d', 'z3'), false],
    [['zone', 'UNLIKE', 'z[12]'], place('d', 'z3'), true],
    [['zone', 'MAX_PER', '2'], place('d', 'z1'), false],
    [['rack', 'LIKE', '.*'], place('d', 'z1'), false],
  ])('%j at %j is %s', (constraint, where, expected) => expect(isSatisfied(constraint, where, others)).toBe(expected));
  it.each([[['a', 'NEAR']], [['a', 'LIKE']], [['a', 'LIKE', '(']], [['a', 'MAX_PER', 'x']], [['a', 'UNIQUE', 'x']]])(
    'refuses %j',
    (constraint) => expect(constraintErrors(constraint)).toHaveLength(1),
  );
});

describe('nextChange', () => {
  const strategy = (minimumHealthCapacity: number, maximumOverCapacity: number) => ({
    minimumHealthCapacity,
    maximumOverCapacity,
  });
  it.each([
    ['starts all of a new app', { wanted: 3, fresh: 0, freshReady: 0, old: 0 }, strategy(1, 1), [3, 0, 0]],
    ['kills what is too much', { wanted: 1, fresh: 3, freshReady: 3, old: 0 }, strategy(1, 1), [0, 0, 2]],
    ['doubles before it kills', { wanted: 2, fresh: 0, freshReady: 0, old: 2 }, strategy(1, 1), [2, 0, 0]],
    ['kills one old for one that serves', { wanted: 2, fresh: 2, freshReady: 1, old: 2 }, strategy(1, 1), [0, 1, 0]],
    ['takes one more where none may be', { wanted: 2, fresh: 0, freshReady: 0, old: 2 }, strategy(1, 0), [1, 0, 0]],
    ['kills half first', { wanted: 4, fresh: 0, freshReady: 0, old: 4 }, strategy(0.5, 0), [2, 2, 0]],
  ])('%s', (_, instances, upgrade, [launch, killOld, killFresh]) =>
    expect(nextChange(instances, upgrade)).toEqual({ launch, killOld, killFresh }),
  );
});

describe('nextDelay', () => {
  const backoff = { backoffSeconds: 1, backoffFactor: 1.15, maxLaunchDelaySeconds: 3600 };
  it('grows by its factor, up to an hour', () => {
    expect(nextDelay(undefined, backoff)).toBe(1);
    expect(nextDelay(1, backoff)).toBe(1.15);
    expect(nextDelay(3599, backoff)).toBe(3600);
  });
});

describe('paths', () => {
  it('are absolute, or below their group', () => {
    expect(absolutePath('web', '/a')).toBe('/a/web');
    expect(absolutePath('../web/', '/a/b')).toBe('/a/web');
    expect(absolutePath('/web', '/a')).toBe('/web');
  });
  it.each(['/a/b-c.d', 'x1'])('takes %s', (id) => expect(idErrors(id)).toEqual([]));
  it.each(['/A', '/a_b', '/a/-b', 'b-'])('refuses %s', (id) => expect(idErrors(id)).toHaveLength(1));
});

describe('createMaintenance', () => {
  const machine = { hostname: '10.0.0.7', ip: '10.0.0.7' };
  const window = { machine_ids: [machine], unavailability: { start: { nanoseconds: 0 } } };

  it('brings down only what is scheduled, and ends by bringing it up', () => {
    const maintenance = createMaintenance();
    expect(maintenance.takeDown([machine])).toContain('not in DRAINING mode');
    expect(maintenance.schedule([window])).toBeUndefined();
    expect(maintenance.draining()).toEqual([machine]);
    expect(maintenance.takeDown([machine])).toBeUndefined();
    expect(maintenance.isDown('10.0.0.7')).toBe(true);
    expect(maintenance.schedule([])).toContain('cannot be removed');
    expect(maintenance.bringUp([machine])).toBeUndefined();
    expect(maintenance.windows()).toEqual([]);
  });
});
