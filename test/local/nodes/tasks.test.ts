import { ask, type Cluster, clientsOf } from './ask.ts';
import { clusterId, createCluster } from './cluster-harness.ts';

describe('tasks on agents', () => {
  let cluster: Cluster;
  let masters: readonly string[];
  let slaves: string[];
  afterEach(() => cluster.close());
  const begin = async (count: number, { size = 1, ...more }: Record<string, string> & { size?: number } = {}) => {
    cluster = await createCluster({ masters: size, seed: 'tasks' });
    masters = (await cluster.startMasters(more)).ids;
    slaves = await cluster.startSlaves(count, more);
  };
  const { inspect, act } = {
    inspect: () => cluster.nodes.inspect,
    act: () => cluster.nodes.act,
  };
  const tasks = () => inspect().tasks(clusterId);
  const running = () => tasks().filter(({ state }) => state === 'TASK_RUNNING');
  const until = (condition: () => boolean, within = 120_000) =>
    cluster.clock.runUntil(condition, { within, what: 'the condition' });
  const deploy = async (app: object) =>
    clientsOf(cluster).marathon('POST', '/v2/apps', { cmd: 'run', cpus: 0.1, mem: 32, ...app });
  const agents = () => inspect().cluster(clusterId)!.registeredAgents;
  const summary = async () => (await clientsOf(cluster).mesos('GET', '/master/state-summary')).body;

  it('are seen on the master, on the agent, and at their ports', async () => {
    await begin(1);
    await deploy({ id: '/web', portDefinitions: [{ port: 0 }], cpus: 0.5, mem: 256 });
    await until(() => running().length === 1);
    const [task] = running();
    const { mesos, agent } = clientsOf(cluster);
    expect(await summary()).toMatchObject({
      slaves: [
        {
          ...{ TASK_RUNNING: 1, TASK_STAGING: 0, framework_ids: [`${clusterId}-marathon`] },
          used_resources: { cpus: 0.5, mem: 256, ports: `[${task!.ports[0]}-${task!.ports[0]}]` },
          resources: { cpus: 2, ports: '[31000-32000]' },
        },
      ],
      frameworks: [{ name: 'marathon', TASK_RUNNING: 1, slave_ids: [task!.agentId] }, { name: 'chronos' }],
    });
    expect((await mesos('GET', '/metrics/snapshot')).body).toMatchObject({
      ...{ 'master/cpus_used': 0.5, 'master/cpus_percent': 0.25, 'master/mem_used': 256, 'master/tasks_running': 1 },
    });
    expect((await mesos('GET', '/master/tasks')).body).toMatchObject({
      tasks: [{ id: task!.id, state: 'TASK_RUNNING' }],
    });
    const state = (await mesos('GET', '/master/state')).body;
    expect(state.frameworks[0]).toMatchObject({ tasks: [{ slave_id: task!.agentId }], completed_tasks: [] });
    expect((await agent(task!.ip, '/metrics/snapshot')).body).toMatchObject({ 'slave/tasks_running': 1 });
    expect((await agent(task!.ip, '/slave(1)/state')).body).toMatchObject({
      id: task!.agentId,
      frameworks: [{ executors: [{ id: task!.id, tasks: [{ state: 'TASK_RUNNING' }] }] }],
    });
    expect((await agent(task!.ip, '/containers')).body).toMatchObject([{ executor_id: task!.id }]);
    const groups = cluster.groupId;
    expect(await ask(cluster, `http://${task!.ip}:${task!.ports[0]}/`, { groups })).toMatchObject({
      body: { app: '/web', task: task!.id },
    });
    act().failTask(clusterId, task!.id);
    expect((await mesos('GET', '/metrics/snapshot')).body).toMatchObject({ 'master/tasks_failed': 1 });
  });

  it('are lost 75 seconds after their agent, and started elsewhere', async () => {
    await begin(2);
    await deploy({ id: '/web' });
    await until(() => running().length === 1);
    const [task] = running();
    await cluster.terminate(slaves.find((id) => cluster.ipOf(id) === task!.ip)!);
    await cluster.clock.advance(74_000);
    expect(running().map(({ id }) => id)).toEqual([task!.id]);
    await until(() => running().length === 1 && running()[0]!.id !== task!.id);
    expect(inspect().endedTasks(clusterId)).toMatchObject([{ id: task!.id, state: 'TASK_LOST' }]);
  });

  it.each([
    ['indigo_1', 'another'],
    ['deep_1', 'the same'],
  ])('of %s end when their machine is stopped; started again, the agent is %s one', async (Release, which) => {
    await begin(1, { Release });
    await deploy({ id: '/web' });
    await until(() => running().length === 1);
    const [task] = running();
    const [id] = slaves;
    const before = task!.agentId;
    await cluster.call.ec2('StopInstances', { InstanceId: [id] });
    await cluster.clock.advance(60_000);
    await cluster.call.ec2('StartInstances', { InstanceId: [id] });
    await until(() => agents().some(({ active }) => active) && running().some((one) => one.id !== task!.id), 400_000);
    expect(cluster.ipOf(id!)).toBe(task!.ip);
    const after = (await clientsOf(cluster, cluster.masterIps[0]).mesos('GET', '/master/slaves')).body.slaves[0].id;
    expect(after === before ? 'the same' : 'another').toBe(which);
    expect(inspect().endedTasks(clusterId).at(-1)).toMatchObject({ id: task!.id, state: 'TASK_LOST' });
  });

  it('of Marathon since 1.4 are unreachable first', async () => {
    await begin(2, { Release: 'indigo_2' });
    await deploy({ id: '/web' });
    await until(() => running().length === 1);
    const [task] = running();
    await cluster.terminate(slaves.find((id) => cluster.ipOf(id) === task!.ip)!);
    await until(() => tasks().some(({ state }) => state === 'TASK_UNREACHABLE'));
    await cluster.clock.advance(290_000);
    expect(tasks()).toHaveLength(1);
    await until(() => running().length === 1);
    await until(() => tasks().length === 1, 400_000);
  });

  it('land on a cordoned agent while an old offer holds, and never after', async () => {
    await begin(3);
    const [one, two, free] = slaves.map(cluster.ipOf);
    const { statuses } = await cluster.upkeep('cordon-nodes', masters, { Cordoned: `${one},${two}` });
    expect(Object.values(statuses)).toEqual(['Success']);
    expect(inspect().cordoned(clusterId)).toEqual({ [cluster.masterIps[0]!]: [one, two] });
    await cluster.clock.advance(35_000);
    await deploy({ id: '/web', instances: 3 });
    await until(() => running().length === 3);
    expect(new Set(running().map(({ ip }) => ip))).toEqual(new Set([free]));
    await cluster.upkeep('cordon-nodes', masters, { Cordoned: 'none' });
    await cluster.clock.advance(5000);
    await deploy({ id: '/other', instances: 6, constraints: [['hostname', 'MAX_PER', '2']] });
    await until(() => running().length === 9);
  });

  it('can take an offer from before the cordon', async () => {
    await begin(8);
    await cluster.upkeep('cordon-nodes', masters, { Cordoned: slaves.map(cluster.ipOf).join(',') });
    await cluster.clock.advance(5000);
    await deploy({ id: '/web' });
    await cluster.clock.advance(30_000);
    expect(running()).toHaveLength(1);
    await deploy({ id: '/later' });
    await cluster.clock.advance(60_000);
    expect(running()).toHaveLength(1);
  });

  it('end with their agent when it is ended by force, and are known to be lost at once', async () => {
    await begin(1);
    const [id] = slaves;
    act().startTask(clusterId, cluster.ipOf(id!), { seconds: 600, cpus: 1 });
    await until(() => running().length === 1);
    const forced = await cluster.upkeep('stop-agent', [id!], { LeaveConsul: 'false', Force: 'true' });
    expect(forced.statuses).toEqual({ [id!]: 'Success' });
    expect([agents(), running()]).toEqual([[], []]);
  });

  it('may leave an executor behind, which keeps the agent from being stopped, too', async () => {
    await begin(1);
    const stop = () => cluster.upkeep('stop-agent', slaves, { LeaveConsul: 'false', Force: 'false' });
    const end = act().holdExecutor(clusterId, cluster.ipOf(slaves[0]!));
    expect(Object.values((await stop()).statuses)).toEqual(['Failed']);
    end();
    expect(Object.values((await stop()).statuses)).toEqual(['Success']);
  });

  it('keep their agent from being stopped; an idle one takes leave and comes back as another one', async () => {
    await begin(1);
    const [id] = slaves;
    const ip = cluster.ipOf(id!);
    const before = (await summary()).slaves[0].id;
    const taskId = act().startTask(clusterId, ip, { seconds: 60, cpus: 1 });
    await until(() => running().length === 1);
    expect(running()).toMatchObject([{ id: taskId, framework: 'foreign', instanceId: id }]);
    const busy = await cluster.upkeep('stop-agent', [id!], { LeaveConsul: 'false', Force: 'false' });
    expect(busy.statuses).toEqual({ [id!]: 'Failed' });
    expect(await cluster.outputOf(busy.commandId, id!)).toContain('the agent is busy');
    await until(() => running().length === 0);
    const idle = await cluster.upkeep('stop-agent', [id!], { LeaveConsul: 'false', Force: 'false' });
    expect(idle.statuses).toEqual({ [id!]: 'Success' });
    expect(agents()).toEqual([]);
    expect((await clientsOf(cluster).mesos('GET', '/metrics/snapshot')).body).toMatchObject({
      ...{ 'master/slave_removals': 1, 'master/slave_removals/reason_unregistered': 1, 'master/slaves_active': 0 },
    });
    await expect(ask(cluster, `http://${ip}:5051/health`)).rejects.toThrow();
    await cluster.ended(await cluster.start('slave', [id!]));
    expect((await summary()).slaves[0].id).not.toBe(before);
  });

  it('find no room in what is reserved, which keeps the agent from being stopped', async () => {
    await begin(1);
    const ip = cluster.ipOf(slaves[0]!);
    const release = act().reserve(clusterId, ip, { role: 'db', resources: { cpus: 1.5, mem: 0, disk: 0, gpus: 0 } });
    await deploy({ id: '/web', cpus: 1 });
    await cluster.clock.advance(30_000);
    expect(tasks()).toEqual([]);
    expect((await summary()).slaves[0].reserved_resources).toMatchObject({ db: { cpus: 1.5 } });
    const stop = () => cluster.upkeep('stop-agent', slaves, { LeaveConsul: 'false', Force: 'false' });
    const { commandId } = await stop();
    expect(await cluster.outputOf(commandId, slaves[0]!)).toContain('it has reserved resources');
    release();
    await until(() => running().length === 1);
  });

  it('end where a machine is brought down for maintenance', async () => {
    await begin(1);
    await deploy({ id: '/web' });
    await until(() => running().length === 1);
    const ip = cluster.ipOf(slaves[0]!);
    const machine = { hostname: ip, ip };
    const { mesos } = clientsOf(cluster);
    const windows = [{ machine_ids: [machine], unavailability: { start: { nanoseconds: 1 } } }];
    expect((await mesos('POST', '/master/machine/down', [machine])).status).toBe(400);
    expect((await mesos('POST', '/master/maintenance/schedule', { windows })).status).toBe(200);
    expect((await mesos('GET', '/master/maintenance/status')).body).toMatchObject({
      draining_machines: [{ id: machine }],
    });
    expect((await mesos('POST', '/master/machine/down', [machine])).status).toBe(200);
    await cluster.clock.advance(20_000);
    expect(agents()).toEqual([]);
    expect(inspect().endedTasks(clusterId)).toMatchObject([{ state: 'TASK_LOST' }]);
    expect((await mesos('POST', '/master/machine/up', [machine])).status).toBe(200);
    await until(() => running().length === 1);
  });

  it('behave as a test says', async () => {
    await begin(1);
    const undo = act().program({ image: 'acme/', behaviour: { pullSeconds: 5, runSeconds: 10, exitCode: 9 } });
    const container = { type: 'DOCKER', docker: { image: 'acme/web' } };
    await deploy({ id: '/web', container });
    await until(() => inspect().endedTasks(clusterId).length > 0);
    expect(inspect().endedTasks(clusterId)[0]!.message).toBe('Command exited with status 9');
    undo();
    await cluster.clock.advance(60_000);
    await until(() => running().length === 1);
    await cluster.clock.advance(60_000);
    expect(running()).toHaveLength(1);
    await deploy({ id: '/none', container: { type: 'DOCKER', docker: { image: 'simulated/task:missing' } } });
    await until(() => inspect().endedTasks(clusterId).at(-1)!.name === 'none');
    expect(inspect().endedTasks(clusterId).at(-1)!.message).toContain('image not found');
  });
});

