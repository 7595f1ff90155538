/** What one pass of the loop concludes: the result of the pure `decide`. */
import type { Decision } from '../../contracts/decision.ts';
import type { DeploymentStatus, NodeRecord, PendingLaunch, Progress, Timestamp } from './records.ts';

/** A line of the cluster's activity log. */
export interface ActivityEntry {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

export interface Plan {
  readonly decisions: readonly Decision[];
  /** Node records that changed, whole. */
  readonly changedNodes: readonly NodeRecord[];
  /** Instances whose records go, because EC2 has terminated them. */
  readonly goneInstanceIds: readonly string[];
  /** Launches that are open after this pass: kept ones, and new ones that `decisions` carries out. */
  readonly launches: readonly PendingLaunch[];
  readonly progress: Progress;
  /** New status of the deployment, if it changes, and why; of this generation only. */
  readonly status?: { readonly value: DeploymentStatus; readonly reason?: string; readonly generation?: number };
  /** Set if creation failed and its remains are to be removed. */
  readonly giveUp?: boolean;
  readonly activity: readonly ActivityEntry[];
  /** Its load is to be looked at each minute: it has slaves that follow the load, and was whole once. @default false */
  readonly elastic?: boolean;
  /** Nothing to do and nothing to wait for. */
  readonly settled: boolean;
  /** When to look again if nobody signals. */
  readonly nextCheckAt: Timestamp;
  /** Seconds to let pass before listening to signals, because many are to be expected. @default 0 */
  readonly pauseSeconds?: number;
}
