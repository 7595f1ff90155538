import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpAsk } from '../../lambdas/adapters/http-ask.ts';
import { parseAgents, parseElected } from '../../lambdas/adapters/mesos-answers.ts';
import { mesosHttp } from '../../lambdas/adapters/mesos-http.ts';
import { accounts } from '../local/nodes/cluster-harness.ts';

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

  it('list agents of any version', () => {
    const slave = {
      id: 'S1',
      pid: 'slave(1)@10.0.1.7:5051',
      active: true,
      resources: { cpus: 4, mem: 100, disk: 9 },
      used_resources: { cpus: 1 },
      reserved_resources: { analysts: { cpus: 1, mem: 10, disk: 5 }, others: { cpus: 0.5 } },
      TASK_RUNNING: 2,
      TASK_STAGING: 1,
    };
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
    expect(parseAgents('<html>')).toBeUndefined();
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
