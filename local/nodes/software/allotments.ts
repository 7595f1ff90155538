/** What tasks and reservations take of each agent, and how tasks ended there. */
import type { Random } from '../../types.ts';
import type { Agent } from './agents.ts';
import { minus, nothing, offeredPorts, plus, type Resources } from './resources.ts';
import type { Task, TaskState } from './task.ts';

export interface Reservation {
  readonly role: string;
  readonly resources: Resources;
}
export type Counts = Readonly<Partial<Record<TaskState, number>>>;

export interface Allotments {
  of(agentId: string): readonly Task[];
  used(agentId: string): Resources;
  /** An executor that outlives its task, or waits for one. @returns a function that ends it */
  holdExecutor(agentId: string, resources: Resources): () => void;
  /** How many there are without a task. */
  idleExecutors(agentId: string): number;
  /** @returns a function that takes it back */
  reserve(agentId: string, reservation: Reservation): () => void;
  reservations(agentId: string): readonly Reservation[];
  /** Total minus used minus reserved. */
  free(agent: Agent): Resources;
  /** Ports of an agent that no task has, in drawn order. @returns undefined if there are not so many */
  freePorts(agentId: string, count: number): number[] | undefined;
  /** How often tasks of an agent, or of all, ended in each state since this leader was elected. */
  counts(agentId?: string): Counts;
}

export interface AllotmentBook extends Allotments {
  add(task: Task): void;
  /** It has ended. */
  remove(task: Task): void;
  /** Another master leads, and begins to count. */
  resetCounts(): void;
}

interface Allotment {
  readonly tasks: Set<Task>;
  readonly executors: Set<{ readonly resources: Resources }>;
  /** By tasks and by executors without one. */
  used: Resources;
  reservations: readonly Reservation[];
  counts: Partial<Record<TaskState, number>>;
}

export function createAllotments(random: Random): AllotmentBook {
  const byAgent = new Map<string, Allotment>();
  let all: Partial<Record<TaskState, number>> = {};
  const on = (agentId: string): Allotment => {
    const known = byAgent.get(agentId);
    if (known) return known;
    const created: Allotment = { tasks: new Set(), executors: new Set(), used: nothing, reservations: [], counts: {} };
    byAgent.set(agentId, created);
    return created;
  };
  return {
    add(task) {
      const there = on(task.agentId);
      there.tasks.add(task);
      there.used = plus(there.used, task.resources);
    },
    remove(task) {
      const there = on(task.agentId);
      if (!there.tasks.delete(task)) return;
      there.used = minus(there.used, task.resources);
      for (const counts of [all, there.counts]) counts[task.state] = (counts[task.state] ?? 0) + 1;
    },
    resetCounts() {
      all = {};
      for (const there of byAgent.values()) there.counts = {};
    },
    of: (agentId) => [...(byAgent.get(agentId)?.tasks ?? [])],
    used: (agentId) => byAgent.get(agentId)?.used ?? nothing,
    holdExecutor(agentId, resources) {
      const there = on(agentId);
      const executor = { resources };
      there.executors.add(executor);
      there.used = plus(there.used, resources);
      return () => {
        if (there.executors.delete(executor)) there.used = minus(there.used, resources);
      };
    },
    idleExecutors: (agentId) => byAgent.get(agentId)?.executors.size ?? 0,
    reserve(agentId, reservation) {
      const there = on(agentId);
      there.reservations = [...there.reservations, reservation];
      return () => {
        there.reservations = there.reservations.filter((one) => one !== reservation);
      };
    },
    reservations: (agentId) => byAgent.get(agentId)?.reservations ?? [],
    free(agent) {
      const there = byAgent.get(agent.id);
      if (!there) return agent.resources;
      return there.reservations.reduce((left, one) => minus(left, one.resources), minus(agent.resources, there.used));
    },
    freePorts(agentId, count) {
      const taken = new Set([...(byAgent.get(agentId)?.tasks ?? [])].flatMap(({ ports }) => ports));
      const { first, last } = offeredPorts;
      const size = last - first + 1;
      const start = Math.floor(random.between(0, size));
      const found: number[] = [];
      for (let step = 0; step < size && found.length < count; step += 1) {
        const port = first + ((start + step) % size);
        if (!taken.has(port)) found.push(port);
      }
      return found.length === count ? found : undefined;
    },
    counts: (agentId) => (agentId === undefined ? all : (byAgent.get(agentId)?.counts ?? {})),
  };
}
