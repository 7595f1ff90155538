/** Every call to an emulated API, in order: for counting, and to see who did what. */
import type { Caller } from './types.ts';

export interface RecordedCall {
  /** Simulated epoch milliseconds. */
  readonly at: number;
  readonly service: string;
  readonly action: string;
  readonly caller: Caller | undefined;
  /** Error code, if it failed. */
  readonly error?: string;
}

export interface CallLog {
  record(call: RecordedCall): void;
  all(): readonly RecordedCall[];
  /** How many calls match, for example `count({ service: 'ec2', action: 'RunInstances' })`. */
  count(filter: { readonly service?: string; readonly action?: string; readonly error?: string }): number;
  clear(): void;
}

/** The log forgets its oldest half beyond this many calls, so that a long demonstration does not fill the memory. */
const MAX_CALLS = 1_000_000;

export function createCallLog(): CallLog {
  let calls: RecordedCall[] = [];
  return {
    record(call) {
      if (calls.length >= MAX_CALLS) calls = calls.slice(MAX_CALLS / 2);
      calls.push(call);
    },
    all: () => calls,
    count: ({ service, action, error }) =>
      calls.filter(
        (call) =>
          (service === undefined || call.service === service) &&
          (action === undefined || call.action === action) &&
          (error === undefined || call.error === error),
      ).length,
    clear() {
      calls = [];
    },
  };
}
