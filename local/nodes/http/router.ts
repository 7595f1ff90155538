/**
 * The way from functions in the VPC to nodes. An HTTP server on the loopback address gets requests for private addresses, with
 * the address in `Host` and the sender's security groups in a header. What security groups do not let through, and where
 * nothing listens, ends as a connection that breaks.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimClock } from '../../types.ts';
import type { Node } from '../node.ts';
import type { SimulatedNodes } from '../simulator.ts';
import type { SoftwareAnswer, SoftwareRequest } from './answer.ts';
import { findListener } from './software.ts';

export const securityGroupsHeader = 'x-local-security-groups';

export interface Router {
  /** Starts listening. @returns the loopback port */
  listen(): Promise<number>;
  /** The loopback port. @throws Error before `listen` */
  port(): number;
  /**
   * Asks a node at its public address, as somebody on the internet would.
   * @param url with a public address as its host, and with a user and password if they are asked for; without a port 80
   * @throws Error if nothing answers: no such address, a closed security group, nothing that listens
   */
  fetchFromInternet(url: string, options?: InternetRequest): SoftwareAnswer;
  close(): Promise<void>;
}

export interface InternetRequest {
  readonly method?: string;
  readonly body?: string;
}

/** Somebody out there. */
const clientIp = '203.0.113.77';

export function createRouter(clock: SimClock, nodes: SimulatedNodes): Router {
  const server = createServer((request, response) => {
    const release = clock.hold();
    response.on('close', release);
    void serve(clock, nodes, request, response);
  });
  server.keepAliveTimeout = 1000;
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      }),
    port() {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the VPC router does not listen yet');
      return address.port;
    },
    fetchFromInternet(url, options = {}) {
      const { hostname, port, pathname, searchParams, username, password } = new URL(url);
      const node = nodes.findByPublicIp(hostname);
      const from = { securityGroupIds: [], ip: clientIp };
      const listener = node && findListenerOn(clock, nodes, node, Number(port || 80), from);
      if (!listener) throw new Error(`nothing answers at ${hostname}:${port || 80}`);
      const { method = 'GET', body = '' } = options;
      const credentials = username === '' ? {} : { credentials: { username, password } };
      return listener({ method, body, path: pathname, query: searchParams, ...credentials });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  clock: SimClock,
  nodes: SimulatedNodes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const listener = findTarget(clock, nodes, request);
    if (!listener) {
      request.socket.destroy();
      return;
    }
    send(response, listener(await read(request)));
  } catch {
    request.socket.destroy();
  }
}

function findTarget(clock: SimClock, nodes: SimulatedNodes, request: IncomingMessage) {
  const [ip = '', port = '80'] = (request.headers.host ?? '').split(':');
  const groups = String(request.headers[securityGroupsHeader] ?? '').split(/\s*,\s*/);
  const node = nodes.findByIp(ip);
  return node && findListenerOn(clock, nodes, node, Number(port), { securityGroupIds: groups });
}

/** @returns undefined if the node's security groups keep the sender out, or nothing listens */
function findListenerOn(
  clock: SimClock,
  nodes: SimulatedNodes,
  node: Node,
  port: number,
  from: Parameters<Node['machine']['accepts']>[1],
) {
  if (!node.machine.accepts(port, from)) return undefined;
  const software = nodes.clusters.get(node.identity.clusterId);
  const member = software?.memberOf(node);
  return software && member ? findListener(software, member, port, clock.now()) : undefined;
}

async function read(request: IncomingMessage): Promise<SoftwareRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://node');
  const credentials = parseBasic(request.headers.authorization);
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body: Buffer.concat(chunks).toString(),
    ...(credentials ? { credentials } : {}),
  };
}

function parseBasic(header: string | undefined): SoftwareRequest['credentials'] {
  const encoded = /^Basic\s+(.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function send(response: ServerResponse, { status, headers, body }: SoftwareAnswer): void {
  const isText = typeof body === 'string' || body === undefined;
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
