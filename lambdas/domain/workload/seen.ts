/** What of Marathon's and Chronos' word on a workload matters to its loop, so that somebody else can tell when to wake it. Pure. */
import type { AppView, GroupView, JobView } from '../../contracts/gateway.ts';
import { fingerprint } from '../cluster/fingerprint.ts';

/** Of the workload's group, or of its jobs. */
export interface WorkloadView {
  readonly group?: GroupView;
  readonly jobs?: readonly JobView[];
}

/** The same text as long as nothing has happened: numbers that tick by themselves are left out. */
export function seenOf({ group, jobs }: WorkloadView): string {
  return fingerprint([group && groupState(group), jobs && byName(jobs, ({ name }) => name).map(jobState)]);
}

/** Whether tasks of it wait for a slave with room for them: not while they are put off after failures. */
export function waitsForRoom({ group, jobs = [] }: WorkloadView): boolean {
  const apps = group?.apps ?? [];
  const services = apps.some(({ queue }) => queue !== undefined && queue.count > 0 && queue.delaySeconds === 0);
  return services || jobs.some(({ queued }) => queued);
}

function groupState({ found, deployments, apps }: GroupView): unknown {
  return [found, deployments > 0, byName(apps, ({ id }) => id).map(appState)];
}

function appState(app: AppView): unknown {
  const { id, instances, staged, running, healthy, unhealthy, servicePorts, lastFailure, queue } = app;
  return [id, instances, staged, running, healthy, unhealthy, servicePorts, lastFailure?.at ?? '', queueState(queue)];
}

function queueState(queue: AppView['queue']): unknown {
  if (queue === undefined) return 'empty';
  const reasons = queue.reasons.map(({ reason }) => reason).sort();
  return [queue.count, queue.delaySeconds > 0 ? 'delayed' : 'waiting', reasons];
}

/** What a job does at the moment is of interest until its first run has ended; one that repeats would be news all the time. */
function jobState({ name, found, successCount, errorCount, disabled, queued, running }: JobView): unknown {
  const isFirst = successCount === 0 && errorCount === 0;
  return [name, found, successCount, errorCount, disabled, ...(isFirst ? [queued, running > 0] : [])];
}

function byName<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}
