/** Elastic groups in passes of the loop: how many slaves are launched and let go, and when. Agents offer 2 CPUs each. */
import { patience } from '../../../lambdas/domain/cluster/patience.ts';
import { preparationOf } from '../../../lambdas/domain/cluster/shape.ts';
import { at, rules } from '../../support/clusters.ts';
import { DrainPlay, decisionOf, told, waiting } from './drain-play.ts';
import { afterWindow, busy, draining, elastic, wanted } from './elastic-play.ts';

const { scaleInSeconds } = rules;
const none = { cpus: 0, mem: 0, disk: 0, gpus: 0 };

describe('scale-out', () => {
  it('is one decision and one launch, however many slaves, and says why', () => {
    const play = elastic(1, 1, 60);
    play.demand = [waiting(50)];
    const plan = play.pass();
    const launches = plan.decisions.filter(({ kind }) => kind === 'launch-slaves');
    expect(launches).toHaveLength(1);
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toHaveLength(49);
    expect(launches[0]?.reason).toMatch(
      /^launching 49 slaves of slaves \(50 wanted\): 1 → 50 slaves: 50 tasks need 100 cpu/,
    );
    expect(told(plan)).toMatch(/^slaves: 1 → 50 slaves: /);
  });

  it('adds only the difference while slaves boot', () => {
    const play = elastic(1, 1, 60);
    play.demand = [waiting(50)];
    play.boot(play.pass());
    expect(decisionOf(play.pass(5), 'launch-slaves')).toBeUndefined();
    play.demand = [waiting(52)];
    expect(decisionOf(play.pass(5), 'launch-slaves')?.ordinals).toEqual([51, 52]);
  });

  it('stops at the most that there may be, tells so once, and the run may end', () => {
    const play = elastic(2, 1, 3);
    busy(play, 1, 2);
    play.demand = [waiting(4)];
    const plan = play.pass();
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([3]);
    for (const { instanceId } of play.boot(plan))
      play.change(instanceId, { status: 'ready', readyAt: play.nodes[0]!.readyAt! });
    busy(play, 3);
    play.demand = [waiting(3)];
    const full = play.pass();
    play.publish();
    for (let passes = 0; passes < 3; passes += 1) expect(told(play.pass(scaleInSeconds))).toBe('');
    expect(wanted(play)).toBe(3);
    expect(`${told(plan)}\n${told(full)}`).toMatch(/wait/);
    expect(play.pass().settled).toBe(true);
  });

  it('takes back who is on the way out before it launches anybody', () => {
    const play = afterWindow(elastic(3, 1, 5));
    play.pass(5);
    expect(draining(play)).toEqual([2, 3]);
    play.demand = [waiting(4)];
    const plan = play.pass(5);
    expect(draining(play)).toEqual([]);
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([4]);
  });

  it('replaces what is lost', () => {
    const play = elastic(3, 1, 5);
    busy(play, 1, 2, 3);
    play.pass();
    play.states.set(play.slave(2).instanceId, 'terminated');
    expect(decisionOf(play.pass(5), 'launch-slaves')?.ordinals).toEqual([2]);
  });

  it('leaves groups that are not elastic alone', () => {
    const play = elastic(2, 1, 5);
    const [group] = play.record.desired.spec.slaves;
    const { bounds: _, ...fixed } = { ...group!, name: 'fixed', count: 0 };
    play.desire({ spec: { ...play.record.desired.spec, slaves: [group!, fixed] } });
    busy(play, 1, 2);
    play.demand = [waiting(1)];
    expect(play.pass().decisions.filter(({ kind }) => kind === 'launch-slaves')).toMatchObject([{ group: 'slaves' }]);
    expect(Object.keys(play.record.progress.scaling ?? {})).toEqual(['slaves']);
  });

  it('begins with what add-ons of a cluster that is being made wait for', () => {
    const play = elastic(1, 1, 5);
    const { completedAt: _, ...progress } = play.record.progress;
    play.status = 'CREATE_IN_PROGRESS';
    play.demand = [waiting(3)];
    play.record = { ...play.record, progress };
    expect(decisionOf(play.pass(), 'launch-slaves')).toBeUndefined();
    play.record = { ...play.record, progress: { ...progress, addOns: { spark: { deployed: 'f' } } } };
    expect(decisionOf(play.pass(), 'launch-slaves')?.ordinals).toEqual([2, 3]);
  });

  it('begins from no slave at all', () => {
    const play = elastic(1, 0, 5);
    const { spec } = play.record.desired;
    play.desire({ spec: { ...spec, slaves: spec.slaves.map((group) => ({ ...group, count: 0 })) } });
    play.nodes = play.nodes.filter(({ role }) => role !== 'slave');
    expect(play.pass().decisions.map(({ kind }) => kind)).not.toContain('launch-slaves');
    play.demand = [waiting(3)];
    expect(decisionOf(play.pass(60), 'launch-slaves')?.ordinals).toEqual([1, 2, 3]);
  });
});

