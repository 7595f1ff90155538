import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpAsk } from '../../lambdas/adapters/http-ask.ts';
import { parseAgents, parseElected } from '../../lambdas/adapters/mesos-answers.ts';
import { mesosHttp } from '../../lambdas/adapters/mesos-http.ts';
import type { SnapshotRequest } from '../../lambdas/contracts/gateway.ts';
import { accounts } from '../local/nodes/cluster-harness.ts';
import { serve, type TestServer } from '../support/http-server.ts';

describe('httpAsk', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/silent') return;
      if (request.url === '/cut') return void request.socket.destroy();
      response.end(`${request.headers.authorization}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = (path: string, timeoutMs = 2_000) =>
    httpAsk({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      path,
      timeoutMs,
      account: accounts.mesos,
    });

  it('answers with status and text, and sends the account', async () => {
    const expected = `Basic ${Buffer.from('admin:mesos-pw').toString('base64')}`;
    expect(await get('/')).toEqual({ status: 200, body: expected });
  });
  it('answers with nothing when the other side is silent or gone', async () => {
    expect(await get('/silent', 50)).toEqual({ status: 0, body: '' });
    expect(await get('/cut')).toEqual({ status: 0, body: '' });
  });
});

describe('answers of Mesos', () => {
  it('tell an elected master', () => {
    expect(parseElected('{"master/elected":1.0}')).toBe(true);
    expect(['{"master/elected":0}', '{}', 'no json', ''].map(parseElected)).toEqual([false, false, false, false]);
  });

  const slave = {
    id: 'S1',
    pid: 'slave(1)@10.0.1.7:5051',
    active: true,
    resources: { cpus: 4, mem: 100, disk: 9 },
    used_resources: { cpus: 1, mem: 0, disk: 0 },
    reserved_resources: { analysts: { cpus: 1, mem: 10, disk: 5 }, others: { cpus: 0.5, mem: 0, disk: 0 } },
    TASK_RUNNING: 2,
    TASK_STAGING: 1,
  };

  it('list agents of any version', () => {
    expect(parseAgents(JSON.stringify({ slaves: [slave] }))).toEqual([
      {
        id: 'S1',
        ip: '10.0.1.7',
        active: true,
        total: { cpus: 4, mem: 100, disk: 9, gpus: 0 },
        used: { cpus: 1, mem: 0, disk: 0, gpus: 0 },
        reserved: { cpus: 1.5, mem: 10, disk: 5, gpus: 0 },
        tasks: 3,
      },
    ]);
  });

  it.each<[string, unknown]>([
    ['a page', '<html>'],
    ['a list of something else', { slaves: [{ id: 'S1' }] }],
    ['an agent whose use is not told', { slaves: [{ ...slave, used_resources: undefined }] }],
    [
      'an agent whose use is nonsense',
      { slaves: [slave, { ...slave, used_resources: { cpus: 'some', mem: 0, disk: 0 } }] },
    ],
    ['an agent without a count of tasks', { slaves: [{ ...slave, TASK_RUNNING: undefined }] }],
    ['reservations that cannot be read', { slaves: [{ ...slave, reserved_resources: { analysts: 'all' } }] }],
  ])('tell nothing by %s, rather than that nothing runs', (_, answer) => {
    expect(parseAgents(typeof answer === 'string' ? answer : JSON.stringify(answer))).toBeUndefined();
  });
});

describe('mesosHttp', () => {
  it('finds nobody healthy where nobody answers', async () => {
    const request = {
      operation: 'snapshot' as const,
      release: 'indigo_1' as const,
      masterIps: ['127.0.0.2'],
      expectChronos: true,
      loadBalancers: [{ ip: '127.0.0.2', port: 9090, healthPath: '/_haproxy_health_check' }],
      credentials: accounts,
    };
    expect(await mesosHttp({ timeoutMs: 500 }).snapshot(request)).toEqual({
      masters: [{ ip: '127.0.0.2', healthy: false, elected: false, marathon: false, chronos: false }],
      loadBalancers: [{ ip: '127.0.0.2', healthy: false }],
      agents: [],
    });
  });

  it('takes any answer of a load balancer without a health page as healthy, and only 200 of one with a page', async () => {
    const server = createServer((_, response) => void response.writeHead(503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = async (loadBalancer: { healthPath?: string }) => {
      const request = {
        operation: 'snapshot' as const,
        release: 'indigo_1' as const,
        masterIps: ['127.0.0.2'],
        expectChronos: false,
        loadBalancers: [{ ip: '127.0.0.1', port, ...loadBalancer }],
        credentials: accounts,
      };
      return (await mesosHttp({ timeoutMs: 500 }).snapshot(request))?.loadBalancers;
    };
    expect(await ask({})).toEqual([{ ip: '127.0.0.1', healthy: true }]);
    expect(await ask({ healthPath: '/health' })).toEqual([{ ip: '127.0.0.1', healthy: false }]);
    server.close();
  });
});

describe('what waits, in a snapshot', () => {
  const servers: TestServer[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const item = { count: 2, delay: { timeLeftSeconds: 0, overdue: true }, app: { id: '/web', cpus: 1, mem: 64 } };
  const usual: Readonly<Record<string, unknown>> = {
    '/master/health': '',
    '/metrics/snapshot': { 'master/elected': 1 },
    '/master/state-summary': { slaves: [] },
    '/v2/queue': { queue: [item] },
    '/v1/scheduler/graph/csv': 'node,due,fresh,queued',
    '/v1/scheduler/jobs': [{ name: 'due' }],
  };
  /** @param replies instead of the usual ones; undefined: 404 */
  const play = async (asked: Partial<SnapshotRequest>, replies: Readonly<Record<string, unknown>> = {}) => {
    const order: string[] = [];
    const start = async (service: string) => {
      const all: Readonly<Record<string, unknown>> = { ...usual, [`${service}/ping`]: 'pong', ...replies };
      const server = await serve(({ path }) => {
        order.push(path);
        const body = all[path === '/ping' ? service + path : path];
        return body === undefined ? undefined : { status: 200, body };
      });
      servers.push(server);
      return server.port;
    };
    const ports = { mesos: await start('mesos'), marathon: await start('marathon'), chronos: await start('chronos') };
    const snapshot = await mesosHttp({ timeoutMs: 2000, ports }).snapshot({
      ...{ operation: 'snapshot', release: 'indigo_2', masterIps: ['127.0.0.1'], loadBalancers: [] },
      ...{ expectChronos: true, demand: true, credentials: accounts, ...asked },
    });
    return { told: snapshot?.demand?.map(({ id }) => id), order };
  };

  it('is Marathon’s and Chronos’ together, read after the agents', async () => {
    const { told, order } = await play({});
    expect(told).toEqual(['/web', 'due']);
    // The other way round, a task that starts in between would wait and run in the same picture.
    const agents = order.indexOf('/master/state-summary');
    expect(agents).toBeGreaterThanOrEqual(0);
    expect(Math.min(order.indexOf('/v2/queue'), order.indexOf('/v1/scheduler/graph/csv'))).toBeGreaterThan(agents);
  });

  it('is not asked for unless somebody wants to know', async () => {
    const { told, order } = await play({ demand: false });
    expect(told).toBeUndefined();
    expect(order.filter((path) => path.startsWith('/v'))).toEqual([]);
  });

  it('is not told when it would not leave room for the rest of the answer', async () => {
    const queue = (count: number) => ({
      '/v2/queue': { queue: Array.from({ length: count }, (_, k) => ({ ...item, app: { ...item.app, id: `/${k}` } })) },
    });
    expect((await play({}, queue(15_000))).told).toHaveLength(15_001);
    expect((await play({}, queue(30_000))).told).toBeUndefined();
  });

  it('is Marathon’s alone where there is no Chronos', async () => {
    expect((await play({ expectChronos: false }, { '/v1/scheduler/graph/csv': undefined })).told).toEqual(['/web']);
  });

  it.each<[string, object]>([
    ['Marathon does not answer a ping', { 'marathon/ping': undefined }],
    ['Marathon does not tell its queue', { '/v2/queue': undefined }],
    ['Marathon’s queue is nonsense', { '/v2/queue': { queue: [{ count: 2 }] } }],
    ['Chronos does not answer a ping', { 'chronos/ping': undefined }],
    ['Chronos does not tell its graph', { '/v1/scheduler/graph/csv': undefined }],
    ['Chronos does not tell its jobs', { '/v1/scheduler/jobs': undefined }],
  ])('is not told in part when %s', async (_, replies) => {
    expect((await play({}, replies as Readonly<Record<string, unknown>>)).told).toBeUndefined();
  });
});
