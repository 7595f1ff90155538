/** Asking Marathon and Chronos, which run on every master and pass each request on to the one that leads. */
import type { ChangeAnswer } from '../contracts/gateway.ts';
import { type Account, type HttpAnswer, type HttpQuestion, httpAsk } from './http-ask.ts';

export interface Scheduler {
  readonly masterIps: readonly string[];
  readonly port: number;
  readonly account: Account;
  readonly timeoutMs: number;
}
type Question = Pick<HttpQuestion, 'path' | 'method' | 'body' | 'accept'>;

/** Statuses of the one that is asked, not of the one that leads: there may be a better one to ask. */
const isSilent = ({ status }: HttpAnswer): boolean => status === 0 || status === 502 || status === 503;
const longestMessage = 1000;

/**
 * Asks one master after the other until one answers; a majority of them at most, for without one there is no leader either.
 * Everything that is asked may be asked twice.
 */
export async function askScheduler(
  { masterIps, port, account, timeoutMs }: Scheduler,
  question: Question,
): Promise<HttpAnswer> {
  let answer: HttpAnswer = { status: 0, body: '' };
  for (const host of masterIps.slice(0, Math.floor(masterIps.length / 2) + 1)) {
    answer = await httpAsk({ host, port, account, timeoutMs, ...question });
    if (!isSilent(answer)) return answer;
  }
  return answer;
}

/** @returns undefined unless the answer is 200 and JSON */
export async function readScheduler(scheduler: Scheduler, path: string): Promise<unknown> {
  const { status, body } = await askScheduler(scheduler, { path });
  return status === 200 ? parseJson(body) : undefined;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @param gone statuses that mean that what is to be removed does not exist */
export function changeAnswer({ status, body }: HttpAnswer, gone: readonly number[] = []): ChangeAnswer {
  if ((status >= 200 && status < 300) || gone.includes(status)) return { outcome: 'accepted' };
  if (status < 400 || status >= 500 || status === 408 || status === 429) return { outcome: 'unanswered', status };
  return { outcome: 'refused', status, message: messageOf(body) };
}

/** Marathon explains in `message` and `details`, Chronos in `message` or as plain text. */
function messageOf(body: string): string {
  const answer = parseJson(body);
  if (typeof answer !== 'object' || answer === null) return body.trim().slice(0, longestMessage);
  const { message, details } = answer as { message?: unknown; details?: unknown };
  const parts = [textOf(message), ...detailsOf(details)].filter((part) => part !== '');
  return (parts.length > 0 ? parts.join('; ') : body).slice(0, longestMessage);
}

/** `[{ path: '/apps(0)/id', errors: ['…'] }]` since 1.0; older entries have `error` or `attribute` instead. */
function detailsOf(details: unknown): readonly string[] {
  if (!Array.isArray(details)) return [];
  return details.map((detail: { path?: unknown; attribute?: unknown; errors?: unknown; error?: unknown }) => {
    const errors = Array.isArray(detail.errors) ? detail.errors.map(textOf).join(', ') : textOf(detail.error);
    return [textOf(detail.path ?? detail.attribute), errors].filter(Boolean).join(': ');
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
