import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { marathonTasks } from '../../lambdas/adapters/marathon-tasks.ts';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function marathon(answer: (asked: Asked) => { status: number; body?: unknown }) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const { status, body = {} } = answer(asked.at(-1)!);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const account = { username: 'admin', password: 'pass' };
  const gateway = marathonTasks({ timeoutMs: 2000, changeTimeoutMs: 2000, port });
  const move = (...hosts: string[]) =>
    gateway.moveServices({ release: 'indigo_1', masterIps: ['127.0.0.1'], account, hosts });
  return { asked, move };
}
const tasks = [
  { id: 'web.1', host: '10.0.9.1', appId: '/web' },
  { id: 'web.2', host: '10.0.9.2', appId: '/web' },
  { id: 'db.1', host: '10.0.9.1', appId: '/db' },
];

describe('moving services', () => {
  it('ends the tasks on the given hosts without scaling, so that Marathon starts them elsewhere', async () => {
    const { asked, move } = await marathon(({ method }) =>
      method === 'GET' ? { status: 200, body: { tasks } } : { status: 200 },
    );
    expect(await move('10.0.9.1')).toEqual({ moved: 2 });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v2/tasks',
      'POST /v2/tasks/delete?scale=false',
    ]);
    expect(JSON.parse(asked[1]!.body)).toEqual({ ids: ['web.1', 'db.1'] });
    expect(asked.every(({ headers }) => headers.accept === 'application/json')).toBe(true);
    expect(asked[0]!.headers.authorization).toBe(`Basic ${Buffer.from('admin:pass').toString('base64')}`);
  });

  it('ends nothing where nothing runs', async () => {
    const { asked, move } = await marathon(() => ({ status: 200, body: { tasks } }));
    expect(await move('10.0.9.3')).toEqual({ moved: 0 });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['does not answer with tasks', () => ({ status: 200, body: 'web' })],
    ['refuses the question', () => ({ status: 401 })],
    [
      'refuses the change',
      ({ method }: Asked) => (method === 'GET' ? { status: 200, body: { tasks } } : { status: 409 }),
    ],
  ])('answers nothing if Marathon %s', async (_, answer) => {
    expect(await (await marathon(answer)).move('10.0.9.1')).toBeUndefined();
  });
});
