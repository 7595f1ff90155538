import { createClock } from '../../../local/clock.ts';
import { createRandom } from '../../../local/random.ts';
import type { Linter } from '../../../local/states/check-definition.ts';
import type { Execution } from '../../../local/states/execution.ts';
import { createStates, type States } from '../../../local/states/index.ts';
import type { AwsCall, EventBus } from '../../../local/types.ts';
import { type Answer, scriptFunctions } from '../../support/scripted-functions.ts';

const caller: AwsCall['caller'] = {
  accessKeyId: 'test',
  kind: 'user',
  roleName: 'local-user',
  arn: 'arn:aws:iam::1:user/x',
};

/** Step Functions with scripted functions, in virtual time. */
export function createHarness(
  answers: Readonly<Record<string, Answer>> = {},
  options: { lint?: Linter } = { lint: () => [] },
) {
  const clock = createClock({ speed: 'virtual' });
  const functions = scriptFunctions(clock, answers);
  const events: Parameters<EventBus['put']>[0][] = [];
  const states = createStates({
    clock,
    random: createRandom('states'),
    bus: { put: (event) => events.push(event) },
    functions: () => functions,
    accountId: '000000000000',
    region: 'eu-central-1',
    ...options,
  });
  const call = (action: string, input: Record<string, unknown>) =>
    states.service.handle({ service: 'states', action, input, caller }) as Record<string, unknown>;
  return { clock, functions, events, states, call, ...runners(states, clock) };
}

type Graph = { readonly StartAt?: string; readonly States: Readonly<Record<string, unknown>> };

function runners(states: States, clock: ReturnType<typeof createClock>) {
  let machines = 0;
  const create = async (graph: Graph | string, substitutions?: Record<string, string>): Promise<string> => {
    machines += 1;
    const definition =
      typeof graph === 'string'
        ? graph
        : JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(graph.States)[0], ...graph });
    const created = await states.resourceTypes['AWS::StepFunctions::StateMachine']!.create({
      logicalId: `Machine${machines}`,
      properties: {
        DefinitionString: definition,
        RoleArn: 'arn:aws:iam::000000000000:role/machine',
        DefinitionSubstitutions: substitutions,
      },
      stackName: 'test',
      region: 'eu-central-1',
      accountId: '000000000000',
    });
    return created.ref;
  };
  const start = async (graph: Graph, input: unknown = {}): Promise<Execution> =>
    states.startExecution({ machineArn: await create(graph), input: JSON.stringify(input), name: 'one' });
  const finish = (execution: Execution, within = 3_600_000): Promise<void> =>
    clock.runUntil(() => execution.status !== 'RUNNING', { within });
  /** Runs a machine to its end. */
  const run = async (graph: Graph, input: unknown = {}) => {
    const execution = await start(graph, input);
    await finish(execution);
    const { status, output, error, cause } = execution.ending!;
    return {
      execution,
      status,
      error,
      cause,
      output: output === undefined ? undefined : (JSON.parse(output) as unknown),
    };
  };
  return { create, start, finish, run };
}

/** A task state that invokes a function with the state's input. */
export const invoke = (name: string, rest: Record<string, unknown> = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
    Payload: '{% $states.input %}',
  },
  Output: '{% $states.result.Payload %}',
  ...rest,
});

/** A task state that gives a function its token and waits. */
export const awaitToken = (name: string, rest: Record<string, unknown> = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: name, Payload: { token: '{% $states.context.Task.Token %}' } },
  ...rest,
});
