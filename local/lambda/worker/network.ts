/**
 * Gives this thread the network that its function would have. Connections to private addresses go to the VPC router, which
 * learns the target from the Host header and the sender from a header of its own; what is out of reach times out at once
 * instead of after minutes.
 */
import { Agent, type ClientRequest, type RequestOptions } from 'node:http';
import { type NetConnectOpts, Socket, type TcpNetConnectOpts } from 'node:net';
import type { WorkerNetwork } from './messages.ts';

export const SECURITY_GROUPS_HEADER = 'x-local-security-groups';

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;

export function isPrivateAddress(host: string | undefined): boolean {
  return PRIVATE.test(host ?? '');
}

export function installNetwork(network: WorkerNetwork): void {
  patchConnect(network);
  if (network.kind === 'vpc') announceSecurityGroups(network.securityGroupIds);
}

type Connect = (this: Socket, ...parameters: unknown[]) => Socket;

function patchConnect(network: WorkerNetwork): void {
  const connect = Socket.prototype.connect as Connect;
  const patched: Connect = function (...parameters) {
    const options = targetOf(parameters);
    if (!options || !('port' in options)) return connect.apply(this, parameters);
    const reachable = (network.kind === 'vpc') === isPrivateAddress(options.host);
    if (!reachable) return timeOut(this, options);
    if (network.kind === 'vpc') replaceTarget(parameters, { ...options, host: '127.0.0.1', port: network.routerPort });
    return connect.apply(this, parameters);
  };
  Socket.prototype.connect = patched as typeof Socket.prototype.connect;
}

/** `connect` takes (options), (port, host) or, from within Node itself, one list whose first entry is the options. */
function targetOf(parameters: readonly unknown[]): NetConnectOpts | undefined {
  const [first, second] = parameters;
  if (Array.isArray(first)) return first[0] as NetConnectOpts;
  if (typeof first === 'number') return { port: first, host: typeof second === 'string' ? second : 'localhost' };
  return typeof first === 'object' ? (first as NetConnectOpts) : undefined;
}

function replaceTarget(parameters: unknown[], options: TcpNetConnectOpts): void {
  const [first] = parameters;
  // The list is Node's own and carries a mark, so it is changed in place; the caller's options are left alone.
  if (Array.isArray(first)) first[0] = options;
  else parameters.splice(0, typeof first === 'number' && typeof parameters[1] === 'string' ? 2 : 1, options);
}

function timeOut(socket: Socket, { host = 'localhost', port }: TcpNetConnectOpts): Socket {
  const error = Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), {
    code: 'ETIMEDOUT',
    errno: -110,
    syscall: 'connect',
    address: host,
    port,
  });
  return socket.destroy(error);
}

interface RequestingAgent {
  addRequest(request: ClientRequest, options: RequestOptions, ...rest: unknown[]): void;
}

function announceSecurityGroups(securityGroupIds: readonly string[]): void {
  const agents = Agent.prototype as unknown as RequestingAgent;
  const { addRequest } = agents;
  agents.addRequest = function (request, options, ...rest) {
    if (isPrivateAddress(options.host ?? undefined))
      request.setHeader(SECURITY_GROUPS_HEADER, securityGroupIds.join(','));
    addRequest.call(this, request, options, ...rest);
  };
}
