/** What the parts of a workload's pass look at, and what each concludes. */
import type { ReleaseName } from '../../contracts/cluster.ts';
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { WorkloadDecision } from '../../contracts/workload.ts';
import type { ActivityEntry } from '../cluster/plan.ts';
import type { DeploymentStatus, Timestamp } from '../cluster/records.ts';
import { toTimestamp } from '../cluster/time.ts';
import type { WorkloadProgress, WorkloadRecord } from './records.ts';
import type { WorkloadView } from './seen.ts';

/** The cluster that the workload is on, as far as it matters to it. */
export type HostView =
  /** Nothing of it is left, or what is left goes and answers nobody. */
  | { readonly state: 'gone' }
  /** It is to be removed. */
  | { readonly state: 'leaving' }
  /** Nobody answers there now. */
  | { readonly state: 'silent' }
  | AnsweringHost;

/** Shows the workload's group, or its jobs: one view per job, found or not. */
export interface AnsweringHost extends WorkloadView {
  readonly state: 'answering';
  readonly release: ReleaseName;
  /** Its slaves follow the load. */
  readonly isElastic: boolean;
}

export interface WorkloadSituation {
  /** The failures are those after the results. */
  readonly record: WorkloadRecord;
  readonly progress: WorkloadProgress;
  readonly status: DeploymentStatus;
  /** What became of the decisions of the pass before. */
  readonly results: readonly ActionResult[];
  readonly host: HostView;
  readonly now: Date;
}

/** What a part of a pass concludes; what it leaves out is nothing. */
export interface WorkloadStep {
  readonly decisions?: readonly WorkloadDecision[];
  readonly activity?: readonly ActivityEntry[];
  readonly progress?: Partial<WorkloadProgress>;
  readonly status?: { readonly value: DeploymentStatus; readonly reason?: string };
  /** It failed and is taken down, while its records stay. */
  readonly giveUp?: boolean;
  readonly settled?: boolean;
  /** Somebody looks each minute, and wakes the loop when something has changed. */
  readonly watched?: boolean;
  /** When something has to be looked at again, besides the usual looks. */
  readonly checks?: readonly Timestamp[];
  /** Why it does not run yet; told when it changes. */
  readonly lacks?: readonly string[];
}

/** Seconds. */
export const workloadPatience = {
  /** Looks in the first minute after something was new; from then on whoever collects the load wakes the loop. */
  quickLooks: [2, 3, 5, 8, 13, 21],
  /** A look in case nobody wakes the loop. */
  safety: 1800,
  /** While its cluster does not answer. */
  silent: 300,
  /** A withdrawn group, or jobs, that are still there. */
  withdrawal: 60,
  /** A job that Chronos does not show: a new leader answers before it has loaded its jobs, and a new job may not show yet. */
  missingJob: 120,
  /** A workload that runs, or is left alone: its loop has ended, and looks again in case it was forgotten. */
  settled: 6 * 3600,
} as const;

export const isInProgress = (status: DeploymentStatus): boolean =>
  status === 'CREATE_IN_PROGRESS' || status === 'UPDATE_IN_PROGRESS';

/** The failure that belongs to what is in progress. */
export function failureOf(status: DeploymentStatus): DeploymentStatus {
  return status === 'CREATE_IN_PROGRESS' ? 'CREATE_FAILED' : 'UPDATE_FAILED';
}

export function isDone({ results }: WorkloadSituation, key: string): boolean {
  return results.some((result) => result.key === key && result.outcome === 'done');
}

/** @returns why it has failed, if it is past its deadline */
export function findLateness({ record, status, now }: WorkloadSituation, lacks: readonly string[]): string | undefined {
  if (!isInProgress(status) || toTimestamp(now) < record.desired.deadlineAt) return undefined;
  return ['Timeout: Maximum execution time exceeded.', lacks.join('; ')].filter(Boolean).join(' ');
}

/**
 * What was in progress has failed. What is new is taken down, unless it `stays` for whoever looks into it; what was updated goes
 * back to what ran before, if it ever did.
 */
export function failWith(
  { record, status, progress }: WorkloadSituation,
  reason: string,
  { stays = false, ...step }: WorkloadStep & { readonly stays?: boolean } = {},
): WorkloadStep {
  const isUpdate = status === 'UPDATE_IN_PROGRESS';
  const goesBack = isUpdate && progress.stable !== undefined;
  const keeps = isUpdate || stays;
  const after = goesBack ? 'going back to what ran before' : keeps ? 'it stays as it is' : 'it is taken down';
  const { submit: _, publish: __, ...failures } = progress.failures;
  return {
    status: { value: failureOf(status), reason },
    activity: [...(step.activity ?? []), { level: 'error', text: `failed; ${after}: ${reason}` }],
    giveUp: !keeps,
    progress: { ...step.progress, failures, ...(goesBack ? { rolledBack: record.desired.generation } : {}) },
  };
}
