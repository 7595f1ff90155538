/** A small HTTP server that answers by method and path, and remembers what it was asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string;
  readonly body: unknown;
}
export type Reply = { readonly status: number; readonly body?: unknown };

export interface TestServer {
  readonly port: number;
  readonly asked: Asked[];
  close(): void;
}

/** @param reply undefined: 404 */
export async function serve(
  reply: (asked: Asked) => Reply | undefined,
  host = '127.0.0.1',
  port = 0,
): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = request;
      const one = {
        method,
        path: url,
        authorization: headers.authorization ?? '',
        body: text ? JSON.parse(text) : undefined,
      };
      asked.push(one);
      const { status, body = '' } = reply(one) ?? { status: 404 };
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
