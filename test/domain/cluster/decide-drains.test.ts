import { findDrainLacks } from '../../../lambdas/domain/cluster/decide-drains.ts';
import { mostDraining } from '../../../lambdas/domain/cluster/leaving.ts';
import { patience } from '../../../lambdas/domain/cluster/patience.ts';
import { following } from '../../../lambdas/domain/cluster/setbacks.ts';
import { at, node } from '../../support/clusters.ts';
import { kinds } from './decide-support.ts';
import { DrainPlay, decisionOf, told } from './drain-play.ts';

const none = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
/** One slave of two is to go; it has been held back for long enough. */
function heldBack(): DrainPlay {
  const play = new DrainPlay().want(1);
  play.holdBack();
  play.seconds += patience.offerHold;
  return play;
}

describe('a slave that is not wanted any more', () => {
  it('is cordoned, waits for the longest offer, loses its agent, is terminated, and its address is free again', () => {
    const play = new DrainPlay().want(1);
    const leaving = play.slave(2);
    const first = play.pass();
    expect(play.slave(2)).toMatchObject({ status: 'draining', drain: { goal: 'removal' } });
    expect(decisionOf(first, 'cordon-nodes')).toMatchObject({
      addresses: [leaving.privateIp],
      instanceIds: [1, 2, 3].map((slot) => play.node('masters', slot).instanceId),
    });
    play.cordon(first);
    expect(kinds(play.pass())).toEqual([]);
    expect(play.slave(2).drain?.cordonedAt).toBe(at(play.seconds).toISOString());
    expect(kinds(play.pass(patience.offerHold))).toEqual([]);
    const stop = play.pass();
    expect(decisionOf(stop, 'stop-agents')?.instanceIds).toEqual([leaving.instanceId]);
    play.stopAgents(stop, { status: 'succeeded' });
    play.agents.set(leaving.privateIp!, 'gone');
    const end = play.pass(5);
    expect(decisionOf(end, 'terminate-nodes')?.instanceIds).toEqual([leaving.instanceId]);
    expect(decisionOf(end, 'cordon-nodes')?.addresses).toEqual([]);
    expect(play.slave(2)).toMatchObject({ status: 'terminating', reason: '1 of slaves are wanted' });
    play.states.set(leaving.instanceId, 'terminated');
    const after = play.pass(60);
    expect(after.settled).toBe(false);
    play.cordon(after);
    expect(kinds(play.pass())).toEqual(['publish-outputs']);
    play.publish();
    expect(play.pass().settled).toBe(true);
    expect(told(stop)).toContain('nothing runs there: stopping the agent of slaves 2');
    expect(told(after)).not.toContain('lost');
  });

  it.each([
    ['was never started', {}, 'terminating'],
    ['has a start command under way', { commandId: 'c-1', startAttempts: 1 }, 'draining'],
  ])('leaves as %s asks for', (_, change, status) => {
    const play = new DrainPlay().want(1);
    const { readyAt: __, ...young } = play.slave(2);
    play.nodes = [
      ...play.nodes.filter(({ instanceId }) => instanceId !== young.instanceId),
      { ...young, status: 'online', ...change },
    ];
    play.agents.set(young.privateIp!, 'gone');
    play.pass();
    expect(play.slave(2).status).toBe(status);
  });

  it('is called back if it is wanted again, and its address with it', () => {
    const play = heldBack();
    play.want(2);
    const plan = play.pass();
    expect(play.slave(2)).toMatchObject({ status: 'ready' });
    expect(play.slave(2).drain).toBeUndefined();
    expect(kinds(plan)).toEqual(['cordon-nodes']);
    expect(told(plan)).toContain('slaves 2 stays after all');
  });

  it('is not called back while its agent is being stopped, and goes without one', () => {
    const play = heldBack();
    const stop = play.pass();
    play.stopAgents(stop, { status: 'in-progress' });
    play.want(2);
    expect(kinds(play.pass())).toEqual([]);
    expect(play.slave(2).status).toBe('draining');
    play.ended.set(play.slave(2).drain!.stopping!.commandId, { status: 'succeeded' });
    const plan = play.pass();
    expect(kinds(plan)).toEqual(expect.arrayContaining(['terminate-nodes']));
    expect(play.slave(2).status).toBe('terminating');
  });

  it('is simply gone if it dies', () => {
    const play = heldBack();
    play.states.set(play.slave(2).instanceId, 'shutting-down');
    const plan = play.pass();
    expect(told(plan)).not.toContain('lost');
    expect(plan.progress.failures).toEqual({});
    expect(play.slave(2).status).toBe('terminating');
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toEqual([]);
  });

  it('is not drained when the whole cluster goes', () => {
    const play = heldBack().desire({ presence: 'absent', forget: true });
    expect(kinds(play.pass())).toEqual(['terminate-nodes']);
  });

  it('waits its turn if very many leave', () => {
    const play = new DrainPlay({ slaves: mostDraining + 50, loadBalancers: 0 }).want(1);
    const plan = play.pass();
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toHaveLength(mostDraining);
    expect(play.nodes.filter(({ status }) => status === 'draining')).toHaveLength(mostDraining);
  });
});

