/** What may go wrong while idle slaves of an elastic group leave: none that may be busy ever does. */
import { patience } from '../../../lambdas/domain/cluster/patience.ts';
import { at, node, rules } from '../../support/clusters.ts';
import { DrainPlay, decisionOf, told } from './drain-play.ts';

const none = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
const task = { tasks: 1, used: { ...none, cpus: 2 } };

/** Slave 2 of two is idle and on its way out; all masters hold it back. */
function leaving(): DrainPlay {
  const play = new DrainPlay({ slaves: 2, loadBalancers: 0 }).follow(1, 5);
  play.agents.set(play.slave(1).privateIp!, task);
  play.pass();
  play.pass(rules.scaleInSeconds - 1);
  play.cordon(play.pass(2));
  play.pass();
  expect(play.slave(2)).toMatchObject({ status: 'draining', drain: { cordonedAt: at(play.seconds).toISOString() } });
  return play;
}
/** The hold is over; the next pass is the look. */
function heldBack(): DrainPlay {
  const play = leaving();
  play.seconds += patience.offerHold;
  return play;
}
const address = (play: DrainPlay) => play.slave(2).privateIp!;
const stops = (play: DrainPlay, after = 1) => decisionOf(play.pass(after), 'stop-agents') !== undefined;

describe('an idle slave that leaves', () => {
  it('goes when a look after the hold finds it idle', () => {
    expect(stops(heldBack())).toBe(true);
  });

  it.each([
    ['a task', task, '1 task'],
    ['an executor', { used: { ...none, mem: 32 } }, 'an executor'],
    ['reserved resources', { reserved: { ...none, disk: 1 } }, 'reserved resources'],
  ])('stays as soon as it is seen to have %s, and is not asked to go again while it has', (_, work, text) => {
    const play = leaving();
    play.agents.set(address(play), work);
    const plan = play.pass(5);
    expect(told(plan)).toContain(`slaves 2 stays: it is not idle any more (${text})`);
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toEqual([]);
    play.cordon(plan);
    for (let waited = 0; waited < 2 * rules.scaleInSeconds; waited += 60) {
      expect(decisionOf(play.pass(60), 'stop-agents')).toBeUndefined();
      expect(play.slave(2).status).toBe('ready');
    }
  });

  it('stays if a task has come between the look and the stop, which the node refuses', () => {
    const play = heldBack();
    play.stopAgents(play.pass(), { status: 'failed', message: 'the agent is busy: 1 tasks and executors' });
    play.agents.set(address(play), task);
    play.pass();
    expect(play.slave(2).status).toBe('ready');
  });

  it('is held back anew if the node refused and nothing is seen there', () => {
    const play = heldBack();
    play.stopAgents(play.pass(), { status: 'failed', message: 'the agent is busy: 1 tasks and executors' });
    expect(stops(play)).toBe(false);
    expect(stops(play, patience.offerHold - 10)).toBe(false);
    expect(stops(play, 20)).toBe(true);
  });

  it('does not go by a look that began before the end of the hold', () => {
    const play = heldBack();
    play.lookSeconds = 20;
    expect(stops(play)).toBe(false);
  });

  it('stays if a partial report leaves it out, for however long', () => {
    const play = heldBack();
    play.agents.set(address(play), 'gone');
    expect(stops(play)).toBe(false);
    const plan = play.pass(patience.missingNode + 1);
    expect(told(plan)).toContain('slaves 2 stays: nobody can tell whether it is idle');
    expect([decisionOf(plan, 'stop-agents'), play.slave(2).status]).toEqual([undefined, 'ready']);
  });

  it('does not go while nobody leads, nor by what a new leader knows before agents are back', () => {
    const play = heldBack();
    play.view = 'leaderless';
    expect(stops(play)).toBe(false);
    play.view = 'snapshot';
    play.agents.set(address(play), 'gone');
    expect(stops(play)).toBe(false);
    play.agents.set(address(play), task);
    expect(stops(play)).toBe(false);
    expect(play.slave(2).status).toBe('ready');
  });

  it('does not go while a new master does not hold it back', () => {
    const play = heldBack();
    const old = play.node('masters', 3);
    const fresh = node({
      ...{ group: 'masters', role: 'master', ordinal: 3, status: 'starting', startAttempts: 1, commandId: 'c-1' },
      commandSentAt: at(play.seconds).toISOString(),
    });
    play.nodes = [...play.nodes.filter(({ instanceId }) => instanceId !== old.instanceId), fresh];
    expect(stops(play)).toBe(false);
    expect(play.slave(2).drain?.cordonedAt).toBeUndefined();
  });

  it.each([
    ['the agent of now', task, { active: false }],
    ['the agent of before', {}, { ...task, active: false }],
  ])('stays if its agent is registered under two ids, and %s is busy', (_, now, before) => {
    const play = heldBack();
    play.agents.set(address(play), now);
    play.strangers = [play.agentOf(play.slave(2), { id: 'before', ...before })];
    expect(stops(play)).toBe(false);
    expect(play.slave(2).status).toBe('ready');
  });

  it('stays if it is wanted again before its agent is told to stop', () => {
    const play = heldBack().follow(2, 5);
    expect(stops(play)).toBe(false);
    expect(play.slave(2).status).toBe('ready');
  });

  it('frees its address for the slave that gets it next', () => {
    const play = heldBack();
    play.stopAgents(play.pass(), { status: 'succeeded' });
    play.pass();
    const gone = play.slave(2);
    play.states.set(gone.instanceId, 'terminated');
    const lifted = play.pass(30);
    expect(decisionOf(lifted, 'cordon-nodes')?.addresses).toEqual([]);
    play.cordon(lifted);
    const next = node({
      group: 'slaves',
      role: 'slave',
      ordinal: 2,
      readyAt: gone.readyAt!,
      privateIp: gone.privateIp!,
    });
    play.nodes = [...play.nodes, next];
    play.agents.set(next.privateIp!, task);
    expect(decisionOf(play.pass(), 'cordon-nodes')).toBeUndefined();
    expect(play.slave(2).status).toBe('ready');
  });
});
