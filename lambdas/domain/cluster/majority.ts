/**
 * When a complete cluster has lost so many masters that the others are no majority. The Mesos registry cannot come back then: a
 * replica that returns empty learns only from a voting majority, and a new registry begins only where all replicas are empty.
 * So all masters begin a new one together; agents re-register with it, and their tasks go on. ZooKeeper, which holds the state
 * of Marathon and Chronos, is saved by the survivors, if the empty members cannot outvote them: only as many of those as make
 * up a majority begin at once ("founders"), which is never a majority by themselves; the others wait for that. Pure.
 */
import type { NodeRecord } from './records.ts';

export interface Rebuild {
  /** All masters; none as long as one is missing, boots, or still starts. */
  readonly start: readonly NodeRecord[];
  /** Addresses of the masters whose ZooKeeper begins; absent if nobody has anything that could be lost. */
  readonly founders?: readonly string[];
}

/** A master that was ready once has the cluster's state on its disk. */
export function holdsState({ readyAt }: NodeRecord): boolean {
  return readyAt !== undefined;
}

/** @param masters the live ones @returns undefined if a majority of them holds the cluster's state */
export function findRebuild(masters: readonly NodeRecord[], count: number): Rebuild | undefined {
  const majority = Math.floor(count / 2) + 1;
  const survivors = masters.filter(holdsState);
  if (survivors.length >= majority) return undefined;
  const areThere = masters.length === count && masters.every(({ status }) => status === 'online' || status === 'ready');
  if (!areThere) return { start: [] };
  if (survivors.length === 0) return { start: masters };
  const others = masters.filter((node) => !holdsState(node)).toSorted((a, b) => a.ordinal - b.ordinal);
  const founders = [...survivors, ...others.slice(0, majority - survivors.length)];
  return { start: masters, founders: founders.flatMap(({ privateIp }) => privateIp ?? []) };
}
