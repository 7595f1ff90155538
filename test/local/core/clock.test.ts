import { createClock } from '../../../local/clock.ts';

const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('virtual time', () => {
  it('stands still outside of runUntil and advance', async () => {
    const clock = createClock({ speed: 'virtual' });
    let fired = false;
    clock.after(0, () => {
      fired = true;
    });
    await immediate();
    expect(fired).toBe(false);
    expect(new Date(clock.now()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });

  it('fires timers in the order in which they are due, then in the order in which they were set', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
    clock.after(300, note('late'));
    for (const name of ['a', 'b', 'c']) clock.after(100, note(name));
    clock.after(100, () => clock.after(50, note('nested')));
    clock.after(200, note('cancelled'))();
    await clock.advance(1000);
    expect(fired).toEqual(['a@100', 'b@100', 'c@100', 'nested@150', 'late@300']);
    expect(clock.now()).toBe(1000);
  });

  it('keeps the order with thousands of timers', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    const fired: number[] = [];
    for (let i = 0; i < 5000; i += 1) clock.after((i * 7919) % 1000, () => fired.push(clock.now()));
    await clock.advance(1000);
    expect(fired).toHaveLength(5000);
    expect(fired).toEqual([...fired].sort((a, b) => a - b));
  });

  it('waits while something is held', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    const release = clock.hold();
    let fired = false;
    clock.after(10, () => {
      fired = true;
    });
    const advanced = clock.advance(10);
    for (let turn = 0; turn < 20; turn += 1) await immediate();
    expect(fired).toBe(false);
    release();
    release();
    await advanced;
    expect(fired).toBe(true);
  });

  it('waits for work that a timer starts before it fires the next one', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    const steps: string[] = [];
    clock.after(1, () => {
      const release = clock.hold();
      setTimeout(() => {
        steps.push('work done');
        release();
      }, 5);
    });
    clock.after(2, () => steps.push('next'));
    await clock.advance(2);
    expect(steps).toEqual(['work done', 'next']);
  });

  it('runs until the condition is true and no further', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    let count = 0;
    const tick = () => {
      count += 1;
      clock.after(1000, tick);
    };
    clock.after(1000, tick);
    await clock.runUntil(() => count === 3, { within: 10_000 });
    expect(clock.now()).toBe(3000);
  });

  it('checks the condition only as often as asked', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    const tick = () => void clock.after(10, tick);
    tick();
    let checks = 0;
    const condition = () => {
      checks += 1;
      return clock.now() >= 1000;
    };
    await clock.runUntil(condition, { within: 10_000, every: 100 });
    expect(checks).toBe(11);
  });

  it('says what did not come true, and when nothing is left to happen', async () => {
    const clock = createClock({ speed: 'virtual', start: 0 });
    clock.after(1, () => undefined);
    const waiting = clock.runUntil(() => false, { within: 60_000, what: 'the cluster' });
    await expect(waiting).rejects.toThrow(
      'the cluster did not come true within 60 s of simulated time; nothing is left to happen',
    );
  });

  it('shows the same time to other threads', async () => {
    const clock = createClock({ speed: 'virtual', start: 5 });
    await clock.advance(10);
    expect([...new Float64Array(clock.shared)]).toEqual([15, 0, 0]);
  });
});

describe('running time', () => {
  it('runs faster than real time and fires timers by itself', async () => {
    const clock = createClock({ speed: 10_000, start: 0 });
    await clock.advance(10_000);
    expect(clock.now()).toBeGreaterThanOrEqual(10_000);
    let fired = false;
    clock.after(10_000, () => {
      fired = true;
    });
    await clock.runUntil(() => fired, { within: 1_000_000 });
    const never = clock.runUntil(() => false, { within: 1000 });
    await expect(never).rejects.toThrow('within 1 s of simulated time');
    clock.stop();
  });

  it('pauses while something is held if it is faster than real time', async () => {
    const fast = createClock({ speed: 1000, start: 0 });
    const release = fast.hold();
    const held = fast.now();
    let fired = false;
    fast.after(1000, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([fast.now(), fired]).toEqual([held, false]);
    expect([...new Float64Array(fast.shared)]).toEqual([held, expect.any(Number), 0]);
    release();
    release();
    await fast.advance(2000);
    expect(fired).toBe(true);
    expect(new Float64Array(fast.shared)[2]).toBe(1000);
    fast.stop();
    const real = createClock({ speed: 1, start: 0 });
    real.hold();
    await real.advance(5);
    expect(real.now()).toBeGreaterThanOrEqual(5);
    real.stop();
  });

  it('refuses a speed that is not above zero', () => {
    expect(() => createClock({ speed: 0 })).toThrow("the clock's speed must be above 0, not 0");
  });
});
