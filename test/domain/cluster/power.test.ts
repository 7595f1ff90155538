import { commandsToRead, isWorthAsking, snapshotRequest } from '../../../lambdas/domain/cluster/observe.ts';
import { patience } from '../../../lambdas/domain/cluster/patience.ts';
import { kinds } from './decide-support.ts';
import { DrainPlay, decisionOf, told } from './drain-play.ts';

/** A cluster in which one node is to be powered off. */
function stopping(group: string, ordinal: number, counts: ConstructorParameters<typeof DrainPlay>[0] = {}) {
  const play = new DrainPlay(counts);
  const { instanceId } = play.node(group, ordinal);
  return { play: play.desire({ stopped: [instanceId] }), instanceId };
}

describe('powering a slave off and on', () => {
  it('drains it, stops it, misses nothing, and starts it again when that is asked for', () => {
    const { play, instanceId } = stopping('slaves', 2);
    play.holdBack();
    expect(play.slave(2)).toMatchObject({ status: 'draining', drain: { goal: 'stop' } });
    const stop = play.pass(patience.offerHold + 1);
    play.stopAgents(stop, { status: 'succeeded' });
    play.agents.set(play.slave(2).privateIp!, 'gone');
    // A lost look, an early one, and the one that counts.
    const off = play.pass();
    expect(decisionOf(off, 'stop-instances')?.instanceIds).toEqual([instanceId]);
    expect(decisionOf(off, 'cordon-nodes')?.addresses).toEqual([]);
    play.cordon(off);
    expect(kinds(play.pass())).toEqual(['stop-instances']);
    play.states.set(instanceId, 'stopping');
    expect(kinds(play.pass())).toEqual([]);
    play.states.set(instanceId, 'stopped');
    const rest = play.pass();
    expect(rest.settled).toBe(true);
    expect(play.slave(2).status).toBe('stopped');
    expect(rest.launches).toEqual([]);

    play.desire({ stopped: [] });
    expect(decisionOf(play.pass(3600), 'start-instances')?.instanceIds).toEqual([instanceId]);
    play.states.set(instanceId, 'pending');
    const boot = play.pass();
    expect(kinds(boot)).toEqual([]);
    expect(play.slave(2)).toMatchObject({ status: 'launched', startAttempts: 0, poweredOnAt: expect.anything() });
    // EC2 still shows an old state; it is not taken for a loss.
    play.states.set(instanceId, 'stopped');
    play.pass();
    expect(play.slave(2).status).toBe('launched');
    play.states.set(instanceId, 'running');
    play.pass(300);
    expect(play.slave(2).status).toBe('launched');
  });

  it('starts it once more if EC2 forgot', () => {
    const { play, instanceId } = stopping('slaves', 2);
    play.desire({ stopped: [] });
    play.change(instanceId, { status: 'stopped' });
    play.states.set(instanceId, 'pending');
    play.pass();
    play.states.set(instanceId, 'stopped');
    expect(kinds(play.pass(patience.visibility + 1))).toEqual(['start-instances']);
    expect(play.slave(2).status).toBe('stopped');
  });

  it('leaves what runs on it alone until it has ended', () => {
    const { play } = stopping('slaves', 2);
    play.holdBack();
    play.agents.set(play.slave(2).privateIp!, { tasks: 1 });
    expect(kinds(play.pass(patience.offerHold + 1))).toEqual(['move-services']);
  });

  it('replaces one that somebody terminates meanwhile, by one that runs', () => {
    const { play, instanceId } = stopping('slaves', 2);
    play.change(instanceId, { status: 'stopped' });
    play.states.set(instanceId, 'terminated');
    const plan = play.pass();
    expect(told(plan)).toContain('slaves 2');
    expect(decisionOf(plan, 'launch-slaves')?.ordinals).toEqual([2]);
  });

  it('terminates a stopped one that is not wanted any more, and no other', () => {
    const { play, instanceId } = stopping('slaves', 1);
    play.change(instanceId, { status: 'stopped' });
    play.states.set(instanceId, 'stopped');
    play.want(1);
    expect(decisionOf(play.pass(), 'terminate-nodes')?.instanceIds).toEqual([instanceId]);
    expect(play.slave(2).status).toBe('ready');
  });

  it('terminates stopped ones with the cluster', () => {
    const { play, instanceId } = stopping('slaves', 2);
    play.change(instanceId, { status: 'stopped' });
    play.states.set(instanceId, 'stopped');
    play.desire({ presence: 'absent', forget: true });
    expect(decisionOf(play.pass(), 'terminate-nodes')?.instanceIds).toContain(instanceId);
  });

  it('takes an instance that is stopped by somebody else for lost', () => {
    const play = new DrainPlay();
    play.states.set(play.slave(1).instanceId, 'stopped');
    const plan = play.pass();
    expect(told(plan)).toContain('its instance was stopped');
    expect(kinds(plan)).toEqual(expect.arrayContaining(['terminate-nodes']));
  });
});

