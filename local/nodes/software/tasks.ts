/**
 * Mesos' tasks: what frameworks start on agents, how it lives there, and what the master knows of it. A task ends with its
 * machine; the master and its framework learn of that only when the agent is given up.
 */
import type { Random, SimClock } from '../../types.ts';
import type { Agent, Removal } from './agents.ts';
import { type Allotments, createAllotments } from './allotments.ts';
import type { Behaviours } from './behaviours.ts';
import { isLive, isReachable, type Task, type TaskRequest, type TaskState } from './task.ts';

export interface Tasks extends Allotments {
  launch(agent: Agent, request: TaskRequest): Task;
  /** Ends it as the framework asks, after it had a moment to stop. */
  kill(task: Task): void;
  /** Nobody waits any more for a task that cannot be reached. */
  expunge(task: Task): void;
  /** It fails by itself. */
  fail(task: Task, message: string): void;
  find(id: string): Task | undefined;
  /** Not ended. */
  live(): readonly Task[];
  /** Ended ones, the latest last, as many as the master remembers. */
  ended(): readonly Task[];
  agentRegistered(agent: Agent): void;
  agentRemoved(agent: Agent, why: Removal): void;
  /** The machine is off: nothing on it goes on, and nobody knows yet. */
  machineOff(agentId: string): void;
  /** To be called when schedulers may have come or gone. @param term of the leading master */
  update(term: number | undefined): void;
}

/** Completed tasks that a master keeps per framework. */
const remembered = 1000;
const stopMs: readonly [number, number] = [500, 2500];

export interface TaskWorld {
  readonly clock: SimClock;
  readonly random: Random;
  readonly behaviours: Behaviours;
  /** Resources became free. */
  readonly freed: () => void;
}

export function createTasks({ clock, random, behaviours, freed }: TaskWorld): Tasks {
  const tasks = new Map<string, Task>();
  const ended: Task[] = [];
  const { add, remove, resetCounts, ...allotments } = createAllotments(random);
  const timers = new Map<Task, () => void>();
  /** Whose machine went off with them. */
  const gone = new Set<Task>();
  const untold = new Set<Task>();
  let knownTerm: number | undefined;

  const freeing = (takeBack: () => void) => () => {
    takeBack();
    freed();
  };
  const tell = (task: Task) => {
    if (task.framework.isActive()) {
      untold.delete(task);
      task.framework.updated(task);
    } else untold.add(task);
  };
  const enter = (task: Task, state: TaskState, message = '') => {
    if (!isLive(task) || task.state === state) return;
    task.state = state;
    task.message = message;
    task.statuses.push({ state, timestamp: clock.now() / 1000 });
    if (state === 'TASK_RUNNING') task.runningAt ??= clock.now();
    if (!isLive(task)) end(task);
    tell(task);
  };
  const end = (task: Task) => {
    task.endedAt = clock.now();
    timers.get(task)?.();
    timers.delete(task);
    gone.delete(task);
    tasks.delete(task.id);
    ended.push(task);
    if (ended.length > remembered) ended.splice(0, ended.length - remembered);
    remove(task);
    freed();
  };
  const run = (agent: Agent, task: Task) => {
    const { node } = agent.member;
    const { behaviour } = task;
    if (task.image !== undefined) node.disk.images.add(task.image);
    enter(task, 'TASK_RUNNING');
    if (behaviour.runSeconds === undefined) return;
    const { exitCode = 0 } = behaviour;
    const finish = () =>
      exitCode === 0
        ? enter(task, 'TASK_FINISHED', `Command exited with status 0`)
        : enter(task, 'TASK_FAILED', `Command exited with status ${exitCode}`);
    timers.set(task, node.life.after(behaviour.runSeconds * 1000, finish));
  };
  const stage = (agent: Agent, task: Task) => {
    const { node } = agent.member;
    const pulls = task.image !== undefined && (task.forcePull === true || !node.disk.images.has(task.image));
    const { pullSeconds, missingImage } = task.behaviour;
    const pullMs = pulls ? (pullSeconds === undefined ? node.durations.pull() : pullSeconds * 1000) : 0;
    const begin = () => {
      if (!missingImage) return run(agent, task);
      enter(task, 'TASK_FAILED', `Failed to run 'docker pull ${task.image}': exited with status 1; image not found`);
    };
    timers.set(task, node.life.after(pullMs + random.between(300, 1500), begin));
  };

  return {
    ...allotments,
    holdExecutor: (agentId, resources) => freeing(allotments.holdExecutor(agentId, resources)),
    reserve: (agentId, reservation) => freeing(allotments.reserve(agentId, { ...reservation })),
    launch(agent, request) {
      const task: Task = {
        ...request,
        agentId: agent.id,
        ip: agent.member.ip,
        behaviour: behaviours.of(request, random),
        stagedAt: clock.now(),
        state: 'TASK_STAGING',
        message: '',
        statuses: [{ state: 'TASK_STAGING', timestamp: clock.now() / 1000 }],
      };
      tasks.set(task.id, task);
      add(task);
      stage(agent, task);
      return task;
    },
    kill(task) {
      if (!isReachable(task) || task.state === 'TASK_KILLING' || gone.has(task)) return;
      timers.get(task)?.();
      task.state = 'TASK_KILLING';
      timers.set(
        task,
        clock.after(random.between(...stopMs), () => {
          if (!gone.has(task)) enter(task, 'TASK_KILLED', 'Container was killed');
        }),
      );
    },
    expunge(task) {
      if (task.state !== 'TASK_UNREACHABLE') return;
      task.state = 'TASK_LOST';
      end(task);
    },
    fail: (task, message) => enter(task, 'TASK_FAILED', message),
    find: (id) => tasks.get(id),
    live: () => [...tasks.values()],
    ended: () => ended,
    agentRegistered(agent) {
      for (const task of allotments.of(agent.id)) {
        if (gone.has(task)) enter(task, 'TASK_LOST', 'Executor is gone since the agent was restarted');
        else if (task.state === 'TASK_UNREACHABLE') enter(task, 'TASK_RUNNING');
      }
      freed();
    },
    agentRemoved(agent, why) {
      const message =
        why === 'unreachable' ? `Agent ${agent.member.ip} became unreachable` : `Agent ${agent.member.ip} removed`;
      for (const task of allotments.of(agent.id)) {
        const waits = why === 'unreachable' && task.framework.isPartitionAware();
        enter(task, waits ? 'TASK_UNREACHABLE' : 'TASK_LOST', message);
      }
    },
    machineOff(agentId) {
      for (const task of allotments.of(agentId)) {
        gone.add(task);
        timers.get(task)?.();
      }
    },
    update(term) {
      if (term !== undefined && term !== knownTerm) {
        knownTerm = term;
        resetCounts();
      }
      for (const task of [...untold]) if (task.framework.isActive()) tell(task);
    },
  };
}
