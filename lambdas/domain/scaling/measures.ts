/** Dual feasible functions of Fekete and Schepers (New classes of fast lower bounds for bin packing, Math. Programming 91, 2001). Pure. */
import { precision, snapped } from './resources.ts';

/**
 * A dual feasible function: tasks that fit into one slave together weigh at most 1 together, as their sizes do. And what it makes of
 * room. Neither depends on what waits, so that more tasks never count for less.
 */
export interface Measure {
  readonly task: (size: number) => number;
  /** At least what tasks weigh together that fit into the room. */
  readonly room: (size: number) => number;
}

/** u^(k): a task of more than a (k+1)th of a slave counts as a kth, and so on. */
function steps(k: number): Measure {
  return {
    task: (size) => {
      const parts = snapped((k + 1) * size);
      return Number.isInteger(parts) ? parts / (k + 1) : Math.floor(parts) / k;
    },
    // Of a whole number of parts, tasks that are rounded up leave one; tasks that are not may take all.
    room: (size) => {
      const parts = snapped((k + 1) * size);
      return Number.isInteger(parts) ? Math.max((parts - 1) / k, parts / (k + 1)) : Math.floor(parts) / k;
    },
  };
}

/** U^(e): beside a task that leaves less than `least` there is none of at least that, and smaller ones do not count. */
function cut(least: number): Measure {
  const isSmall = (size: number): boolean => size < least - precision;
  const isLarge = (size: number): boolean => size > 1 - least + precision;
  return {
    task: (size) => {
      if (isLarge(size)) return 1;
      return isSmall(size) ? 0 : size;
    },
    room: (size) => {
      if (isSmall(size)) return 0;
      if (!isLarge(size)) return size;
      return size <= 1 + precision ? 1 : size / (1 - least);
    },
  };
}

const upTo = (number: number): readonly number[] => Array.from({ length: number }, (_, index) => index + 1);

/** The size itself, and both kinds as far as they tell apart what is seen in life. */
export const measures: readonly Measure[] = [
  { task: (size) => size, room: (size) => size },
  ...upTo(10).map(steps),
  ...upTo(10).map((twentieths) => cut(twentieths / 20)),
];