describe('scale-in', () => {
  it('waits until fewer have been enough for long enough, while the run goes on', () => {
    const play = elastic(3, 1, 5);
    const first = play.pass();
    expect(first.settled).toBe(false);
    expect(play.pass(scaleInSeconds - 5).settled).toBe(false);
    expect(draining(play)).toEqual([]);
    const plan = play.pass(10);
    expect(draining(play)).toEqual([2, 3]);
    expect(told(plan)).toMatch(/^slaves: 3 → 1 slave: /);
    expect(told(plan)).toContain('draining slaves 3: it is idle and 1 of slaves are wanted');
  });

  it('looks again when a lower number comes to count', () => {
    const play = elastic(3, 1, 5);
    play.demand = [waiting(3)];
    play.pass();
    play.demand = [];
    const plan = play.pass();
    expect(Date.parse(plan.nextCheckAt) - Date.parse(play.record.desired.createdAt)).toBeLessThanOrEqual(
      (play.seconds + scaleInSeconds + 1) * 1000,
    );
  });

  it('takes idle slaves only, wherever they are', () => {
    const play = elastic(4, 1, 5);
    busy(play, 3, 4);
    afterWindow(play).pass(5);
    expect(draining(play)).toEqual([1, 2]);
  });

  it('leaves no slave where none is the least number', () => {
    const play = afterWindow(elastic(2, 0, 5));
    play.pass(5);
    expect(draining(play)).toEqual([1, 2]);
  });

  it.each([
    ['is busy with an executor only', { used: { ...none, mem: 32 } }],
    ['has resources reserved', { reserved: { ...none, disk: 1 } }],
    ['is not in the report', 'gone'],
    ['is not active', { active: false }],
  ] as const)('does not begin with one that %s', (_, agent) => {
    const play = elastic(2, 1, 5);
    busy(play, 1);
    play.agents.set(play.slave(2).privateIp!, agent);
    for (let waited = 0; waited <= scaleInSeconds; waited += 60) play.pass(60);
    expect(draining(play)).toEqual([]);
  });

  it.each(['silent', 'leaderless'] as const)('does not begin while the masters are %s', (view) => {
    const play = afterWindow(elastic(3, 1, 5));
    play.view = view;
    expect(play.pass(30).settled).toBe(false);
    expect(draining(play)).toEqual([]);
  });

  it('does not begin while nobody tells what waits', () => {
    const play = afterWindow(elastic(3, 1, 5));
    play.demand = undefined;
    play.pass(30);
    expect(draining(play)).toEqual([]);
  });

  it('gives up at once what was never started, and waits for what starts', () => {
    const play = elastic(1, 1, 5);
    busy(play, 1);
    play.demand = [waiting(2)];
    const [young, older] = play.boot(play.pass());
    play.change(older!.instanceId, { status: 'starting', commandId: 'c-1', startAttempts: 1 });
    play.demand = [];
    for (const { privateIp } of [young!, older!]) play.agents.set(privateIp!, 'gone');
    afterWindow(play).pass(5);
    const statusOf = (id: string) => play.nodes.find(({ instanceId }) => instanceId === id)?.status;
    expect([statusOf(young!.instanceId), statusOf(older!.instanceId)]).toEqual(['terminating', 'starting']);
  });

  it('ends with as many as are wanted, and settles', () => {
    const play = afterWindow(elastic(2, 1, 5));
    play.cordon(play.pass(5));
    play.pass();
    play.stopAgents(play.pass(patience.offerHold + 1), { status: 'succeeded' });
    play.pass();
    const leaving = play.slave(2);
    expect(leaving).toMatchObject({ status: 'terminating', reason: '1 of slaves are wanted' });
    play.states.set(leaving.instanceId, 'terminated');
    play.cordon(play.pass(60));
    play.pass();
    play.publish();
    expect(play.pass().settled).toBe(true);
  });
});

