import type { Branch } from './branch.ts';
import { StateError } from './errors.ts';

/** Events that one standard execution may have; its last one says how it ended. */
export const historyLimit = 25_000;

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** Epoch milliseconds of simulated time. */
  readonly timestamp: number;
  /** Under the name that the API gives to this type's details, e.g. `taskFailedEventDetails`. */
  readonly details?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The log of an execution. */
export class History {
  readonly events: HistoryEvent[] = [];
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** @throws StateError States.Runtime when the history is full, which fails the execution */
  record(branch: Branch, type: string, details?: HistoryEvent['details']): void {
    if (this.events.length >= historyLimit - 1) {
      throw new StateError(
        'States.Runtime',
        `The execution reached the maximum number of history events (${historyLimit}).`,
      );
    }
    branch.lastEventId = this.append(type, branch.lastEventId, details);
  }

  /** The execution's first and last events. @returns the event's id */
  append(type: string, previousEventId: number, details?: HistoryEvent['details']): number {
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, type, timestamp: this.now(), ...(details && { details }) });
    return id;
  }
}
