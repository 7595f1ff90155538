import type { SimClock } from '../types.ts';
import type { WorkerMessage } from './worker/messages.ts';

type TimerMessage = Extract<WorkerMessage, { kind: 'set-timer' | 'cancel-timer' | 'waiting' | 'busy' }>;

/** One instance's timers, on the clock; and its hold on the clock, which it lets go of while it only waits for them. */
export interface HostTimers {
  /** An invocation begins: hold the clock. */
  begin(): void;
  end(): void;
  handle(message: TimerMessage): void;
  clear(): void;
}

export function createHostTimers(clock: SimClock, fire: (id: number) => void): HostTimers {
  const pending = new Map<number, () => void>();
  let fired = 0;
  let running = false;
  let release: (() => void) | undefined;
  const hold = () => {
    if (running) release ??= clock.hold();
  };
  const letGo = () => {
    release?.();
    release = undefined;
  };
  const cancel = (id: number) => {
    pending.get(id)?.();
    pending.delete(id);
  };
  return {
    begin() {
      running = true;
      hold();
    },
    end() {
      running = false;
      letGo();
    },
    handle(message) {
      if (message.kind === 'cancel-timer') cancel(message.id);
      else if (message.kind === 'busy') hold();
      else if (message.kind === 'set-timer') {
        const { id, delayMs } = message;
        const due = () => {
          pending.delete(id);
          fired += 1;
          hold();
          fire(id);
        };
        pending.set(id, clock.after(delayMs, due));
      } else if (message.fired === fired) letGo();
    },
    clear() {
      for (const id of pending.keys()) cancel(id);
    },
  };
}
