/** Elastic groups when nobody can tell their load, and when owners ask for what the load does not: updates, stops. */
import { needsLook } from '../../../lambdas/domain/cluster/needs-look.ts';
import { scale } from '../../../lambdas/domain/scaling/scale.ts';
import { at, rules } from '../../support/clusters.ts';
import { DrainPlay, decisionOf, told, waiting } from './drain-play.ts';
import { afterWindow, busy, draining, elastic } from './elastic-play.ts';

/** Whether who collects the load would wake the loop by what it sees now. */
function wouldWake(play: DrainPlay): boolean {
  const { record, nodes, seconds } = play;
  const { snapshot } = play.look();
  const now = at(seconds);
  return needsLook(record, scale({ record, nodes, ...(snapshot ? { snapshot } : {}), now, rules }), now);
}

/** Asks for another kind of slaves, by an update. */
function change(
  play: DrainPlay,
  group: { readonly count?: number; readonly instanceTypes?: readonly string[] },
): DrainPlay {
  const { spec, generation } = play.record.desired;
  const slaves = spec.slaves.map((each) => ({ ...each, ...group }));
  play.desire({ generation: generation + 1, spec: { ...spec, slaves } });
  play.status = 'UPDATE_IN_PROGRESS';
  return play;
}
const launched = (play: DrainPlay, afterSeconds = 1) =>
  decisionOf(play.pass(afterSeconds), 'launch-slaves')?.ordinals ?? [];
const removed = (play: DrainPlay) =>
  play.nodes
    .filter(({ role, status }) => role === 'slave' && status !== 'ready')
    .map(({ ordinal, status }) => `${ordinal} ${status}`);

describe('an elastic cluster of which nobody can tell the load', () => {
  const off = (masters: number): DrainPlay => {
    const play = new DrainPlay({ masters, slaves: 1, loadBalancers: 0 }).follow(0, 3);
    play.pass();
    play.publish();
    play.desire({ stopped: play.nodes.map(({ instanceId }) => instanceId) });
    for (const { instanceId } of play.nodes) {
      play.change(instanceId, { status: 'stopped' });
      play.states.set(instanceId, 'stopped');
    }
    play.view = 'silent';
    return play;
  };

  it.each([1, 3])('settles with %i masters that are all stopped, and looks as seldom as any other', (masters) => {
    const play = off(masters);
    for (const afterSeconds of [1, 400, 86_400]) {
      const plan = play.pass(afterSeconds);
      expect([plan.settled, plan.decisions]).toEqual([true, []]);
      expect(plan.nextCheckAt).toBe(at(play.seconds + rules.resyncSeconds).toISOString());
      expect(wouldWake(play)).toBe(false);
    }
  });

  it('settles when Marathon cannot tell what waits, and is woken and acts once it can', () => {
    const play = elastic(2, 0, 5);
    busy(play, 1, 2);
    play.pass();
    play.publish();
    play.demand = undefined;
    expect(play.pass(30).settled).toBe(true);
    play.demand = [waiting(2)];
    play.seconds += 60;
    expect(wouldWake(play)).toBe(true);
    expect(launched(play)).toEqual([3, 4]);
  });

  it('is woken for slaves that became spare meanwhile', () => {
    const play = afterWindow(elastic(3, 1, 5));
    play.publish();
    play.demand = undefined;
    expect([play.pass(30).settled, draining(play)]).toEqual([true, []]);
    play.demand = [];
    play.seconds += 30;
    expect(wouldWake(play)).toBe(true);
    play.pass();
    expect(draining(play)).toEqual([2, 3]);
  });

  it('still waits for what an update has asked for', () => {
    const play = elastic(1, 1, 5);
    play.pass();
    change(play, { count: 3 });
    play.demand = undefined;
    const plan = play.pass();
    expect([plan.settled, decisionOf(plan, 'publish-outputs')]).toEqual([false, undefined]);
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([2, 3]);
  });
});

describe('a lowered most of slaves', () => {
  it.each(['silent', 'leaderless'] as const)('waits until masters that are %s tell who is busy', (view) => {
    const play = elastic(4, 0, 4);
    busy(play, 3, 4);
    play.pass();
    change(play.follow(0, 2), {});
    play.view = view;
    const plan = play.pass();
    expect([draining(play), plan.settled, decisionOf(plan, 'publish-outputs')]).toEqual([[], false, undefined]);
    play.view = 'snapshot';
    play.pass();
    expect(draining(play)).toEqual([1, 2]);
  });

  it('powers off for good no stopped slave instead of an idle one while nobody can tell', () => {
    const play = elastic(3, 0, 3);
    const { instanceId } = play.slave(3);
    play.pass();
    play.desire({ stopped: [instanceId] }).change(instanceId, { status: 'stopped' });
    play.states.set(instanceId, 'stopped');
    play.follow(0, 1).view = 'silent';
    play.pass();
    expect(play.slave(3).status).toBe('stopped');
    play.view = 'snapshot';
    play.pass();
    expect([play.slave(3).status, draining(play)]).toEqual(['stopped', [1, 2]]);
  });

  it('lets a busy slave stay that was to go, as soon as an idle one can go instead', () => {
    const play = elastic(3, 0, 3);
    busy(play, 1, 2, 3);
    play.pass();
    play.follow(0, 2);
    play.pass();
    expect(draining(play)).toEqual([3]);
    play.agents.delete(play.slave(1).privateIp!);
    expect(told(play.pass())).toContain('slaves 3 stays after all');
    expect(draining(play)).toEqual([1]);
    busy(play, 1);
    play.pass();
    expect(draining(play)).toEqual([1]);
  });
});