describe('services', () => {
  let cluster: Cluster;
  afterEach(() => cluster.close());

  it('answer at the load balancer, from the internet, as far as security groups let them', async () => {
    cluster = await createCluster({ masters: 1, seed: 'services' });
    const more = { Release: 'deep_1' };
    await cluster.startMasters(more);
    await cluster.startSlaves(1, more);
    const balancer = await cluster.launchInSubnet('load-balancer');
    await cluster.online([balancer]);
    await cluster.ended(await cluster.start('load-balancer', [balancer], { ...more, PeerIps: cluster.ipOf(balancer) }));
    const { marathon } = clientsOf(cluster);
    const app = (id: string, labels: object) => ({
      ...{ id, cmd: 'run', cpus: 0.1, mem: 32, labels },
      container: {
        type: 'DOCKER',
        docker: { image: 'acme/web', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] },
      },
    });
    await marathon('POST', '/v2/apps', app('/shop/web', { HAPROXY_GROUP: 'external' }));
    await marathon('POST', '/v2/apps', app('/hidden', {}));
    const address = cluster.ec2.inspect.addresses().find(({ holder }) => holder === balancer)!.publicIp;
    const { fetchFromInternet } = cluster.nodes.router;
    expect(() => fetchFromInternet(`http://${address}:10000/`)).toThrow('nothing answers');
    const everybody = { IpProtocol: 'tcp', FromPort: '10000', ToPort: '20000', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await cluster.call.ec2('AuthorizeSecurityGroupIngress', { GroupId: cluster.groupId, IpPermissions: [everybody] });
    expect(fetchFromInternet(`http://${address}:10000/`).status).toBe(503);
    await cluster.clock.runUntil(() => fetchFromInternet(`http://${address}:10000/`).status === 200, {
      within: 120_000,
    });
    expect(fetchFromInternet(`http://${address}:10000/`).body).toMatchObject({ app: '/shop/web' });
    expect(() => fetchFromInternet(`http://${address}:10001/`)).toThrow('nothing answers');
    expect(() => fetchFromInternet('http://198.51.100.1:10000/')).toThrow('nothing answers');
  });
});
