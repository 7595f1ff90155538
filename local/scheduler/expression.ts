/** Schedule expressions: `rate(…)`, `cron(…)` and `at(…)`, in UTC. */
import { parseCron } from './cron.ts';
import { invalidSchedule, type Schedule } from './schedule.ts';

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** @throws AwsError ValidationException */
export function parseSchedule(expression: string): Schedule {
  const [, kind, content = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return parseRate(content, expression);
  if (kind === 'cron') return parseCron(content, expression);
  if (kind === 'at') return parseAt(content, expression);
  throw invalidSchedule(expression, 'it must be rate(…), cron(…) or at(…)');
}

/** Counted from when the schedule was made, which is the first time that is asked about. */
function parseRate(content: string, expression: string): Schedule {
  const [, count, unit = '', plural] = /^([1-9]\d*) (minute|hour|day)(s)?$/.exec(content.trim()) ?? [];
  const interval = Number(count) * (units[unit] ?? Number.NaN);
  const agrees = (plural === 's') === (count !== '1');
  if (Number.isNaN(interval) || !agrees)
    throw invalidSchedule(expression, 'a rate is a number and minutes, hours or days');
  return { next: (time) => time + interval };
}

function parseAt(content: string, expression: string): Schedule {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(content) ? Date.parse(`${content}Z`) : Number.NaN;
  if (Number.isNaN(at)) throw invalidSchedule(expression, 'at takes yyyy-mm-ddThh:mm:ss');
  return { next: (time) => (at > time ? at : undefined) };
}