describe('the wait for the longest offer', () => {
  it.each([
    ['nobody leads', 'leaderless'],
    ['nobody can be asked', 'silent'],
  ] as const)('goes on while %s', (_, view) => {
    const play = heldBack();
    play.view = view;
    const plan = play.pass();
    expect(decisionOf(plan, 'stop-agents')).toBeUndefined();
    expect(plan.nextCheckAt <= at(play.seconds + patience.healthCheck).toISOString()).toBe(true);
  });

  it('takes no look for fresh that began before its end', () => {
    const play = heldBack();
    play.lookSeconds = 20;
    expect(decisionOf(play.pass(), 'stop-agents')).toBeUndefined();
    expect(decisionOf(play.pass(20), 'stop-agents')).toBeDefined();
  });

  it.each(['launched', 'online', 'starting'] as const)('begins anew with a new master that is %s', (status) => {
    const play = heldBack();
    const old = play.node('masters', 3);
    const fresh = node({
      group: 'masters',
      role: 'master',
      ordinal: 3,
      status,
      startAttempts: 1,
      commandId: 'c-1',
      commandSentAt: at(play.seconds).toISOString(),
    });
    play.nodes = [...play.nodes.filter(({ instanceId }) => instanceId !== old.instanceId), fresh];
    expect(decisionOf(play.pass(), 'stop-agents')).toBeUndefined();
    expect(play.slave(2).drain?.cordonedAt).toBeUndefined();
    play.change(fresh.instanceId, { status: 'ready', readyAt: at(play.seconds).toISOString() });
    const plan = play.pass();
    expect(decisionOf(plan, 'cordon-nodes')?.instanceIds).toEqual([fresh.instanceId]);
    play.cordon(plan);
    play.pass();
    expect(decisionOf(play.pass(patience.offerHold - 5), 'stop-agents')).toBeUndefined();
    expect(decisionOf(play.pass(10), 'stop-agents')).toBeDefined();
  });

  it('begins anew when a task came all the same', () => {
    const play = heldBack();
    play.stopAgents(play.pass(), { status: 'failed', message: 'the agent is busy: 1 tasks and executors' });
    const plan = play.pass();
    expect(told(plan)).toContain('the agent of slaves 2 was not stopped: the agent is busy: 1 tasks and executors');
    expect(decisionOf(plan, 'stop-agents')).toBeUndefined();
    expect(told(play.pass())).toBe('');
    expect(decisionOf(play.pass(patience.offerHold - 10), 'stop-agents')).toBeUndefined();
    expect(decisionOf(play.pass(15), 'stop-agents')).toBeDefined();
  });

  it('does not begin anew for a slave when another one joins or leaves', () => {
    const play = new DrainPlay({ slaves: 3 }).want(2);
    play.holdBack();
    const since = play.slave(3).drain?.cordonedAt;
    play.want(1);
    const joined = play.pass(10);
    expect(decisionOf(joined, 'cordon-nodes')?.addresses).toHaveLength(2);
    play.cordon(joined);
    play.pass();
    expect(play.slave(3).drain?.cordonedAt).toBe(since);
    expect(play.slave(2).drain?.cordonedAt).not.toBe(since);
  });
});

