/** Schedules of jobs, as Chronos takes them: ISO 8601 repeating intervals. */
import { clip, fail } from '../tosca/fault.ts';
import type { Path } from '../tosca/value.ts';

const date = String.raw`\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?`;
const duration = String.raw`P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?`;
const schedulePattern = new RegExp(`^R(\\d{0,9})/(${date})?/(${duration})$`);
const durationPattern = new RegExp(`^${duration}$`);

/** @throws InvalidInput */
export function readSchedule(text: string, path: Path): string {
  const found = schedulePattern.exec(text);
  const start = found?.[2];
  if (found && (start === undefined || !Number.isNaN(Date.parse(start.slice(0, 10))))) return text;
  return fail(
    path,
    `${clip(text)} is no schedule; write R<times>/<start>/<period>, such as R10/2026-01-31T05:00:00Z/PT24H, without a start for now`,
  );
}

/** @throws InvalidInput */
export function readDuration(text: string, path: Path): string {
  if (durationPattern.test(text)) return text;
  return fail(path, `${clip(text)} is no duration; write one such as PT10S or P1DT2H`);
}

/** How often a schedule runs its job: without a number endlessly. */
export function repetitionsOf(schedule: string): number {
  const times = /^R(\d*)\//.exec(schedule)?.[1];
  return times ? Number(times) : Number.POSITIVE_INFINITY;
}
