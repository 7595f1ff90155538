/** Chronos: jobs by schedule or after others, each run a Mesos task. Its state is in ZooKeeper and survives any leader. */
import type { SimClock } from '../../../types.ts';
import type { Agent } from '../agents.ts';
import { isSatisfied } from '../marathon/constraints.ts';
import { placeOf } from '../marathon/launcher.ts';
import type { Offers } from '../offers.ts';
import { missingOf } from '../resources.ts';
import { type Framework, isLive, type Task } from '../task.ts';
import type { Tasks } from '../tasks.ts';
import { type Job, type JobJson, newJob, type Run, resourcesOfJob } from './job.ts';
import { following, formatSchedule, isOver, parsePeriod, parseSchedule } from './schedule.ts';

export interface Chronos {
  readonly framework: Framework;
  readonly jobs: ReadonlyMap<string, Job>;
  /** Takes the place of a job of this name. @returns what is wrong */
  putScheduled(json: JobJson, schedule: string): string | undefined;
  putDependent(json: JobJson, parents: readonly string[]): string | undefined;
  /** Dependents of a job with a schedule get its schedule; those of another one its parents. */
  remove(job: Job): void;
  /** Runs now, whatever its schedule. */
  force(job: Job): void;
  killTasks(job: Job): void;
  forget(): void;
  update(): void;
}

export interface ChronosParts {
  readonly clock: SimClock;
  readonly tasks: Tasks;
  readonly offers: Offers;
  readonly framework: Omit<Framework, 'updated'>;
}

const retryDelayMs = 60_000;
/** As the start script sets it. */
const disableAfterFailures = 1;

