/** A task of Mesos, and the framework that has it run. */
import type { Behaviour, TaskProgram } from './behaviours.ts';
import type { Resources } from './resources.ts';

export type TaskState =
  | 'TASK_STAGING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_KILLED'
  | 'TASK_LOST'
  | 'TASK_UNREACHABLE';

/** What starts tasks: a scheduler that is registered with Mesos. */
export interface Framework {
  readonly name: string;
  readonly id: () => string;
  /** Whether there is a scheduler that hears of its tasks. */
  readonly isActive: () => boolean;
  /** Address of the scheduler. */
  readonly host: () => string | undefined;
  /** Told when a task cannot be reached, rather than that it is lost. */
  readonly isPartitionAware: () => boolean;
  /** A task has another state. */
  updated(task: Task): void;
}

export interface TaskRequest extends TaskProgram {
  readonly id: string;
  readonly name: string;
  readonly framework: Framework;
  readonly resources: Resources;
  readonly ports: readonly number[];
  /** Pulled even if it is on the disk. */
  readonly forcePull?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface TaskStatus {
  readonly state: TaskState;
  /** Seconds. */
  readonly timestamp: number;
}

export interface Task extends TaskRequest {
  readonly agentId: string;
  readonly ip: string;
  readonly behaviour: Behaviour;
  readonly stagedAt: number;
  state: TaskState;
  runningAt?: number;
  endedAt?: number;
  message: string;
  readonly statuses: TaskStatus[];
}

export const isLive = ({ state }: Task) =>
  state === 'TASK_STAGING' || state === 'TASK_RUNNING' || state === 'TASK_KILLING' || state === 'TASK_UNREACHABLE';
/** Lives, and is where the master sees it. */
export const isReachable = (task: Task) => isLive(task) && task.state !== 'TASK_UNREACHABLE';
