/** A receiver of callbacks on loopback, which behaves as it is told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A status to answer with, `hang`: no answer at all, or another URL to redirect to. */
export type Behaviour = number | 'hang' | { readonly redirectTo: string };

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: the deployment's view, read as any receiver does, without types
  readonly json: any;
}

export interface CallbackReceiver {
  /** Every request so far, oldest first. */
  readonly received: readonly Received[];
  /** `http://127.0.0.1:<port>` and the path: one path, one deployment. */
  url(path: string): string;
  /** What the next requests to this path are answered, one after the other; afterwards 200. */
  behave(path: string, ...behaviours: readonly Behaviour[]): void;
  /** Statuses that this path was told, oldest first. */
  statuses(path: string): readonly string[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<CallbackReceiver> {
  const received: Received[] = [];
  const planned = new Map<string, Behaviour[]>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? '';
    received.push({ path, headers: request.headers, json: JSON.parse(Buffer.concat(chunks).toString()) });
    const behaviour = planned.get(path)?.shift() ?? 200;
    if (behaviour === 'hang') return;
    if (typeof behaviour === 'number') response.writeHead(behaviour).end('thank you');
    else response.writeHead(307, { location: behaviour.redirectTo }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    received,
    url: (path) => `${origin}${path}`,
    behave: (path, ...behaviours) => void planned.set(path, [...behaviours]),
    statuses: (path) => received.filter((one) => one.path === path).map(({ json }) => json.status as string),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
