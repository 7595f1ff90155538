/** One execution: from its start to the one event that ends it. */
import type { AwsError, EventBus, FunctionHost, Random, SimClock } from '../types.ts';
import { Branch, Lifetime } from './branch.ts';
import type { Definition } from './definition.ts';
import { asStateError, BranchEnded } from './errors.ts';
import { Variables } from './expressions.ts';
import { History } from './history.ts';
import { queryFunctions } from './query-functions.ts';
import type { Run } from './run.ts';
import { runGraph } from './run-graph.ts';
import { publishStatus } from './status-event.ts';
import type { TaskTokens } from './task-tokens.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: Definition;
  readonly definitionText: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** What executions need of the world. */
export interface Surroundings {
  readonly clock: SimClock;
  readonly random: Random;
  readonly bus: EventBus;
  readonly functions: () => FunctionHost;
  readonly tokens: TaskTokens;
  readonly region: string;
  readonly authorize: (roleArn: string, action: string, resource: string) => AwsError | undefined;
}

/** How an execution ended. */
export interface Ending {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

const endingEvents = {
  SUCCEEDED: ['ExecutionSucceeded', 'executionSucceededEventDetails'],
  FAILED: ['ExecutionFailed', 'executionFailedEventDetails'],
  TIMED_OUT: ['ExecutionTimedOut', 'executionTimedOutEventDetails'],
  ABORTED: ['ExecutionAborted', 'executionAbortedEventDetails'],
} as const;

export class Execution {
  readonly arn: string;
  readonly machine: Machine;
  readonly name: string;
  /** JSON text, as it was given. */
  readonly input: string;
  readonly startedAt: number;
  readonly history: History;
  transitions = 0;
  stoppedAt: number | undefined;
  ending: Ending | undefined;
  private readonly around: Surroundings;
  private readonly lifetime = new Lifetime();

  constructor(machine: Machine, name: string, input: string, around: Surroundings) {
    this.machine = machine;
    this.name = name;
    this.input = input;
    this.around = around;
    this.arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    this.startedAt = around.clock.now();
    this.history = new History(() => around.clock.now());
  }

  get status(): ExecutionStatus {
    return this.ending?.status ?? 'RUNNING';
  }

  start(): void {
    const details = { input: this.input, roleArn: this.machine.roleArn };
    const lastEventId = this.history.append('ExecutionStarted', 0, { executionStartedEventDetails: details });
    publishStatus(this.around.bus, this);
    const branch = new Branch(this.around.clock, { lifetime: this.lifetime, lastEventId });
    this.startTimeout();
    void this.run(branch).finally(() => branch.close());
  }

  /** Ends the execution; one that is over stays as it is. */
  end(ending: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.stoppedAt = this.around.clock.now();
    const [type, key] = endingEvents[ending.status];
    const { status: _, ...details } = ending;
    this.history.append(type, this.history.events.length, { [key]: details });
    this.lifetime.end();
    publishStatus(this.around.bus, this);
  }

  private async run(branch: Branch): Promise<void> {
    const { definition } = this.machine;
    const scope = {
      run: this.surround(),
      branch,
      input: JSON.parse(this.input) as unknown,
      variables: new Variables(),
    };
    try {
      this.end({ status: 'SUCCEEDED', output: JSON.stringify(await runGraph(definition, scope)) });
    } catch (thrown) {
      if (thrown instanceof BranchEnded) return;
      const { error, message } = asStateError(thrown);
      this.end({ status: 'FAILED', error, cause: message });
    }
  }

  private startTimeout(): void {
    const { TimeoutSeconds } = this.machine.definition;
    if (TimeoutSeconds === undefined) return;
    const stop = this.around.clock.after(TimeoutSeconds * 1000, () =>
      this.end({ status: 'TIMED_OUT', error: 'States.Timeout', cause: `Ran longer than ${TimeoutSeconds} s.` }),
    );
    this.lifetime.onEnd(stop);
  }

  private surround(): Run {
    const { clock, functions, tokens, region, authorize } = this.around;
    const { machine } = this;
    const random = this.around.random.fork(this.arn);
    return {
      ...{ clock, random, functions, tokens, region, runGraph },
      history: this.history,
      queryFunctions: queryFunctions(clock, random.fork('queries')),
      authorize: (action, resource) => authorize(machine.roleArn, action, resource),
      countTransition: () => {
        this.transitions += 1;
      },
      context: {
        Execution: {
          Id: this.arn,
          Input: JSON.parse(this.input),
          Name: this.name,
          RoleArn: machine.roleArn,
          StartTime: new Date(this.startedAt).toISOString(),
          RedriveCount: 0,
        },
        StateMachine: { Id: machine.arn, Name: machine.name },
      },
    };
  }
}
