/**
 * Tasks that wait although slaves stand idle which they would fit: what keeps them off is nothing that is read here (a network, a
 * used-up port). More slaves would stand there just so. When that has lasted, the tasks stop counting for the group, and count again
 * after a while, or at once if they change. Remembered is one slave that has stood idle beside them in every look. Pure.
 */
import type { WaitingTasks } from '../../contracts/gateway.ts';
import { fingerprint } from '../cluster/fingerprint.ts';
import type { NodeRecord, Timestamp } from '../cluster/records.ts';
import { addSeconds, secondsSince, toTimestamp } from '../cluster/time.ts';
import type { Place } from './constraints.ts';
import type { HelpedTasks } from './demand.ts';
import { countFitting } from './resources.ts';
import type { Resources, Standstill } from './scaling.ts';

/** So long nothing starts, seen in looks that are no further apart than the gap, before it counts as standing still. */
const standingSeconds = 300;
const gapSeconds = 200;
const nextLookSeconds = 100;
/** So long such tasks do not count then. */
const refusedSeconds = 3600;
/** Of each group; who stands still beyond that is seen when others do not any more. */
const mostRemembered = 20;

/** A slave that holds nothing and would take tasks. */
export interface IdleSlave {
  readonly instanceId: NodeRecord['instanceId'];
  readonly total: Resources;
  readonly place: Place;
}

/** The same for the same tasks of an app as long as it is not changed. */
export function keyOf({ scheduler, id, need, constraints, hostPorts, roles = [] }: WaitingTasks): string {
  return fingerprint([scheduler, id, need.cpus, need.mem, need.disk, need.gpus, constraints, hostPorts, roles]);
}

const isLasting = ({ since, seen }: Standstill): boolean => secondsSince(since, new Date(seen)) >= standingSeconds;

const isRefused = (standstill: Standstill, now: Date): boolean =>
  isLasting(standstill) && secondsSince(standstill.seen, now) < refusedSeconds;

/** Keys of the tasks that do not count for the group now. */
export function refusedKeys(before: readonly Standstill[] = [], now: Date): ReadonlySet<string> {
  return new Set(before.flatMap((each) => (isRefused(each, now) ? [each.key] : [])));
}

interface Waits {
  readonly waiting: readonly WaitingTasks[];
  /** Those that slaves of the group would help. */
  readonly helped: readonly HelpedTasks[];
  /** Of the group. */
  readonly idle: readonly IdleSlave[];
  readonly now: Date;
}

/** What is to be remembered after this look, longest first. */
export function findStandstills(before: readonly Standstill[] = [], waits: Waits): readonly Standstill[] {
  const refused = before.filter((each) => isRefused(each, waits.now));
  const keys = refused.length === 0 ? undefined : new Set(waits.waiting.map(keyOf));
  const known = new Map(before.map((each) => [each.key, each]));
  return [
    ...refused.filter(({ key }) => keys?.has(key)),
    ...(waits.idle.length === 0 ? [] : waits.helped.flatMap((tasks) => standBeside(tasks, known, waits))),
  ]
    .toSorted((a, b) => compare(a.since, b.since) || compare(a.key, b.key))
    .slice(0, mostRemembered);
}

/** Chronos starts what is due from time to time: two looks that find it waiting tell nothing of what was between them. */
function standBeside(
  tasks: HelpedTasks,
  known: ReadonlyMap<string, Standstill>,
  { idle, now }: Waits,
): readonly Standstill[] {
  if (tasks.told.scheduler !== 'marathon') return [];
  const fitting = idle.filter(({ total, place }) => countFitting(tasks.need, total) > 0 && tasks.takes(place));
  const [first] = fitting;
  if (first === undefined) return [];
  const key = keyOf(tasks.told);
  const seen = toTimestamp(now);
  const last = known.get(key);
  const isSame = last !== undefined && fitting.some(({ instanceId }) => instanceId === last.beside);
  if (isSame && secondsSince(last.seen, now) <= gapSeconds) return [{ ...last, seen }];
  return [{ key, beside: first.instanceId, since: seen, seen }];
}

/** When those that were seen in this look have to be looked at again. Undefined: there are none. */
export function looksAgainAt(standstills: readonly Standstill[], now: Date): Timestamp | undefined {
  const isSeenNow = standstills.some(({ seen }) => seen === toTimestamp(now));
  return isSeenNow ? addSeconds(now, nextLookSeconds) : undefined;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
