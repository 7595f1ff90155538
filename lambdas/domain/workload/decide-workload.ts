/**
 * One pass of a workload's loop: compares the services or jobs that are wanted with what Marathon or Chronos says, and decides
 * what to do about the difference. Pure, as the cluster's `decide`.
 */
import type { ActionResult } from '../../contracts/reconcile.ts';
import type { WorkloadDecision } from '../../contracts/workload.ts';
import { decideCallbacks, isAboutCallback } from '../cluster/decide-callbacks.ts';
import { recordResults } from '../cluster/failures.ts';
import { patience } from '../cluster/patience.ts';
import type { ActivityEntry } from '../cluster/plan.ts';
import type { DeploymentStatus, Timestamp } from '../cluster/records.ts';
import { tellResults } from '../cluster/tell.ts';
import { addSeconds, earliest, secondsSince, toTimestamp } from '../cluster/time.ts';
import { decideJobs, forgetMissing } from './decide-jobs.ts';
import { decideServices } from './decide-services.ts';
import { decideWithdrawal } from './decide-withdrawal.ts';
import type { WorkloadProgress, WorkloadRecord } from './records.ts';
import { seenOf } from './seen.ts';
import {
  failureOf,
  failWith,
  findLateness,
  type HostView,
  isInProgress,
  type WorkloadSituation,
  type WorkloadStep,
  workloadPatience,
} from './situation.ts';

export interface WorkloadInput {
  readonly record: WorkloadRecord;
  /** Absent: the deployment's own record does not exist. */
  readonly status: DeploymentStatus | undefined;
  /** @default false */
  readonly hasCallback?: boolean | undefined;
  readonly host: HostView;
  /** What became of the decisions of the pass before. */
  readonly results: readonly ActionResult[];
  readonly now: Date;
}

export interface WorkloadPlan {
  readonly decisions: readonly WorkloadDecision[];
  readonly activity: readonly ActivityEntry[];
  readonly progress: WorkloadProgress;
  /** New status of the deployment, if it changes: of this generation, and after this status only. */
  readonly status?: {
    readonly value: DeploymentStatus;
    readonly reason?: string;
    readonly generation: number;
    readonly from: DeploymentStatus;
  };
  /** It failed and is taken down, while its records stay. */
  readonly giveUp: boolean;
  readonly settled: boolean;
  /** Whether somebody should look each minute and wake the loop when something has changed. */
  readonly watched: boolean;
  readonly nextCheckAt: Timestamp;
}

function conclude(situation: WorkloadSituation): WorkloadStep {
  const { record, host, status } = situation;
  if (record.desired.presence === 'absent') return decideWithdrawal(situation);
  if (status === 'CREATE_FAILED') return { settled: true };
  switch (host.state) {
    case 'gone':
    case 'leaving':
      return loseHost(situation, host.state);
    case 'silent':
      return waitForHost(situation);
    case 'answering':
      return record.desired.spec.type === 'MARATHON' ? decideServices(situation, host) : decideJobs(situation, host);
  }
}

/** Without its cluster it can neither run nor be moved. */
function loseHost({ status, record }: WorkloadSituation, state: 'gone' | 'leaving'): WorkloadStep {
  if (status === 'UPDATE_FAILED') return { settled: true };
  const reason = `its cluster ${record.desired.hostClusterId} is ${state === 'gone' ? 'gone' : 'being removed'}`;
  return { status: { value: failureOf(status), reason }, activity: [{ level: 'error', text: reason }] };
}

function waitForHost(situation: WorkloadSituation): WorkloadStep {
  const lacks = ['its cluster does not answer'];
  const late = findLateness(situation, lacks);
  if (late !== undefined) return failWith(situation, late);
  const checks = [addSeconds(situation.now, workloadPatience.silent)];
  return { lacks, checks, watched: true, progress: forgetMissing(situation.progress) };
}

/** How often nothing new was seen in a row, and when to look again. */
function nextLook({ progress, host, now, record, status }: WorkloadSituation): { looks: number; at: Timestamp } {
  const isNew = host.state === 'answering' && seenOf(host) !== progress.seen;
  const looks = isNew ? 0 : (progress.looks ?? 0) + 1;
  const at = addSeconds(now, workloadPatience.quickLooks[looks] ?? workloadPatience.safety);
  const { deadlineAt } = record.desired;
  const deadline = isInProgress(status) && deadlineAt > toTimestamp(now) ? [deadlineAt] : [];
  return { looks, at: earliest([at, ...deadline]) ?? at };
}

/** Numbers alone are no news: some of them tick. */
const gistOf = (text: string): string => text.replace(/\d+/g, '#');

