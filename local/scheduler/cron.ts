/** AWS's cron expressions: minutes, hours, day of month, month, day of week (1 is Sunday), year. */
import { invalidSchedule, type Schedule } from './schedule.ts';

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const fields = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: months },
  { low: 1, high: 7, names: weekdays },
  { low: 1970, high: 2199 },
] as const;

const minute = 60_000;
const day = 86_400_000;
/** A date that recurs at all recurs within this many days: February 29th around the end of a century. */
const farthestDays = 366 * 9;

type Field = ReadonlySet<number>;

/** @throws AwsError ValidationException */
export function parseCron(content: string, expression: string): Schedule {
  const parts = content.trim().split(/\s+/);
  if (parts.length !== 6) throw invalidSchedule(expression, 'cron has six fields');
  if ((parts[2] === '?') === (parts[4] === '?')) {
    throw invalidSchedule(expression, 'one of day-of-month and day-of-week must be ?, and not both');
  }
  const [minutes, hours, dates, monthSet, days, years] = parts.map((part, n) => parseField(part, n, expression)) as [
    Field,
    Field,
    Field,
    Field,
    Field,
    Field,
  ];
  const isDay = (date: Date) =>
    years.has(date.getUTCFullYear()) &&
    monthSet.has(date.getUTCMonth() + 1) &&
    dates.has(date.getUTCDate()) &&
    days.has(date.getUTCDay() + 1);
  const times = [...hours]
    .flatMap((hour) => [...minutes].map((one) => (hour * 60 + one) * minute))
    .sort((a, b) => a - b);
  return { next: (time) => nextTime(time, isDay, times) };
}

function nextTime(time: number, isDay: (date: Date) => boolean, times: readonly number[]): number | undefined {
  const firstDay = Math.floor(time / day) * day;
  for (let start = firstDay; start <= firstDay + farthestDays * day; start += day) {
    if (!isDay(new Date(start))) continue;
    const offset = times.find((one) => start + one > time);
    if (offset !== undefined) return start + offset;
  }
  return undefined;
}

function parseField(text: string, position: number, expression: string): Field {
  const values = text.split(',').flatMap((part) => parseRange(part, position, expression));
  return new Set(values);
}

function parseRange(part: string, position: number, expression: string): number[] {
  const field = fields[position];
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const wrong = () => invalidSchedule(expression, `${part} is not a value from ${field?.low} to ${field?.high}`);
  if (field === undefined) throw wrong();
  const [first, last] = boundsOf(range, step !== undefined, field);
  const every = Number(step ?? 1);
  if (!(first >= field.low && last <= field.high && first <= last && every > 0)) throw wrong();
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, n) => first + n * every);
}

function boundsOf(range: string, hasStep: boolean, field: (typeof fields)[number]): [number, number] {
  if (range === '*' || range === '?') return [field.low, field.high];
  const [first = '', last] = range.split('-');
  const low = numberIn(first, field);
  const end = hasStep ? field.high : low;
  return [low, last === undefined ? end : numberIn(last, field)];
}

function numberIn(text: string, field: (typeof fields)[number]): number {
  const names: readonly string[] = 'names' in field ? field.names : [];
  const index = names.indexOf(text.toUpperCase());
  if (index >= 0) return index + field.low;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
