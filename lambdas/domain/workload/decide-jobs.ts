/** Jobs: submitted in the order of their dependencies, run by Chronos. Pure. */
import type { JobView } from '../../contracts/gateway.ts';
import { isPermanent, patientRetryAt } from '../cluster/failures.ts';
import type { ActivityEntry } from '../cluster/plan.ts';
import type { Timestamp } from '../cluster/records.ts';
import { addSeconds, toTimestamp } from '../cluster/time.ts';
import { jobNameOf } from './chronos.ts';
import { decidePublication, publication } from './decide-publication.ts';
import type { JobProgress, WorkloadProgress } from './records.ts';
import { repetitionsOf } from './schedule.ts';
import {
  type AnsweringHost,
  failWith,
  findLateness,
  isDone,
  isInProgress,
  type WorkloadSituation,
  type WorkloadStep,
  workloadPatience,
} from './situation.ts';
import type { JobSpec } from './spec.ts';

/** One job: as it is asked for, as it was known, as Chronos shows it, and as it is known now; absent: not submitted. */
interface Tracked {
  readonly job: JobSpec;
  readonly isEndless: boolean;
  readonly view: JobView | undefined;
  readonly before?: JobProgress;
  readonly after?: JobProgress;
}

/**
 * Names of the jobs that are complete when Chronos has accepted them: those that repeat for ever or never run, and all that run after
 * such a one. @param jobs parents before their children
 */
export function findEndless(jobs: readonly JobSpec[]): ReadonlySet<string> {
  const endless = new Set<string>();
  for (const { node, schedule, parents } of jobs) {
    const times = schedule === undefined ? 1 : repetitionsOf(schedule);
    const isEndless = times === 0 || times === Number.POSITIVE_INFINITY;
    if (isEndless || parents.some((parent) => endless.has(parent))) endless.add(node);
  }
  return endless;
}

export function decideJobs(situation: WorkloadSituation, host: AnsweringHost): WorkloadStep {
  const tracked = track(situation, host);
  const jobs = Object.fromEntries(tracked.flatMap(({ job, after }) => (after ? [[job.node, after]] : [])));
  const step: WorkloadStep = {
    progress: { jobs, ...publication(situation) },
    activity: tracked.flatMap(tellRuns),
    checks: tracked
      .flatMap(({ after }) => (after ? verdictsOn(after) : []))
      .filter((at) => at > toTimestamp(situation.now)),
    watched: tracked.some(({ isEndless }) => isEndless),
  };
  if (!isInProgress(situation.status)) return restore(situation, tracked, step);
  const refusal = findRefusal(situation);
  if (refusal !== undefined) return failWith(situation, refusal, step);
  const failure = findFailure(situation, tracked);
  if (failure !== undefined) return failWith(situation, failure, { ...step, stays: true });
  const missing = tracked.filter(({ after }) => after === undefined);
  if (missing.length > 0) return orLate(situation, submit(situation, missing, step));
  const waiting = tracked.filter(({ after, isEndless }) => after?.state === 'submitted' && !isEndless);
  if (waiting.length > 0) return orLate(situation, { ...step, lacks: waiting.map(describe), watched: true });
  const reason = step.watched ? 'jobs are accepted' : 'all jobs have succeeded';
  const wanted = String(situation.record.desired.generation);
  const publishing = decidePublication(situation, { wanted, reason, isAwaited: true });
  return {
    ...step,
    ...publishing,
    progress: { ...step.progress, ...publishing?.progress },
    activity: [...(step.activity ?? []), ...(publishing?.activity ?? [])],
    checks: [...(step.checks ?? []), ...(publishing?.checks ?? [])],
  };
}

/** Jobs that repeat for ever are given to Chronos again if it has lost them; those that have succeeded have done what they were for. */
function restore(situation: WorkloadSituation, tracked: readonly Tracked[], step: WorkloadStep): WorkloadStep {
  const lost = tracked.filter(({ after, isEndless }) => isEndless && after === undefined);
  if (situation.status !== 'CREATE_COMPLETE') return { ...step, settled: true };
  if (lost.length > 0) return submit(situation, lost, step);
  return { ...step, settled: step.checks?.length === 0 };
}

function track({ record, progress, ...situation }: WorkloadSituation, { jobs: views = [] }: AnsweringHost): Tracked[] {
  const { spec, workloadId } = record.desired;
  const byName = new Map(views.map((view) => [view.name, view]));
  const isTaken = isDone({ record, progress, ...situation }, 'submit');
  const jobs = spec.type === 'CHRONOS' ? spec.jobs : [];
  const endless = findEndless(jobs);
  return jobs.map((job) => {
    const view = byName.get(jobNameOf(workloadId, job.node));
    const before = progress.jobs?.[job.node];
    const fresh: JobProgress = { state: 'submitted', successes: 0, errors: 0 };
    const isEndless = endless.has(job.node);
    const isLost = isEndless && view?.found === false && isMissingForGood(before, situation.now);
    // Those that Chronos has, by its own word or by what became of the submission.
    const known = (isLost ? undefined : before) ?? (isTaken || view?.found ? fresh : undefined);
    const after =
      known && (view?.found === false ? miss(known, { before, isEndless, now: situation.now }) : follow(known, view));
    return { job, isEndless, view, ...(before ? { before } : {}), ...(after ? { after } : {}) };
  });
}

