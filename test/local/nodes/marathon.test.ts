import { type Cluster, clientsOf, type Told } from './ask.ts';
import { clusterId, createCluster } from './cluster-harness.ts';

describe('Marathon 1.1.1', () => {
  let cluster: Cluster;
  let marathon: ReturnType<typeof clientsOf>['marathon'];
  afterEach(() => cluster.close());
  const begin = async (slaves = 2, more: Record<string, string> = {}) => {
    cluster = await createCluster({ masters: 1, seed: 'marathon' });
    await cluster.startMasters(more);
    await cluster.startSlaves(slaves, more);
    ({ marathon } = clientsOf(cluster));
  };
  const tasks = () => cluster.nodes.inspect.tasks(clusterId);
  const running = () => tasks().filter(({ state }) => state === 'TASK_RUNNING');
  const until = (condition: () => boolean | Promise<boolean>, within = 120_000) =>
    cluster.clock.runUntil(condition, { within, what: 'the condition' });
  const deployed = () => until(async () => (await marathon('GET', '/v2/deployments')).body.length === 0, 600_000);
  const bridged = (id: string, image: string, more: object = {}) => ({
    ...{ id, cpus: 0.1, mem: 64, instances: 1 },
    container: {
      type: 'DOCKER',
      docker: { image, network: 'BRIDGE', portMappings: [{ containerPort: 80, protocol: 'tcp' }] },
    },
    ...more,
  });

  it('runs a group: it gets ports, is seen by Mesos, and is gone when it is deleted', async () => {
    await begin();
    const created = await marathon('POST', '/v2/groups', { id: '/d1', apps: [bridged('web', 'acme/web:1')] });
    expect(created).toMatchObject({
      status: 201,
      body: { version: expect.any(String), deploymentId: expect.any(String) },
    });
    expect((await marathon('GET', '/v2/deployments')).body).toMatchObject([
      { id: created.body.deploymentId, affectedApps: ['/d1/web'], currentActions: [{ action: 'ScaleApplication' }] },
    ]);
    await deployed();
    const { app } = (await marathon('GET', '/v2/apps//d1/web')).body;
    expect(app).toMatchObject({
      ...{ id: '/d1/web', instances: 1, tasksRunning: 1, tasksStaged: 0, deployments: [], uris: [] },
      container: { docker: { network: 'BRIDGE', portMappings: [{ containerPort: 80, servicePort: 10_000 }] } },
      ports: [10_000],
      tasks: [{ appId: '/d1/web', servicePorts: [10_000], host: running()[0]!.ip }],
    });
    expect(app.tasks[0].ports[0]).toBeGreaterThanOrEqual(31_000);
    expect(app.tasks[0].state).toBeUndefined();
    expect((await marathon('GET', '/v2/groups/d1')).body).toMatchObject({ id: '/d1', apps: [{ id: '/d1/web' }] });
    expect((await marathon('DELETE', '/v2/groups/d1')).status).toBe(200);
    expect(await marathon('GET', '/v2/groups/d1')).toMatchObject({
      status: 404,
      body: { message: "Group '/d1' does not exist" },
    });
    await until(() => tasks().length === 0);
  });

  it('refuses what it refuses, with the place', async () => {
    await begin(1);
    const put = (body: object) => marathon('PUT', '/v2/groups//g', body);
    expect(await put({ apps: [{ id: 'Web_1', cmd: 'sleep 1' }] })).toMatchObject({
      status: 422,
      body: { message: 'Object is not valid', details: [{ path: '/apps(0)/id' }] },
    });
    expect((await put({ apps: [{ id: 'a' }] })).body.details[0].errors[0]).toContain("'cmd' or 'args'");
    expect((await put({ apps: [{ id: 'a', cmd: 'x', instances: 'many' }] })).body.details[0].path).toBe(
      '/apps(0)/instances',
    );
    expect((await put({ apps: [{ id: '/other/a', cmd: 'x' }] })).body.details[0].errors[0]).toContain('not child');
    expect((await marathon('GET', '/v2/apps')).body).toEqual({ apps: [] });
    await put({ apps: [{ id: 'a', cmd: 'run' }] });
    expect((await marathon('POST', '/v2/groups', { id: '/g' })).status).toBe(409);
    expect((await marathon('POST', '/v2/apps', { id: '/g/a', cmd: 'run' })).status).toBe(409);
    expect((await marathon('GET', '/v2/apps/none')).body).toEqual({ message: "App '/none' does not exist" });
  });

  it('locks an app while it is deployed, unless forced', async () => {
    await begin(1);
    const tooLarge = { id: '/big', cmd: 'run', cpus: 64 };
    await marathon('POST', '/v2/apps', tooLarge);
    const locked = await marathon('PUT', '/v2/apps/big', { cpus: 0.1 });
    expect(locked).toMatchObject({ status: 409, body: { deployments: [{ id: expect.any(String) }] } });
    expect((await marathon('PUT', '/v2/apps/big?force=true', { cpus: 0.1 })).status).toBe(200);
    await deployed();
    expect(running()).toHaveLength(1);
  });

  it('keeps what finds no place in its queue, until there is one', async () => {
    await begin(1);
    await marathon('POST', '/v2/apps', { id: '/many', cmd: 'run', cpus: 0.9, mem: 32, instances: 5 });
    await until(() => running().length === 2);
    const { queue } = (await marathon('GET', '/v2/queue')).body;
    expect(queue).toMatchObject([
      { count: 3, delay: { overdue: true, timeLeftSeconds: 0 }, app: { id: '/many', cpus: 0.9 } },
    ]);
    expect(queue[0].processedOffersSummary).toBeUndefined();
    await cluster.startSlaves(2);
    await deployed();
    expect(running()).toHaveLength(5);
    expect((await marathon('GET', '/v2/queue')).body).toEqual({ queue: [] });
  });

  it('launches a crashing app ever more slowly, and tells why', async () => {
    await begin(1);
    await marathon('POST', '/v2/apps', { id: '/bad', cmd: 'exit 3', cpus: 0.1, mem: 32, backoffSeconds: 20 });
    const ended = () => cluster.nodes.inspect.endedTasks(clusterId);
    await until(() => ended().length === 1);
    expect((await marathon('GET', '/v2/apps/bad')).body.app.lastTaskFailure).toMatchObject({
      ...{ appId: '/bad', state: 'TASK_FAILED', message: 'Command exited with status 3' },
    });
    expect((await marathon('GET', '/v2/queue')).body.queue).toMatchObject([{ count: 1, delay: { overdue: false } }]);
    await until(() => ended().length === 6, 400_000);
    const gaps = ended().map(({ stagedAt }, index, all) => stagedAt - (all[index - 1]?.stagedAt ?? stagedAt));
    expect(gaps[5]).toBeGreaterThan(gaps[1]!);
  });

  it('replaces the instances of a changed app one by one, and never serves with less', async () => {
    await begin(2);
    await marathon('PUT', '/v2/groups//g', { apps: [bridged('web', 'acme/web:1', { instances: 3 })] });
    await deployed();
    const first = new Set(running().map(({ id }) => id));
    const { app } = (await marathon('GET', '/v2/apps//g/web')).body;
    await marathon('PUT', '/v2/groups//g', { apps: [bridged('web', 'acme/web:2', { instances: 3 })] });
    let least = 3;
    await until(async () => {
      least = Math.min(least, running().length);
      return (await marathon('GET', '/v2/deployments')).body.length === 0;
    });
    expect(least).toBe(3);
    expect(running()).toHaveLength(3);
    expect(running().some(({ id }) => first.has(id))).toBe(false);
    const after = (await marathon('GET', '/v2/apps//g/web')).body.app;
    expect(after.ports).toEqual(app.ports);
    await marathon('PUT', '/v2/apps//g/web', { instances: 1 });
    await deployed();
    expect(running()).toHaveLength(1);
    expect((await marathon('GET', '/v2/apps//g/web')).body.app.versionInfo.lastConfigChangeAt).toBe(
      after.versionInfo.lastConfigChangeAt,
    );
  });

  it('starts what others depend on first', async () => {
    await begin(1);
    const apps = [
      { ...bridged('front', 'simulated/task:pull-1'), dependencies: ['/g/back'] },
      bridged('back', 'simulated/task:pull-50'),
    ];
    await marathon('PUT', '/v2/groups//g', { apps });
    await until(() => tasks().length === 1);
    expect(tasks()[0]!.name).toBe('back.g');
    await deployed();
    expect(running().map(({ name }) => name)).toEqual(['back.g', 'front.g']);
  });

  it('replaces tasks that are killed, or that their app loses', async () => {
    await begin(2);
    await marathon('PUT', '/v2/groups//g', { apps: [bridged('web', 'acme/web:1', { instances: 2 })] });
    await deployed();
    const [one, two] = running();
    const killed = await marathon('POST', '/v2/tasks/delete?scale=false', { ids: [one!.id, 'none'] });
    expect(killed.body.tasks).toMatchObject([{ id: one!.id }]);
    await until(() => running().length === 2 && !running().some(({ id }) => id === one!.id));
    const scaled = await marathon('POST', '/v2/tasks/delete?scale=true', { ids: [two!.id] });
    expect(scaled.body.deploymentId).toEqual(expect.any(String));
    await deployed();
    expect(running().map(({ id }) => id)).not.toContain(two!.id);
    expect((await marathon('GET', '/v2/apps//g/web')).body.app.instances).toBe(1);
  });

  it('counts an app with health checks as deployed when it is healthy, and kills what never is', async () => {
    await begin(1);
    const healthChecks = [{ protocol: 'HTTP', path: '/', gracePeriodSeconds: 20, intervalSeconds: 10 }];
    const counts = async (): Promise<Told['body']> => (await marathon('GET', '/v2/apps/ok')).body.app;
    await marathon('POST', '/v2/apps', bridged('/ok', 'acme/ok', { healthChecks }));
    await deployed();
    expect(await counts()).toMatchObject({ tasksRunning: 1, tasksHealthy: 1, tasksUnhealthy: 0 });
    await marathon('POST', '/v2/apps', bridged('/ill', 'simulated/task:unhealthy', { healthChecks }));
    await until(async () => (await marathon('GET', '/v2/apps/ill')).body.app.lastTaskFailure !== undefined);
    expect((await marathon('GET', '/v2/apps/ill')).body.app.lastTaskFailure.message).toContain('health check failed');
    expect((await marathon('GET', '/v2/deployments')).body).toHaveLength(1);
  });

  it('keeps its apps when its leader is lost, and learns what happened meanwhile', async () => {
    cluster = await createCluster({ seed: 'fail-over' });
    const { ids } = await cluster.startMasters();
    await cluster.startSlaves(1);
    const leader = cluster.nodes.inspect.cluster(clusterId)!.marathonLeader!;
    ({ marathon } = clientsOf(
      cluster,
      cluster.masterIps.find((ip) => ip !== leader),
    ));
    await marathon('POST', '/v2/apps', { id: '/web', cmd: 'run', cpus: 0.1, mem: 32 });
    await deployed();
    const [task] = running();
    await cluster.terminate(ids[cluster.masterIps.indexOf(leader)]!);
    expect((await marathon('GET', '/v2/apps/web')).status).toBe(503);
    cluster.nodes.act.failTask(clusterId, task!.id);
    expect(tasks()).toEqual([]);
    await until(() => running().length === 1);
    expect((await marathon('GET', '/v2/apps/web')).body.app.lastTaskFailure.taskId).toBe(task!.id);
  });
});