export function createChronos({ clock, tasks, offers, framework: identity }: ChronosParts): Chronos {
  const jobs = new Map<string, Job>();
  const owners = new Map<string, Job>();
  let wasActive = false;
  const framework: Framework = { ...identity, updated: (task) => updated(task) };
  const iso = () => new Date(clock.now()).toISOString();
  const isKnown = (job: Job) => jobs.get(job.json.name) === job;

  const enqueue = (job: Job, run: Run) => {
    if (!isKnown(job) || job.disabled) return;
    job.queued.push(run);
    offers.wake();
  };
  /** Waits for the next run of the schedule. One that comes too late, because nobody led, is left out. */
  const arm = (job: Job) => {
    job.cancelTimer?.();
    delete job.cancelTimer;
    const { schedule } = job;
    if (!schedule || job.disabled || isOver(schedule.now) || !framework.isActive()) return;
    job.cancelTimer = clock.after(schedule.now.next - clock.now(), () => {
      if (!framework.isActive()) return;
      const dueAt = schedule.now.next;
      const epsilon = parsePeriod(job.json.epsilon)?.milliseconds ?? 0;
      schedule.now = following(schedule.now);
      const overlaps = job.running.size + job.queued.length > 0 && !job.json.concurrent;
      if (clock.now() - dueAt <= epsilon && !overlaps) enqueue(job, { dueAt, attempt: 0 });
      else if (isOver(schedule.now)) job.disabled = true;
      arm(job);
    });
  };
  const put = (job: Job) => {
    const before = jobs.get(job.json.name);
    if (before) before.cancelTimer?.();
    jobs.set(job.json.name, job);
    arm(job);
  };

  const canRun = (job: Job, agent: Agent) => {
    const place = placeOf(agent);
    const fits = missingOf(resourcesOfJob(job), tasks.free(agent)) === undefined;
    // Chronos knows EQUALS besides LIKE and UNLIKE.
    const holds = ([field = '', operator, value = '']: readonly string[]) =>
      operator === 'EQUALS'
        ? isSatisfied([field, 'CLUSTER', value], place, [])
        : isSatisfied([field, operator ?? '', value], place, []);
    return fits && job.json.constraints.every(holds);
  };
  const launch = (job: Job, run: Run, agent: Agent) => {
    const { name, command, container } = job.json;
    const task = tasks.launch(agent, {
      id: `ct:${run.dueAt}:${run.attempt}:${name}:${job.json.arguments.join(' ')}`,
      name: `ChronosTask:${name}`,
      framework,
      resources: resourcesOfJob(job),
      ports: [],
      kind: 'job',
      command,
      ...(container ? { image: container.image, forcePull: container.forcePullImage } : {}),
    });
    job.running.set(task.id, run);
    owners.set(task.id, job);
  };
  const launchQueued = (job: Job, agents: readonly Agent[]) => {
    for (const agent of agents) {
      const [run] = job.queued;
      if (!run) return;
      if (!canRun(job, agent)) continue;
      job.queued.shift();
      launch(job, run, agent);
    }
  };
  const isWaiting = ({ queued }: Job) => queued.length > 0;
  offers.add(
    () => framework.isActive() && [...jobs.values()].some(isWaiting),
    (agents) => {
      const waiting = [...jobs.values()].filter(isWaiting);
      const urgent = (job: Job) => (job.json.highPriority ? 0 : 1);
      for (const job of waiting.toSorted((a, b) => urgent(a) - urgent(b))) launchQueued(job, agents);
    },
  );

  const succeeded = (job: Job) => {
    job.successCount += 1;
    job.errorsSinceLastSuccess = 0;
    job.lastSuccess = iso();
    if (job.schedule && isOver(job.schedule.now)) job.disabled = true;
    for (const child of jobs.values()) if (child.parents.includes(job.json.name)) parentSucceeded(child, job.json.name);
  };
  const parentSucceeded = (child: Job, parent: string) => {
    child.succeeded.add(parent);
    if (!child.parents.every((name) => child.succeeded.has(name))) return;
    child.succeeded.clear();
    enqueue(child, { dueAt: clock.now(), attempt: 0 });
  };
  /** An error counts when all its retries are used. */
  const failed = (job: Job, { dueAt, attempt }: Run) => {
    if (attempt < job.json.retries) {
      clock.after(retryDelayMs, () => enqueue(job, { dueAt, attempt: attempt + 1 }));
      return;
    }
    job.errorCount += 1;
    job.errorsSinceLastSuccess += 1;
    job.lastError = iso();
    if (job.errorsSinceLastSuccess >= disableAfterFailures || (job.schedule && isOver(job.schedule.now))) {
      job.disabled = true;
      job.cancelTimer?.();
    }
    if (!job.json.softError) return;
    for (const child of jobs.values()) if (child.parents.includes(job.json.name)) parentSucceeded(child, job.json.name);
  };
  const updated = (task: Task) => {
    const job = owners.get(task.id);
    const run = job?.running.get(task.id);
    if (!job || !run || isLive(task)) return;
    owners.delete(task.id);
    job.running.delete(task.id);
    if (task.state === 'TASK_FINISHED') succeeded(job);
    else if (task.state !== 'TASK_KILLED') failed(job, run);
  };
  const killTasks = ({ running, queued }: Job) => {
    queued.length = 0;
    for (const id of running.keys()) {
      const task = tasks.find(id);
      if (task) tasks.kill(task);
    }
  };
  /** @returns the schedule or the parents that take the place of a removed parent */
  const inherit = (child: Job, parent: Job) => {
    const parents = child.parents.filter((name) => name !== parent.json.name);
    child.succeeded.delete(parent.json.name);
    if (parents.length > 0) child.parents = parents;
    else if (parent.schedule) {
      child.parents = [];
      child.schedule = { ...parent.schedule };
      arm(child);
    } else child.parents = parent.parents;
  };

  return {
    framework,
    jobs,
    putScheduled(json, schedule) {
      const now = parseSchedule(schedule, clock.now());
      if (!now) return `requirement failed: the job's schedule is invalid: ${schedule}`;
      put(newJob(json, { schedule: { text: schedule, now }, parents: [] }));
      return undefined;
    },
    putDependent(json, parents) {
      const missing = parents.find((name) => !jobs.has(name));
      if (missing !== undefined) return `requirement failed: parent does not exist: ${missing}`;
      const reaches = (name: string): boolean => name === json.name || (jobs.get(name)?.parents ?? []).some(reaches);
      if (parents.some(reaches)) return 'requirement failed: the jobs would depend on each other in a circle';
      put(newJob(json, { parents }));
      return undefined;
    },
    remove(job) {
      for (const child of jobs.values()) if (child.parents.includes(job.json.name)) inherit(child, job);
      job.cancelTimer?.();
      killTasks(job);
      jobs.delete(job.json.name);
    },
    force: (job) => {
      const { disabled } = job;
      job.disabled = false;
      enqueue(job, { dueAt: clock.now(), attempt: 0 });
      job.disabled = disabled;
    },
    killTasks,
    forget() {
      for (const job of jobs.values()) job.cancelTimer?.();
      jobs.clear();
      owners.clear();
    },
    update() {
      const isActive = framework.isActive();
      if (isActive === wasActive) return;
      wasActive = isActive;
      for (const job of jobs.values()) arm(job);
      offers.wake();
    },
  };
}

/** Of a job with a schedule: with what is left of it. */
export const scheduleTextOf = ({ schedule }: Job): string | undefined =>
  schedule && formatSchedule(schedule.now, schedule.text);
