import { AwsError } from '../../../local/types.ts';
import { FunctionFails } from '../../support/scripted-functions.ts';
import { awaitToken, createHarness, invoke } from './machine-harness.ts';

const done = { Type: 'Succeed' };

describe('tasks', () => {
  it('invokes a function with Arguments and shapes its answer', async () => {
    const { run, functions } = createHarness({ add: ({ n }: { n: number }) => ({ sum: n + 1 }) });
    const { output } = await run({ States: { Add: invoke('add') } }, { n: 1 });
    expect(output).toEqual({ sum: 2 });
    expect(functions.callsOf('add')).toEqual([{ n: 1 }]);
  });

  it('answers like the Lambda integration when Output is left out', async () => {
    const { run } = createHarness({ add: () => 3 });
    const { Output: _, ...task } = invoke('add');
    const { output } = await run({ States: { Add: task } });
    expect(output).toMatchObject({ ExecutedVersion: '$LATEST', Payload: 3, StatusCode: 200 });
  });

  it('calls a function by its ARN directly', async () => {
    const { run } = createHarness({ add: ({ n }: { n: number }) => n + 1 });
    const Resource = 'arn:aws:lambda:eu-central-1:000000000000:function:add';
    const { output } = await run({ States: { Add: { Type: 'Task', Resource, End: true } } }, { n: 1 });
    expect(output).toBe(2);
  });

  it("fails by the function's error type", async () => {
    const { run } = createHarness({ add: () => new FunctionFails('NodeBusy', 'wait') });
    const { error, cause } = await run({ States: { Add: invoke('add') } });
    expect(error).toBe('NodeBusy');
    expect(JSON.parse(cause!)).toEqual({ errorType: 'NodeBusy', errorMessage: 'wait' });
  });

  it.each([
    ['TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    ['ServiceException', 'Lambda.ServiceException'],
  ])("names Lambda's own fault %s", async (code, expected) => {
    const { run } = createHarness({ add: () => new AwsError(code, 'no') });
    expect((await run({ States: { Add: invoke('add') } })).error).toBe(expected);
  });

  it('ends with States.DataLimitExceeded, past every catcher, when a result is too large', async () => {
    const { run } = createHarness({ add: () => 'x'.repeat(262_145) });
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Done' }];
    const { error } = await run({ States: { Add: invoke('add', { Catch, End: true }), Done: done } });
    expect(error).toBe('States.DataLimitExceeded');
  });

  it('times out after an evaluated number of seconds', async () => {
    const { run, clock } = createHarness({ slow: () => 1 });
    const before = clock.now();
    const Catch = [{ ErrorEquals: ['States.Timeout'], Output: '{% $states.errorOutput.Error %}', Next: 'Done' }];
    const States = {
      Wait: awaitToken('slow', { TimeoutSeconds: '{% $states.input.s %}', Catch, End: true }),
      Done: done,
    };
    const { output } = await run({ States }, { s: 90 });
    expect(output).toBe('States.Timeout');
    expect(clock.now() - before).toBeGreaterThanOrEqual(90_000);
  });

  it('misses heartbeats', async () => {
    const { run, clock, functions, start, finish, call } = createHarness({ slow: () => 1 });
    const States = { Wait: awaitToken('slow', { TimeoutSeconds: 900, HeartbeatSeconds: 60, End: true }) };
    expect((await run({ States })).error).toBe('States.HeartbeatTimeout');
    const before = clock.now();
    const beating = await start({ States });
    await clock.advance(50_000);
    const { token } = functions.callsOf('slow').at(-1) as { token: string };
    expect(call('SendTaskHeartbeat', { taskToken: token })).toEqual({});
    await finish(beating);
    expect(clock.now() - before).toBeGreaterThanOrEqual(110_000);
  });

  it.each([
    ['success', 'SendTaskSuccess', { output: '{"x":1}' }, { status: 'SUCCEEDED', output: '{"x":1}' }],
    ['failure', 'SendTaskFailure', { error: 'Oh', cause: 'no' }, { status: 'FAILED', error: 'Oh', cause: 'no' }],
  ])('waits for a token until %s is sent', async (_, action, input, ending) => {
    const { start, finish, clock, call, functions } = createHarness({ ask: () => null });
    const execution = await start({ States: { Ask: awaitToken('ask') } });
    await clock.advance(3_600_000);
    expect(execution.status).toBe('RUNNING');
    const { token } = functions.callsOf('ask')[0] as { token: string };
    call(action, { taskToken: token, ...input });
    await finish(execution);
    expect(execution.ending).toEqual(ending);
    expect(() => call(action, { taskToken: token, ...input })).toThrow(
      expect.objectContaining({ code: 'TaskTimedOut' }),
    );
  });

  it('takes a token back before its function has answered', async () => {
    const harness = createHarness({
      ask: ({ token }: { token: string }) => harness.call('SendTaskSuccess', { taskToken: token, output: '1' }),
    });
    const { output, execution } = await harness.run({ States: { Ask: awaitToken('ask') } });
    expect(output).toBe(1);
    expect(execution.history.events.map(({ type }) => type)).not.toContain('TaskSubmitted');
  });

  it('fails a waiting task whose function fails', async () => {
    const { run } = createHarness({ ask: () => new FunctionFails('Conflict') });
    expect((await run({ States: { Ask: awaitToken('ask') } })).error).toBe('Conflict');
  });

  it.each([
    ['nonsense', '1', 'InvalidToken'],
    [`AQCEAAAAKgAAAAMAAAAAAAAAA${'0'.repeat(96)}`, '1', 'TaskDoesNotExist'],
  ])('refuses the token %s', (taskToken, output, code) => {
    const { call } = createHarness();
    expect(() => call('SendTaskSuccess', { taskToken, output })).toThrow(expect.objectContaining({ code }));
  });

  it('refuses an output that is not JSON and goes on waiting', async () => {
    const { start, clock, call, functions } = createHarness({ ask: () => null });
    const execution = await start({ States: { Ask: awaitToken('ask') } });
    await clock.advance(1000);
    const { token } = functions.callsOf('ask')[0] as { token: string };
    const send = () => call('SendTaskSuccess', { taskToken: token, output: 'x' });
    expect(send).toThrow(expect.objectContaining({ code: 'InvalidOutput' }));
    expect(execution.status).toBe('RUNNING');
  });
});
