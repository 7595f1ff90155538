import { ask } from './ask.ts';
import { accounts, clusterId, createCluster } from './cluster-harness.ts';

type Cluster = Awaited<ReturnType<typeof createCluster>>;

describe('the VPC router', () => {
  let cluster: Cluster;
  afterAll(() => cluster.close());
  const at = (port: number, path: string, slot = 1) => `http://${cluster.masterIps[slot - 1]}:${port}${path}`;
  const leaderSlot = () => cluster.masterIps.indexOf(cluster.nodes.inspect.cluster(clusterId)!.mesosLeader!) + 1;
  const others = () => [1, 2, 3].filter((slot) => slot !== leaderSlot());

  beforeAll(async () => {
    cluster = await createCluster({ seed: 'router' });
    await cluster.startMasters();
    const slave = await cluster.launchInSubnet('slave');
    await cluster.online([slave]);
    await cluster.ended(await cluster.start('slave', [slave]));
  });

  it('lets through what security groups allow, and breaks other connections', async () => {
    expect((await ask(cluster, at(5050, '/master/health'))).status).toBe(200);
    await expect(ask(cluster, at(5050, '/master/health'), { groups: 'sg-other' })).rejects.toThrow();
    await expect(ask(cluster, at(2181, '/'))).rejects.toThrow();
    await expect(ask(cluster, 'http://10.0.7.7:5050/master/health')).rejects.toThrow();
  });

  it('finds one elected master among all', async () => {
    const metrics = await Promise.all([1, 2, 3].map((slot) => ask(cluster, at(5050, '/metrics/snapshot', slot))));
    const elected = metrics.map(({ body }) => (body as Record<string, number>)['master/elected']);
    expect(elected.filter((one) => one === 1)).toHaveLength(1);
    const leader = metrics[leaderSlot() - 1]!.body as Record<string, number>;
    expect(leader).toMatchObject({ 'master/slaves_active': 1, 'master/cpus_total': 2, 'master/frameworks_active': 2 });
    expect(leader['master/gpus_total']).toBeUndefined();
  });

  it('shows the agents on the leader, and nothing on the others of 0.28', async () => {
    const onLeader = (await ask(cluster, at(5050, '/master/slaves', leaderSlot()))).body;
    expect(onLeader).toMatchObject({
      slaves: [{ active: true, resources: { cpus: 2, mem: 7168 }, attributes: { group: 'slaves' } }],
    });
    expect((await ask(cluster, at(5050, '/master/slaves', others()[0]!))).body).toEqual({ slaves: [] });
    const { body } = await ask(cluster, at(5050, '/master/state-summary', leaderSlot()));
    expect(body).toMatchObject({
      slaves: [{ TASK_RUNNING: 0 }],
      frameworks: [{ name: 'marathon' }, { name: 'chronos' }],
    });
  });

  it('answers as Marathon, with credentials only', async () => {
    const { marathon: account } = accounts;
    expect((await ask(cluster, at(8080, '/ping'))).status).toBe(401);
    expect((await ask(cluster, at(8080, '/ping'), { account: { ...account, password: 'x' } })).status).toBe(401);
    expect(await ask(cluster, at(8080, '/ping', 2), { account })).toMatchObject({ status: 200, body: 'pong\n' });
    const info = await ask(cluster, at(8080, '/v2/info', 3), { account });
    expect(info.body).toMatchObject({ version: '1.1.1', frameworkId: expect.any(String) });
    const leader = await ask(cluster, at(8080, '/v2/leader'), { account });
    expect(cluster.masterIps.map((ip) => `${ip}:8080`)).toContain((leader.body as { leader: string }).leader);
    expect((await ask(cluster, at(8080, '/v2/apps'), { account })).body).toEqual({ apps: [] });
  });

  it('answers as Chronos of the release', async () => {
    const { chronos: account } = accounts;
    expect((await ask(cluster, at(4400, '/ping'))).status).toBe(401);
    expect((await ask(cluster, at(4400, '/ping'), { account })).status).toBe(200);
    expect((await ask(cluster, at(4400, '/scheduler/jobs'), { account })).body).toEqual([]);
    expect((await ask(cluster, at(4400, '/v1/scheduler/jobs'), { account })).status).toBe(404);
  });

  it('answers as the agent', async () => {
    const slave = cluster.nodes.inspect.cluster(clusterId)!.registeredAgents[0]!;
    expect((await ask(cluster, `http://${slave.ip}:5051/slave(1)/health`)).status).toBe(200);
    const { body } = await ask(cluster, `http://${slave.ip}:5051/metrics/snapshot`);
    expect(body).toMatchObject({ 'slave/registered': 1 });
  });

  it('says that there is no leader while there is none', async () => {
    const slot = leaderSlot();
    const left = others();
    await cluster.terminate(
      cluster.ec2.inspect
        .instances()
        .find((one) => one.privateIp === cluster.masterIps[slot - 1] && one.state === 'running')!.instanceId,
    );
    await expect(ask(cluster, at(5050, '/master/health', slot))).rejects.toThrow();
    const metrics = await ask(cluster, at(5050, '/metrics/snapshot', left[0]!));
    expect(metrics.body).toMatchObject({ 'master/elected': 0 });
    expect((await ask(cluster, at(5050, '/master/redirect', left[0]!))).status).toBe(307);
  });
});

describe('the software of deep_1', () => {
  let cluster: Cluster;
  afterAll(() => cluster.close());

  it('protects what can be read, redirects to the leader, and has its own bridges and prefix', async () => {
    cluster = await createCluster({ seed: 'deep' });
    await cluster.startMasters({ Release: 'deep_1', EnableConsul: 'true' });
    const seen = cluster.nodes.inspect.cluster(clusterId)!;
    const leader = seen.mesosLeader!;
    const other = cluster.masterIps.find((ip) => ip !== leader)!;
    const { mesos, chronos } = accounts;
    expect((await ask(cluster, `http://${leader}:5050/metrics/snapshot`)).status).toBe(401);
    const metrics = await ask(cluster, `http://${leader}:5050/metrics/snapshot`, { account: mesos });
    expect(metrics.body).toMatchObject({
      'registrar/log/recovered': 1,
      'registrar/log/ensemble_size': 3,
      'master/gpus_total': 0,
    });
    const redirected = await ask(cluster, `http://${other}:5050/master/slaves`, { account: mesos });
    expect(redirected).toMatchObject({ status: 307, location: `//${leader}:5050/master/slaves` });
    const jobs = await ask(cluster, `http://${other}:4400/v1/scheduler/jobs`, { account: chronos });
    expect(jobs.body).toEqual([]);
    const consul = await ask(cluster, `http://${other}:8500/v1/status/peers`);
    expect(consul.body).toHaveLength(3);
    const balancer = await cluster.launchInSubnet('load-balancer');
    await cluster.online([balancer]);
    await cluster.ended(await cluster.start('load-balancer', [balancer], { Release: 'deep_1', EnableConsul: 'true' }));
    const ip = cluster.ec2.inspect.instances().at(-1)!.privateIp;
    expect((await ask(cluster, `http://${ip}:9090/_haproxy_health_check`)).status).toBe(200);
  });
});
