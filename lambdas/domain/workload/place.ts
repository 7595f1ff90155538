/** Which cluster a workload goes to. Pure. */
import type { DeploymentStatus } from '../cluster/records.ts';
import type { AlikeTasks, Need } from './spec.ts';

/** A cluster that was looked at. */
export interface Candidate {
  readonly clusterId: string;
  readonly name: string;
  readonly status: DeploymentStatus;
  /** Why it cannot be used whatever the workload needs, e.g. that nobody answers. */
  readonly unusable?: string;
  /** Why it cannot run this workload, from its release and its software. */
  readonly unfit?: string;
  /** What each registered slave has left. */
  readonly free: readonly Need[];
  /** What slaves offer that the cluster may still add, and how many of them. */
  readonly room: readonly { readonly offer: Need; readonly more: number }[];
  /** Tasks of workloads that were placed and may not run yet. */
  readonly claimed: readonly AlikeTasks[];
}

export type Placement =
  | { readonly clusterId: string; readonly name: string; readonly reason: string }
  | { readonly reasons: readonly { readonly clusterId: string; readonly name: string; readonly reason: string }[] };

const usable: ReadonlySet<DeploymentStatus> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_IN_PROGRESS',
  'UPDATE_FAILED',
]);

/**
 * The cluster that fits, by its running slaves before by slaves it would have to add, and of these the one that then has most
 * CPUs left; by id where all is equal.
 */
export function placeWorkload(tasks: readonly AlikeTasks[], candidates: readonly Candidate[]): Placement {
  const looked = candidates.map((candidate) => ({ candidate, fit: fitOf(tasks, candidate) }));
  const fitting = looked.flatMap(({ candidate, fit }) => ('reason' in fit ? [] : [{ candidate, fit }]));
  const [best] = fitting.sort(
    (a, b) =>
      a.fit.added - b.fit.added ||
      b.fit.cpusLeft - a.fit.cpusLeft ||
      compare(a.candidate.clusterId, b.candidate.clusterId),
  );
  if (best) {
    const { clusterId, name } = best.candidate;
    const { added, cpusLeft } = best.fit;
    const how =
      added === 0
        ? `it has room, and ${round(cpusLeft)} CPUs left after it`
        : `it may grow by the ${added} slaves that this takes`;
    return { clusterId, name, reason: how };
  }
  const reasons = looked.flatMap(({ candidate: { clusterId, name }, fit }) =>
    'reason' in fit ? [{ clusterId, name, reason: fit.reason }] : [],
  );
  return { reasons };
}

type Fit = { readonly added: number; readonly cpusLeft: number } | { readonly reason: string };

function fitOf(tasks: readonly AlikeTasks[], candidate: Candidate): Fit {
  if (!usable.has(candidate.status)) return { reason: `it is ${candidate.status}` };
  const obstacle = candidate.unusable ?? candidate.unfit;
  if (obstacle !== undefined) return { reason: obstacle };
  const slaves = candidate.free.map((need) => ({ ...need }));
  const added: Need[] = [];
  const room = candidate.room.map(({ offer, more }) => ({ offer, more }));
  // What others were promised comes first; if that does not fit any more it is theirs to wait.
  for (const claim of bySize(candidate.claimed)) put(claim, slaves, added, room);
  const before = added.length;
  for (const task of bySize(tasks)) {
    if (!put(task, slaves, added, room)) return { reason: lackOf(task, candidate) };
  }
  const cpusLeft = [...slaves, ...added].reduce((sum, { cpus }) => sum + cpus, 0);
  return { added: added.length - before, cpusLeft };
}

interface Room {
  readonly offer: Need;
  more: number;
}

/**
 * First fit; a new slave only where no other has room. Tasks that are alike fill one slave after the other, so that none is looked
 * at again for each of them. @returns whether all fit
 */
function put(tasks: AlikeTasks, slaves: Need[], added: Need[], room: Room[]): boolean {
  let left = tasks.count ?? 1;
  const filled = (slave: Need): Need => {
    let free = slave;
    for (; left > 0 && fits(tasks, free); left -= 1) free = minus(free, tasks);
    return free;
  };
  for (const list of [slaves, added]) {
    for (const [index, slave] of list.entries()) list[index] = filled(slave);
  }
  for (const group of room) {
    for (; left > 0 && group.more > 0 && fits(tasks, group.offer); group.more -= 1) added.push(filled(group.offer));
  }
  return left === 0;
}

function fits(task: Need, slave: Need): boolean {
  const enough = 1e-6;
  return task.cpus <= slave.cpus + enough && task.mem <= slave.mem + enough && task.gpus <= slave.gpus;
}

function minus(slave: Need, task: Need): Need {
  return { cpus: slave.cpus - task.cpus, mem: slave.mem - task.mem, gpus: slave.gpus - task.gpus };
}

function bySize(needs: readonly AlikeTasks[]): readonly AlikeTasks[] {
  return [...needs].sort((a, b) => b.gpus - a.gpus || b.cpus - a.cpus || b.mem - a.mem);
}

function lackOf(task: Need, { free, room }: Candidate): string {
  const wanted = describeNeed(task);
  const largest = [...free, ...room.filter(({ more }) => more > 0).map(({ offer }) => offer)];
  const most = (amount: (need: Need) => number) => Math.max(0, ...largest.map(amount));
  const offered = describeNeed({
    cpus: most(({ cpus }) => cpus),
    mem: most(({ mem }) => mem),
    gpus: most(({ gpus }) => gpus),
  });
  return `no slave has room for ${wanted}, after what is running and promised; the most that one offers is ${offered}`;
}

export function describeNeed({ cpus, mem, gpus }: Need): string {
  const parts = [`${round(cpus)} CPUs`, `${round(mem)} MB`, ...(gpus > 0 ? [`${gpus} GPUs`] : [])];
  return parts.join(', ');
}

function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