describe('tasks that come while agents are being stopped', () => {
  /** The stops of all three slaves are under way. */
  const stopping = (max: number): DrainPlay => {
    const play = afterWindow(elastic(3, 0, max));
    play.cordon(play.pass(5));
    play.pass();
    play.stopAgents(play.pass(46), { status: 'in-progress' });
    play.demand = [waiting(3)];
    return play;
  };

  it('get other slaves at once', () => {
    expect(launched(stopping(6), 5)).toEqual([4, 5, 6]);
  });

  it('get no more than there may be if a stop were refused, and the rest as soon as it was not', () => {
    const play = stopping(5);
    const plan = play.pass(5);
    play.boot(plan);
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([4, 5]);
    const { instanceId, drain } = play.slave(1);
    play.ended.set(drain!.stopping!.commandId, { status: 'succeeded' });
    play.pass();
    expect(play.nodes.find((one) => one.instanceId === instanceId)?.status).toBe('terminating');
    expect(launched(play)).toEqual([1]);
  });

  it('do not end a slave that refused to stop because they came there', () => {
    const play = stopping(5);
    play.boot(play.pass(5));
    const { drain } = play.slave(1);
    play.ended.set(drain!.stopping!.commandId, { status: 'failed', message: 'the agent is busy' });
    busy(play, 1);
    play.demand = [waiting(2)];
    expect(told(play.pass())).toContain('slaves 1 stays after all');
    expect(play.slave(1).status).toBe('ready');
  });
});

describe('a slave that is asked to stop', () => {
  /** The second of two is about to go, for it is idle. */
  const leaving = (): DrainPlay => {
    const play = elastic(2, 1, 5);
    busy(play, 1);
    return afterWindow(play);
  };

  it('is powered off though the load needs none, and counts as kept', () => {
    const play = leaving();
    play.desire({ stopped: [play.slave(2).instanceId] });
    play.cordon(play.pass(5));
    expect(play.slave(2)).toMatchObject({ status: 'draining', drain: { goal: 'stop' } });
    expect(wouldWake(play)).toBe(false);
    play.pass();
    play.stopAgents(play.pass(46), { status: 'succeeded' });
    play.agents.set(play.slave(2).privateIp!, 'gone');
    expect(play.pass(2).decisions.map(({ kind }) => kind)).not.toContain('terminate-nodes');
    expect(play.slave(2).status).toBe('stopping');
  });

  it('is powered off, too, if it was on its way out', () => {
    const play = leaving();
    play.pass(5);
    expect(play.slave(2).drain?.goal).toBe('removal');
    play.desire({ stopped: [play.slave(2).instanceId] });
    play.pass();
    expect([play.slave(2).drain?.goal, play.slave(1).status]).toEqual(['stop', 'ready']);
  });
});

describe('slaves that an update replaces, or that are lost', () => {
  it('are made good only as far as they are needed, idle ones going first', () => {
    const play = elastic(3, 0, 5);
    busy(play, 3);
    play.pass();
    change(play, { instanceTypes: ['m6i.xlarge'] });
    const plan = play.pass();
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([4]);
    expect(removed(play)).toEqual(['1 draining', '2 draining']);
  });

  it('are made good as far as the update itself asks for so many', () => {
    const play = elastic(2, 0, 5);
    play.pass();
    change(play, { count: 3, instanceTypes: ['m6i.xlarge'] });
    expect(launched(play)).toEqual([3, 4, 5]);
  });

  it('are not made good when they are named and nothing needs them', () => {
    const play = elastic(2, 0, 3);
    busy(play, 1);
    play.pass();
    play.pass(200);
    change(play, {});
    play.desire({ removals: [play.slave(2).instanceId] });
    expect(launched(play)).toEqual([]);
    expect(draining(play)).toEqual([2]);
  });

  it('are not made good when they are lost and only counted until fewer do', () => {
    const play = elastic(3, 0, 5);
    busy(play, 1);
    play.pass();
    // What was asked for at last is made good in any case.
    change(play, {}).status = 'UPDATE_COMPLETE';
    play.states.set(play.slave(3).instanceId, 'terminated');
    expect([launched(play), launched(play, rules.scaleInSeconds - 10)]).toEqual([[], []]);
    busy(play, 1, 2);
    play.demand = [waiting(1)];
    expect(launched(play)).toEqual([3]);
  });

  it('are made good at once when they are lost with what runs on them, before it waits', () => {
    const play = elastic(2, 0, 5);
    busy(play, 1, 2);
    play.pass();
    change(play, {}).status = 'UPDATE_COMPLETE';
    play.states.set(play.slave(1).instanceId, 'terminated');
    expect(launched(play)).toEqual([1]);
  });

  it('are made good when two at once are lost, too, after the wait that this asks for', () => {
    const play = elastic(3, 0, 5);
    busy(play, 1, 2);
    play.pass();
    change(play, {}).status = 'UPDATE_COMPLETE';
    for (const ordinal of [1, 3]) play.states.set(play.slave(ordinal).instanceId, 'shutting-down');
    expect([launched(play), launched(play, 31)]).toEqual([[], [1]]);
  });

  it('are made good at once when they are to be taken back while they are busy', () => {
    const play = elastic(4, 0, 5);
    busy(play, 1, 2);
    play.pass();
    change(play, {}).status = 'UPDATE_COMPLETE';
    for (const ordinal of [1, 2, 4]) play.interrupted.add(play.slave(ordinal).instanceId);
    expect(launched(play)).toHaveLength(1);
  });

  it('all serve on while nobody can tell which are needed', () => {
    const play = elastic(3, 0, 5);
    busy(play, 3);
    play.pass();
    change(play, { instanceTypes: ['m6i.xlarge'] });
    play.view = 'silent';
    expect(launched(play)).toEqual([4, 5, 6]);
    expect(draining(play)).toEqual([]);
  });
});
