import { chronosHttp, parseGraph } from '../../lambdas/adapters/chronos-http.ts';
import { accounts } from '../local/nodes/cluster-harness.ts';
import { type Asked, type Reply, serve, type TestServer } from '../support/http-server.ts';

let server: TestServer;
let reply: (asked: Asked) => Reply | undefined;
beforeEach(async () => {
  reply = () => ({ status: 204 });
  server = await serve((asked) => reply(asked));
});
afterEach(() => server.close());

const chronos = () => chronosHttp({ timeoutMs: 2_000, changeTimeoutMs: 2_000, port: server.port });
const request = (release: 'indigo_1' | 'indigo_2') => ({
  release,
  masterIps: ['127.0.0.1'],
  account: accounts.chronos,
});
const asked = () => server.asked.map(({ method, path }) => `${method} ${path}`);

describe('chronosHttp', () => {
  it.each<['indigo_1' | 'indigo_2', { parents?: string[] }, string]>([
    ['indigo_1', {}, 'POST /scheduler/iso8601'],
    ['indigo_2', { parents: [] }, 'POST /v1/scheduler/iso8601'],
    ['indigo_2', { parents: ['one'] }, 'POST /v1/scheduler/dependency'],
  ])('submits with %s and %j to %s', async (release, rest, expected) => {
    const job = { name: 'two', command: 'true', ...rest };
    expect(await chronos().putJob({ ...request(release), job })).toEqual({ outcome: 'accepted' });
    expect(asked()).toEqual([expected]);
    expect(server.asked[0]?.body).toEqual(job);
  });

  it('tells why a job is refused', async () => {
    reply = () => ({ status: 400, body: 'Bad schedule' });
    const job = { name: 'two', schedule: 'nonsense' };
    expect(await chronos().putJob({ ...request('indigo_1'), job })).toEqual({
      outcome: 'refused',
      status: 400,
      message: 'Bad schedule',
    });
  });

  it.each([204, 400, 404])('takes %i as the end of a job', async (status) => {
    reply = () => ({ status });
    expect(await chronos().deleteJob({ ...request('indigo_2'), name: 'two' })).toEqual({ outcome: 'accepted' });
    expect(asked()).toEqual(['DELETE /v1/scheduler/job/two']);
  });

  it('views jobs by their exact names, with what the graph says', async () => {
    const found = [
      { name: 'one-more', successCount: 9 },
      { name: 'one', successCount: 1, errorCount: 2, lastSuccess: 'S', lastError: '', disabled: true },
    ];
    reply = ({ path }) => {
      if (path.includes('graph'))
        return { status: 200, body: 'node,one,success,2 running\nnode,two,fresh,queued\nlink,a,b\n' };
      return { status: 200, body: path.includes('name=one&') ? found : [] };
    };
    const views = await chronos().viewJobs({ ...request('indigo_2'), names: ['one', 'two'] });
    const none = { successCount: 0, errorCount: 0, disabled: false };
    expect(views).toEqual([
      {
        name: 'one',
        found: true,
        successCount: 1,
        errorCount: 2,
        disabled: true,
        lastSuccess: 'S',
        queued: false,
        running: 2,
      },
      { name: 'two', found: false, ...none, queued: true, running: 0 },
    ]);
  });

  it('cannot tell while Chronos does not answer', async () => {
    reply = () => ({ status: 500 });
    expect(await chronos().viewJobs({ ...request('indigo_1'), names: ['one'] })).toBeUndefined();
  });
});

it('reads rows of the graph of either version', () => {
  expect([...parseGraph('node,a,failure,idle\nnode,b,fresh,running\n\nnonsense')]).toEqual([
    ['a', 'idle'],
    ['b', 'running'],
  ]);
});
