/**
 * Fast out, slow in: a higher level counts at once, a lower one when it has been enough for a while. What counts is the highest level
 * of that while, so that load that comes and goes moves nothing. Pure.
 */
import type { Timestamp } from '../cluster/records.ts';
import { addSeconds, toTimestamp } from '../cluster/time.ts';
import type { GroupScaling } from './scaling.ts';

/** What of a group's state this is about. */
export type Steady = Required<Pick<GroupScaling, 'wanted' | 'level' | 'peaks'>>;

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

interface Rules {
  readonly now: Date;
  readonly scaleInSeconds: number;
}

/** Peaks that end within the same of so many parts of the while are remembered as one: the higher and the later. */
const parts = 20;

export function clampTo({ min, max }: Bounds, number: number): number {
  return Math.min(max, Math.max(min, number));
}

/** The state within bounds that may have changed: they count at once. */
export function withinBounds({ wanted, level, peaks }: Steady, bounds: Bounds): Steady {
  const clamped = clampTo(bounds, level);
  const higher = dropLower(
    peaks.map((peak) => ({ ...peak, wanted: clampTo(bounds, peak.wanted) })),
    clamped,
  );
  return { wanted: clampTo(bounds, wanted), level: clamped, peaks: higher };
}

/** The state after a look: until now the level was that of the look before. @param level within bounds */
export function settle(before: Steady, level: number, rules: Rules): Steady {
  const peaks = dropLower(recent(remember(before, rules), rules), level);
  return { wanted: Math.max(level, peaks[0]?.wanted ?? level), level, peaks };
}

/** When the number that is wanted falls, unless more is asked for until then. */
export function fallsAt({ peaks: [highest] }: Pick<Steady, 'peaks'>, scaleInSeconds: number): Timestamp | undefined {
  return highest === undefined ? undefined : addSeconds(highest.until, scaleInSeconds);
}

type Peaks = Steady['peaks'];

/** Of equals the later one is enough. */
function remember({ level, peaks }: Steady, { now, scaleInSeconds }: Rules): Peaks {
  const until = toTimestamp(now);
  const last = peaks.at(-1);
  if (last && isSamePart(last.until, until, scaleInSeconds)) return [...peaks.slice(0, -1), { ...last, until }];
  return [...dropLower(peaks, level), { wanted: level, until }];
}

function isSamePart(a: Timestamp, b: Timestamp, scaleInSeconds: number): boolean {
  const partOf = (time: Timestamp): number => Math.floor((Date.parse(time) / 1000 / scaleInSeconds) * parts);
  return partOf(a) === partOf(b);
}

function recent(peaks: Peaks, { now, scaleInSeconds }: Rules): Peaks {
  return peaks.filter(({ until }) => addSeconds(until, scaleInSeconds) > toTimestamp(now));
}

function dropLower(peaks: Peaks, level: number): Peaks {
  return peaks.filter(({ wanted }) => wanted > level);
}
