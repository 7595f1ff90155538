/**
 * How many slaves each elastic group needs for what runs and waits now: a level, the same however many idle slaves there are, so
 * that it stays where it is once it is reached. Pure.
 */
import { assign } from './assign.ts';
import type { HelpedTasks } from './demand.ts';
import { familiesWith } from './families.ts';
import { type Family, fewestSlaves } from './fewest.ts';
import { plus, resourceNames, resources, shareOf, snapped, sumOf, times } from './resources.ts';
import type { Resources } from './scaling.ts';
import type { BusyRoom } from './slaves.ts';

/** An elastic group, as far as numbers go. */
export interface ElasticGroup {
  readonly name: string;
  /** Of one fresh slave; absent: nobody knows yet. */
  readonly offer?: Resources;
  readonly max: number;
  /** Slaves that take places without being fresh. */
  readonly resting: number;
  readonly busy: number;
  /** What tasks hold on the group's slaves. */
  readonly allocated: Resources;
}

export interface WantedSlaves {
  /** Slaves that rest, are busy, or are needed fresh; at least what the rules ask for. May be above the group's max. */
  readonly level: number;
  /** Of these, those that are needed without any rule. */
  readonly used: number;
  /** Of these, fresh ones for tasks that wait. */
  readonly fresh: number;
  /** Which rule it is that asks for more. Absent: none. */
  readonly by?: 'target' | 'spare';
  /** Tasks that are to run on fresh slaves or beside busy ones, and what they need together. */
  readonly tasks: number;
  readonly need: Resources;
  /** Whether some of the tasks may not share a slave, however large. */
  readonly isSpread: boolean;
  /** Those of them for which no group has a place within its max. */
  readonly lost: readonly HelpedTasks[];
}

/** What is kept beyond what is needed. */
export interface Reserve {
  /** The part of what slaves offer that tasks may hold; 1: all. */
  readonly target: number;
  /** Room of so many slaves, in each group by itself, while anything runs there or waits for it. */
  readonly spare: number;
}

interface Question extends Reserve {
  readonly groups: readonly ElasticGroup[];
  readonly helped: readonly HelpedTasks[];
  readonly rooms: readonly BusyRoom[];
}

/** @returns by group name */
export function wantedSlaves({ groups, helped, rooms, ...reserve }: Question): ReadonlyMap<string, WantedSlaves> {
  const families = familiesWith(rooms);
  const needed = (group: ElasticGroup, tasks: readonly HelpedTasks[]): number => neededBy(group, families(tasks));
  const byName = new Map(groups.map((group) => [group.name, group]));
  const assigned = assign(helped, [...byName.keys()], (name, tasks) => {
    const group = byName.get(name);
    return group === undefined || needed(group, tasks) <= placesOf(group);
  });
  return new Map(
    groups.map((group) => {
      const { tasks, lost, isFull } = assigned(group.name);
      const all = [...tasks, ...lost];
      const fresh = Math.max(needed(group, all), isFull ? placesOf(group) : 0);
      return [group.name, { ...wantedBy(group, { tasks: all, fresh, rooms }, reserve), lost }];
    }),
  );
}

/** What a group is to have, and what is free on busy slaves. */
interface Load extends Pick<Question, 'rooms'> {
  readonly tasks: readonly HelpedTasks[];
  readonly fresh: number;
}

function wantedBy(group: ElasticGroup, load: Load, { target, spare }: Reserve): Omit<WantedSlaves, 'lost'> {
  const { resting, busy, allocated } = group;
  const { tasks, fresh } = load;
  const need = sumOf(tasks.map((each) => times(each.need, each.count)));
  const used = busy + fresh;
  const floor = target >= 1 ? 0 : floorOf(group, plus(allocated, need), target);
  const withSpare = used === 0 || spare === 0 ? used : used + lackOf(spare, roomIn(group, load, need));
  const number = Math.max(floor, withSpare);
  return {
    level: resting + number,
    used: resting + used,
    fresh,
    ...(number === used ? {} : { by: floor > withSpare ? 'target' : 'spare' }),
    tasks: tasks.reduce((sum, { count }) => sum + count, 0),
    need,
    isSpread: tasks.some(({ perSlave, apart }) => Number.isFinite(perSlave) || apart > 0),
  };
}

/** How many fresh slaves it may have. */
const placesOf = ({ max, resting, busy }: ElasticGroup): number => Math.max(0, max - resting - busy);

/** Slaves that keep what is held within the target. */
function floorOf({ offer }: ElasticGroup, held: Resources, target: number): number {
  if (offer === undefined) return 0;
  const offered = resources((name) => (offer[name] > 0 ? held[name] : 0));
  return Math.ceil(snapped(shareOf(offered, offer) / target));
}

/**
 * How many slaves' room is free on the slaves that are needed, when all that waits runs on them; in parts, and however it is spread: so
 * that tasks which spread over slaves that are kept free do not ask for more and more of them. Infinity: nobody knows what one offers.
 */
function roomIn({ name: group, offer }: ElasticGroup, { rooms, fresh }: Load, need: Resources): number {
  if (offer === undefined) return Number.POSITIVE_INFINITY;
  const free = sumOf(rooms.flatMap((room) => (room.place.group === group ? room.free : [])));
  const offered = resourceNames.filter((name) => offer[name] > 0);
  return fresh + Math.min(...offered.map((name) => (free[name] - need[name]) / offer[name]));
}

/** How many slaves are needed to have that much room; what waits may run in another group's, so that there is never less than none. */
function lackOf(spare: number, room: number): number {
  return Math.ceil(snapped(Math.max(0, spare - Math.max(0, room))));
}

/** Where nobody knows what a slave offers, one is launched to find out if the group has none. */
function neededBy({ offer, busy }: ElasticGroup, families: readonly Family[]): number {
  if (offer !== undefined) return fewestSlaves(offer, families);
  return busy === 0 && families.some(({ kinds }) => kinds.length > 0) ? 1 : 0;
}
