/** Chronos' schedules: ISO 8601 repeating intervals, `R[count]/[start]/period`. */
export interface Schedule {
  /** How often it still runs; absent: for ever. */
  readonly left?: number;
  /** When it runs next. Epoch milliseconds. */
  readonly next: number;
  readonly period: Period;
}
export interface Period {
  readonly months: number;
  readonly milliseconds: number;
}

const day = 86_400_000;
const periodPattern =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** @returns undefined if it is none */
export function parsePeriod(text: string): Period | undefined {
  const found = periodPattern.exec(text);
  if (!found) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  const [w, d, h, m, s] = [weeks, days, hours, minutes, seconds].map((value) => value ?? 0) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    months: (years ?? 0) * 12 + (months ?? 0),
    milliseconds: w * 7 * day + d * day + h * 3_600_000 + m * 60_000 + s * 1000,
  };
}

/** @param now start of a schedule that names none. @returns undefined if it is none */
export function parseSchedule(text: string, now: number): Schedule | undefined {
  const [, count, start, period] = /^R(\d*)\/([^/]*)\/([^/]+)$/.exec(text) ?? [];
  const parsed = parsePeriod(period ?? '');
  const next = start === '' ? now : Date.parse(start ?? '');
  if (parsed === undefined || Number.isNaN(next)) return undefined;
  return { ...(count ? { left: Number(count) } : {}), next, period: parsed };
}

/** After it ran, or was to run and did not. */
export function following({ left, next, period }: Schedule): Schedule {
  return { ...(left === undefined ? {} : { left: left - 1 }), next: later(next, period), period };
}

function later(time: number, { months, milliseconds }: Period): number {
  const date = new Date(time);
  date.setUTCMonth(date.getUTCMonth() + months);
  // A period of nothing would come due for ever.
  return Math.max(date.getTime() + milliseconds, time + 1000);
}

/** As Chronos shows it: with what is left and the next start. @param text the schedule as it was given */
export function formatSchedule({ left, next }: Schedule, text: string): string {
  return `R${left ?? ''}/${new Date(next).toISOString()}/${text.split('/')[2] ?? ''}`;
}

export const isOver = ({ left }: Schedule): boolean => left === 0;
