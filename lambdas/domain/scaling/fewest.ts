/**
 * The fewest fresh slaves that waiting tasks need beyond the room that busy slaves have: the highest of several lower bounds of the
 * optimal packing. Each of them is exact or too low, never too high; grows with every task; and does not depend on any order, as packing
 * by first fit does (Murgolo 1988). Pure.
 *
 * 1. *Corners*: the tasks that need at least as much as a certain one, as if they needed no more than it. Exact for alike tasks.
 * 2. *Sizes*: the mean part of a slave's offer over some resources, which is at most 1 together for what fits into a slave, whichever
 *    way it is measured (see measures.ts). As in L2 of Martello and Toth (1990), of tasks that are larger than a threshold only, and
 *    of the room that is.
 */
import { type Measure, measures } from './measures.ts';
import { countFitting, precision, type ResourceName, resourceNames } from './resources.ts';
import type { Resources } from './scaling.ts';

export interface Kind {
  readonly need: Resources;
  readonly count: number;
}

/** What `count` busy slaves have left, each for at most `atMost` of the tasks, whatever they need. */
export interface Room {
  readonly free: Resources;
  readonly count: number;
  readonly atMost: number;
}

/** Tasks that may use the same room, at most `perSlave` of them on one slave. */
export interface Family {
  readonly kinds: readonly Kind[];
  readonly perSlave: number;
  /** Asked for only if the family could need more than what is known already. */
  readonly rooms: () => readonly Room[];
}

/** @param offer of a fresh slave: each task fits into one. @returns 0 if there are no tasks, or all have room */
export function fewestSlaves(offer: Resources, families: readonly Family[]): number {
  return families.reduce((most, family) => Math.max(most, fewestOf(offer, family, most)), 0);
}

/** @param atLeast what is known already: lower bounds below it do not matter */
function fewestOf(offer: Resources, family: Family, atLeast: number): number {
  const kinds = alike(family.kinds);
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const perSlave = kinds.reduce((least, { need }) => Math.min(least, countFitting(need, offer)), family.perSlave);
  if (total === 0 || (Number.isFinite(family.perSlave) && Math.ceil(total / perSlave) <= atLeast)) return 0;
  const rooms = family.rooms();
  const isExactByCorner = Number.isFinite(family.perSlave) || kinds.length === 1;
  const bySize = isExactByCorner ? 0 : fewestBySize(offer, kinds, rooms);
  return Math.max(bySize, fewestByCorners(offer, { ...family, kinds }, rooms, Math.max(bySize, atLeast)));
}

/** Tasks of the same need as one kind. */
function alike(kinds: readonly Kind[]): readonly Kind[] {
  const known = new Map<string, { need: Resources; count: number }>();
  for (const { need, count } of kinds) {
    const key = resourceNames.map((name) => need[name]).join();
    const same = known.get(key);
    if (same) same.count += count;
    else known.set(key, { need, count });
  }
  return [...known.values()];
}

const needsAsMuch = (a: Resources, b: Resources): boolean => resourceNames.every((name) => a[name] >= b[name]);

interface Corner {
  readonly need: Resources;
  /** How many of them fit into a fresh slave. */
  readonly fitting: number;
  /** The result is no higher. */
  readonly atMost: number;
}

function cornersOf(offer: Resources, { kinds, perSlave }: Pick<Family, 'kinds' | 'perSlave'>): readonly Corner[] {
  const larger = resourceNames.map((name) => countLarger(kinds, name));
  return kinds
    .map(({ need }, index) => {
      const fitting = Math.max(1, Math.min(perSlave, countFitting(need, offer)));
      return { need, fitting, atMost: Math.ceil(Math.min(...larger.map((counts) => counts[index] ?? 0)) / fitting) };
    })
    .sort((a, b) => b.atMost - a.atMost);
}

/** By kind: how many tasks need at least as much of the resource. */
function countLarger(kinds: readonly Kind[], name: ResourceName): readonly number[] {
  const order = [...kinds.keys()].sort((a, b) => (kinds[b]?.need[name] ?? 0) - (kinds[a]?.need[name] ?? 0));
  const counts = new Array<number>(kinds.length).fill(0);
  let sum = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    const amount = kinds[order[from] ?? 0]?.need[name];
    for (to = from; to < order.length && kinds[order[to] ?? 0]?.need[name] === amount; to += 1) {
      sum += kinds[order[to] ?? 0]?.count ?? 0;
    }
    for (const index of order.slice(from, to)) counts[index] = sum;
  }
  return counts;
}

function fewestByCorners(
  offer: Resources,
  family: Pick<Family, 'kinds' | 'perSlave'>,
  rooms: readonly Room[],
  atLeast: number,
): number {
  let most = atLeast;
  for (const corner of cornersOf(offer, family)) {
    if (corner.atMost <= most) break;
    const tasks = family.kinds.reduce((sum, kind) => sum + (needsAsMuch(kind.need, corner.need) ? kind.count : 0), 0);
    most = Math.max(most, Math.ceil((tasks - roomFor(corner.need, rooms, tasks)) / corner.fitting));
  }
  return most;
}

/** How many tasks of that need have room; counted until there is enough. */
function roomFor(need: Resources, rooms: readonly Room[], enough: number): number {
  let sum = 0;
  for (const { free, count, atMost } of rooms) {
    sum += count * Math.min(atMost, countFitting(need, free));
    if (sum >= enough) return sum;
  }
  return sum;
}

/** Every choice of resources: a size is the mean over those that are chosen. */
const scales: readonly (readonly ResourceName[])[] = Array.from({ length: 2 ** resourceNames.length - 1 }, (_, index) =>
  resourceNames.filter((_, bit) => ((index + 1) >> bit) % 2 === 1),
);

interface Sized {
  readonly size: number;
  readonly count: number;
}

const largestFirst = (a: Sized, b: Sized): number => b.size - a.size;

function fewestBySize(offer: Resources, kinds: readonly Kind[], rooms: readonly Room[]): number {
  const isOffered = (name: ResourceName): boolean => offer[name] > 0 && kinds.some(({ need }) => need[name] > 0);
  return scales
    .filter((scale) => scale.every(isOffered))
    .reduce((most, scale) => {
      const sizeOf = (of: Resources): number =>
        scale.reduce((sum, name) => sum + of[name] / offer[name], 0) / scale.length;
      const tasks = kinds.map(({ need, count }) => ({ size: sizeOf(need), count })).sort(largestFirst);
      const free = rooms.map(({ free: left, count }) => ({ size: sizeOf(left), count })).sort(largestFirst);
      return measures.reduce((best, measure) => Math.max(best, fewestAbove(tasks, free, measure)), most);
    }, 0);
}

/** What floating point may have added. */
const noise = 1e-6;

/** The most over all thresholds: tasks above it, less the room above it, for smaller room holds none of them. */
function fewestAbove(tasks: readonly Sized[], rooms: readonly Sized[], { task, room }: Measure): number {
  let weight = 0;
  let most = 0;
  let next = 0;
  for (const { size, count } of tasks) {
    weight += count * task(size);
    const least = size * (1 - precision);
    for (let at = rooms[next]; at !== undefined && at.size >= least; at = rooms[next]) {
      weight -= at.count * room(at.size);
      next += 1;
    }
    most = Math.max(most, weight);
  }
  return Math.ceil(most - noise);
}
