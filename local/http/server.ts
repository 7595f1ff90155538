import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalServer {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Listens on the loopback address only.
 *
 * @param port 0 takes a free one
 * @throws Error with one clear sentence if the port is taken
 */
export async function startServer(port: number, respond: Respond): Promise<LocalServer> {
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      // The client went away, or the answer broke half way: there is nobody to tell.
      response.destroy(error as Error);
    });
  });
  server.keepAliveTimeout = 60_000;
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(inUse ? new Error(`port ${port} is in use; choose another one or stop what listens there`) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}