describe('a cordon', () => {
  it('that a master did not take is told and sent again, to that one', () => {
    const play = new DrainPlay().want(1);
    const deaf = play.node('masters', 2).instanceId;
    play.cordon(play.pass(), { [deaf]: { status: 'failed', message: 'no whitelist' } });
    const plan = play.pass();
    expect(told(plan)).toContain('masters 2 did not take its cordon: no whitelist');
    expect(decisionOf(plan, 'cordon-nodes')).toBeUndefined();
    expect(play.slave(2).drain?.cordonedAt).toBeUndefined();
    expect(decisionOf(play.pass(patience.cordonRetry), 'cordon-nodes')?.instanceIds).toEqual([deaf]);
  });

  it('whose command is not heard of any more counts as not taken', () => {
    const play = new DrainPlay().want(1);
    const plan = play.pass();
    play.cordon(plan);
    play.ended.clear();
    expect(told(play.pass(patience.upkeepCommand))).toBe('');
    expect(told(play.pass(5))).toContain('did not take its cordon: its command did not end in time');
  });

  it('that was only about to be sent is no cordon, and the one of before is none either', () => {
    const play = heldBack();
    const { instanceId, cordon } = play.node('masters', 1);
    play.change(instanceId, {
      cordon: { held: cordon!.held, sent: { addresses: '', at: at(play.seconds).toISOString() } },
    });
    const plan = play.pass();
    expect(kinds(plan)).toEqual([]);
    expect(play.slave(2).drain?.cordonedAt).toBeUndefined();
  });

  it.each(['failed', 'succeeded'] as const)(
    'that was to be lifted, in vain, is not taken for lifted (then: %s)',
    (then) => {
      const play = heldBack().want(2);
      const deaf = play.node('masters', 2).instanceId;
      play.cordon(play.pass(), { [deaf]: { status: 'failed', message: 'no connection' } });
      const plan = play.pass();
      expect(play.node('masters', 2).cordon).toEqual({
        held: '',
        setback: { at: at(play.seconds).toISOString(), message: 'no connection' },
      });
      expect([kinds(plan), plan.settled]).toEqual([[], false]);
      const again = play.pass(patience.cordonRetry);
      expect(decisionOf(again, 'cordon-nodes')).toMatchObject({ addresses: [], instanceIds: [deaf] });
      play.cordon(again, { [deaf]: { status: then, message: 'no connection' } });
      expect(play.pass().settled).toBe(then === 'succeeded');
    },
  );

  it('waits for masters that are ready', () => {
    const play = new DrainPlay().want(1);
    play.change(play.node('masters', 1).instanceId, { status: 'online' });
    expect(decisionOf(play.pass(), 'cordon-nodes')?.instanceIds).toHaveLength(2);
  });
});

describe('a busy slave', () => {
  const ip = (play: DrainPlay) => play.slave(2).privateIp!;

  it('has its services moved, once a minute, and is waited for', () => {
    const play = heldBack();
    play.agents.set(ip(play), { tasks: 2, used: { ...none, cpus: 1 } });
    const plan = play.pass();
    expect(decisionOf(plan, 'move-services')?.addresses).toEqual([ip(play)]);
    expect(told(plan)).toBe('slaves 2 waits for the end of 2 tasks');
    expect(kinds(play.pass(30))).toEqual([]);
    const again = play.pass(31);
    expect(kinds(again)).toEqual(['move-services']);
    expect(told(again)).toBe('');
    play.agents.delete(ip(play));
    expect(kinds(play.pass())).toEqual(['stop-agents']);
  });

  it.each([
    ['an executor', { used: { ...none, mem: 32 } }],
    ['reserved resources', { reserved: { ...none, disk: 100 } }],
  ])('is waited for if all there is is %s', (text, agent) => {
    const play = heldBack();
    play.agents.set(ip(play), agent);
    const plan = play.pass();
    expect(kinds(plan)).toEqual([]);
    expect(told(plan)).toBe(`slaves 2 waits for the end of ${text}`);
    expect(kinds(play.pass(600))).toEqual([]);
  });

  it('is not terminated by its agent being away for a moment, nor for long', () => {
    const play = heldBack();
    play.agents.set(ip(play), 'gone');
    expect(kinds(play.pass())).toEqual([]);
    const plan = play.pass(patience.missingNode + 1);
    expect(kinds(plan)).toEqual(['stop-agents']);
    play.stopAgents(plan, { status: 'failed', message: 'the agent is busy' });
    expect(kinds(play.pass())).toEqual([]);
    expect(play.slave(2).status).toBe('draining');
  });

  it('is terminated when neither Mesos nor SSM reaches it', () => {
    const play = heldBack();
    play.agents.set(ip(play), 'gone');
    play.pass();
    play.stopAgents(play.pass(patience.missingNode + 1), { status: 'failed', message: 'x', undelivered: true });
    play.pass();
    expect(kinds(play.pass())).toEqual(expect.arrayContaining(['terminate-nodes']));
  });

  it('is not taken for out of reach by a command of before it was missed', () => {
    const play = heldBack();
    play.stopAgents(play.pass(), { status: 'failed', message: 'x', undelivered: true });
    play.pass();
    play.agents.set(ip(play), 'gone');
    play.pass();
    const plan = play.pass(patience.missingNode + 1);
    expect(play.slave(2).status).toBe('draining');
    expect(kinds(plan)).toEqual(['stop-agents']);
  });

  it('keeps an update from being complete, which says for what', () => {
    const play = heldBack();
    play.agents.set(ip(play), { tasks: 1 });
    play.pass();
    const situation = { record: play.record, nodes: play.nodes, actual: {} } as Parameters<typeof findDrainLacks>[0];
    expect(findDrainLacks(situation)).toEqual(['1 of slaves have not left yet (slaves 2 waits for the end of 1 task)']);
  });
});

