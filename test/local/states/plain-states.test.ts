import { createHarness } from './machine-harness.ts';

describe('plain states', () => {
  it('passes input through and evaluates Output anywhere in a value', async () => {
    const { run } = createHarness();
    const Output = { list: ['{% $states.input.n + 1 %}', { deep: '{% [$states.input.n] %}' }], literal: 'as it is' };
    const { status, output } = await run(
      { States: { First: { Type: 'Pass', Next: 'Second' }, Second: { Type: 'Pass', Output, End: true } } },
      { n: 1 },
    );
    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ list: [2, { deep: [1] }], literal: 'as it is' });
  });

  it('assigns variables together and reads them later', async () => {
    const { run } = createHarness();
    const { output } = await run({
      States: {
        Set: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
        Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Next: 'Read' },
        Read: { Type: 'Succeed', Output: '{% [$a, $b] %}' },
      },
    });
    expect(output).toEqual([2, 1]);
  });

  it.each([
    [5, 'large'],
    [1, 'other'],
  ])('chooses by condition: %d is %s', async (n, expected) => {
    const { run } = createHarness();
    const { output } = await run(
      {
        States: {
          Choose: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.input.n > 3 %}', Output: "{% 'large' %}", Next: 'Done' }],
            Output: "{% 'other' %}",
            Default: 'Done',
          },
          Done: { Type: 'Succeed' },
        },
      },
      { n },
    );
    expect(output).toBe(expected);
  });

  it.each([
    ['no rule matches', '{% false %}', 'States.NoChoiceMatched'],
    ['a condition is no boolean', '{% 1 %}', 'States.QueryEvaluationError'],
    ['a condition yields nothing', '{% $states.input.nothing %}', 'States.QueryEvaluationError'],
    ['a condition throws', "{% $number('x') %}", 'States.QueryEvaluationError'],
    ['$eval is used', "{% $eval('true') %}", 'States.QueryEvaluationError'],
  ])('fails when %s', async (_, Condition, expected) => {
    const { run } = createHarness();
    const { error } = await run({
      States: { Choose: { Type: 'Choice', Choices: [{ Condition, Next: 'Done' }] }, Done: { Type: 'Succeed' } },
    });
    expect(error).toBe(expected);
  });

  it('waits for seconds and until timestamps without holding the clock', async () => {
    const { run, clock } = createHarness();
    const before = clock.now();
    const until = new Date(before + 600_000).toISOString();
    await run(
      {
        States: {
          Short: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Long' },
          Long: { Type: 'Wait', Timestamp: '{% $states.input.until %}', End: true },
        },
      },
      { seconds: 60, until },
    );
    expect(clock.now()).toBe(before + 600_000);
  });

  it('takes 20 to 50 ms for a transition', async () => {
    const { run, clock } = createHarness();
    const before = clock.now();
    const { execution } = await run({ States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } } });
    expect(execution.transitions).toBe(2);
    expect(clock.now() - before).toBeGreaterThanOrEqual(40);
    expect(clock.now() - before).toBeLessThanOrEqual(100);
  });

  it('fails with an evaluated error and cause', async () => {
    const { run } = createHarness();
    const Fail = { Type: 'Fail', Error: "{% 'Bad' & $states.input.what %}", Cause: 'it was bad' };
    expect(await run({ States: { Fail } }, { what: 'Luck' })).toMatchObject({
      status: 'FAILED',
      error: 'BadLuck',
      cause: 'it was bad',
    });
  });

  it("offers Step Functions' own functions and simulated time", async () => {
    const { run, clock } = createHarness();
    const Output = {
      partition: '{% $partition([1,2,3,4,5], 2) %}',
      range: '{% $range(0, 10, 5) %}',
      hash: "{% $hash('x', 'SHA-256') %}",
      parse: `{% $parse('{"a":[1]}') %}`,
      uuid: '{% $length($uuid()) %}',
      seeded: '{% $random(1) = $random(1) %}',
      year: "{% $now('[Y]') %}",
      millis: '{% $millis() %}',
      name: '{% $states.context.Execution.Name & "/" & $states.context.State.Name %}',
    };
    const { output } = await run({ States: { A: { Type: 'Pass', Output, End: true } } });
    expect(output).toEqual({
      partition: [[1, 2], [3, 4], [5]],
      range: [0, 5, 10],
      hash: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
      parse: { a: [1] },
      uuid: 36,
      seeded: true,
      year: '2026',
      millis: clock.now(),
      name: 'one/A',
    });
  });

  it('ends with States.DataLimitExceeded when an output is too large', async () => {
    const { run } = createHarness();
    const { error } = await run({
      States: { A: { Type: 'Pass', Output: "{% $pad('x', 262145) %}", Next: 'B' }, B: { Type: 'Succeed' } },
    });
    expect(error).toBe('States.DataLimitExceeded');
  });
});