/** When a job that is missing counts as lost. */
function verdictsOn({ missingSince }: JobProgress): readonly Timestamp[] {
  return missingSince === undefined ? [] : [addSeconds(missingSince, workloadPatience.missingJob)];
}

function isMissingForGood(job: JobProgress | undefined, now: Date): boolean {
  return job !== undefined && verdictsOn(job).some((at) => at <= toTimestamp(now));
}

interface Miss {
  readonly before: JobProgress | undefined;
  readonly isEndless: boolean;
  readonly now: Date;
}

/** Chronos does not show it: what it has just accepted is believed in, what has succeeded may go, and the rest may show again. */
function miss(known: JobProgress, { before, isEndless, now }: Miss): JobProgress {
  if (known !== before || (known.state !== 'submitted' && !isEndless)) return known;
  return isMissingForGood(known, now) ? { ...known, state: 'failed' } : { missingSince: toTimestamp(now), ...known };
}

/** While nobody answers, nothing is missing. */
export function forgetMissing({ jobs }: WorkloadProgress): Pick<WorkloadProgress, 'jobs'> {
  if (jobs === undefined) return {};
  return { jobs: Object.fromEntries(Object.entries(jobs).map(([node, { missingSince: _, ...job }]) => [node, job])) };
}

/** One success is what a job needs; Chronos counts an error only when all retries are used up. */
function follow(before: JobProgress, view: JobView | undefined): JobProgress {
  if (view === undefined) return before;
  const counts = { successes: view.successCount, errors: view.errorCount };
  if (counts.successes > 0) return { state: 'succeeded', ...counts };
  return { state: counts.errors > 0 ? 'failed' : 'submitted', ...counts };
}

function tellRuns({ job, view, before, after }: Tracked): readonly ActivityEntry[] {
  if (after === undefined) return [];
  const successes = after.successes - (before?.successes ?? 0);
  const errors = after.errors - (before?.errors ?? 0);
  const at = (time: string | undefined) => (time ? ` at ${time}` : '');
  const times = (count: number) => (count === 1 ? '' : ` ${count} times`);
  return [
    ...(successes > 0
      ? [{ level: 'info' as const, text: `job ${job.node} succeeded${times(successes)}${at(view?.lastSuccess)}` }]
      : []),
    ...(errors > 0
      ? [{ level: 'warning' as const, text: `job ${job.node} failed${times(errors)}${at(view?.lastError)}` }]
      : []),
  ];
}

/** Why the jobs can never be submitted, or their outputs never be published. */
function findRefusal({ progress: { failures } }: WorkloadSituation): string | undefined {
  const failure = [failures.submit, failures.publish].find((each) => each && isPermanent(each));
  return failure && (failure.message ?? failure.error);
}

/** The first job that has failed, and those that therefore never run. An endless job may fail now and then. */
function findFailure({ record }: WorkloadSituation, tracked: readonly Tracked[]): string | undefined {
  const failed = tracked.find(({ after, isEndless }) => after?.state === 'failed' && !isEndless);
  if (failed === undefined) return undefined;
  const { node } = failed.job;
  const name = jobNameOf(record.desired.workloadId, node);
  const text = failed.view?.found
    ? `Chronos job ${name} failed to execute (${node})`
    : `Chronos job ${name} (${node}) is not in Chronos any more`;
  const below = findDescendants(
    node,
    tracked.map(({ job }) => job),
  );
  return below.length === 0 ? text : `${text}; after it these do not run: ${below.join(', ')}`;
}

/** Parents come before their children. */
function findDescendants(node: string, jobs: readonly JobSpec[]): readonly string[] {
  const below = new Set([node]);
  for (const job of jobs) if (job.parents.some((parent) => below.has(parent))) below.add(job.node);
  return [...below].slice(1);
}

function orLate(situation: WorkloadSituation, step: WorkloadStep): WorkloadStep {
  const late = findLateness(situation, step.lacks ?? []);
  return late === undefined ? step : failWith(situation, late, step);
}

function submit({ progress, now }: WorkloadSituation, missing: readonly Tracked[], step: WorkloadStep): WorkloadStep {
  const wait = patientRetryAt(progress.failures, 'submit', now);
  const trouble = progress.failures.submit?.message;
  const lacks = [`jobs are not submitted${trouble === undefined ? '' : `: ${trouble}`}`];
  if (wait !== undefined) return { ...step, lacks, checks: [...(step.checks ?? []), wait] };
  const nodes = missing.map(({ job }) => job.node);
  const reason = `${nodes.length === 1 ? 'job' : 'jobs'} ${nodes.join(', ')}`;
  return {
    ...step,
    lacks,
    decisions: [{ kind: 'submit-workload', key: 'submit', reason, jobs: nodes }],
    activity: [...(step.activity ?? []), { level: 'info', text: `submitting to Chronos: ${reason}` }],
  };
}

function describe({ job: { node }, view }: Tracked): string {
  if (view?.found === false) return `Chronos does not show job ${node}`;
  if (view?.running) return `job ${node} runs`;
  return view?.queued ? `job ${node} waits for a slave with room for it` : `job ${node} has not run yet`;
}
