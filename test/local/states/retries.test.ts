import { FunctionFails } from '../../support/scripted-functions.ts';
import { createHarness, invoke } from './machine-harness.ts';

const done = { Type: 'Succeed' };
const throttled = [
  { ErrorEquals: ['Throttled'], IntervalSeconds: 2, MaxAttempts: 4, BackoffRate: 2, MaxDelaySeconds: 5 },
];

describe('Retry and Catch', () => {
  it('retries with growing, capped delays and then gives up', async () => {
    const { run, functions } = createHarness({ act: () => new FunctionFails('Throttled') });
    const { error, execution } = await run({ States: { Act: invoke('act', { Retry: throttled, End: true }) } });
    const gaps = functions.calls.map(({ at }, n) => at - (functions.calls[n - 1]?.at ?? at)).slice(1);
    expect(error).toBe('Throttled');
    expect(gaps.map((gap) => Math.round(gap / 1000))).toEqual([2, 4, 5, 5]);
    expect(execution.transitions).toBe(5);
  });

  it('succeeds at a later attempt, whose number the context tells', async () => {
    const { run } = createHarness({ act: (_, n) => (n < 3 ? new FunctionFails('Throttled') : n) });
    const Output = '{% [$states.result.Payload, $states.context.State.RetryCount] %}';
    const { output } = await run({ States: { Act: invoke('act', { Retry: throttled, Output, End: true }) } });
    expect(output).toEqual([3, 2]);
  });

  it('draws delays below the interval with full jitter', async () => {
    const { run, functions } = createHarness({ act: () => new FunctionFails('Throttled') });
    const Retry = [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 10, BackoffRate: 1, JitterStrategy: 'FULL' }];
    await run({ States: { Act: invoke('act', { Retry, End: true }) } });
    const gaps = functions.calls.map(({ at }, n) => at - (functions.calls[n - 1]?.at ?? at)).slice(1);
    expect(gaps).toHaveLength(3);
    for (const gap of gaps) expect(gap).toBeLessThan(10_200);
    expect(new Set(gaps).size).toBe(3);
  });

  it('counts the attempts of each retrier for itself', async () => {
    const { run, functions } = createHarness({ act: (_, n) => new FunctionFails(n % 2 ? 'A' : 'B') });
    const Retry = ['A', 'B'].map((name) => ({ ErrorEquals: [name], MaxAttempts: 2 }));
    await run({ States: { Act: invoke('act', { Retry, End: true }) } });
    expect(functions.calls).toHaveLength(5);
  });

  it('does not retry what MaxAttempts 0 excludes', async () => {
    const { run, functions } = createHarness({ act: () => new FunctionFails('InvalidInput') });
    const Retry = [
      { ErrorEquals: ['InvalidInput'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 9 },
    ];
    await run({ States: { Act: invoke('act', { Retry, End: true }) } });
    expect(functions.calls).toHaveLength(1);
  });

  it('catches by the first matching name, with output and variables from the error', async () => {
    const { run } = createHarness({ act: () => new FunctionFails('NodeBusy', 'busy') });
    const Catch = [
      { ErrorEquals: ['Conflict', 'States.Timeout'], Next: 'Wrong' },
      {
        ErrorEquals: ['NodeBusy'],
        Assign: { why: '{% $parse($states.errorOutput.Cause).errorMessage %}' },
        Output: { error: '{% $states.errorOutput.Error %}' },
        Next: 'Report',
      },
      { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
    ];
    const Report = { Type: 'Pass', Output: { why: '{% $why %}', error: '{% $states.input.error %}' }, End: true };
    const { output } = await run({
      States: { Act: invoke('act', { Catch, End: true }), Report, Wrong: { Type: 'Fail' } },
    });
    expect(output).toEqual({ why: 'busy', error: 'NodeBusy' });
  });

  it('catches an evaluation error of its own fields', async () => {
    const { run } = createHarness({ act: () => 1 });
    const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Done' }];
    const Output = '{% $states.result.Payload.nothing %}';
    const { output, execution } = await run({
      States: { Act: invoke('act', { Output, Catch, End: true }), Done: done },
    });
    expect(output).toMatchObject({ Error: 'States.QueryEvaluationError' });
    expect(execution.history.events.map(({ type }) => type)).toContain('EvaluationFailed');
  });

  it('lets States.Runtime pass every catcher', async () => {
    const { run } = createHarness();
    const Arguments = "{% {'FunctionName': 'act', 'InvocationType': 'Event'} %}";
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Done' }];
    const { error } = await run({ States: { Act: invoke('act', { Arguments, Catch, End: true }), Done: done } });
    expect(error).toBe('States.Runtime');
  });
});
