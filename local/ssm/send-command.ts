import { numberOf, objectsOf, textOf, textsOf, type Wire } from '../ec2/wire.ts';
import { AwsError } from '../types.ts';
import { commandItem } from './answers.ts';
import { announceCommand, deliverNext } from './delivery.ts';
import { checkParameters, needDocument } from './documents.ts';
import type { Command, SsmState } from './types.ts';

const maxInstanceIds = 50;
const maxTargets = 5;

/** @throws AwsError InvalidDocument, InvalidParameters, InvalidInstanceId, DuplicateInstanceId, ValidationException */
export function sendCommand(state: SsmState, input: Wire): unknown {
  const document = needDocument(state, textOf(input.DocumentName) ?? '');
  const given = Object.fromEntries(
    Object.entries((input.Parameters ?? {}) as Wire).map(([name, value]) => [name, textsOf(value)]),
  );
  checkParameters(document, given);
  const now = state.clock.now();
  const invocations = targetsOf(state, input).map((instanceId) => ({
    instanceId,
    requestedAt: now,
    status: 'Pending' as const,
    statusDetails: 'Pending',
    exitCode: -1,
    stdout: '',
    stderr: '',
  }));
  const command: Command = {
    id: newId(state),
    document,
    parameters: given,
    comment: textOf(input.Comment) ?? '',
    requestedAt: now,
    deliveryTimeoutSeconds: deliveryTimeout(input),
    maxConcurrency: textOf(input.MaxConcurrency) ?? '50',
    maxErrors: textOf(input.MaxErrors) ?? '0',
    invocations,
    status: 'Pending',
  };
  state.commands.set(command.id, command);
  const answer = { Command: commandItem(state, command) };
  announceCommand(state, command, 'InProgress');
  deliverNext(state, command);
  return answer;
}

const newId = (state: SsmState) => [8, 4, 4, 4, 12].map((digits) => state.draws.hex(digits)).join('-');

function deliveryTimeout(input: Wire): number {
  const seconds = numberOf(input.TimeoutSeconds) ?? 3600;
  if (seconds >= 30 && seconds <= 2_592_000) return seconds;
  throw new AwsError('ValidationException', `TimeoutSeconds must be between 30 and 2592000, not ${seconds}`);
}

function targetsOf(state: SsmState, input: Wire): readonly string[] {
  const ids = textsOf(input.InstanceIds);
  if (ids.length > maxInstanceIds) {
    throw new AwsError(
      'ValidationException',
      `InstanceIds must have at most ${maxInstanceIds} entries, not ${ids.length}`,
    );
  }
  if (new Set(ids).size < ids.length)
    throw new AwsError('DuplicateInstanceId', 'You cannot specify an instance ID twice.');
  const unknown = ids.filter((id) => (state.nodes().findAgent(id)?.machine() ?? 'discarded') === 'discarded');
  if (unknown.length > 0) {
    throw new AwsError(
      'InvalidInstanceId',
      `Instances [[${unknown.join(', ')}]] not in a valid state for account ${state.accountId}`,
    );
  }
  return ids.length > 0 ? ids : byTargets(state, objectsOf(input.Targets));
}

function byTargets(state: SsmState, targets: readonly Wire[]): readonly string[] {
  if (targets.length === 0 || targets.length > maxTargets) {
    throw new AwsError('InvalidTarget', `Specify instance ids or 1 to ${maxTargets} targets`);
  }
  const matches = targets.map((target) => {
    const key = String(target.Key);
    const values = textsOf(target.Values);
    return (id: string, tags: Readonly<Record<string, string>>) =>
      key === 'InstanceIds' ? values.includes(id) : values.includes(tags[key.replace(/^tag:/, '')] ?? '\u0000');
  });
  const agents = state
    .nodes()
    .agents()
    .filter((agent) => agent.machine() !== 'discarded');
  return agents
    .filter(({ instanceId, tags }) => matches.every((one) => one(instanceId, tags)))
    .map((one) => one.instanceId);
}