describe('powering a master off', () => {
  it('happens while the others are a healthy quorum', () => {
    const { play, instanceId } = stopping('masters', 2);
    expect(decisionOf(play.pass(), 'stop-instances')?.instanceIds).toEqual([instanceId]);
    play.states.set(instanceId, 'stopped');
    expect(play.pass().settled).toBe(true);
    const request = snapshotRequest(play.record, play.nodes, {
      mesos: account,
      marathon: account,
      chronos: account,
    } as never);
    expect(request.masterIps).toEqual(['10.0.0.10', '10.0.2.10']);
  });

  it.each(['online', 'starting', 'stopped'] as const)('waits while another one is %s', (status) => {
    const { play } = stopping('masters', 2);
    play.change(play.node('masters', 3).instanceId, { status, commandSentAt: '2026-03-01T09:16:00.000Z' });
    play.states.set(play.node('masters', 3).instanceId, status === 'stopped' ? 'stopped' : 'running');
    expect(decisionOf(play.pass(), 'stop-instances')).toBeUndefined();
    expect(play.node('masters', 2).status).toBe('ready');
  });

  it('is done one by one, though two are asked for', () => {
    const play = new DrainPlay({ masters: 3 });
    const two = [1, 2].map((slot) => play.node('masters', slot).instanceId);
    play.desire({ stopped: two });
    expect(decisionOf(play.pass(), 'stop-instances')?.instanceIds).toEqual([two[0]]);
  });

  it('leaves a cluster of one master without service, and the loop at rest', () => {
    const { play, instanceId } = stopping('masters', 1, { masters: 1 });
    play.pass();
    play.states.set(instanceId, 'stopped');
    play.view = 'silent';
    expect(play.pass().settled).toBe(true);
    expect(isWorthAsking(play.record, play.nodes)).toBe(false);
  });
});

describe('powering a load balancer off', () => {
  it('gives its address away first', () => {
    const { play, instanceId } = stopping('balancers', 1);
    const other = play.node('balancers', 2).instanceId;
    const move = play.pass();
    expect(kinds(move)).toEqual(['move-virtual-address']);
    expect(decisionOf(move, 'move-virtual-address')?.instanceId).toBe(other);
    play.addressHolder = other;
    expect(decisionOf(play.pass(), 'stop-instances')?.instanceIds).toEqual([instanceId]);
  });

  it('happens without an heir, and nobody misses the address', () => {
    const { play, instanceId } = stopping('balancers', 1, { loadBalancers: 1 });
    expect(kinds(play.pass())).toEqual(['stop-instances']);
    play.states.set(instanceId, 'stopped');
    expect(play.pass().settled).toBe(true);
  });
});

it('asks SSM about every command that is under way', () => {
  const play = new DrainPlay();
  const [a, b, c] = play.nodes;
  const nodes = [
    { ...a!, cordon: { held: '', sent: { addresses: '', commandId: 'c-1', at: '' } } },
    { ...b!, cordon: { held: '', sent: { addresses: '', at: '' } } },
    { ...c!, drain: { goal: 'stop' as const, since: '', stopping: { commandId: 's-1', at: '' } } },
  ];
  expect(commandsToRead(nodes)).toEqual(['c-1', 's-1']);
});

const account = { username: 'u', password: 'p' };
