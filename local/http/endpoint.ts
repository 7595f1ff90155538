/** The one HTTP endpoint of all emulated AWS APIs: finds service, action and caller, and asks faults and policies first. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { denialOf } from '../authorization/authorize.ts';
import type { CallLog } from '../calls.ts';
import type { Credentials } from '../credentials.ts';
import type { Logs } from '../logs.ts';
import {
  type AwsCall,
  AwsError,
  type AwsService,
  type Caller,
  type Faults,
  type RolePolicies,
  type SimClock,
} from '../types.ts';
import { decompress, readBody } from './body.ts';
import { isAwsError } from './errors.ts';
import { type Protocol, protocols, type WireAnswer } from './protocols.ts';
import { type IdentifiedRequest, identifyRequest } from './request.ts';

export interface EndpointDependencies {
  readonly clock: SimClock;
  readonly faults: Faults;
  readonly credentials: Credentials;
  readonly calls: CallLog;
  readonly logs: Logs;
  readonly services: () => readonly AwsService[];
  readonly policiesOf: (roleName: string) => RolePolicies | undefined;
}

/** The largest request that any emulated service takes: DynamoDB's batch write. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** @returns the handler of every request that is not for a `/_local/` page */
export function createEndpoint(dependencies: EndpointDependencies) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const release = dependencies.clock.hold();
    response.once('close', release);
    // A long poll waits for simulated time to pass, so it must not hold it up.
    if (String(request.headers['x-amz-target']).endsWith('.ReceiveMessage')) release();
    const sent = await readBody(request, MAX_REQUEST_BYTES);
    const body = sent && decompress(sent, request.headers['content-encoding'], MAX_REQUEST_BYTES);
    if (!body) return send(response, sent ? 400 : 413, {}, '', dependencies.clock);
    const requestId = randomUUID();
    const answer = await answerTo(identifyRequest(request, body, dependencies.services()), requestId, dependencies);
    send(
      response,
      answer.status,
      { ...answer.headers, 'x-amzn-requestid': requestId },
      answer.body,
      dependencies.clock,
    );
  };
}

async function answerTo(
  request: IdentifiedRequest | string,
  requestId: string,
  dependencies: EndpointDependencies,
): Promise<WireAnswer> {
  if (typeof request === 'string') {
    return protocols['rest-json'].encodeError(new AwsError('UnknownOperationException', request, 404), {
      action: 'Unknown',
      requestId,
    });
  }
  const protocol = protocols[request.service.protocol];
  const { action } = request;
  const caller = request.accessKeyId ? dependencies.credentials.callerOf(request.accessKeyId) : undefined;
  const record = (error?: string) =>
    dependencies.calls.record({
      at: dependencies.clock.now(),
      service: request.service.signingName,
      action,
      caller,
      ...(error && { error }),
    });
  try {
    const value = await perform(request, caller, protocol, dependencies);
    record();
    return request.service.encode?.(value) ?? protocol.encode(value, { action, requestId });
  } catch (thrown) {
    const error = isAwsError(thrown) ? thrown : reportBug(thrown, request, protocol, dependencies.logs);
    record(error.code);
    return protocol.encodeError(error, { action, requestId });
  }
}

async function perform(
  { service, action, input, accessKeyId }: IdentifiedRequest,
  caller: Caller | undefined,
  protocol: Protocol,
  { faults, policiesOf }: EndpointDependencies,
): Promise<unknown> {
  if (!accessKeyId) throw protocol.errors.notSigned();
  if (!caller) throw protocol.errors.unknownKey();
  if (!action) throw protocol.errors.unknownAction('(none)');
  const call: AwsCall = { service: service.signingName, action, input, caller };
  const fault = faults.beforeCall(call);
  if (fault) throw fault;
  if (caller.kind === 'function' || caller.kind === 'node') {
    const denial = denialOf(call, policiesOf(caller.roleName), service.authorization?.(call) ?? {});
    if (denial) throw protocol.errors.accessDenied(denial);
  }
  const value = await service.handle(call);
  const lost = faults.afterCall(call);
  if (lost) throw lost;
  return value;
}

/** An error that is no AWS error is a bug of the local cloud: the caller gets AWS's 500, the log gets the truth. */
function reportBug(thrown: unknown, request: IdentifiedRequest, protocol: Protocol, logs: Logs): AwsError {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String((thrown as Error)?.stack ?? thrown);
  logs.write('local-cloud', `${request.service.signingName}:${request.action} broke: ${text}`);
  return protocol.errors.internal(`The local cloud broke in ${request.service.signingName}:${request.action}.`);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  clock: SimClock,
): void {
  // Clients correct their clock by this header: it must tell simulated time.
  response.writeHead(status, { ...headers, date: new Date(clock.now()).toUTCString() });
  response.end(body);
}
