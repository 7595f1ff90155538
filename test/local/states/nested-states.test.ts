import { FunctionFails } from '../../support/scripted-functions.ts';
import { createHarness, invoke } from './machine-harness.ts';

const done = { Type: 'Succeed' };
const map = (processor: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  Type: 'Map',
  Items: '{% $states.input.items %}',
  ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Each', States: { Each: processor } },
  End: true,
  ...rest,
});

describe('Map', () => {
  it('runs a processor per item and keeps the order', async () => {
    const { run } = createHarness({ double: ({ value }: { value: number }) => value * 2 });
    const ItemSelector = {
      value: '{% $states.context.Map.Item.Value %}',
      index: '{% $states.context.Map.Item.Index %}',
      factor: '{% $factor %}',
    };
    const States = {
      Set: { Type: 'Pass', Assign: { factor: 2 }, Next: 'Each item' },
      'Each item': map(invoke('double'), { ItemSelector }),
    };
    const { output, execution } = await run({ States }, { items: [3, 1, 2] });
    expect(output).toEqual([6, 2, 4]);
    const iterations = execution.history.events.filter(({ type }) => type === 'MapIterationSucceeded');
    expect(iterations).toHaveLength(3);
  });

  it('yields nothing for no items', async () => {
    const { run } = createHarness();
    expect((await run({ States: { All: map({ Type: 'Pass', End: true }) } }, { items: [] })).output).toEqual([]);
  });

  it('keeps variables of an iteration to itself', async () => {
    const { run } = createHarness();
    const Each = { Type: 'Pass', Assign: { mine: '{% $states.input %}' }, Next: 'Read' };
    const Read = { Type: 'Pass', Output: '{% $mine %}', End: true };
    const ItemProcessor = { StartAt: 'Each', States: { Each, Read } };
    const { output } = await run({ States: { All: map(Each, { ItemProcessor }) } }, { items: [1, 2, 3] });
    expect(output).toEqual([1, 2, 3]);
  });

  it.each([
    [2, 2],
    [0, 40],
    ['{% 3 %}', 3],
  ])('with MaxConcurrency %s runs %d iterations at a time', async (MaxConcurrency, expected) => {
    const { run, functions, clock } = createHarness({ act: () => 1 });
    await run(
      { States: { All: map(invoke('act'), { MaxConcurrency }) } },
      { items: Array.from({ length: 80 }, () => 1) },
    );
    const starts = functions.calls.map(({ at }) => at);
    // Functions take 100 ms: what starts within that of another runs at the same time.
    const together = starts.map((at) => starts.filter((other) => other >= at && other < at + 100).length);
    expect(Math.max(...together)).toBe(expected);
    expect(clock.now()).toBeGreaterThan(0);
  });

  it('fails as its first failing iteration does and stops the others', async () => {
    const { run, functions } = createHarness({
      act: ({ n }: { n: number }) => (n === 1 ? new FunctionFails('Throttled') : 1),
      after: () => 1,
    });
    const Each = invoke('act', { Output: '{% $states.input %}', Next: 'Rest' });
    const Rest = { Type: 'Wait', Seconds: 60, Next: 'After' };
    const ItemProcessor = { StartAt: 'Each', States: { Each, Rest, After: invoke('after') } };
    const Catch = [{ ErrorEquals: ['Throttled'], Next: 'Done' }];
    const States = { All: map(Each, { ItemProcessor, Catch }), Done: done };
    const { status, execution } = await run({ States }, { items: [{ n: 0 }, { n: 1 }, { n: 2 }] });
    const types = execution.history.events.map(({ type }) => type);
    expect(status).toBe('SUCCEEDED');
    expect(functions.callsOf('after')).toHaveLength(0);
    expect(types.filter((type) => type === 'MapIterationAborted')).toHaveLength(2);
  });

  it('retries as a whole', async () => {
    const { run } = createHarness({ act: (_, n) => (n === 2 ? new FunctionFails('Oh') : n) });
    const Retry = [{ ErrorEquals: ['Oh'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const { output } = await run(
      { States: { All: map(invoke('act'), { Retry, MaxConcurrency: 1 }) } },
      { items: [1, 2] },
    );
    expect(output).toEqual([3, 4]);
  });

  it('catches within an iteration', async () => {
    const { run } = createHarness({ act: ({ n }: { n: number }) => (n === 1 ? new FunctionFails('Oh') : n) });
    const Catch = [
      { ErrorEquals: ['States.ALL'], Output: { failed: '{% $states.context.Map.Item.Index %}' }, Next: 'Report' },
    ];
    const ItemProcessor = { StartAt: 'Each', States: { Each: invoke('act', { Catch, End: true }), Report: done } };
    const { output } = await run({ States: { All: map(done, { ItemProcessor }) } }, { items: [{ n: 0 }, { n: 1 }] });
    expect(output).toEqual([0, { failed: 1 }]);
  });

  it('refuses items that are no array', async () => {
    const { run } = createHarness();
    const { error } = await run({ States: { All: map({ Type: 'Pass', End: true }) } }, { items: 'one' });
    expect(error).toBe('States.QueryEvaluationError');
  });
});

describe('Parallel', () => {
  const branch = (state: Record<string, unknown>, name = 'Only') => ({ StartAt: name, States: { [name]: state } });

  it('runs its branches at the same time on the same input', async () => {
    const { run, clock } = createHarness();
    const before = clock.now();
    const wait = (Seconds: number) =>
      branch({ Type: 'Wait', Seconds, Output: `{% ${Seconds} + $states.input.n %}`, End: true });
    const Both = { Type: 'Parallel', Arguments: { n: 1 }, Branches: [wait(60), wait(30)], End: true };
    const { output } = await run({ States: { Both } });
    expect(output).toEqual([61, 31]);
    expect(clock.now() - before).toBeLessThan(61_000);
  });

  it('fails with the error of the branch that fails and ends the other', async () => {
    const { run, clock } = createHarness();
    const before = clock.now();
    const Branches = [branch({ Type: 'Wait', Seconds: 600, End: true }), branch({ Type: 'Fail', Error: 'Broken' })];
    expect((await run({ States: { Both: { Type: 'Parallel', Branches, End: true } } })).error).toBe('Broken');
    expect(clock.now() - before).toBeLessThan(1000);
  });
});
