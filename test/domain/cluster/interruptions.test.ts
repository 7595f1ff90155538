import { decide } from '../../../lambdas/domain/cluster/decide.ts';
import { mostDraining } from '../../../lambdas/domain/cluster/leaving.ts';
import { patience } from '../../../lambdas/domain/cluster/patience.ts';
import type { NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { at, clusterId, input, instanceOf, record, rules } from '../../support/clusters.ts';
import { kinds } from './decide-support.ts';
import { DrainPlay, decisionOf, told } from './drain-play.ts';

/** EC2 takes these slaves back. */
function interrupted(play: DrainPlay, ...ordinals: number[]): DrainPlay {
  for (const ordinal of ordinals) play.interrupted.add(play.slave(ordinal).instanceId);
  return play;
}
const slavesOf = (count: number): DrainPlay => new DrainPlay({ slaves: count, loadBalancers: 0 });
const busy = (play: DrainPlay, ordinal: number): void => {
  play.agents.set(play.slave(ordinal).privateIp!, { tasks: 2 });
};
const launchedSlaves = (plan: ReturnType<DrainPlay['pass']>) =>
  plan.decisions.flatMap((decision) => (decision.kind === 'launch-slaves' ? [decision.ordinals] : []));

describe('a slave whose spot instance EC2 takes back', () => {
  it('is replaced, cordoned and rid of its services in the pass that sees it', () => {
    const play = interrupted(slavesOf(3), 2);
    busy(play, 2);
    const { instanceId, privateIp } = play.slave(2);
    const plan = play.pass();
    expect(play.slave(2)).toMatchObject({ status: 'draining', interrupted: at(play.seconds).toISOString() });
    expect(launchedSlaves(plan)).toEqual([[4]]);
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toEqual([privateIp]);
    expect(decisionOf(plan, 'move-services')?.addresses).toEqual([privateIp]);
    expect(decisionOf(plan, 'terminate-nodes')).toBeUndefined();
    expect(told(plan)).toContain('EC2 takes spot instances back: slaves 2');
    expect(plan.changedNodes.map((node) => node.instanceId)).toEqual([instanceId]);
    expect(Date.parse(plan.nextCheckAt)).toBeLessThanOrEqual(at(play.seconds + patience.moveHastily).getTime());
  });

  it('has its services moved again while some may come back, and loses its agent by force before its end', () => {
    const play = interrupted(slavesOf(2), 2);
    busy(play, 2);
    const { instanceId } = play.slave(2);
    play.cordon(play.pass());
    expect(decisionOf(play.pass(), 'move-services')).toBeUndefined();
    expect(decisionOf(play.pass(patience.moveHastily), 'move-services')).toBeDefined();
    expect(decisionOf(play.pass(50), 'stop-agents')).toBeUndefined();
    const end = play.pass(patience.interruption - 50);
    expect(decisionOf(end, 'stop-agents')).toMatchObject({ key: 'end-agents', instanceIds: [instanceId], force: true });
    play.stopAgents(end, { status: 'succeeded' });
    const after = play.pass(3);
    expect(decisionOf(after, 'terminate-nodes')?.instanceIds).toEqual([instanceId]);
    expect(decisionOf(after, 'cordon-nodes')?.addresses).toEqual([]);
  });

  it('goes as soon as it is sure to stay idle, without force', () => {
    const play = interrupted(slavesOf(2), 2);
    const first = play.pass();
    expect(decisionOf(first, 'move-services')).toBeUndefined();
    play.cordon(first);
    play.pass();
    expect(decisionOf(play.pass(patience.offerHold - 1), 'stop-agents')).toBeUndefined();
    expect(decisionOf(play.pass(2), 'stop-agents')).not.toHaveProperty('force');
  });

  it('is ended by force when nobody can tell what it does', () => {
    const play = interrupted(slavesOf(2), 2);
    play.view = 'silent';
    expect(decisionOf(play.pass(), 'move-services')).toBeDefined();
    expect(decisionOf(play.pass(patience.interruption), 'stop-agents')).toMatchObject({ force: true });
  });

  it.each<[string, Partial<NodeRecord>]>([
    ['launched', {}],
    ['online', { onlineAt: at(1).toISOString() }],
    ['starting', { commandId: 'c-1', commandSentAt: at(2).toISOString(), startAttempts: 1 }],
  ])('is terminated and replaced at once while it is only %s', (status, change) => {
    const play = slavesOf(2);
    const { readyAt: _, ...young } = play.slave(2);
    play.nodes = [...play.nodes.slice(0, -1), { ...young, ...change, status: status as NodeRecord['status'] }];
    play.agents.set(young.privateIp!, 'gone');
    const plan = interrupted(play, 2).pass();
    expect(decisionOf(plan, 'terminate-nodes')?.instanceIds).toEqual([young.instanceId]);
    expect(launchedSlaves(plan)).toEqual([[2]]);
    expect(kinds(plan)).not.toContain('cordon-nodes');
  });

  it.each<NodeRecord['status']>(['online', 'starting'])('is drained if it is started again, being %s', (status) => {
    const play = slavesOf(2);
    play.change(play.slave(2).instanceId, { status, commandId: 'c-1', commandSentAt: at(990).toISOString() });
    interrupted(play, 2).pass();
    expect(play.slave(2).status).toBe('draining');
  });

  it('goes on leaving when it was leaving already, wanted again or not', () => {
    const play = slavesOf(2).want(1);
    busy(play, 2);
    play.cordon(play.pass());
    play.want(2);
    const plan = interrupted(play, 2).pass();
    expect(play.slave(2)).toMatchObject({ status: 'draining', drain: { goal: 'removal' } });
    expect(launchedSlaves(plan)).toEqual([[3]]);
  });

  it('is neither called back nor launched for twice when the notice is withdrawn', () => {
    const play = interrupted(slavesOf(2), 2);
    busy(play, 2);
    const first = play.pass();
    play.record = { ...play.record, launches: first.launches };
    play.interrupted.clear();
    const plan = play.pass();
    expect(play.slave(2)).toMatchObject({ status: 'draining', interrupted: expect.any(String) });
    expect(plan.launches).toHaveLength(1);
  });

  it('is let go of when its agent does not take leave in time', () => {
    const play = interrupted(slavesOf(2), 2);
    busy(play, 2);
    play.pass();
    const end = play.pass(patience.interruption);
    play.stopAgents(end, { status: 'in-progress' });
    play.states.set(play.slave(2).instanceId, 'shutting-down');
    const plan = play.pass(30);
    expect(play.slave(2)).toMatchObject({ status: 'terminating', reason: 'EC2 takes its spot instance back' });
    expect(told(plan)).not.toContain('lost');
  });
});

describe('a storm of interruptions', () => {
  it('is answered by one launch and one cordon, and delays no launch', () => {
    const play = slavesOf(50);
    const gone = Array.from({ length: 15 }, (_, index) => index + 1);
    for (const ordinal of gone) busy(play, ordinal);
    const plan = interrupted(play, ...gone).pass();
    expect(launchedSlaves(plan)).toEqual([Array.from({ length: 15 }, (_, index) => 51 + index)]);
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toHaveLength(15);
    expect(plan.progress.failures).toEqual({});
    expect(told(plan)).toContain('EC2 takes spot instances back: slaves 1, slaves 2, slaves 3 and 12 more');
  });

  it.each(['shutting-down', 'terminated'] as const)(
    'counts as no failure of replacements, even if it is seen only when they are %s',
    (state) => {
      const play = interrupted(slavesOf(20), 1, 2, 3, 4, 5, 6);
      for (const ordinal of [1, 2, 3, 4, 5, 6]) play.states.set(play.slave(ordinal).instanceId, state);
      const plan = play.pass();
      expect(plan.progress.failures).toEqual({});
      expect(launchedSlaves(plan).flat()).toHaveLength(6);
      expect(told(plan)).toContain('is lost: EC2 takes its spot instance back');
    },
  );

  it('drains more slaves than one cordon holds, and holds back as many as it can', () => {
    const count = mostDraining + 20;
    const play = slavesOf(count + 1);
    play.nodes = play.nodes.map((node, index) =>
      node.role === 'slave' ? { ...node, privateIp: `10.0.${index >> 8}.${(index & 255) + 1}` } : node,
    );
    const all = Array.from({ length: count }, (_, index) => index + 1);
    const plan = interrupted(play, ...all).pass();
    expect(play.nodes.filter(({ status }) => status === 'draining')).toHaveLength(count);
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toHaveLength(mostDraining);
  });

  it('has one stay that was to go rather than launch another, and holds back the others as before', () => {
    const play = slavesOf(3).want(1);
    for (const ordinal of [2, 3]) busy(play, ordinal);
    play.cordon(play.pass());
    const plan = interrupted(play, 1).pass();
    expect(launchedSlaves(plan)).toEqual([]);
    expect(told(plan)).toContain('slaves 2 stays after all');
    const addresses = [play.slave(3), play.slave(1)].map(({ privateIp }) => privateIp);
    expect(decisionOf(plan, 'cordon-nodes')?.addresses).toEqual(addresses.sort());
  });
});

describe('an elastic group whose slaves are interrupted', () => {
  const used = { cpus: 2, mem: 0, disk: 0, gpus: 0 };

  it('gets others for those that were busy before their work waits anywhere', () => {
    const play = slavesOf(4).follow(1, 20);
    for (const ordinal of [1, 2, 3, 4]) play.agents.set(play.slave(ordinal).privateIp!, { tasks: 1, used });
    play.pass();
    expect(launchedSlaves(interrupted(play, 3, 4).pass())).toEqual([[5, 6]]);
  });

  it('does not keep one that was to go only while idle when it gets work', () => {
    const play = slavesOf(2).follow(0, 5);
    for (const seconds of [1, rules.scaleInSeconds, 1]) play.pass(seconds);
    expect(play.slave(2)).toMatchObject({ status: 'draining' });
    interrupted(play, 2).pass();
    play.agents.set(play.slave(2).privateIp!, { tasks: 1, used });
    play.pass(5);
    expect(play.slave(2).status).toBe('draining');
  });
});

describe('a deployment whose slaves are interrupted while it is made', () => {
  it('goes on with others', () => {
    const play = slavesOf(4);
    const nodes = play.nodes.map((node): NodeRecord => {
      const { readyAt: _, ...young } = node;
      return node.role === 'slave' ? { ...young, status: 'launched' } : node;
    });
    const plan = decide(
      input({
        record: record({ desired: play.record.desired, progress: { launchSeq: 9, failures: {} } }),
        nodes,
        actual: {
          instances: nodes.map((node) => ({
            ...instanceOf(node),
            ...(node.role === 'slave' ? { interrupted: true as const } : {}),
          })),
          onlineInstanceIds: [],
          commands: [],
        },
      }),
    );
    expect(plan.status).toBeUndefined();
    expect(decisionOf(plan, 'launch-slaves')).toMatchObject({ token: `${clusterId}-9`, ordinals: [1, 2, 3, 4] });
    expect(plan.progress.failures).toEqual({});
  });
});
