/** Makes `setTimeout` of this thread count simulated time. */
import { promisify } from 'node:util';

export interface SimulatedTimers {
  /** The host says that a timer is due. */
  fire(id: number): void;
  /** How many timers the host has fired. */
  readonly fired: number;
  readonly pending: number;
}

export interface TimerHost {
  set(id: number, delayMs: number): void;
  cancel(id: number): void;
  /** A timer went off by real time. */
  busy(): void;
}

interface Pending {
  readonly run: () => void;
  /** In case simulated time stands still because somebody holds it while waiting for this very function. */
  readonly fallback: NodeJS.Timeout;
}

export function installTimers(host: TimerHost, afterwards: () => void): SimulatedTimers {
  const pending = new Map<number, Pending>();
  const { setTimeout: setReal, clearTimeout: clearReal } = globalThis;
  let lastId = 0;
  let fired = 0;
  const finish = (id: number) => {
    const timer = pending.get(id);
    if (!timer) return;
    pending.delete(id);
    clearReal(timer.fallback);
    timer.run();
    afterwards();
  };
  const add = (id: number, action: () => void, delayMs: number) => {
    const fallback = setReal(() => {
      host.cancel(id);
      host.busy();
      finish(id);
    }, delayMs);
    pending.set(id, { run: action, fallback });
    host.set(id, delayMs);
    afterwards();
  };
  const remove = (id: number) => {
    const timer = pending.get(id);
    if (!timer) return;
    pending.delete(id);
    clearReal(timer.fallback);
    host.cancel(id);
  };
  const setSimulated = (callback: (...parameters: unknown[]) => void, delay = 1, ...parameters: unknown[]) => {
    lastId += 1;
    const id = lastId;
    const delayMs = Number.isFinite(delay) && delay >= 1 ? delay : 1;
    const action = () => callback(...parameters);
    add(id, action, delayMs);
    return new SimulatedTimeout(id, remove, () => {
      remove(id);
      add(id, action, delayMs);
    });
  };
  Object.defineProperty(setSimulated, promisify.custom, {
    value: (delay: number, value: unknown) => new Promise((resolve) => setSimulated(resolve, delay, value)),
  });
  globalThis.setTimeout = setSimulated as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: unknown) => {
    if (timer instanceof SimulatedTimeout) timer.close();
    else if (typeof timer === 'number' && pending.has(timer)) remove(timer);
    else clearReal(timer as NodeJS.Timeout);
  }) as typeof clearTimeout;
  return {
    get fired() {
      return fired;
    },
    get pending() {
      return pending.size;
    },
    fire(id) {
      fired += 1;
      finish(id);
      afterwards();
    },
  };
}

/** As much of Node's `Timeout` as code uses. */
class SimulatedTimeout {
  private readonly id: number;
  private readonly remove: (id: number) => void;
  private readonly restart: () => void;

  constructor(id: number, remove: (id: number) => void, restart: () => void) {
    this.id = id;
    this.remove = remove;
    this.restart = restart;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    this.restart();
    return this;
  }

  close(): this {
    this.remove(this.id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