describe('an update of an elastic group', () => {
  const bounds = (play: DrainPlay, min: number, max: number, count?: number): void => {
    play.follow(min, max);
    const { spec, generation } = play.record.desired;
    const slaves = spec.slaves.map((group) => ({ ...group, count: count ?? group.count }));
    play.desire({ generation: generation + 1, spec: { ...spec, slaves } });
    play.status = 'UPDATE_IN_PROGRESS';
    const prepared = { ...play.record.foundation!, preparedFor: preparationOf(spec) };
    play.record = { ...play.record, foundation: prepared };
  };

  it('that lowers the most drains those beyond it, busy or not', () => {
    const play = elastic(4, 1, 5);
    busy(play, 1, 2, 3, 4);
    play.pass();
    bounds(play, 1, 3);
    const plan = play.pass();
    expect(draining(play)).toEqual([4]);
    expect(told(plan)).toContain('draining slaves 4: 3 of slaves are wanted');
    play.holdBack();
    expect(decisionOf(play.pass(patience.offerHold + 1), 'move-services')).toBeDefined();
  });

  it('that raises the least launches at once and waits for them', () => {
    const play = elastic(1, 1, 5);
    play.pass();
    bounds(play, 3, 5);
    const plan = play.pass();
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([2, 3]);
    expect(decisionOf(plan, 'publish-outputs')).toBeUndefined();
  });

  it('that gives another count has that many, and is complete with them', () => {
    const play = elastic(1, 1, 5);
    play.pass();
    bounds(play, 1, 5, 4);
    const plan = play.pass();
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([2, 3, 4]);
    expect(decisionOf(plan, 'publish-outputs')).toBeUndefined();
    play.boot(plan).forEach(({ instanceId }) => {
      play.change(instanceId, { status: 'ready', readyAt: play.nodes[0]!.readyAt! });
    });
    expect(decisionOf(play.pass(), 'publish-outputs')).toBeDefined();
  });

  it('is complete without slaves that only the load asks for, and does not fail for want of them', () => {
    const play = elastic(1, 1, 5);
    busy(play, 1);
    play.demand = [waiting(4)];
    play.pass();
    bounds(play, 1, 5);
    const key = 'launch/slaves/from-2';
    const failures = {
      'replace/slaves': { count: 20, lastAt: play.record.desired.createdAt, error: 'NodeLost' },
      [key]: { count: 20, lastAt: play.record.desired.createdAt, error: 'InvalidInput' },
    };
    const { generation } = play.record.desired;
    const repairedAt = at(play.seconds).toISOString();
    play.record = { ...play.record, progress: { ...play.record.progress, generation, failures, repairedAt } };
    const plan = play.pass();
    expect(plan.status).toBeUndefined();
    expect(decisionOf(plan, 'publish-outputs')).toBeDefined();
  });

  it('that makes the group elastic begins with its count', () => {
    const play = new DrainPlay({ slaves: 3, loadBalancers: 0 });
    play.pass();
    expect(play.record.progress.scaling).toBeUndefined();
    bounds(play, 1, 5);
    play.pass();
    expect([wanted(play), draining(play)]).toEqual([3, []]);
  });

  it('that makes it fixed goes back to its count and forgets the load', () => {
    const play = afterWindow(elastic(3, 1, 5));
    play.pass(5);
    expect(draining(play)).toEqual([2, 3]);
    play.want(3);
    play.pass();
    expect([play.record.progress.scaling, draining(play)]).toEqual([undefined, []]);
  });

  it('that names a slave for removal ends that one, and no other in its stead if fewer are wanted', () => {
    const play = elastic(3, 1, 5);
    busy(play, 1, 2, 3);
    play.pass();
    bounds(play, 1, 5, 2);
    play.desire({ removals: [play.slave(1).instanceId] });
    play.agents.clear();
    play.pass();
    expect(draining(play)).toEqual([1]);
  });
});