describe('Marathon', () => {
  let cluster: Cluster;
  afterEach(() => cluster.close());

  it('knows nothing any more when ZooKeeper begins anew, while what it started runs on', async () => {
    cluster = await createCluster({ masters: 1, seed: 'forgets' });
    const { ids } = await cluster.startMasters();
    await cluster.startSlaves(1);
    const { marathon, chronos } = clientsOf(cluster);
    await marathon('PUT', '/v2/groups//g', { apps: [{ id: 'web', cmd: 'run', cpus: 0.1, mem: 32 }] });
    await chronos('POST', '/scheduler/iso8601', { name: 'job', schedule: 'R/2030-01-01T00:00:00Z/P1D' });
    const running = () => cluster.nodes.inspect.tasks(clusterId).filter(({ state }) => state === 'TASK_RUNNING');
    await cluster.clock.runUntil(() => running().length === 1, { within: 60_000 });
    await cluster.terminate(ids[0]!);
    await cluster.clock.advance(60_000);
    await cluster.startMasters();
    await cluster.clock.advance(60_000);
    expect((await marathon('GET', '/v2/groups')).body).toMatchObject({ apps: [], groups: [] });
    expect((await chronos('GET', '/scheduler/jobs')).body).toEqual([]);
    expect(running()).toHaveLength(1);
  });
});

