import type { CommandInvocation } from '@aws-sdk/client-ssm';
import type { CommandStatus, ObservedCommand } from '../domain/cluster/actual.ts';

const underWay: ReadonlySet<string> = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);
/** Details of a failure of which the node knows nothing; the API writes them with and without blanks. */
const undelivered: ReadonlySet<string> = new Set(['DeliveryTimedOut', 'Undeliverable', 'Terminated']);
const messageLength = 300;
/** Lines that SSM itself puts around a script's output. */
const frame = /^(-+(OUTPUT|ERROR)-+|failed to run commands: .*)$/;

function statusOf(status: string | undefined): CommandStatus {
  if (status === 'Success') return 'succeeded';
  return status === undefined || underWay.has(status) ? 'in-progress' : 'failed';
}

/** The last line that the script wrote; it says in one sentence what was wrong. */
function lastLine(invocation: CommandInvocation): string | undefined {
  const output = invocation.CommandPlugins?.map((plugin) => plugin.Output ?? '').join('\n') ?? '';
  const lines = output.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '' && !frame.test(line))?.slice(0, messageLength);
}

/** One invocation in our words; empty if SSM left out what it is about. */
export function observedCommand(invocation: CommandInvocation): readonly ObservedCommand[] {
  const { InstanceId: instanceId, CommandId: commandId } = invocation;
  if (instanceId === undefined || commandId === undefined) return [];
  const status = statusOf(invocation.Status);
  if (status !== 'failed') return [{ instanceId, commandId, status }];
  const details = invocation.StatusDetails ?? invocation.Status ?? 'failed';
  const message = lastLine(invocation) ?? `the command ended as ${details}`;
  const wasLost = undelivered.has(details.replaceAll(' ', ''));
  return [{ instanceId, commandId, status, message, ...(wasLost ? { undelivered: true as const } : {}) }];
}
