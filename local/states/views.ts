/** Executions, machines and events in the API's shapes. */
import type { Execution, Machine } from './execution.ts';
import type { HistoryEvent } from './history.ts';

/** The JSON protocols carry times as seconds. */
export const toSeconds = (milliseconds: number): number => milliseconds / 1000;

export function executionItem(execution: Execution): Record<string, unknown> {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    name: execution.name,
    status: execution.status,
    startDate: toSeconds(execution.startedAt),
    ...(execution.stoppedAt !== undefined && { stopDate: toSeconds(execution.stoppedAt) }),
    redriveCount: 0,
  };
}

export function executionView(execution: Execution): Record<string, unknown> {
  const { status: _, ...ending } = execution.ending ?? { status: 'RUNNING' };
  return {
    ...executionItem(execution),
    input: execution.input,
    inputDetails: { included: true },
    ...ending,
    ...(execution.ending?.output !== undefined && { outputDetails: { included: true } }),
  };
}

export function machineItem(machine: Machine): Record<string, unknown> {
  const { arn, name, createdAt } = machine;
  return { stateMachineArn: arn, name, type: 'STANDARD', creationDate: toSeconds(createdAt) };
}

export function machineView(machine: Machine): Record<string, unknown> {
  const { roleArn, definitionText } = machine;
  return { ...machineItem(machine), status: 'ACTIVE', roleArn, definition: definitionText };
}

const dataFields = new Set(['input', 'output', 'parameters']);

/** @param withData whether inputs and outputs are included */
export function toEventView(event: HistoryEvent, withData: boolean): Record<string, unknown> {
  const { details = {}, timestamp, ...rest } = event;
  const shown = Object.entries(details).map(([key, fields]) => {
    const kept = Object.entries(fields).filter(([field]) => withData || !dataFields.has(field));
    return [key, Object.fromEntries(kept)] as const;
  });
  return { ...rest, timestamp: toSeconds(timestamp), ...Object.fromEntries(shown) };
}
