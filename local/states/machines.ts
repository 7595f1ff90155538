/** State machines and their executions: what may start, under which name. */
import { AwsError } from '../types.ts';
import { type Linter, parseDefinition } from './check-definition.ts';
import { payloadLimit } from './errors.ts';
import { Execution, type Machine, type Surroundings } from './execution.ts';
import { drawUuid } from './uuid.ts';

/** Names may not hold white space, brackets, wildcards, special or control characters. */
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

export interface MachineToCreate {
  readonly name: string;
  readonly roleArn: string;
  readonly definition: string;
}
export interface ExecutionToStart {
  readonly machineArn: string;
  /** JSON text. @default {} */
  readonly input?: string | undefined;
  /** @default a random uuid */
  readonly name?: string | undefined;
}

export class Machines {
  private readonly around: Surroundings;
  private readonly arnPrefix: string;
  private readonly lint: Linter;
  private readonly machines = new Map<string, Machine>();
  private readonly executions = new Map<string, Execution>();

  constructor(around: Surroundings, accountId: string, lint: Linter) {
    this.around = around;
    this.lint = lint;
    this.arnPrefix = `arn:aws:states:${around.region}:${accountId}`;
  }

  /** @throws AwsError InvalidName, InvalidDefinition, StateMachineAlreadyExists */
  create({ name, roleArn, definition }: MachineToCreate): Machine {
    checkName(name);
    const arn = `${this.arnPrefix}:stateMachine:${name}`;
    if (this.machines.has(arn)) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const createdAt = this.around.clock.now();
    const parsed = parseDefinition(definition, this.lint);
    const machine = { arn, name, roleArn, definition: parsed, definitionText: definition, createdAt };
    this.machines.set(arn, machine);
    return machine;
  }

  /** Answers a repeated start with what runs already. @throws AwsError ExecutionAlreadyExists, InvalidExecutionInput, … */
  start({ machineArn, input = '{}', name }: ExecutionToStart): Execution {
    const machine = this.machine(machineArn);
    const executionName = name ?? drawUuid(this.around.random);
    checkName(executionName);
    checkInput(input);
    const execution = new Execution(machine, executionName, input, this.around);
    const known = this.executions.get(execution.arn);
    if (known !== undefined) return repeatedStart(known, input);
    this.executions.set(execution.arn, execution);
    execution.start();
    return execution;
  }

  /** @throws AwsError StateMachineDoesNotExist, InvalidArn */
  machine(arn: string): Machine {
    checkArn(arn, 'stateMachine');
    const machine = this.machines.get(arn);
    if (machine === undefined) {
      throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  }

  /** @throws AwsError ExecutionDoesNotExist, InvalidArn */
  execution(arn: string): Execution {
    checkArn(arn, 'execution');
    const execution = this.executions.get(arn);
    if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  listMachines(): readonly Machine[] {
    return [...this.machines.values()];
  }

  /** In the order of their starts. */
  listExecutions(): readonly Execution[] {
    return [...this.executions.values()];
  }
}

function repeatedStart(known: Execution, input: string): Execution {
  if (known.status === 'RUNNING' && known.input === input) return known;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${known.arn}'`);
}

function checkName(name: string): void {
  if (name.length >= 1 && name.length <= 80 && !forbidden.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

function checkArn(arn: string, kind: string): void {
  if (arn.split(':')[5] !== kind) throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > payloadLimit) {
    const why = `Value has a size of ${Buffer.byteLength(input)} bytes, exceeding the maximum of ${payloadLimit} bytes`;
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
  try {
    JSON.parse(input);
  } catch (cause) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(cause as Error).message}'`);
  }
}
