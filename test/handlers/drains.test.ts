import { makeCordonNodes } from '../../lambdas/handlers/cordon-nodes.ts';
import { makeMoveServices } from '../../lambdas/handlers/move-services.ts';
import { makeStartInstances } from '../../lambdas/handlers/start-instances.ts';
import { makeStopAgents } from '../../lambdas/handlers/stop-agents.ts';
import { makeStopInstances } from '../../lambdas/handlers/stop-instances.ts';
import { at, clusterId, desired, foundation, readyNodes } from '../support/clusters.ts';
import { FakeClusterStore } from '../support/fake-cluster-store.ts';
import { clockAt } from '../support/fakes.ts';

const absent = { desired: desired({ presence: 'absent' }) };
const settings = { signalsQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/signals' };
const clock = clockAt(at(7));
const now = at(7).toISOString();

function sender(known: (instanceIds: readonly string[]) => readonly string[] = (all) => all) {
  const sent: { instanceIds: readonly string[]; parameters: Readonly<Record<string, string>> }[] = [];
  const send = async (instanceIds: readonly string[], parameters: Readonly<Record<string, string>>) => {
    sent.push({ instanceIds, parameters });
    return new Map(known(instanceIds).map((instanceId) => [instanceId, `c-${sent.length}`] as const));
  };
  return { sent, commands: { send } };
}
const nodesOf = async (store: FakeClusterStore, role: string) =>
  (await store.loadCluster(clusterId)).nodes.filter((node) => node.role === role);

describe('cordon-nodes', () => {
  const nodes = readyNodes();
  const masters = nodes.filter(({ role }) => role === 'master');
  const decision = {
    kind: 'cordon-nodes' as const,
    key: 'cordon',
    reason: 'r',
    addresses: ['10.0.9.1', '10.0.9.2'],
    instanceIds: masters.map(({ instanceId }) => instanceId),
  };
  const unknown = { at: now, message: 'SSM does not know the node', undelivered: true };
  const sentTo = { addresses: '10.0.9.1,10.0.9.2', at: now };

  it('sends the whole list and records it beside the one of before', async () => {
    const [first] = masters;
    const held = nodes.map((node) => (node === first ? { ...node, cordon: { held: '10.0.9.1' } } : node));
    const store = new FakeClusterStore().add({}, held);
    const { sent, commands } = sender();
    const result = await makeCordonNodes({ store, commands, clock, settings })({ clusterId, decision });
    expect(result).toEqual({ key: 'cordon', outcome: 'done' });
    expect(sent).toEqual([
      {
        instanceIds: decision.instanceIds,
        parameters: { ClusterId: clusterId, SignalsQueueUrl: settings.signalsQueueUrl, Cordoned: '10.0.9.1,10.0.9.2' },
      },
    ]);
    expect((await nodesOf(store, 'master')).map(({ cordon }) => cordon)).toEqual([
      { held: '10.0.9.1', sent: { ...sentTo, commandId: 'c-1' } },
      { held: '', sent: { ...sentTo, commandId: 'c-1' } },
      { held: '', sent: { ...sentTo, commandId: 'c-1' } },
    ]);
  });

  it('records before it sends, so that nobody relies on the list of before if it stops in between, and may be repeated', async () => {
    const store = new FakeClusterStore().add({}, nodes);
    const dying = { send: () => Promise.reject(new Error('the function ends')) };
    await expect(
      makeCordonNodes({ store, commands: dying, clock, settings })({ clusterId, decision }),
    ).rejects.toThrow();
    expect((await nodesOf(store, 'master')).map(({ cordon }) => cordon)).toEqual(
      masters.map(() => ({ held: '', sent: sentTo })),
    );
    const { sent, commands } = sender();
    await makeCordonNodes({ store, commands, clock, settings })({ clusterId, decision });
    await makeCordonNodes({ store, commands, clock, settings })({ clusterId, decision });
    expect(sent).toHaveLength(1);
  });

  it('takes back what was never sent', async () => {
    const store = new FakeClusterStore().add({}, nodes);
    const { commands } = sender(([first]) => (first ? [first] : []));
    await makeCordonNodes({ store, commands, clock, settings })({ clusterId, decision });
    expect((await nodesOf(store, 'master')).map(({ cordon }) => cordon?.sent?.commandId)).toEqual([
      'c-1',
      undefined,
      undefined,
    ]);
    expect((await nodesOf(store, 'master'))[1]?.cordon).toEqual({ held: '', setback: unknown });
    const none = sender(() => []);
    const lonely = new FakeClusterStore().add({}, nodes);
    const result = await makeCordonNodes({ store: lonely, commands: none.commands, clock, settings })({
      clusterId,
      decision,
    });
    expect(result).toMatchObject({ outcome: 'failed', error: 'NotYetVisible' });
  });

  it.each(['10.0.9.1', '10.0.9.1,10.0.9.3'])(
    'relies on no list if an earlier try may have sent it: %s',
    async (held) => {
      const inDoubt = nodes.map((node) =>
        node.role === 'master' ? { ...node, cordon: { held, sent: sentTo } } : node,
      );
      const store = new FakeClusterStore().add({}, inDoubt);
      const { commands } = sender(() => []);
      await makeCordonNodes({ store, commands, clock, settings })({ clusterId, decision });
      expect((await nodesOf(store, 'master'))[0]?.cordon).toEqual({ held: '10.0.9.1', setback: unknown });
    },
  );

  it('says none for an empty list, and nothing at all to a cluster that goes', async () => {
    const { sent, commands } = sender();
    const empty = { ...decision, addresses: [] };
    await makeCordonNodes({ store: new FakeClusterStore().add({}, nodes), commands, clock, settings })({
      clusterId,
      decision: empty,
    });
    await makeCordonNodes({ store: new FakeClusterStore().add(absent, nodes), commands, clock, settings })({
      clusterId,
      decision,
    });
    expect(sent.map(({ parameters }) => parameters.Cordoned)).toEqual(['none']);
  });
});

describe('stop-agents', () => {
  const drain = { goal: 'removal' as const, since: now };
  const nodes = readyNodes().map((node) =>
    node.role === 'slave' ? { ...node, status: 'draining' as const, drain } : node,
  );
  const slaves = nodes.filter(({ role }) => role === 'slave');
  const decision = {
    kind: 'stop-agents' as const,
    key: 'stop-agents',
    reason: 'r',
    instanceIds: slaves.map(({ instanceId }) => instanceId),
  };

  it('sends the command and records it; what SSM does not know has not got it', async () => {
    const store = new FakeClusterStore().add({}, nodes);
    const { sent, commands } = sender((all) => all.slice(0, 1));
    expect((await makeStopAgents({ store, commands, clock, settings })({ clusterId, decision })).outcome).toBe('done');
    expect(sent[0]?.parameters).toEqual({
      ClusterId: clusterId,
      SignalsQueueUrl: settings.signalsQueueUrl,
      LeaveConsul: 'true',
      Force: 'false',
    });
    expect((await nodesOf(store, 'slave')).map((node) => node.drain)).toEqual([
      { ...drain, stopping: { commandId: 'c-1', at: now } },
      { ...drain, setback: { at: now, message: 'SSM does not know the node', undelivered: true, since: now } },
    ]);
  });

  it('ends by force only agents on instances that EC2 takes back', async () => {
    const [first] = slaves;
    const store = new FakeClusterStore().add(
      {},
      nodes.map((node) => (node === first ? { ...node, interrupted: now } : node)),
    );
    const { sent, commands } = sender();
    await makeStopAgents({ store, commands, clock, settings })({ clusterId, decision: { ...decision, force: true } });
    expect(sent).toMatchObject([{ instanceIds: [first?.instanceId], parameters: { Force: 'true' } }]);
  });

  it('leaves alone what was called back, what is under way already, and a cluster that goes', async () => {
    const { sent, commands } = sender();
    const [first, second] = slaves;
    const changed = [
      { ...first!, status: 'ready' as const },
      { ...second!, drain: { ...drain, stopping: { commandId: 'c-0', at: now } } },
    ];
    await makeStopAgents({ store: new FakeClusterStore().add({}, changed), commands, clock, settings })({
      clusterId,
      decision,
    });
    await makeStopAgents({ store: new FakeClusterStore().add(absent, nodes), commands, clock, settings })({
      clusterId,
      decision,
    });
    expect(sent).toEqual([]);
  });
});

describe('move-services', () => {
  const nodes = readyNodes().map((node) => (node.role === 'slave' ? { ...node, status: 'draining' as const } : node));
  const [slave] = nodes.filter(({ role }) => role === 'slave');
  const decision = {
    kind: 'move-services' as const,
    key: 'move-services',
    reason: 'moving services off slaves 1',
    addresses: [slave!.privateIp!, '10.0.200.1'],
  };
  const account = { username: 'admin', password: 'secret' };
  const credentials = { get: async () => ({ marathon: account }) as never };
  const run = async (answer: { moved: number } | undefined, cluster = {}) => {
    const store = new FakeClusterStore().add(cluster, nodes);
    const asked: unknown[] = [];
    const moveServices = async (request: unknown) => {
      asked.push(request);
      return answer;
    };
    const result = await makeMoveServices({ store, credentials, gateway: { moveServices }, clock })({
      clusterId,
      decision,
    });
    return { result, asked, activity: store.activity };
  };

  it('asks Marathon about the slaves that still drain, and tells what was moved', async () => {
    const { result, asked, activity } = await run({ moved: 3 });
    expect(result.outcome).toBe('done');
    expect(asked).toEqual([
      {
        release: 'indigo_1',
        masterIps: foundation().masterInterfaces.map(({ privateIp }) => privateIp),
        account,
        hosts: [slave!.privateIp],
      },
    ]);
    expect(activity).toEqual([{ level: 'info', text: 'moving services off slaves 1: 3 tasks' }]);
  });

  it('is silent when there was nothing to move, and fails when Marathon does not say', async () => {
    expect((await run({ moved: 0 })).activity).toEqual([]);
    expect((await run(undefined)).result).toMatchObject({ outcome: 'failed', error: 'DependencyUnavailable' });
    expect((await run({ moved: 1 }, absent)).asked).toEqual([]);
  });
});

describe('stop-instances and start-instances', () => {
  it('do so, unless the cluster goes', async () => {
    const told: string[] = [];
    const tell = (verb: string) => async (ids: readonly string[]) => {
      told.push(`${verb} ${ids.join()}`);
    };
    const machines = { stop: tell('stop'), start: tell('start') };
    const base = { key: 'k', reason: 'r', instanceIds: ['i-1', 'i-2'] };
    for (const cluster of [{}, absent]) {
      const store = new FakeClusterStore().add(cluster);
      await makeStopInstances({ store, machines })({ clusterId, decision: { kind: 'stop-instances', ...base } });
      await makeStartInstances({ store, machines })({ clusterId, decision: { kind: 'start-instances', ...base } });
    }
    expect(told).toEqual(['stop i-1,i-2', 'start i-1,i-2']);
  });
});
