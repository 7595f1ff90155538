/** Chronos' HTTP API on port 4400, as far as it is used. Every instance passes requests on to the leader. */
import { type Chronos, scheduleTextOf } from '../software/chronos/chronos.ts';
import { DependentJson, type Job, resourcesOfJob, ScheduledJson } from '../software/chronos/job.ts';
import type { Software } from '../software/cluster.ts';
import type { Member } from '../software/member.ts';
import type { SoftwareVersion } from '../software/releases.ts';
import {
  type Endpoint,
  isAllowed,
  ok,
  parseBody,
  route,
  type SoftwareAnswer,
  type SoftwareRequest,
  unauthorized,
} from './answer.ts';

interface Context {
  readonly chronos: Chronos;
  readonly version: SoftwareVersion;
  readonly leader: string;
}

export function answerChronos(software: Software, member: Member, request: SoftwareRequest): SoftwareAnswer {
  if (!isAllowed(request, member.accounts?.chronos)) return unauthorized('Mesosphere');
  const leader = software.masters.chronos.leader();
  if (leader === undefined) return { status: 500 };
  const { version } = member.settings;
  const prefix = version.chronosPrefix;
  if (request.path === '/ping' && request.method === 'GET') return { status: 200, body: 'pong\n' };
  if (!request.path.startsWith(`${prefix}/scheduler/`)) return { status: 404 };
  // 2.4.0 does not tell who leads.
  const endpoints = prefix === '' ? common : [...common, ...since3];
  const context = { chronos: software.workload.chronos, version, leader };
  return route(endpoints, context, { ...request, path: request.path.slice(prefix.length) });
}

type Handle = (context: Context, request: SoftwareRequest, match: RegExpExecArray) => SoftwareAnswer;
const on = (method: string, path: RegExp, handle: Handle): Endpoint<Context> => ({ method, path, handle });

const put: Handle = (context, request) => answerOf(putScheduled(context, request));
const putDependency: Handle = (context, request) => answerOf(putDependent(context, request));

const common: readonly Endpoint<Context>[] = [
  on('GET', /^\/scheduler\/jobs$/, ({ chronos, version }) =>
    ok([...chronos.jobs.values()].map((job) => jobJson(job, version))),
  ),
  on('GET', /^\/scheduler\/jobs\/search$/, ({ chronos, version }, { query }) => {
    const name = (query.get('name') ?? '').toLowerCase();
    const command = (query.get('command') ?? '').toLowerCase();
    const found = [...chronos.jobs.values()].filter(
      ({ json }) => json.name.toLowerCase().includes(name) && json.command.toLowerCase().includes(command),
    );
    const offset = Number(query.get('offset') ?? 0);
    const page = found.slice(offset, offset + Number(query.get('limit') ?? 10));
    return ok(page.map((job) => jobJson(job, version)));
  }),
  on('POST', /^\/scheduler\/iso8601$/, put),
  on('PUT', /^\/scheduler\/iso8601$/, put),
  on('POST', /^\/scheduler\/dependency$/, putDependency),
  on('PUT', /^\/scheduler\/dependency$/, putDependency),
  on(
    'PUT',
    /^\/scheduler\/job\/([^/]+)$/,
    withJob(({ chronos }, job) => chronos.force(job)),
  ),
  on(
    'DELETE',
    /^\/scheduler\/job\/([^/]+)$/,
    withJob(({ chronos }, job) => chronos.remove(job)),
  ),
  on(
    'DELETE',
    /^\/scheduler\/task\/kill\/([^/]+)$/,
    withJob(({ chronos }, job) => chronos.killTasks(job)),
  ),
  on('GET', /^\/scheduler\/graph\/csv$/, ({ chronos, version }) => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: [...chronos.jobs.values()].flatMap((job) => csvOf(job, version)).join(''),
  })),
];
const since3: readonly Endpoint<Context>[] = [
  on('GET', /^\/scheduler\/leader$/, ({ leader }) => ok({ leader: `${leader}:4400` })),
  on('GET', /^\/scheduler\/jobs\/summary$/, ({ chronos, version }) =>
    ok({ jobs: [...chronos.jobs.values()].map((job) => summaryOf(job, version)) }),
  ),
];

const answerOf = (wrong: string | undefined): SoftwareAnswer =>
  wrong === undefined ? { status: 204 } : { status: 400, body: wrong };

function withJob(act: (context: Context, job: Job) => void): Handle {
  return (context, _, [, name = '']) => {
    const job = context.chronos.jobs.get(decodeURIComponent(name));
    if (!job) return answerOf(`requirement failed: JobSchedule '${decodeURIComponent(name)}' not found`);
    act(context, job);
    return answerOf(undefined);
  };
}

function putScheduled({ chronos }: Context, request: SoftwareRequest): string | undefined {
  const parsed = ScheduledJson.safeParse(parseBody(request));
  if (!parsed.success) return reasonOf(parsed.error.issues);
  const { schedule, ...json } = parsed.data;
  return chronos.putScheduled(json, schedule);
}

function putDependent({ chronos }: Context, request: SoftwareRequest): string | undefined {
  const parsed = DependentJson.safeParse(parseBody(request));
  if (!parsed.success) return reasonOf(parsed.error.issues);
  const { parents, ...json } = parsed.data;
  return chronos.putDependent(json, parents);
}

const reasonOf = (issues: readonly { path: PropertyKey[]; message: string }[]) =>
  `requirement failed: ${issues.map(({ path, message }) => `${path.join('.') || 'the job'}: ${message}`).join('; ')}`;

/** 3.0 tells how many tasks run. */
function stateOf({ running, queued }: Job, { chronosPrefix }: SoftwareVersion): string {
  if (running.size > 0) return chronosPrefix === '' ? 'running' : `${running.size} running`;
  return queued.length > 0 ? 'queued' : 'idle';
}

function resultOf({ lastSuccess, lastError }: Job): 'success' | 'failure' | 'fresh' {
  if (lastSuccess === '' && lastError === '') return 'fresh';
  return lastSuccess > lastError ? 'success' : 'failure';
}

function csvOf(job: Job, version: SoftwareVersion): string[] {
  const { name } = job.json;
  const links = job.parents.map((parent) => `link,${parent},${name}\n`);
  return [`node,${name},${resultOf(job)},${stateOf(job, version)}\n`, ...links];
}

const kindOf = (job: Job) => {
  const schedule = scheduleTextOf(job);
  return schedule === undefined ? { parents: job.parents } : { schedule };
};

function summaryOf(job: Job, version: SoftwareVersion) {
  return {
    name: job.json.name,
    status: resultOf(job),
    state: stateOf(job, version),
    schedule: scheduleTextOf(job) ?? '',
    parents: job.parents,
    disabled: job.disabled,
  };
}

/** With the resources that it gets, named or not. */
function jobJson(job: Job, { chronosPrefix }: SoftwareVersion) {
  const { gpus, container, fetch, concurrent, ...json } = job.json;
  const { successCount, errorCount, errorsSinceLastSuccess, lastSuccess, lastError, disabled } = job;
  const { cpus, mem, disk } = resourcesOfJob(job);
  return {
    ...json,
    ...{ cpus, mem, disk, disabled, successCount, errorCount, errorsSinceLastSuccess, lastSuccess, lastError },
    dataProcessingJobType: false,
    ...(gpus ? { gpus } : {}),
    ...(container ? { container } : {}),
    ...(chronosPrefix === '' ? {} : { fetch, concurrent }),
    ...kindOf(job),
  };
}
