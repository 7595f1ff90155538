/** Real sockets on loopback: what a receiver sees, and what is made of its answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { httpReceiver, type ReceiverOptions } from '../../lambdas/adapters/callback-post.ts';

type Behaviour = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function receiver(
  behave: Behaviour,
): Promise<{ port: number; seen: { request: IncomingMessage; body: string }[] }> {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    seen.push({ request, body });
    behave(request, response, body);
  });
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, seen };
}

const post = (url: string, options: Partial<ReceiverOptions> = {}, body = '{"status":"CREATE_COMPLETE"}') =>
  httpReceiver({ allowedNetworks: ['127.0.0.0/8'], timeoutSeconds: 10, ...options }).post(url, body);

describe('httpReceiver', () => {
  it('posts JSON, with path, query and credentials of the URL, on a connection of its own', async () => {
    const { port, seen } = await receiver((_, response) => response.writeHead(204).end());
    const outcome = await post(`http://us%20er:word@127.0.0.1:${port}/x/y?z=1#part`, {}, '{"a":"ü"}');
    expect(outcome).toEqual({ kind: 'delivered', statusCode: 204 });
    const { request, body } = seen[0]!;
    expect([request.method, request.url, body]).toEqual(['POST', '/x/y?z=1', '{"a":"ü"}']);
    expect(request.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      'content-type': 'application/json',
      'content-length': '10',
      'user-agent': 'mesoscale',
      authorization: `Basic ${Buffer.from('us er:word').toString('base64')}`,
    });
  });

  it('refuses a URL whose account cannot be decoded, and goes on', async () => {
    const outcome = await httpReceiver({ allowedNetworks: ['127.0.0.0/8'], timeoutSeconds: 5 }).post(
      'http://%zz@127.0.0.1:1/',
      '{}',
    );
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('cannot be asked') });
  });

  it('follows no redirect', async () => {
    const target = await receiver((_, response) => response.end());
    const { port } = await receiver((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end(),
    );
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({
      kind: 'refused',
      reason: 'it answered 307, and redirects are not followed',
    });
    expect(target.seen).toEqual([]);
  });

  it('does not wait for the end of an answer', async () => {
    const { port } = await receiver((_, response) => response.writeHead(200).write('x'.repeat(100_000)));
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'delivered', statusCode: 200 });
  });

  it('gives up on a receiver that does not answer', async () => {
    const { port } = await receiver(() => undefined);
    expect(await post(`http://127.0.0.1:${port}/`, { timeoutSeconds: 0.05 })).toEqual({
      kind: 'failed',
      reason: 'it did not answer within 0.05 s',
    });
  });

  it('gives up on a name server that does not answer', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    expect(await post('http://hook.example.org/', { resolve, timeoutSeconds: 0.05 })).toMatchObject({ kind: 'failed' });
  });

  it('tells why a receiver cannot be reached', async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({
      kind: 'failed',
      reason: 'it cannot be reached (ECONNREFUSED)',
    });
    const resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    expect(await post('http://hook.example.org/', { resolve })).toEqual({
      kind: 'failed',
      reason: 'hook.example.org could not be resolved (ENOTFOUND)',
    });
  });

  it('speaks TLS to the name of the URL', async () => {
    const { port } = await receiver(() => undefined);
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const outcome = await post(`https://hook.example.org.:${port}/`, { resolve });
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^it cannot be reached \(/) });
  });

  it('resolves the name once, and connects to the address that it checked', async () => {
    const { port, seen } = await receiver((_, response) => response.end());
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const outcome = await post(`http://hook.example.org.:${port}/`, { resolve });
    expect(outcome).toEqual({ kind: 'delivered', statusCode: 200 });
    expect(asked).toEqual(['hook.example.org']);
    expect(seen[0]?.request.headers.host).toBe(`hook.example.org.:${port}`);
  });

  it.each([
    ['a private address', ['10.0.0.1']],
    ['one public and one private address', ['8.8.8.8', '127.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a mapped loopback address', ['::ffff:127.0.0.1']],
    ['a NAT64 form of loopback', ['64:ff9b::7f00:1']],
  ])('sends nothing to a name that leads to %s', async (_, addresses) => {
    const { port, seen } = await receiver((_request, response) => response.end());
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const outcome = await post(`http://hook.example.org:${port}/`, { resolve, allowedNetworks: [] });
    expect(outcome).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^hook\.example\.org leads to .* is not a public address/),
    });
    expect(seen).toEqual([]);
  });

  it.each(['127.0.0.1', '127.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '127.0.0.1.'])(
    'sends nothing to the literal address %s',
    async (host) => {
      const { port, seen } = await receiver((_, response) => response.end());
      const resolve = () => Promise.reject(new Error('literal addresses are not resolved'));
      expect(await post(`http://${host}:${port}/`, { resolve, allowedNetworks: [] })).toMatchObject({
        kind: 'refused',
        reason: expect.stringMatching(/is not a public address \(loopback\)$/),
      });
      expect(seen).toEqual([]);
    },
  );
});
