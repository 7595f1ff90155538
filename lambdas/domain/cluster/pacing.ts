/**
 * How fast the loop goes round while many nodes come or go. Each of them is a signal or more, and a pass for every few of them
 * would make the number of passes grow with the nodes: instead the loop lets more happen first, the longer the more are on
 * their way, and takes all of it in one pass. A small cluster, and the last nodes of a large one, never wait. Pure.
 */
import type { NodeRecord, Timestamp } from './records.ts';
import { addSeconds, secondsSince } from './time.ts';

/** So many nodes on their way are worth a second. */
const nodesPerSecond = 100;
const longestSeconds = 4;
/** Instances that one SendCommand takes: waiting for more than that gains nothing. */
const fullRound = 50;
/** Between rounds of start commands in a group that is larger than a round. */
const betweenRoundsSeconds = 2;

const count = (nodes: readonly NodeRecord[], ...statuses: NodeRecord['status'][]): number =>
  nodes.filter(({ status }) => statuses.includes(status)).length;

/** Seconds to let pass before the loop listens to signals again. The end of starts is what a deployment waits for: a second. */
export function pauseSeconds(nodes: readonly NodeRecord[]): number {
  const coming = count(nodes, 'launched', 'online', 'terminating', 'failed');
  const least = coming + count(nodes, 'starting') >= nodesPerSecond ? 1 : 0;
  return Math.max(least, Math.min(longestSeconds, Math.floor(coming / nodesPerSecond)));
}

/**
 * When the group's slaves that are online get their start command; undefined: now. Rounds of a large group are a pause apart,
 * unless there is enough for a full round, or nobody comes after these.
 *
 * @param group all live nodes of the group
 */
export function nextRoundAt(group: readonly NodeRecord[], now: Date): Timestamp | undefined {
  if (group.length <= fullRound || count(group, 'online') >= fullRound || count(group, 'launched') === 0) {
    return undefined;
  }
  const pause = Math.max(betweenRoundsSeconds, pauseSeconds(group));
  const last = group
    .flatMap(({ commandSentAt }) => commandSentAt ?? [])
    .sort()
    .at(-1);
  if (last === undefined || secondsSince(last, now) >= pause) return undefined;
  return addSeconds(last, pause);
}