/** Why it does not run yet is told once, and again when it changes. */
function tellLacks({ progress, status }: WorkloadSituation, text: string): readonly ActivityEntry[] {
  if (text === '' || gistOf(text) === progress.told || !isInProgress(status)) return [];
  return [{ level: 'info', text: `waiting: ${text}` }];
}

/** An update is not blamed for what was decided before it. */
function countResults({ record, results, now }: WorkloadInput): WorkloadProgress['failures'] {
  const { desired, progress } = record;
  if ((progress.generation ?? 1) !== desired.generation) return {};
  const own = results.filter((result) => !isAboutCallback(result));
  return recordResults(progress.failures, own, now);
}

/** A record without its deployment's: its creation is under way, or stopped in the middle and is undone. */
function isHalfCreated({ status, record, now }: WorkloadInput): boolean {
  return status === undefined && secondsSince(record.desired.createdAt, now) < patience.halfCreated;
}

/**
 * What was published is what to go back to once it is known that its generation was complete: the deployment is, or has been updated
 * since, which is only accepted when it is complete or has failed, and a failure forgets the candidate.
 */
function adoptCandidate({ record: { desired, progress }, status }: WorkloadInput): WorkloadProgress {
  const { candidate, ...others } = progress;
  if (candidate === undefined) return progress;
  const isComplete = status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
  return isComplete || candidate.generation < desired.generation ? { ...others, stable: candidate } : progress;
}

/** One that has failed is not to be gone back to. */
function progressOf({ progress }: WorkloadSituation, step: WorkloadStep): WorkloadProgress {
  const { candidate, ...others } = { ...progress, ...step.progress };
  return candidate === undefined || step.status !== undefined ? others : { ...others, candidate };
}

function situationOf(input: WorkloadInput): WorkloadSituation {
  const { record, status, host, results, now } = input;
  const failures = countResults(input);
  const progress = { ...adoptCandidate(input), failures, generation: record.desired.generation };
  const desired =
    status === undefined ? { ...record.desired, presence: 'absent' as const, forget: true } : record.desired;
  return {
    record: { ...record, desired, progress },
    progress,
    status: status ?? 'DELETE_IN_PROGRESS',
    host,
    results,
    now,
  };
}

export function decideWorkload(input: WorkloadInput): WorkloadPlan {
  const situation = situationOf(input);
  if (isHalfCreated(input)) return waitForCreation(situation);
  const step = conclude(situation);
  const { decisions = [], activity = [], lacks = [], status, giveUp = false, settled = false, watched = false } = step;
  const look = nextLook(situation);
  const acts = decisions.length > 0 || status !== undefined;
  const isSettled = settled && !acts;
  const text = lacks.join('; ');
  const seen = situation.host.state === 'answering' ? { seen: seenOf(situation.host) } : {};
  const checks = isSettled ? [addSeconds(input.now, workloadPatience.settled)] : [look.at, ...(step.checks ?? [])];
  return withCallbacks(situation, input.hasCallback ?? false, {
    decisions,
    activity: [...tellResults(input.results), ...activity, ...(acts ? [] : tellLacks(situation, text))],
    progress: {
      ...progressOf(situation, step),
      ...seen,
      ...(acts ? { looks: 0 } : { looks: look.looks, told: gistOf(text) }),
    },
    ...(status ? { status: { ...status, generation: input.record.desired.generation, from: situation.status } } : {}),
    giveUp,
    settled: isSettled,
    watched,
    nextCheckAt: acts ? addSeconds(input.now, 1) : (earliest(checks) ?? look.at),
  });
}

function waitForCreation({ progress, now }: WorkloadSituation): WorkloadPlan {
  const nextCheckAt = addSeconds(now, patience.halfCreated);
  return { decisions: [], activity: [], progress, giveUp: false, settled: false, watched: false, nextCheckAt };
}

/** As for clusters: telling comes on top and changes nothing else, but a run does not end before all is told. */
function withCallbacks(situation: WorkloadSituation, hasCallback: boolean, plan: WorkloadPlan): WorkloadPlan {
  if (!hasCallback) return plan;
  const { step, announcements } = decideCallbacks(situation, plan.status);
  return {
    ...plan,
    decisions: [...plan.decisions, ...step.decisions],
    activity: [...plan.activity, ...step.activity],
    progress: { ...plan.progress, announcements },
    settled: plan.settled && announcements.open.length === 0,
    nextCheckAt: earliest([plan.nextCheckAt, ...step.checks]) ?? plan.nextCheckAt,
  };
}
