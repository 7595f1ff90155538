/** What Marathon keeps: in ZooKeeper, so that it survives the loss of any leader. */
import type { Task } from '../task.ts';
import type { App } from './app.ts';
import type { Place } from './constraints.ts';

export interface Instance {
  readonly task: Task;
  readonly place: Place;
  /** Version of the app that it was started from. */
  readonly version: string;
  /** Of an app with health checks, once there is a result. */
  healthy?: boolean;
  /** Cannot be reached for so long that another one takes its place. */
  inactive?: boolean;
  killed?: boolean;
}

export interface TaskFailure {
  readonly appId: string;
  readonly host: string;
  readonly message: string;
  readonly state: string;
  readonly taskId: string;
  readonly timestamp: string;
  readonly version: string;
  readonly slaveId: string;
}

export type NoMatch =
  | 'UnfulfilledRole'
  | 'UnfulfilledConstraint'
  | 'NoCorrespondingReservationFound'
  | 'InsufficientCpus'
  | 'InsufficientMemory'
  | 'InsufficientDisk'
  | 'InsufficientGpus'
  | 'InsufficientPorts';

/** An app's place in the launch queue. */
export interface Queued {
  readonly since: string;
  count: number;
  processed: number;
  unused: number;
  lastUnusedAt?: string;
  lastUsedAt?: string;
  /** Why the last offers did not match, and how many reached that check. */
  rejects: ReadonlyMap<NoMatch, { readonly declined: number; readonly processed: number }>;
}

export interface AppState {
  app: App;
  version: string;
  /** Version of its last change besides the number of instances. */
  configVersion: string;
  scaledAt: string;
  readonly instances: Map<string, Instance>;
  /** A deployment has not come to it yet. */
  held: boolean;
  removed: boolean;
  /** Launches wait because instances failed. */
  delay?: { readonly seconds: number; readonly until: number };
  lastTaskFailure?: TaskFailure;
  queued?: Queued;
}

export interface GroupState {
  readonly version: string;
  readonly dependencies: readonly string[];
}

export type ActionKind = 'StopApplication' | 'StartApplication' | 'ScaleApplication' | 'RestartApplication';
export interface Action {
  readonly action: ActionKind;
  readonly state: AppState;
}
export interface Deployment {
  readonly id: string;
  readonly version: string;
  readonly affected: ReadonlySet<string>;
  readonly steps: readonly (readonly Action[])[];
  /** Index of the step that is under way. */
  current: number;
  /** What it changed, to go back to. */
  readonly before: Target;
}

/** Apps and groups as they are to be, by path. */
export interface Target {
  readonly apps: ReadonlyMap<string, App>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

export const livesIn = (state: AppState): Instance[] => [...state.instances.values()];
export const isRunning = ({ task }: Instance): boolean => task.state === 'TASK_RUNNING';
export function isReady(state: AppState, instance: Instance): boolean {
  return isRunning(instance) && (state.app.json.healthChecks.length === 0 || instance.healthy === true);
}
