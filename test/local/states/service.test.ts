import { createHarness } from './machine-harness.ts';

const waiting = { States: { Wait: { Type: 'Wait', Seconds: 60, Output: { seen: '{% $states.input %}' }, End: true } } };
const withCode = (code: string) => expect.objectContaining({ code });

describe('the API of Step Functions', () => {
  it('answers a repeated start of a running execution with the same execution', async () => {
    const { create, call, clock } = createHarness();
    const stateMachineArn = await create(waiting);
    const first = call('StartExecution', { stateMachineArn, name: 'c-1', input: '{"a":1}' });
    await clock.advance(10_000);
    expect(call('StartExecution', { stateMachineArn, name: 'c-1', input: '{"a":1}' })).toEqual(first);
    expect(call('ListExecutions', { stateMachineArn }).executions).toHaveLength(1);
  });

  it.each([
    ['another input while it runs', 1000, '{"a": 1}'],
    ['the same input when it is over', 100_000, '{"a":1}'],
  ])('refuses the same name with %s', async (_, wait, input) => {
    const { create, call, clock } = createHarness();
    const stateMachineArn = await create(waiting);
    call('StartExecution', { stateMachineArn, name: 'c-1', input: '{"a":1}' });
    await clock.advance(wait);
    const again = () => call('StartExecution', { stateMachineArn, name: 'c-1', input });
    expect(again).toThrow(withCode('ExecutionAlreadyExists'));
  });

  it.each([
    ['a name with a colon', { name: 'a:b' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'InvalidName'],
    ['an empty name', { name: '' }, 'InvalidName'],
    ['input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['input that is too large', { input: `"${'x'.repeat(262_144)}"` }, 'InvalidExecutionInput'],
    ['an unknown machine', { stateMachineArn: 'arn:aws:states:r:1:stateMachine:none' }, 'StateMachineDoesNotExist'],
    ['an ARN of another kind', { stateMachineArn: 'arn:aws:states:r:1:execution:none' }, 'InvalidArn'],
  ])('refuses %s', async (_, input, code) => {
    const { create, call } = createHarness();
    const stateMachineArn = await create(waiting);
    expect(() => call('StartExecution', { stateMachineArn, ...input })).toThrow(withCode(code));
  });

  it('describes an execution while it runs and when it is over', async () => {
    const { create, call, clock } = createHarness();
    const stateMachineArn = await create(waiting);
    const { executionArn } = call('StartExecution', { stateMachineArn, name: 'c-1', input: '1' });
    const before = call('DescribeExecution', { executionArn });
    expect(before).toMatchObject({ status: 'RUNNING', input: '1', name: 'c-1', startDate: clock.now() / 1000 });
    expect(before).not.toHaveProperty('output');
    await clock.advance(61_000);
    const after = call('DescribeExecution', { executionArn });
    expect(after).toMatchObject({ status: 'SUCCEEDED', output: '{"seen":1}' });
    expect(Number(after.stopDate) - Number(after.startDate)).toBeCloseTo(60, 0);
  });

  it('stops an execution and all that it does', async () => {
    const { create, call, clock, events } = createHarness();
    const stateMachineArn = await create(waiting);
    const { executionArn } = call('StartExecution', { stateMachineArn });
    await clock.advance(1000);
    call('StopExecution', { executionArn, error: 'Stop', cause: 'asked' });
    await clock.advance(100_000);
    expect(call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'Stop',
      cause: 'asked',
    });
    expect(events.map(({ detail }) => detail.status)).toEqual(['RUNNING', 'ABORTED']);
    expect(() => call('StopExecution', { executionArn })).not.toThrow();
  });

  it("tells the bus of each status with AWS's fields", async () => {
    const { run, events } = createHarness();
    const { execution } = await run({ States: { Fail: { Type: 'Fail', Error: 'Bad', Cause: 'luck' } } }, { a: 1 });
    expect(events.map(({ detail }) => detail.status)).toEqual(['RUNNING', 'FAILED']);
    expect(events[1]).toMatchObject({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [execution.arn],
      detail: {
        executionArn: execution.arn,
        stateMachineArn: execution.machine.arn,
        name: 'one',
        input: '{"a":1}',
        output: null,
        error: 'Bad',
        cause: 'luck',
        stopDate: execution.stoppedAt,
      },
    });
  });

  it('times a whole machine out', async () => {
    const { run, clock } = createHarness();
    const before = clock.now();
    const graph = { TimeoutSeconds: 30, ...waiting };
    expect(await run(graph)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect(clock.now() - before).toBe(30_000);
  });

  it('pages through the history', async () => {
    const { run, call } = createHarness();
    const { execution } = await run(
      { States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } } },
      { secret: 1 },
    );
    const executionArn = execution.arn;
    const first = call('GetExecutionHistory', { executionArn, maxResults: 4, includeExecutionData: false });
    const second = call('GetExecutionHistory', { executionArn, maxResults: 4, nextToken: first.nextToken });
    const types = [first, second].flatMap(({ events }) => (events as { type: string }[]).map(({ type }) => type));
    expect(types).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    expect(second).not.toHaveProperty('nextToken', expect.anything());
    expect(JSON.stringify(first)).not.toContain('secret');
    const [last] = call('GetExecutionHistory', { executionArn, reverseOrder: true }).events as { id: number }[];
    expect(last).toMatchObject({ id: 6, previousEventId: 5, type: 'ExecutionSucceeded' });
  });

  it('lists and describes machines, and executions by status', async () => {
    const { create, call, clock, states } = createHarness();
    const stateMachineArn = await create(waiting);
    call('StartExecution', { stateMachineArn, name: 'a' });
    await clock.advance(61_000);
    call('StartExecution', { stateMachineArn, name: 'b' });
    const list = (statusFilter?: string) =>
      (call('ListExecutions', { stateMachineArn, statusFilter }).executions as { name: string }[]).map(
        ({ name }) => name,
      );
    expect([list(), list('RUNNING'), list('SUCCEEDED')]).toEqual([['b', 'a'], ['b'], ['a']]);
    expect(call('ListStateMachines', {}).stateMachines).toEqual([expect.objectContaining({ stateMachineArn })]);
    expect(call('DescribeStateMachine', { stateMachineArn }).definition).toContain('"StartAt":"Wait"');
    expect(states.inspect.counts()).toMatchObject({ executions: 2, transitions: 1 });
  });

  it('says which action it does not implement', () => {
    const { call } = createHarness();
    expect(() => call('RedriveExecution', {})).toThrow('states:RedriveExecution is not implemented');
  });
});
