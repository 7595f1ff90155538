/**
 * Branches: what runs at the same time within an execution. A branch holds the clock while it computes and lets it go while
 * it waits for a timer, a function, a token or its own branches.
 */
import type { SimClock } from '../types.ts';
import { BranchEnded } from './errors.ts';

/** How long something may go on; ending it ends all that was derived from it. */
export class Lifetime {
  private readonly listeners = new Set<() => void>();
  private readonly leave: () => void;
  private over = false;

  constructor(around?: Lifetime) {
    this.leave = around?.onEnd(() => this.end()) ?? (() => undefined);
  }

  get ended(): boolean {
    return this.over;
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    this.leave();
    for (const listener of [...this.listeners]) listener();
    this.listeners.clear();
  }

  /** @returns a function that withdraws the listener */
  onEnd(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** How a wait is over; only the first call counts. */
export interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Value and number of the Map item that a branch works on. */
export interface MapItem {
  readonly Index: number;
  readonly Value: unknown;
}

export class Branch {
  readonly lifetime: Lifetime;
  readonly mapItem: MapItem | undefined;
  /** Id of the branch's latest history event. */
  lastEventId: number;
  private readonly clock: SimClock;
  private release: () => void;

  constructor(clock: SimClock, options: { lifetime: Lifetime; lastEventId: number; mapItem?: MapItem | undefined }) {
    this.clock = clock;
    this.lifetime = options.lifetime;
    this.lastEventId = options.lastEventId;
    this.mapItem = options.mapItem;
    this.release = clock.hold();
  }

  /** A branch within this one. */
  fork(lifetime: Lifetime, mapItem?: MapItem): Branch {
    const { lastEventId } = this;
    return new Branch(this.clock, { lifetime, lastEventId, mapItem: mapItem ?? this.mapItem });
  }

  /**
   * Lets time pass until the waiter is told. `begin` returns what to do when the wait is over, however it ends.
   * @throws BranchEnded when the branch's lifetime ends first
   */
  wait<T>(begin: (waiter: Waiter<T>) => (() => void) | undefined): Promise<T> {
    if (this.lifetime.ended) return Promise.reject(new BranchEnded());
    const release = this.release;
    return new Promise<T>((resolve, reject) => {
      let cleanUp: (() => void) | undefined;
      let over = false;
      const settle = (conclude: () => void) => {
        if (over) return;
        over = true;
        this.release = this.clock.hold();
        leave();
        cleanUp?.();
        conclude();
      };
      const leave = this.lifetime.onEnd(() => settle(() => reject(new BranchEnded())));
      cleanUp = begin({
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      });
      if (over) cleanUp?.();
      release();
    });
  }

  sleep(milliseconds: number): Promise<void> {
    return this.wait((waiter) => this.clock.after(milliseconds, () => waiter.resolve(undefined)));
  }

  /** The branch is done: it no longer holds the clock. */
  close(): void {
    this.release();
  }
}