describe('Marathon of later releases', () => {
  let cluster: Cluster;
  afterEach(() => cluster.close());

  it('tells why offers do not fit, and shows networks and ports as 1.5 does', async () => {
    cluster = await createCluster({ masters: 1, seed: 'later' });
    const more = { Release: 'deep_1', EnableGpu: 'true' };
    await cluster.startMasters(more);
    await cluster.startSlaves(2, more);
    const { marathon } = clientsOf(cluster);
    await marathon('POST', '/v2/apps', {
      ...{ id: '/web', cmd: 'run', cpus: 8, mem: 64, constraints: [['zone', 'LIKE', '.*a']] },
      container: { type: 'DOCKER', docker: { image: 'acme/web', network: 'BRIDGE' } },
    });
    await cluster.clock.advance(10_000);
    const { queue } = (await marathon('GET', '/v2/queue')).body;
    const summary = queue[0].processedOffersSummary.rejectSummaryLastOffers;
    expect(summary).toContainEqual({ reason: 'UnfulfilledConstraint', declined: 1, processed: 2 });
    expect(summary).toContainEqual({ reason: 'InsufficientCpus', declined: 1, processed: 1 });
    expect(queue[0].since).toEqual(expect.any(String));
    const { app } = (await marathon('GET', '/v2/apps/web')).body;
    expect(app).toMatchObject({ networks: [{ mode: 'container/bridge' }], gpus: 0 });
    expect(app.container.portMappings).toMatchObject([{ containerPort: 0, servicePort: 10_000 }]);
    expect(app).not.toHaveProperty('ports');
    expect(app).not.toHaveProperty('uris');
    const gpu = { id: '/gpu', cmd: 'run', gpus: 1, container: { type: 'MESOS', docker: { image: 'acme/gpu' } } };
    expect((await marathon('POST', '/v2/apps', gpu)).status).toBe(201);
  });

  it('knows no GPUs unless they are switched on', async () => {
    cluster = await createCluster({ masters: 1, seed: 'no-gpu' });
    await cluster.startMasters({ Release: 'indigo_2' });
    const { marathon } = clientsOf(cluster);
    expect(await marathon('POST', '/v2/apps', { id: '/gpu', cmd: 'run', gpus: 1 })).toMatchObject({
      status: 422,
      body: { details: [{ path: '/gpus' }] },
    });
  });
});
