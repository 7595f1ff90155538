/** Whether the loop has to look at a cluster's load now, given what somebody else has just seen of it. Pure. */
import type { GroupScaling, Load, Scaling } from '../scaling/scaling.ts';
import type { ClusterRecord } from './records.ts';
import { addSeconds } from './time.ts';

/** Within this the loop itself tries again what failed, and what EC2 had no room for. */
const ownCheckSeconds = 300;

/**
 * By what is seen and what is recorded, never by what has happened: as long as the two differ it is said again, with each look,
 * so it does not matter whether the loop hears it the first time.
 */
export function needsLook({ progress }: Pick<ClusterRecord, 'progress'>, seen: Scaling, now: Date): boolean {
  const { scaling = {}, nextCheckAt } = progress;
  if (Object.entries(seen.groups).some(([name, group]) => concludesOtherwise(scaling[name], group))) return true;
  const looksSoon = nextCheckAt !== undefined && nextCheckAt <= addSeconds(now, ownCheckSeconds);
  return !looksSoon && seen.load !== undefined && isToBeActedOn(seen.load, seen);
}

/**
 * Another number counts, or the load asks for another one: a lower one counts some time after the loop has come to know it, and a
 * higher one puts that off although it does not count itself.
 */
function concludesOtherwise(recorded: GroupScaling | undefined, { wanted, level = wanted }: GroupScaling): boolean {
  return recorded === undefined || recorded.wanted !== wanted || (recorded.level ?? recorded.wanted) !== level;
}

/** Slaves that will be spare only when a lower number counts are waited for by the loop itself. */
function isToBeActedOn({ missing, spare }: Load, { checkAt }: Scaling): boolean {
  return missing > 0 || (spare > 0 && checkAt === undefined);
}
