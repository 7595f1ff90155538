import { marathonHttp } from '../../lambdas/adapters/marathon-http.ts';
import { accounts } from '../local/nodes/cluster-harness.ts';
import { type Asked, type Reply, serve, type TestServer } from '../support/http-server.ts';

const group = { id: '/d/web', apps: [{ id: 'a' }] };
let server: TestServer;
let reply: (asked: Asked) => Reply | undefined;
beforeEach(async () => {
  reply = () => undefined;
  server = await serve((asked) => reply(asked));
});
afterEach(() => server.close());

const request = { release: 'deep_1' as const, masterIps: ['127.0.0.1'], account: accounts.marathon };
const marathon = () => marathonHttp({ timeoutMs: 2_000, changeTimeoutMs: 2_000, port: server.port });
const put = (masterIps = request.masterIps) => marathon().putGroup({ ...request, masterIps, group, force: true });

describe('putGroup', () => {
  it('puts the group under its own path, with the account', async () => {
    reply = () => ({ status: 200, body: { version: 'v', deploymentId: 'x' } });
    expect(await put()).toEqual({ outcome: 'accepted' });
    const authorization = `Basic ${Buffer.from('admin:marathon-pw').toString('base64')}`;
    expect(server.asked).toEqual([{ method: 'PUT', path: '/v2/groups/d/web?force=true', authorization, body: group }]);
  });

  it.each<[number, unknown, object]>([
    [
      422,
      { message: 'Object is not valid', details: [{ path: '/apps(0)/id', errors: ['is bad', 'is long'] }] },
      { outcome: 'refused', status: 422, message: 'Object is not valid; /apps(0)/id: is bad, is long' },
    ],
    [
      422,
      { message: 'Bean is not valid', details: [{ attribute: 'id', error: 'must match' }] },
      { outcome: 'refused', status: 422, message: 'Bean is not valid; id: must match' },
    ],
    [400, 'no JSON', { outcome: 'refused', status: 400, message: 'no JSON' }],
    [409, { message: 'locked' }, { outcome: 'refused', status: 409, message: 'locked' }],
    [401, '', { outcome: 'refused', status: 401, message: '' }],
    [500, 'oops', { outcome: 'unanswered', status: 500 }],
    [503, '', { outcome: 'unanswered', status: 503 }],
    [429, '', { outcome: 'unanswered', status: 429 }],
  ])('tells a refusal from an outage: %i %j', async (status, body, expected) => {
    reply = () => ({ status, body });
    expect(await put()).toEqual(expected);
  });

  it('asks the next master when one is gone or knows no leader, and a majority at most', async () => {
    reply = () => ({ status: 200, body: {} });
    expect(await put(['127.0.0.2', '127.0.0.1', '127.0.0.1'])).toEqual({ outcome: 'accepted' });
    expect(server.asked).toHaveLength(1);
    reply = () => ({ status: 503 });
    expect(await put(['127.0.0.1', '127.0.0.1', '127.0.0.1'])).toEqual({ outcome: 'unanswered', status: 503 });
    expect(server.asked).toHaveLength(3);
  });
});

describe('deleteGroup', () => {
  const remove = () => marathon().deleteGroup({ ...request, groupId: '/d/web', force: true });

  it.each([
    [200, { outcome: 'accepted' }],
    [404, { outcome: 'accepted' }],
    [403, { outcome: 'refused', status: 403, message: 'x' }],
  ])('takes %i as %j', async (status, expected) => {
    reply = () => ({ status, body: 'x' });
    expect(await remove()).toEqual(expected);
    expect(server.asked).toMatchObject([{ method: 'DELETE', path: '/v2/groups/d/web?force=true' }]);
  });
});

