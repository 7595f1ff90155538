/** What is asked of a cluster: tasks with their arrival. CPUs as Mesos counts them, memory in MB, times in seconds from the beginning. */
export interface Need {
  readonly cpus: number;
  readonly mem: number;
}

export interface TaskPlan extends Need {
  readonly id: number;
  /** When it is submitted; if it comes after others: not before that. */
  readonly at: number;
  /** A job runs for so long from its start, and again from the beginning if it is killed. */
  readonly seconds?: number;
  /** A service is wanted until then, whether it runs or waits. */
  readonly until?: number;
  /** Submitted when all of these have ended. */
  readonly after?: readonly number[];
}

export interface Workload {
  readonly name: string;
  /** For the reader of tables and plots. */
  readonly title: string;
  /** How long is looked at. */
  readonly seconds: number;
  readonly tasks: readonly TaskPlan[];
}

/** What a slave of the elastic group offers to Mesos. */
export const slaveOffer = { cpus: 4, mem: 14_000 } as const;

/** Fewer than `min` are never asked for; nothing here comes near `max`. */
export const bounds = { min: 1, max: 100 } as const;

/** Sums over the tasks that run or wait at a time. `big`: those of which a slave takes only one. */
export interface Sums extends Need {
  readonly big: number;
}

export const isBig = ({ cpus, mem }: Need): boolean => cpus > slaveOffer.cpus / 2 || mem > slaveOffer.mem / 2;

/**
 * How many slaves the tasks ask for, in the most favourable packing: no fewer can hold them. The yardstick of all policies; none of
 * them decides by it.
 */
export function slavesFor({ cpus, mem, big }: Sums): number {
  const tolerance = 1e-9;
  const byVolume = Math.max(cpus / slaveOffer.cpus, mem / slaveOffer.mem);
  return Math.max(bounds.min, big, Math.ceil(byVolume - tolerance));
}

/** How many further slaves first-fit-decreasing packing needs for these tasks beyond the rooms that there are. */
export function slavesBeyond(
  waiting: readonly { readonly need: Need; readonly count: number }[],
  rooms: readonly Need[],
): number {
  const free = rooms.map((room) => ({ ...room }));
  const opened: { cpus: number; mem: number }[] = [];
  const kinds = waiting.toSorted((a, b) => b.need.cpus - a.need.cpus || b.need.mem - a.need.mem);
  for (const { need, count } of kinds) {
    let left = fill(free, need, count);
    left = fill(opened, need, left);
    const perSlave = roomFor(need, slaveOffer);
    while (left > 0 && perSlave > 0) {
      const bin = { ...slaveOffer } as { cpus: number; mem: number };
      opened.push(bin);
      left = fill([bin], need, left);
    }
  }
  return opened.length;
}

/** How many tasks of a kind a room takes. */
export function roomFor(need: Need, room: Need): number {
  const tolerance = 1e-9;
  return Math.max(0, Math.floor(Math.min(room.cpus / need.cpus, room.mem / need.mem) + tolerance));
}

/** Takes room in the bins, in their order; @returns how many found none. */
function fill(bins: { cpus: number; mem: number }[], need: Need, count: number): number {
  let left = count;
  for (const bin of bins) {
    if (left === 0) return 0;
    const taken = Math.min(left, roomFor(need, bin));
    bin.cpus -= taken * need.cpus;
    bin.mem -= taken * need.mem;
    left -= taken;
  }
  return left;
}
