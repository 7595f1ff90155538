/** Handing a command to its instances, so many at once, until too many have failed; and telling the world how it goes. */
import { checkParameters } from './documents.ts';
import type { Command, Invocation, InvocationStatus, SsmState } from './types.ts';

/** SSM tells of a node that vanished this long after the script should have ended. */
const graceMs = 60_000;
/** SSM keeps this many characters of each stream. */
const maxOutput = 24_000;

const isOver = ({ status }: Invocation) => status !== 'Pending' && status !== 'InProgress';
const hasFailed = (invocation: Invocation) => isOver(invocation) && invocation.status !== 'Success';

/** `10` or `10%`, of all invocations. */
function amountOf(text: string, total: number): number {
  const number = Number(text.replace('%', ''));
  return text.endsWith('%') ? Math.max(1, Math.ceil((total * number) / 100)) : number;
}

export function deliverNext(state: SsmState, command: Command): void {
  const { invocations } = command;
  const atOnce = amountOf(command.maxConcurrency, invocations.length);
  const mayFail = amountOf(command.maxErrors, invocations.length);
  const tooManyFailed = invocations.filter(hasFailed).length > mayFail;
  for (const invocation of invocations.filter((one) => one.status === 'Pending' && !one.cancel)) {
    if (tooManyFailed) finish(state, command, invocation, { status: 'Cancelled', statusDetails: 'Terminated' });
    else if (underWay(command) < atOnce) deliver(state, command, invocation);
  }
  if (invocations.every(isOver)) endCommand(state, command);
}

const underWay = (command: Command) =>
  command.invocations.filter((one) => one.cancel !== undefined && !isOver(one)).length;

function deliver(state: SsmState, command: Command, invocation: Invocation): void {
  const reached = state.nodes().findAgent(invocation.instanceId)?.machine() === 'on';
  const delay = reached ? state.draws.between(300, 2500) : command.deliveryTimeoutSeconds * 1000;
  invocation.cancel = state.clock.after(delay, () => {
    if (state.nodes().findAgent(invocation.instanceId)?.machine() === 'on') run(state, command, invocation);
    else finish(state, command, invocation, { status: 'TimedOut', statusDetails: 'DeliveryTimedOut' });
  });
}

function run(state: SsmState, command: Command, invocation: Invocation): void {
  invocation.startedAt = state.clock.now();
  setStatus(state, command, invocation, 'InProgress', 'InProgress');
  const { document, id: commandId } = command;
  const { timeoutSeconds, name: documentName } = document;
  const parameters = checkParameters(document, command.parameters);
  const stop = state
    .nodes()
    .run(invocation.instanceId, { commandId, documentName, parameters, timeoutSeconds }, ({ status, ...result }) => {
      finish(state, command, invocation, {
        status,
        statusDetails: status === 'TimedOut' ? 'ExecutionTimedOut' : status,
        ...result,
      });
    });
  const giveUp = state.clock.after(timeoutSeconds * 1000 + graceMs, () => {
    finish(state, command, invocation, { status: 'TimedOut', statusDetails: 'ExecutionTimedOut' });
  });
  // The node may have answered within the call.
  if (isOver(invocation)) giveUp();
  else {
    invocation.cancel = () => {
      stop();
      giveUp();
    };
  }
}

type End = Pick<Invocation, 'status' | 'statusDetails'> & Partial<Pick<Invocation, 'exitCode' | 'stdout' | 'stderr'>>;

export function finish(state: SsmState, command: Command, invocation: Invocation, end: End): void {
  if (isOver(invocation)) return;
  invocation.cancel?.();
  delete invocation.cancel;
  invocation.endedAt = state.clock.now();
  invocation.exitCode = end.exitCode ?? -1;
  invocation.stdout = (end.stdout ?? '').slice(0, maxOutput);
  invocation.stderr = (end.stderr ?? '').slice(0, maxOutput);
  setStatus(state, command, invocation, end.status, end.statusDetails);
  if (end.statusDetails !== 'Terminated') deliverNext(state, command);
}

function setStatus(
  state: SsmState,
  command: Command,
  invocation: Invocation,
  status: InvocationStatus,
  details: string,
): void {
  invocation.status = status;
  invocation.statusDetails = details;
  state.bus.put({
    source: 'aws.ssm',
    detailType: 'EC2 Command Invocation Status-change Notification',
    resources: [instanceArn(state, invocation.instanceId)],
    detail: {
      'command-id': command.id,
      'document-name': command.document.name,
      'instance-id': invocation.instanceId,
      'requested-date-time': eventTime(command.requestedAt),
      status,
    },
  });
}

function endCommand(state: SsmState, command: Command): void {
  if (command.status !== 'InProgress') return;
  const statuses = new Set(command.invocations.map((one) => one.status));
  const worst = (['Failed', 'TimedOut', 'Cancelled'] as const).find((status) => statuses.has(status));
  announceCommand(state, command, worst ?? 'Success');
}

export function announceCommand(state: SsmState, command: Command, status: InvocationStatus): void {
  command.status = status;
  state.bus.put({
    source: 'aws.ssm',
    detailType: 'EC2 Command Status-change Notification',
    resources: command.invocations.map((one) => instanceArn(state, one.instanceId)),
    detail: {
      'command-id': command.id,
      'document-name': command.document.name,
      'requested-date-time': eventTime(command.requestedAt),
      'expire-after': eventTime(command.requestedAt + command.deliveryTimeoutSeconds * 1000),
      parameters: command.parameters,
      status,
    },
  });
}

const instanceArn = (state: SsmState, id: string) => `arn:aws:ec2:${state.region}:${state.accountId}:instance/${id}`;
const eventTime = (time: number) => new Date(time).toISOString();