describe('an idle slave that SSM does not know', () => {
  /** As the action records it. */
  const unknown = (play: DrainPlay) => {
    const { instanceId, drain } = play.slave(2);
    const setback = {
      at: at(play.seconds).toISOString(),
      message: 'SSM does not know the node',
      undelivered: true as const,
    };
    play.change(instanceId, { drain: { ...drain!, setback: following(setback, drain!.setback) } });
  };
  /** Stops in vain for so long. */
  const inVain = (play: DrainPlay, seconds: number) => {
    play.pass();
    unknown(play);
    for (let waited = 0; waited < seconds; waited += patience.drainCheck) {
      expect(decisionOf(play.pass(patience.drainCheck), 'stop-agents')).toBeDefined();
      unknown(play);
    }
  };

  it('is told to stop its agent again only after a while', () => {
    const play = heldBack();
    expect(kinds(play.pass())).toEqual(['stop-agents']);
    unknown(play);
    const plan = play.pass(patience.drainCheck - 10);
    expect(kinds(plan)).toEqual([]);
    expect(plan.nextCheckAt <= at(play.seconds + 10).toISOString()).toBe(true);
    expect(kinds(play.pass(10))).toEqual(['stop-agents']);
  });

  it('goes with its agent after ten minutes, and is held back for as long as its instance runs', () => {
    const play = heldBack();
    inVain(play, patience.unreached);
    const { instanceId } = play.slave(2);
    const plan = play.pass();
    expect(decisionOf(plan, 'terminate-nodes')?.instanceIds).toEqual([instanceId]);
    expect(told(plan)).toContain(
      'slaves 2 goes with its agent: it is idle and held back, and no command has reached it for 10',
    );
    expect(decisionOf(plan, 'cordon-nodes')).toBeUndefined();
    expect(decisionOf(play.pass(), 'cordon-nodes')).toBeUndefined();
    play.states.set(instanceId, 'shutting-down');
    expect(decisionOf(play.pass(), 'cordon-nodes')?.addresses).toEqual([]);
  });

  it('is powered off likewise', () => {
    const play = new DrainPlay();
    const { instanceId } = play.slave(2);
    play.desire({ stopped: [instanceId] }).holdBack();
    play.seconds += patience.offerHold;
    inVain(play, patience.unreached);
    const plan = play.pass();
    expect(kinds(plan)).toEqual(['stop-instances']);
    play.states.set(instanceId, 'stopped');
    expect(decisionOf(play.pass(), 'cordon-nodes')?.addresses).toEqual([]);
    expect(play.slave(2).status).toBe('stopped');
  });

  it.each<[string, (play: DrainPlay) => void]>([
    ['it is busy', (play) => play.agents.set(play.slave(2).privateIp!, { tasks: 1 })],
    ['something is reserved', (play) => play.agents.set(play.slave(2).privateIp!, { reserved: { ...none, disk: 1 } })],
    ['nobody leads', (play) => Object.assign(play, { view: 'leaderless' })],
    [
      'a master does not hold it back',
      (play) => play.change(play.node('masters', 1).instanceId, { cordon: { held: '' } }),
    ],
  ])('stays all the same while %s', (_, happen) => {
    const play = heldBack();
    inVain(play, patience.unreached);
    happen(play);
    expect(decisionOf(play.pass(), 'terminate-nodes')).toBeUndefined();
    expect(play.slave(2).status).toBe('draining');
  });

  it('stays if the last command that did not reach it is long ago, or it was busy meanwhile', () => {
    const play = heldBack();
    inVain(play, patience.unreached);
    expect(kinds(play.pass(patience.unreached + 1))).toEqual(['stop-agents']);
    const busy = heldBack();
    inVain(busy, patience.unreached);
    busy.agents.set(busy.slave(2).privateIp!, { tasks: 1 });
    busy.pass();
    busy.agents.clear();
    expect(kinds(busy.pass())).toEqual(['stop-agents']);
  });
});
