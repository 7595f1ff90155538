/** What the adapters read of a simulated cluster: how much waits, and what of it is on which agent. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mesosHttp } from '../../../lambdas/adapters/mesos-http.ts';
import type { ReleaseName } from '../../../lambdas/contracts/cluster.ts';
import { ask, type Cluster, clientsOf, type Told } from './ask.ts';
import { accounts, clusterId, createCluster } from './cluster-harness.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Passes requests on to a port of the cluster's only master. @returns the port to ask */
async function passOn(cluster: Cluster, port: number, account: { username: string; password: string }) {
  const server = createServer(async (request, response) => {
    const told = await ask(cluster, `http://${cluster.masterIps[0]}:${port}${request.url}`, { account }).catch(
      () => {},
    );
    if (told === undefined) return void request.socket.destroy();
    response.writeHead(told.status).end(typeof told.body === 'string' ? told.body : JSON.stringify(told.body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe.each<ReleaseName>(['indigo_1', 'indigo_2', 'deep_1'])('a cluster of %s', (release) => {
  let cluster: Cluster;
  let slaves: readonly string[];
  let post: (app: object) => Promise<Told>;
  let snapshot: () => ReturnType<ReturnType<typeof mesosHttp>['snapshot']>;
  afterEach(() => cluster.close());
  /** Of two CPUs each. */
  const begin = async (count: number) => {
    cluster = await createCluster({ masters: 1, seed: `demand-${release}` });
    await cluster.startMasters({ Release: release });
    slaves = (await cluster.startSlaves(count, { Release: release })).map(cluster.ipOf);
    const { marathon } = clientsOf(cluster);
    post = (app) => marathon('POST', '/v2/apps', { cmd: 'run', cpus: 0.1, mem: 32, ...app });
    const ports = {
      mesos: await passOn(cluster, 5050, accounts.mesos),
      marathon: await passOn(cluster, 8080, accounts.marathon),
      chronos: await passOn(cluster, 4400, accounts.chronos),
    };
    const gateway = mesosHttp({ timeoutMs: 2000, ports });
    snapshot = () =>
      gateway.snapshot({
        ...{ operation: 'snapshot', release, masterIps: ['127.0.0.1'], loadBalancers: [] },
        ...{ expectChronos: true, demand: true, credentials: accounts },
      });
  };
  const demand = async () => (await snapshot())?.demand;
  const runs = (count: number) =>
    cluster.clock.runUntil(
      () => cluster.nodes.inspect.tasks(clusterId).filter(({ state }) => state === 'TASK_RUNNING').length === count,
      { within: 300_000, what: `${count} running tasks` },
    );
  const submit = (job: object) => {
    const prefix = release === 'indigo_1' ? '' : '/v1';
    return clientsOf(cluster).chronos('POST', `${prefix}/scheduler/iso8601`, { command: 'sleep 600', ...job });
  };
  const tellsReasons = release !== 'indigo_1';

  it('tells what waits for room, with what it needs, and nothing of what runs', async () => {
    await begin(1);
    expect(await demand()).toEqual([]);
    await post({ id: '/small' });
    await post({ id: '/large', cpus: 1.5, mem: 100, instances: 4 });
    await submit({ name: 'crunch', cpus: 1.8, mem: 200 });
    await submit({ name: 'later', schedule: 'R1/2099-01-01T00:00:00Z/PT1H' });
    await cluster.clock.advance(10_000);
    await runs(2);
    expect(await demand()).toEqual([
      {
        ...{ scheduler: 'marathon', id: '/large', count: 3, need: { cpus: 1.5, mem: 100, disk: 0, gpus: 0 } },
        ...{ backOffSeconds: 0, constraints: [], hostPorts: [], hosts: [], resident: false },
        reasons: tellsReasons ? ['InsufficientCpus'] : [],
      },
      {
        ...{ scheduler: 'chronos', id: 'crunch', count: 1, need: { cpus: 1.8, mem: 200, disk: 256, gpus: 0 } },
        ...{ backOffSeconds: 0, constraints: [], hostPorts: [], hosts: [], resident: false, reasons: [] },
      },
    ]);
  });

  it('tells where tasks are that keep others of their app away', async () => {
    await begin(2);
    const fixed = { requirePorts: true, portDefinitions: [{ port: 31_500, protocol: 'tcp' }] };
    await post({ id: '/lone', instances: 3, constraints: [['hostname', 'UNIQUE']] });
    await post({ id: '/port', instances: 3, ...fixed });
    await cluster.clock.advance(10_000);
    await runs(4);
    const told = await demand();
    expect(told?.map(({ hosts, ...one }) => ({ ...one, hosts: hosts.toSorted() }))).toMatchObject([
      { id: '/lone', count: 1, hosts: slaves.toSorted(), reasons: tellsReasons ? ['UnfulfilledConstraint'] : [] },
      { id: '/port', count: 1, hostPorts: [31_500], hosts: slaves.toSorted() },
    ]);
  });

  it('tells that an app which fails again and again is put off', async () => {
    await begin(1);
    await post({ id: '/crash', cmd: 'exit 3', backoffSeconds: 60, backoffFactor: 2 });
    await cluster.clock.runUntil(
      async () => ((await demand()) ?? []).some(({ backOffSeconds }) => backOffSeconds > 30),
      {
        ...{ within: 300_000, every: 1000, what: 'a delay' },
      },
    );
  });

  it('counts more than a hundred tasks whole', async () => {
    await begin(10);
    await post({ id: '/many', instances: 150, mem: 32 });
    await runs(150);
    expect((await clientsOf(cluster).mesos('GET', '/master/tasks')).body.tasks).toHaveLength(100);
    const agents = (await snapshot())?.agents ?? [];
    const sum = (amount: (agent: (typeof agents)[number]) => number) =>
      agents.reduce((total, agent) => total + amount(agent), 0);
    expect([agents.length, sum(({ tasks }) => tasks), Math.round(sum(({ used }) => used.cpus) * 10)]).toEqual([
      10, 150, 150,
    ]);
  });

  it('shows an agent that only an executor, or a reservation, is on', async () => {
    await begin(2);
    const end = cluster.nodes.act.holdExecutor(clusterId, slaves[0]!);
    const unreserve = cluster.nodes.act.reserve(clusterId, slaves[1]!, {
      ...{ role: 'db', resources: { cpus: 0.5, mem: 64, disk: 100, gpus: 0 } },
    });
    const at = async (ip: string) => (await snapshot())?.agents.find((agent) => agent.ip === ip);
    expect(await at(slaves[0]!)).toMatchObject({ tasks: 0, used: { cpus: 0.1, mem: 32 }, reserved: { cpus: 0 } });
    expect(await at(slaves[1]!)).toMatchObject({ tasks: 0, used: { cpus: 0 }, reserved: { cpus: 0.5, disk: 100 } });
    end();
    unreserve();
    expect(await at(slaves[0]!)).toMatchObject({ used: { cpus: 0, mem: 0 } });
    expect(await at(slaves[1]!)).toMatchObject({ reserved: { cpus: 0, disk: 0 } });
  });

  it('tells no demand while a scheduler does not answer, and none of its agents while Mesos does not', async () => {
    await begin(1);
    const { act } = cluster.nodes;
    for (const service of ['marathon', 'chronos'] as const) {
      const end = act.silence(clusterId, service);
      expect(await snapshot()).toMatchObject({ leader: '127.0.0.1', masters: [{ [service]: false }] });
      expect(await demand()).toBeUndefined();
      end();
      expect(await demand()).toEqual([]);
    }
    const end = act.silence(clusterId, 'mesos');
    expect(await snapshot()).toMatchObject({ agents: [], masters: [{ healthy: false, marathon: true }] });
    end();
    expect((await snapshot())?.agents).toHaveLength(1);
  });

  it('can tell of some agents only', async () => {
    await begin(2);
    const end = cluster.nodes.act.hideAgents(clusterId, [slaves[1]!]);
    expect((await snapshot())?.agents.map(({ ip }) => ip)).toEqual([slaves[0]]);
    end();
    expect((await snapshot())?.agents).toHaveLength(2);
  });

  it('can give old answers', async () => {
    await begin(1);
    const { act } = cluster.nodes;
    const ends = (['mesos', 'marathon', 'chronos'] as const).map((service) => act.freeze(clusterId, service));
    await post({ id: '/large', cpus: 1.5, instances: 2 });
    await runs(1);
    expect(await snapshot()).toMatchObject({ agents: [{ tasks: 0 }], demand: [] });
    for (const end of ends) end();
    expect(await snapshot()).toMatchObject({ agents: [{ tasks: 1 }], demand: [{ id: '/large', count: 1 }] });
  });
});
