/** Which waiting tasks are to run on slaves of which group. Pure. */
import type { HelpedTasks } from './demand.ts';

type Tasks = readonly HelpedTasks[];

export interface Assigned {
  readonly tasks: Tasks;
  /** Tasks that no group takes any more and that would cost least in this one. */
  readonly lost: Tasks;
  /** One task more and it would need more slaves than it may have. */
  readonly isFull: boolean;
}

/**
 * Each task goes to its cheapest group. From the first task on that would take a group beyond its max, that group takes none any
 * more, and they go to the next. So with more tasks no group gets fewer slaves: it is full, or has all the tasks that it had.
 *
 * @param fits whether a group may have the slaves that such tasks need; what fits does so without some of them too
 */
export function assign(
  helped: Tasks,
  groups: readonly string[],
  fits: (group: string, tasks: Tasks) => boolean,
): (group: string) => Assigned {
  const ordered = inOrder(helped);
  const total = ordered.reduce((sum, { count }) => sum + count, 0);
  const fullFrom = new Map<string, number>();
  const findFull = (): readonly (readonly [group: string, from: number])[] =>
    groups
      .filter((group) => !fullFrom.has(group))
      .flatMap((group) => {
        const isFitting = (upTo: number): boolean => fits(group, distribute(ordered, fullFrom, upTo).get(group) ?? []);
        return isFitting(total) ? [] : [[group, firstNot(isFitting, total) - 1] as const];
      });
  for (let full = findFull(); full.length > 0; full = findFull()) {
    const [group, from] = full.reduce((first, each) => (each[1] < first[1] ? each : first));
    fullFrom.set(group, from);
  }
  const taken = distribute(ordered, fullFrom, total);
  const lost = Map.groupBy(taken.get(nowhere) ?? [], (tasks) => tasks.groups[0] ?? nowhere);
  return (group) => ({ tasks: taken.get(group) ?? [], lost: lost.get(group) ?? [], isFull: fullFrom.has(group) });
}

/** The least number up to `total` that does not fit, given that `total` does not. */
function firstNot(fits: (upTo: number) => boolean, total: number): number {
  let [low, high] = [0, total];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return high;
}

const nowhere = '';

/** The first `upTo` tasks by group, where group g takes none from place `fullFrom` of g on. */
function distribute(ordered: Tasks, fullFrom: ReadonlyMap<string, number>, upTo: number): ReadonlyMap<string, Tasks> {
  const taken = new Map<string, HelpedTasks[]>();
  let start = 0;
  for (const tasks of ordered) {
    const end = Math.min(start + tasks.count, upTo);
    let from = start;
    for (const name of [...tasks.groups, nowhere]) {
      const to = Math.min(end, fullFrom.get(name) ?? end);
      if (to <= from) continue;
      const list = taken.get(name) ?? [];
      list.push(to - from === tasks.count ? tasks : { ...tasks, count: to - from });
      taken.set(name, list);
      from = to;
    }
    start += tasks.count;
    if (start >= upTo) break;
  }
  return taken;
}

/** The same for the same tasks, whatever else waits: large ones first. */
function inOrder(helped: Tasks): Tasks {
  return helped.toSorted(
    (a, b) =>
      b.need.gpus - a.need.gpus ||
      b.need.cpus - a.need.cpus ||
      b.need.mem - a.need.mem ||
      b.need.disk - a.need.disk ||
      (a.key < b.key ? -1 : 1),
  );
}
