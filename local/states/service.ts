/** The API of Step Functions. */
import { type AwsCall, AwsError, type AwsService } from '../types.ts';
import type { Machines } from './machines.ts';
import type { TaskTokens } from './task-tokens.ts';
import { executionItem, executionView, machineItem, machineView, toEventView, toSeconds } from './views.ts';

type Input = AwsCall['input'];
type Action = (input: Input) => unknown;

export function statesService(machines: Machines, tokens: TaskTokens): AwsService {
  const actions = { ...executionActions(machines), ...readActions(machines), ...tokenActions(tokens) };
  return {
    signingName: 'states',
    protocol: 'json-1.0',
    targetPrefix: 'AWSStepFunctions',
    // A task token tells the machine on AWS too, but nothing here needs that.
    authorization({ input }) {
      const arn = input.stateMachineArn ?? input.executionArn;
      return typeof arn === 'string' ? { resources: [arn] } : {};
    },
    handle({ action, input }) {
      const handler = actions[action];
      if (handler === undefined) {
        throw new AwsError('UnknownOperationException', `states:${action} is not implemented by the local cloud`);
      }
      return handler(input);
    },
  };
}

function executionActions(machines: Machines): Record<string, Action> {
  return {
    StartExecution(input) {
      const execution = machines.start({
        machineArn: textOf(input, 'stateMachineArn'),
        input: optionalText(input, 'input'),
        name: optionalText(input, 'name'),
      });
      return { executionArn: execution.arn, startDate: toSeconds(execution.startedAt) };
    },
    StopExecution(input) {
      const execution = machines.execution(textOf(input, 'executionArn'));
      const error = optionalText(input, 'error');
      const cause = optionalText(input, 'cause');
      execution.end({ status: 'ABORTED', ...(error && { error }), ...(cause && { cause }) });
      return { stopDate: toSeconds(execution.stoppedAt ?? execution.startedAt) };
    },
  };
}

function readActions(machines: Machines): Record<string, Action> {
  return {
    DescribeExecution: (input) => executionView(machines.execution(textOf(input, 'executionArn'))),
    ListExecutions(input) {
      const { arn } = machines.machine(textOf(input, 'stateMachineArn'));
      const status = optionalText(input, 'statusFilter');
      const found = machines
        .listExecutions()
        .filter((one) => one.machine.arn === arn && (!status || one.status === status));
      const { page, nextToken } = pageOf(found.reverse(), input);
      return { executions: page.map(executionItem), nextToken };
    },
    GetExecutionHistory(input) {
      const { events } = machines.execution(textOf(input, 'executionArn')).history;
      const ordered = input.reverseOrder === true ? [...events].reverse() : events;
      const { page, nextToken } = pageOf(ordered, input);
      return { events: page.map((event) => toEventView(event, input.includeExecutionData !== false)), nextToken };
    },
    DescribeStateMachine: (input) => machineView(machines.machine(textOf(input, 'stateMachineArn'))),
    ListStateMachines(input) {
      const { page, nextToken } = pageOf(machines.listMachines(), input);
      return { stateMachines: page.map(machineItem), nextToken };
    },
  };
}

function tokenActions(tokens: TaskTokens): Record<string, Action> {
  return {
    SendTaskSuccess(input) {
      tokens.succeed(textOf(input, 'taskToken'), textOf(input, 'output'));
      return {};
    },
    SendTaskFailure(input) {
      const error = optionalText(input, 'error') ?? '';
      tokens.fail(textOf(input, 'taskToken'), error, optionalText(input, 'cause') ?? '');
      return {};
    },
    SendTaskHeartbeat(input) {
      tokens.heartbeat(textOf(input, 'taskToken'));
      return {};
    },
  };
}

function optionalText(input: Input, field: string): string | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new AwsError('ValidationException', `${field} must be a string`);
}

function textOf(input: Input, field: string): string {
  const value = optionalText(input, field);
  if (value !== undefined) return value;
  throw new AwsError('ValidationException', `1 validation error detected: Value null at '${field}' must not be null`);
}

/** Pages of at most 1,000; the token is the place to go on from. */
function pageOf<T>(items: readonly T[], input: Input): { page: readonly T[]; nextToken?: string } {
  const size = Number(input.maxResults ?? 0) || 100;
  const start = Number(optionalText(input, 'nextToken') ?? 0);
  if (!Number.isInteger(start) || start < 0) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const end = start + Math.min(size, 1000);
  return { page: items.slice(start, end), ...(end < items.length && { nextToken: String(end) }) };
}
