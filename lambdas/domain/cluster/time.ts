/** Arithmetic on the records' timestamps. */
import type { Timestamp } from './records.ts';

export function toTimestamp(date: Date): Timestamp {
  return date.toISOString();
}

export function addSeconds(time: Timestamp | Date, seconds: number): Timestamp {
  return new Date(new Date(time).getTime() + seconds * 1000).toISOString();
}

/** Whole and broken seconds from `time` until `now`; negative if `time` lies ahead. */
export function secondsSince(time: Timestamp, now: Date): number {
  return (now.getTime() - Date.parse(time)) / 1000;
}

export function earliest(times: readonly Timestamp[]): Timestamp | undefined {
  return [...times].sort()[0];
}
