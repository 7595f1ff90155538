/** Which waiting tasks have to share what: places, ports, or slaves of which each takes only so many of them. Pure. */
import type { HelpedTasks } from './demand.ts';
import type { Family, Room } from './fewest.ts';
import { countFitting } from './resources.ts';
import type { Resources } from './scaling.ts';
import type { BusyRoom } from './slaves.ts';

const unlimited = Number.POSITIVE_INFINITY;

type Tasks = readonly HelpedTasks[];

/** @returns the families of any of the tasks of a look; what room there is, is found out once for the look */
export function familiesWith(rooms: readonly BusyRoom[]): (tasks: Tasks) => readonly Family[] {
  const made = new Map<string, readonly Room[]>();
  const once = (key: string, make: () => readonly Room[]) => (): readonly Room[] => {
    const found = made.get(key) ?? make();
    made.set(key, found);
    return found;
  };
  const all = once('anywhere', () => alike(rooms));
  return (tasks) => [
    { kinds: tasks, perSlave: unlimited, rooms: all },
    ...placed(tasks).map(([key, kinds]) => ({
      kinds,
      perSlave: unlimited,
      rooms: once(`at ${key}`, () => alike(roomsTaken(rooms, kinds))),
    })),
    ...tasks
      .map((each) => ({ each, perSlave: Math.min(each.perSlave, evenly(each, rooms)) }))
      .filter(({ perSlave }) => perSlave < unlimited)
      .map(({ each, perSlave }) => ({
        kinds: [each],
        perSlave,
        rooms: once(`of ${each.key}`, () => alike(roomsTaken(rooms, [each]), each.hosts, perSlave)),
      })),
    ...tasks
      .filter(({ apart }) => apart > 0)
      .map((each) => ({
        kinds: [{ need: each.need, count: Math.min(each.count, each.apart) }],
        perSlave: 1,
        rooms: once(`apart ${each.key}`, () => alike(roomsTaken(rooms, [each]), each.hosts, 1)),
      })),
    ...rivals(tasks).map((kinds) => {
      const hosts = kinds.flatMap((each) => each.hosts);
      return { kinds, perSlave: 1, rooms: () => alike(rooms, hosts, 1) };
    }),
  ];
}

/** Tasks that may run on some slaves only, by which. */
function placed(tasks: Tasks): readonly (readonly [key: string, tasks: Tasks])[] {
  return [...Map.groupBy(tasks, ({ placeKey }) => placeKey)].filter(([key]) => key !== '');
}

/** Tasks of several apps that want the same port of the host. */
function rivals(tasks: Tasks): readonly Tasks[] {
  const uses = tasks.flatMap((each) => each.hostPorts.map((port) => ({ port, each })));
  const byPort = [...Map.groupBy(uses, ({ port }) => port).values()];
  return byPort.filter((users) => users.length > 1).map((users) => users.map(({ each }) => each));
}

/**
 * How many tasks a slave takes that are to be spread evenly: one more than the slave has that has fewest of them when it is full, for
 * that one is waited for.
 */
function evenly({ isEven, hosts, need }: HelpedTasks, rooms: readonly BusyRoom[]): number {
  if (!isEven || hosts.length === 0) return unlimited;
  const free = new Map(rooms.map((room) => [room.place.hostname, room.free]));
  const full = [...countByHost(hosts)].map(([host, count]) => {
    const left = free.get(host);
    return count + (left === undefined ? 0 : countFitting(need, left));
  });
  return Math.min(...full) + 1;
}

/** @param tasks that may run on the same slaves, at least one */
function roomsTaken(rooms: readonly BusyRoom[], [first]: Tasks): readonly BusyRoom[] {
  return rooms.filter(({ place }) => first?.takes(place));
}

function countByHost(hosts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1);
  return counts;
}

/** Rooms that are alike together, each for at most `perSlave` of the tasks, of which one is on each of the `hosts` already. */
function alike(rooms: readonly BusyRoom[], hosts: readonly string[] = [], perSlave = unlimited): readonly Room[] {
  const there = countByHost(hosts);
  const known = new Map<string, { readonly free: Resources; count: number; readonly atMost: number }>();
  for (const { free, place } of rooms) {
    const atMost = perSlave - (there.get(place.hostname) ?? 0);
    if (atMost <= 0) continue;
    const key = [free.cpus, free.mem, free.disk, free.gpus, atMost].join();
    const same = known.get(key);
    if (same) same.count += 1;
    else known.set(key, { free, count: 1, atMost });
  }
  return [...known.values()];
}
