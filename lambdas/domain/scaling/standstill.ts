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
/** So long such tasks do not count then, unless some of them start, or the slave turns out to take others. */
const refusedSeconds = 3600;
/** Of each group; who stands still beyond that is seen when others do not any more. */
const mostRemembered = 100;

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

/** What refutes a standstill. */
export interface Evidence {
  readonly waiting: readonly WaitingTasks[];
  /** EC2's ids of slaves that hold something. */
  readonly busy: ReadonlySet<string>;
  readonly now: Date;
}

/** Those by which tasks do not count for the group now. */
function refusedOf(before: readonly Standstill[], { waiting, busy, now }: Evidence): readonly Standstill[] {
  const recent = before.filter((each) => isLasting(each) && secondsSince(each.seen, now) < refusedSeconds);
  if (recent.length === 0) return recent;
  const counts = new Map(waiting.map((tasks) => [keyOf(tasks), tasks.count]));
  return recent.filter(({ key, count, beside }) => (counts.get(key) ?? 0) >= count && !busy.has(beside));
}

/** Keys of the tasks that do not count for the group now. */
export function refusedKeys(before: readonly Standstill[] = [], evidence: Evidence): ReadonlySet<string> {
  return new Set(refusedOf(before, evidence).map(({ key }) => key));
}

interface Waits extends Evidence {
  /** Those that slaves of the group would help. */
  readonly helped: readonly HelpedTasks[];
  /** Of the group. */
  readonly idle: readonly IdleSlave[];
}

/** What is to be remembered after this look, longest first. */
export function findStandstills(before: readonly Standstill[] = [], waits: Waits): readonly Standstill[] {
  const known = new Map(before.map((each) => [each.key, each]));
  return [
    ...refusedOf(before, waits),
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
  const { count } = tasks.told;
  const isStill = isSame && count >= last.count && secondsSince(last.seen, now) <= gapSeconds;
  return isStill ? [{ ...last, count, seen }] : [{ key, count, beside: first.instanceId, since: seen, seen }];
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
