/** Commands and invocations as the API answers them. Times are epoch seconds. */
import { numberOf, pageOf, textOf, type Wire } from '../ec2/wire.ts';
import { AwsError } from '../types.ts';
import { finish } from './delivery.ts';
import type { Command, Invocation, SsmState } from './types.ts';

/** ListCommandInvocations shortens the output of a plugin to this many characters. */
const maxListedOutput = 2500;

/** @throws AwsError InvalidCommandId */
function needCommand(state: SsmState, id: unknown): Command {
  const command = state.commands.get(String(id));
  if (!command) throw new AwsError('InvalidCommandId', `The command ${String(id)} does not exist`);
  return command;
}

function pageSize(input: Wire): number {
  const size = numberOf(input.MaxResults) ?? 50;
  if (size >= 1 && size <= 50) return size;
  throw new AwsError('ValidationException', `MaxResults must be between 1 and 50, not ${size}`);
}

export function listCommandInvocations(state: SsmState, input: Wire): unknown {
  const commandId = textOf(input.CommandId);
  const instanceId = textOf(input.InstanceId);
  const commands = commandId === undefined ? [...state.commands.values()] : [needCommand(state, commandId)];
  const found = commands
    .flatMap((command) => command.invocations.map((invocation) => ({ command, invocation })))
    .filter(({ invocation }) => instanceId === undefined || invocation.instanceId === instanceId);
  const { page, next } = pageOf(found, pageSize(input), textOf(input.NextToken));
  return {
    CommandInvocations: page.map(({ command, invocation }) =>
      invocationItem(command, invocation, input.Details === true),
    ),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}

export function listCommands(state: SsmState, input: Wire): unknown {
  const commandId = textOf(input.CommandId);
  const instanceId = textOf(input.InstanceId);
  const commands = commandId === undefined ? [...state.commands.values()] : [needCommand(state, commandId)];
  const found = commands.filter(
    ({ invocations }) => instanceId === undefined || invocations.some((one) => one.instanceId === instanceId),
  );
  const { page, next } = pageOf(found, pageSize(input), textOf(input.NextToken));
  return { Commands: page.map((one) => commandItem(state, one)), ...(next === undefined ? {} : { NextToken: next }) };
}

/** @throws AwsError InvalidCommandId, InvocationDoesNotExist */
export function getCommandInvocation(state: SsmState, input: Wire): unknown {
  const command = needCommand(state, input.CommandId);
  const found = command.invocations.find((one) => one.instanceId === input.InstanceId);
  if (!found)
    throw new AwsError(
      'InvocationDoesNotExist',
      'The command ID and instance ID you specified do not match any invocations.',
    );
  return {
    CommandId: command.id,
    InstanceId: found.instanceId,
    Comment: command.comment,
    DocumentName: command.document.name,
    PluginName: 'aws:runShellScript',
    ResponseCode: found.exitCode,
    Status: found.status,
    StatusDetails: found.statusDetails,
    StandardOutputContent: found.stdout,
    StandardErrorContent: found.stderr,
    ...(found.startedAt === undefined ? {} : { ExecutionStartDateTime: new Date(found.startedAt).toISOString() }),
    ...(found.endedAt === undefined ? {} : { ExecutionEndDateTime: new Date(found.endedAt).toISOString() }),
  };
}

export function cancelCommand(state: SsmState, input: Wire): unknown {
  const command = needCommand(state, input.CommandId);
  for (const invocation of command.invocations) {
    finish(state, command, invocation, { status: 'Cancelled', statusDetails: 'Cancelled' });
  }
  return {};
}

export function commandItem(_state: SsmState, command: Command): Wire {
  const count = (...statuses: readonly string[]) =>
    command.invocations.filter((one) => statuses.includes(one.status)).length;
  return {
    CommandId: command.id,
    DocumentName: command.document.name,
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: command.invocations.map((one) => one.instanceId),
    RequestedDateTime: command.requestedAt / 1000,
    ExpiresAfter: command.requestedAt / 1000 + command.deliveryTimeoutSeconds,
    Status: command.status,
    StatusDetails: command.status,
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TimeoutSeconds: command.deliveryTimeoutSeconds,
    TargetCount: command.invocations.length,
    CompletedCount: count('Success', 'Failed', 'TimedOut', 'Cancelled'),
    ErrorCount: count('Failed', 'TimedOut'),
  };
}

function invocationItem(command: Command, invocation: Invocation, details: boolean): Wire {
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.document.name,
    RequestedDateTime: invocation.requestedAt / 1000,
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    CommandPlugins: details ? [pluginItem(invocation)] : [],
  };
}

function pluginItem(invocation: Invocation): Wire {
  const errors = invocation.stderr === '' ? '' : `\n----------ERROR-------\n${invocation.stderr}`;
  return {
    Name: 'aws:runShellScript',
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    ResponseCode: invocation.exitCode,
    ...(invocation.startedAt === undefined ? {} : { ResponseStartDateTime: invocation.startedAt / 1000 }),
    ...(invocation.endedAt === undefined ? {} : { ResponseFinishDateTime: invocation.endedAt / 1000 }),
    Output: (invocation.stdout + errors).slice(0, maxListedOutput),
  };
}
