/** Step Functions: an interpreter for JSONata state machines, and its API. */
import type { AwsError, AwsService, EventBus, FunctionHost, Random, ResourceTypes, SimClock } from '../types.ts';
import { type Linter, lintDefinition } from './check-definition.ts';
import type { Execution, Surroundings } from './execution.ts';
import type { HistoryEvent } from './history.ts';
import { type ExecutionToStart, Machines } from './machines.ts';
import { statesResourceTypes } from './resource-types.ts';
import { statesService } from './service.ts';
import { TaskTokens } from './task-tokens.ts';

export interface StatesDependencies {
  readonly clock: SimClock;
  readonly random: Random;
  readonly bus: EventBus;
  readonly functions: () => FunctionHost;
  readonly accountId: string;
  readonly region: string;
  /** Whether a machine's role may invoke a function. @default every role may */
  readonly authorize?: (roleArn: string, action: string, resource: string) => AwsError | undefined;
  /** @default asl-validator, which takes a fifth of a second for each definition that it has not seen */
  readonly lint?: Linter;
}

export interface States {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  /** For event rules and schedules. @throws AwsError */
  startExecution(execution: ExecutionToStart): Execution;
  readonly inspect: {
    executions(): readonly Execution[];
    history(executionArn: string): readonly HistoryEvent[];
    counts(): { readonly executions: number; readonly transitions: number; readonly events: number };
  };
}

export function createStates(dependencies: StatesDependencies): States {
  const { clock, bus, functions, region, accountId } = dependencies;
  const random = dependencies.random.fork('states');
  const tokens = new TaskTokens(random.fork('tokens'));
  const authorize = dependencies.authorize ?? (() => undefined);
  const around: Surroundings = { clock, random: random.fork('executions'), bus, functions, tokens, region, authorize };
  const machines = new Machines(around, accountId, dependencies.lint ?? lintDefinition);
  return {
    service: statesService(machines, tokens),
    resourceTypes: statesResourceTypes(machines, random.fork('names')),
    startExecution: (execution) => machines.start(execution),
    inspect: {
      executions: () => machines.listExecutions(),
      history: (executionArn) => machines.execution(executionArn).history.events,
      counts: () => countAll(machines.listExecutions()),
    },
  };
}

function countAll(executions: readonly Execution[]) {
  const sum = (of: (execution: Execution) => number) => executions.reduce((total, one) => total + of(one), 0);
  return {
    executions: executions.length,
    transitions: sum((one) => one.transitions),
    events: sum((one) => one.history.events.length),
  };
}