describe('viewGroups', () => {
  const view = () => marathon().viewGroups({ ...request, groupIds: ['/d/web'] });
  const answers = (apps: unknown, queue: unknown = { queue: [] }, deployments: unknown = []) => {
    reply = ({ path }) => {
      if (path.startsWith('/v2/apps?id=/d/web/&')) return { status: 200, body: { apps } };
      if (path === '/v2/queue') return { status: 200, body: queue };
      return path === '/v2/deployments' ? { status: 200, body: deployments } : undefined;
    };
  };
  const counts = { instances: 2, tasksStaged: 1, tasksRunning: 1, tasksHealthy: 1, tasksUnhealthy: 0 };

  it('sees an app of 1.5: ports of the container, task, failure, queue with reasons', async () => {
    answers(
      [
        {
          id: '/d/web/a',
          ...counts,
          healthChecks: [{}],
          container: { type: 'DOCKER', portMappings: [{ containerPort: 80, servicePort: 10_001 }] },
          tasks: [{ id: 't', host: '10.0.0.5', ports: [31_005], state: 'TASK_RUNNING', startedAt: 'T', slaveId: 'S1' }],
          lastTaskFailure: {
            state: 'TASK_FAILED',
            message: 'x'.repeat(900),
            host: '10.0.0.6',
            timestamp: 'T',
            taskId: 't',
          },
        },
        { id: '/d/web2/a', ...counts },
      ],
      {
        queue: [
          {
            count: 1,
            delay: { timeLeftSeconds: 7, overdue: false },
            app: { id: '/d/web/a' },
            processedOffersSummary: {
              rejectSummaryLastOffers: [
                { reason: 'UnfulfilledRole', declined: 0, processed: 5 },
                { reason: 'InsufficientCpus', declined: 1, processed: 5 },
                { reason: 'InsufficientMemory', declined: 4, processed: 4 },
              ],
            },
          },
        ],
      },
      [
        { id: 'x', affectedApps: ['/d/web/a'] },
        { id: 'y', affectedApps: ['/d/web2/a'] },
      ],
    );
    expect(await view()).toEqual([
      {
        id: '/d/web',
        found: true,
        deployments: 1,
        apps: [
          {
            id: '/d/web/a',
            instances: 2,
            staged: 1,
            running: 1,
            healthy: 1,
            unhealthy: 0,
            hasHealthChecks: true,
            servicePorts: [10_001],
            tasks: [{ host: '10.0.0.5', ports: [31_005], state: 'TASK_RUNNING', startedAt: 'T' }],
            lastFailure: { state: 'TASK_FAILED', message: 'x'.repeat(500), host: '10.0.0.6', at: 'T' },
            queue: {
              count: 1,
              delaySeconds: 7,
              reasons: [
                { reason: 'InsufficientMemory', declined: 4, processed: 4 },
                { reason: 'InsufficientCpus', declined: 1, processed: 5 },
              ],
            },
          },
        ],
      },
    ]);
  });

  it('sees apps of 1.1: ports inside docker or of the host, a queue without reasons', async () => {
    answers(
      [
        { id: '/d/web/b', ...counts, container: { docker: { portMappings: [{ servicePort: 10_002 }] } } },
        { id: '/d/web/a', ...counts, container: null, portDefinitions: [{ port: 10_003 }] },
      ],
      { queue: [{ count: 2, delay: { timeLeftSeconds: 0, overdue: true }, app: { id: '/d/web/a' } }] },
    );
    const apps = (await view())?.[0]?.apps;
    expect(apps?.map(({ id, servicePorts, queue }) => [id, servicePorts, queue])).toEqual([
      ['/d/web/a', [10_003], { count: 2, delaySeconds: 0, reasons: [] }],
      ['/d/web/b', [10_002], undefined],
    ]);
  });

  it('keeps the answer small however many tasks there are', async () => {
    answers([{ id: '/d/web/a', ...counts, tasks: Array.from({ length: 5000 }, () => ({ host: 'h', ports: [1] })) }]);
    expect((await view())?.[0]?.apps[0]?.tasks).toHaveLength(20);
  });

  it('tells a group that is not there from a Marathon that cannot tell', async () => {
    answers([]);
    expect(await view()).toEqual([{ id: '/d/web', found: false, deployments: 0, apps: [] }]);
    reply = () => ({ status: 500 });
    expect(await view()).toBeUndefined();
    reply = () => ({ status: 200, body: '<html>' });
    expect(await view()).toBeUndefined();
  });
});
