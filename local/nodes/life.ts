import type { SimClock } from '../types.ts';

/** The time between a machine's power-on and its power-off. What waits in it never goes on after its end. */
export interface Life {
  readonly over: boolean;
  after(ms: number, action: () => void): () => void;
  sleep(ms: number): Promise<void>;
  onEnd(action: () => void): void;
  end(): void;
}

export function createLife(clock: SimClock): Life {
  let over = false;
  const timers = new Set<() => void>();
  const endings: (() => void)[] = [];
  const after = (ms: number, action: () => void) => {
    if (over) return () => {};
    const cancel = clock.after(ms, () => {
      timers.delete(cancel);
      action();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  };
  return {
    get over() {
      return over;
    },
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    onEnd: (action) => endings.push(action),
    end() {
      over = true;
      for (const cancel of timers) cancel();
      timers.clear();
      for (const action of endings.splice(0)) action();
    },
  };
}
