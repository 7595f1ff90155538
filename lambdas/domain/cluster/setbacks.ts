/** Commands to nodes that were in vain: what is known after them, and how long it has been so. Pure. */
import { patience } from './patience.ts';
import type { MasterCordon, Setback, Timestamp } from './records.ts';
import { addSeconds, secondsSince, toTimestamp } from './time.ts';

/** What a master holds back for certain when nobody knows whether it has taken the list: what is in both. */
export function cordonInDoubt(held: string, addresses: string, setback: Setback): MasterCordon {
  const sent = addresses.split(',');
  const both = held.split(',').filter((address) => sent.includes(address));
  return { held: both.join(','), setback };
}

/** The setback as it follows one of before: commands that are not delivered one after the other are one outage. */
export function following(setback: Setback, before: Setback | undefined): Setback {
  if (!setback.undelivered) return setback;
  const goesOn = before?.undelivered && secondsSince(before.at, new Date(setback.at)) <= patience.unreached;
  return { ...setback, since: goesOn ? (before.since ?? before.at) : setback.at };
}

/** When a node that a command did not reach may be sent another; undefined: now. */
export function undeliveredUntil(setback: Setback | undefined, now: Date): Timestamp | undefined {
  if (!setback?.undelivered) return undefined;
  const at = addSeconds(setback.at, patience.drainCheck);
  return at > toTimestamp(now) ? at : undefined;
}

/** Whether one command after the other has not reached the node, for so long that none will. */
export function isOutOfReach(setback: Setback | undefined, now: Date): boolean {
  if (!setback?.undelivered || setback.since === undefined) return false;
  const isRecent = secondsSince(setback.at, now) <= patience.unreached;
  return isRecent && secondsSince(setback.since, new Date(setback.at)) >= patience.unreached;
}
