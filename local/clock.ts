/**
 * The one clock of the local cloud. With a numeric speed, simulated time runs that many times faster than real time and
 * timers fire by themselves; above 1 it pauses while anything is held. Virtual time moves only inside `runUntil` and `advance`, and only while nothing is held: it
 * jumps from timer to timer, so that tests are fast and the same each time.
 */
import { createTimerQueue } from './timer-queue.ts';
import type { SimClock } from './types.ts';

export interface RunUntilOptions {
  /** Simulated milliseconds after which waiting fails. */
  readonly within: number;
  /** Simulated milliseconds between two checks of the condition. @default checked after every step */
  readonly every?: number;
  /** What is waited for, for the error. */
  readonly what?: string;
}

export interface LocalClock extends SimClock {
  /** @throws Error if the condition does not become true in time */
  runUntil(condition: () => boolean | Promise<boolean>, options: RunUntilOptions): Promise<void>;
  /** Lets this much simulated time pass, with all that happens in it. */
  advance(milliseconds: number): Promise<void>;
  /** No timer fires any more. */
  stop(): void;
}

export interface ClockOptions {
  readonly speed: number | 'virtual';
  /** Simulated epoch milliseconds. @default virtual: 2026-01-01T00:00:00Z; otherwise the real time */
  readonly start?: number;
}

/** A cycle in which nothing was held must repeat this often before time may move: answers travel through several turns. */
const QUIET_TURNS = 4;
/** Real time after which a hold that is not released is taken for a bug of its holder. */
const HELD_TOO_LONG_MS = 120_000;
/** The longest delay that `setTimeout` takes; what is due later is looked at again then. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const VIRTUAL_START = Date.UTC(2026, 0, 1);

export function createClock(options: ClockOptions): LocalClock {
  return options.speed === 'virtual'
    ? createVirtualClock(options.start ?? VIRTUAL_START)
    : createRunningClock(options.speed, options.start ?? Date.now());
}

function createVirtualClock(start: number): LocalClock {
  const shared = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT);
  const view = new Float64Array(shared);
  view[0] = start;
  const timers = createTimerQueue();
  const holds = createHolds();
  const now = () => view[0] ?? start;

  /** Fires all that is due at the next moment with timers, if that is not after `limit`. */
  const step = async (limit: number): Promise<boolean> => {
    await holds.settle();
    const dueAt = timers.nextDueAt();
    if (dueAt === undefined || dueAt > limit) return false;
    view[0] = Math.max(now(), dueAt);
    for (let timer = timers.takeDue(now()); timer; timer = timers.takeDue(now())) if (!timer.cancelled) timer.action();
    await holds.settle();
    return true;
  };
  /** At least one step, then more until `time`. @returns whether anything happened */
  const stepUntil = async (time: number, limit: number): Promise<boolean> => {
    let moved = false;
    do {
      if (!(await step(limit))) return moved;
      moved = true;
    } while (now() < time);
    return moved;
  };
  return {
    shared,
    now,
    hold: holds.hold,
    after(delayMs, action) {
      const timer = timers.add(now() + Math.max(0, delayMs), action);
      return () => {
        timer.cancelled = true;
      };
    },
    async advance(milliseconds) {
      const target = now() + milliseconds;
      while (await step(target));
      view[0] = target;
    },
    async runUntil(condition, { within, every = 0, what = 'the condition' }) {
      const limit = now() + within;
      await holds.settle();
      while (!(await condition())) {
        if (await stepUntil(now() + every, limit)) continue;
        const left = timers.nextDueAt() === undefined ? '; nothing is left to happen' : '';
        throw new Error(`${what} did not come true within ${within / 1000} s of simulated time${left}`);
      }
    },
    stop: () => timers.clear(),
  };
}

function createHolds() {
  let held = 0;
  let drained: (() => void) | undefined;
  const hold = () => {
    held += 1;
    return once(() => {
      held -= 1;
      if (held === 0) drained?.();
    });
  };
  const waitForRelease = () =>
    new Promise<void>((resolve, reject) => {
      const guard = setTimeout(
        () =>
          reject(new Error(`${held} holder(s) kept virtual time standing for ${HELD_TOO_LONG_MS / 1000} real seconds`)),
        HELD_TOO_LONG_MS,
      );
      drained = () => {
        clearTimeout(guard);
        drained = undefined;
        resolve();
      };
    });
  /** Waits until nobody works any more. */
  const settle = async () => {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      if (held > 0) await waitForRelease();
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = held === 0 ? quiet + 1 : 0;
    }
  };
  return { hold, settle };
}

function createRunningClock(speed: number, start: number): LocalClock {
  if (!(speed > 0)) throw new Error(`the clock's speed must be above 0, not ${speed}`);
  // Faster than real time, what takes real time must not take simulated time, or a function that runs for a tenth of a
  // second would run for six at speed 60: time stands still while anything is held.
  const pauses = speed > 1;
  const shared = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT);
  const view = new Float64Array(shared);
  const timers = createTimerQueue();
  let base = start;
  let realBase = Date.now();
  let held = 0;
  let wakeUp: NodeJS.Timeout | undefined;

  const now = () => (held > 0 ? base : base + (Date.now() - realBase) * speed);
  const publish = () => view.set([base, realBase, held > 0 ? 0 : speed]);
  const fireDue = () => {
    for (let timer = timers.takeDue(now()); timer; timer = timers.takeDue(now())) if (!timer.cancelled) timer.action();
    arm();
  };
  const arm = () => {
    clearTimeout(wakeUp);
    const dueAt = timers.nextDueAt();
    if (held > 0 || dueAt === undefined) return;
    wakeUp = setTimeout(fireDue, Math.min(Math.max(0, (dueAt - now()) / speed), MAX_TIMEOUT_MS));
  };
  const changeHolds = (change: 1 | -1) => {
    base = now();
    realBase = Date.now();
    held += change;
    publish();
    arm();
  };
  const after: SimClock['after'] = (delayMs, action) => {
    const timer = timers.add(now() + Math.max(0, delayMs), action);
    arm();
    return () => {
      timer.cancelled = true;
    };
  };
  const advance = (milliseconds: number) => new Promise<void>((resolve) => after(milliseconds, resolve));
  publish();
  return {
    shared,
    now,
    after,
    advance,
    hold() {
      if (!pauses) return () => undefined;
      changeHolds(1);
      return once(() => changeHolds(-1));
    },
    async runUntil(condition, { within, every, what = 'the condition' }) {
      const limit = now() + within;
      while (!(await condition())) {
        if (now() >= limit) throw new Error(`${what} did not come true within ${within / 1000} s of simulated time`);
        await advance(Math.max(every ?? 0, speed * 10));
      }
    },
    stop() {
      clearTimeout(wakeUp);
      timers.clear();
    },
  };
}

/** Releasing twice is releasing once. */
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
