/**
 * Telling a deployment's callback of each status, each once and in the order in which they came. What is still to be told lies
 * in the cluster's own record, written together with the plan: it is found again after any stop, and what is told twice was
 * told before the stop and not yet crossed out. One at a time, because what is sent at once may arrive in any order. Pure.
 */
import { type AnnouncedStatus, announcedStatuses } from '../../contracts/callback.ts';
import type { DecisionOf } from '../../contracts/decision.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { Announcement, Announcements } from '../deployment/callback.ts';
import { retryDelay } from './patience.ts';
import type { ActivityEntry, Plan } from './plan.ts';
import type { DeploymentStatus, Timestamp } from './records.ts';
import { info, warning } from './step.ts';
import { addSeconds, toTimestamp } from './time.ts';

/** The queue refused it so often: telling is given up, for nothing else may depend on it. */
const attempts = 6;

/** What of a pass it goes by, a cluster's or a workload's. */
export interface TellingSituation {
  readonly record: {
    readonly desired: { readonly generation: number };
    readonly progress: { readonly announcements?: Announcements };
  };
  readonly status: DeploymentStatus;
  readonly results: readonly ActionResult[];
  readonly now: Date;
}

interface Telling {
  readonly decisions: readonly DecisionOf<'send-callback'>[];
  readonly activity: readonly ActivityEntry[];
  /** When the next try is due. */
  readonly checks: readonly Timestamp[];
}

export interface CallbackStep {
  readonly step: Telling;
  readonly announcements: Announcements;
}

const telling = (parts: Partial<Telling>): Telling => ({ decisions: [], activity: [], checks: [], ...parts });

type StatusChange = NonNullable<Plan['status']>;

const announced: ReadonlySet<string> = new Set(announcedStatuses);
const isAnnounced = (status: DeploymentStatus): status is AnnouncedStatus => announced.has(status);

const keyPrefix = 'callback/';
const keyOf = ({ generation, status }: Announcement): string => `${keyPrefix}${generation}/${status}`;
/** Whether a result is about telling. Such failures are counted apart: they are none of the cluster's. */
export const isAboutCallback = ({ key }: ActionResult): boolean => key.startsWith(keyPrefix);

/** @param change the status that this pass sets; it is announced from the next pass on, when it is known to be set */
export function decideCallbacks(situation: TellingSituation, change: StatusChange | undefined): CallbackStep {
  const after = withResults(situation, situation.record.progress.announcements ?? { open: [] });
  const kept = situation.status === 'DELETE_IN_PROGRESS' ? { ...after, open: [] } : after;
  const seen = note(situation, kept, { value: situation.status });
  const { step: sending, left } = decideSending(situation, seen);
  return { step: sending, announcements: change === undefined ? left : note(situation, left, change) };
}

/** What was sent is crossed out; failures of what comes next are counted. */
function withResults({ results, now }: TellingSituation, all: Announcements): Announcements {
  const outcomes = new Map(results.map(({ key, outcome }) => [key, outcome]));
  const open = all.open.filter((each) => outcomes.get(keyOf(each)) !== 'done');
  const { failed, ...rest } = all;
  const [next] = open;
  if (next === undefined || next !== all.open[0]) return { ...rest, open };
  if (outcomes.get(keyOf(next)) !== 'failed') return all;
  return { ...rest, open, failed: { count: (failed?.count ?? 0) + 1, lastAt: toTimestamp(now) } };
}

function decideSending(
  { now }: TellingSituation,
  all: Announcements,
): { readonly step: Telling; readonly left: Announcements } {
  const { failed, ...rest } = all;
  const [next, ...others] = rest.open;
  if (next === undefined) return { step: telling({}), left: rest };
  if (failed !== undefined && failed.count >= attempts) {
    const text = `the callback is not told ${next.status}: it could not be sent, ${failed.count} times`;
    return {
      step: telling({ activity: [warning(text)], checks: [toTimestamp(now)] }),
      left: { ...rest, open: others },
    };
  }
  const retry = failed && addSeconds(failed.lastAt, retryDelay(failed.count));
  if (retry !== undefined && retry > toTimestamp(now)) return { step: telling({ checks: [retry] }), left: all };
  const reason = `the callback is to be told ${next.status}`;
  const decision = { kind: 'send-callback' as const, key: keyOf(next), reason, ...next };
  return { step: telling({ decisions: [decision], activity: [info(reason)] }), left: all };
}

/** Adds a status that is new, and one that was passed over. */
function note({ record, now }: TellingSituation, all: Announcements, { value, reason }: StatusChange): Announcements {
  const { generation } = record.desired;
  const { last, open } = all;
  if (!isAnnounced(value) || (last?.generation === generation && last.status === value)) return all;
  const at = toTimestamp(now);
  const passedOver = findPassedOver(last, generation).map((each) => ({ ...each, at }));
  const added = { generation, status: value, at, ...(reason === undefined ? {} : { statusReason: reason }) };
  return { ...all, last: { generation, status: value }, open: [...open, ...passedOver, added] };
}

/**
 * A generation follows another only when that one has ended. All other ends are the loop's own doing, in a pass; completion is
 * recorded by an action, and the next request may come before the next pass.
 */
function findPassedOver(
  last: Announcements['last'],
  generation: number,
): readonly Pick<Announcement, 'generation' | 'status'>[] {
  if (last === undefined || last.generation >= generation) return [];
  if (last.status === 'CREATE_IN_PROGRESS') return [{ generation: last.generation, status: 'CREATE_COMPLETE' }];
  return last.status === 'UPDATE_IN_PROGRESS' ? [{ generation: last.generation, status: 'UPDATE_COMPLETE' }] : [];
}
