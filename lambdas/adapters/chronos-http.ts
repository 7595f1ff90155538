/** Chronos' jobs over HTTP. Used inside the VPC only. */
import * as z from 'zod';
import type { JobView } from '../contracts/gateway.ts';
import { catalogue } from '../domain/release/catalogue.ts';
import type { Gateway } from '../ports/gateway.ts';
import { askScheduler, changeAnswer, readScheduler, type Scheduler } from './scheduler-http.ts';

export const chronosPort = 4400;

const count = z.number().int().min(0).catch(0);
/** Empty text: never. */
const when = z.string().catch('');
const Job = z.object({
  name: z.string(),
  successCount: count,
  errorCount: count,
  disabled: z.boolean().catch(false),
  lastSuccess: when,
  lastError: when,
});
type Job = z.infer<typeof Job>;

export interface ChronosHttpOptions {
  readonly timeoutMs: number;
  readonly changeTimeoutMs: number;
  readonly port?: number;
}

type ChronosRequest = Parameters<Gateway['viewJobs']>[0];

export function chronosHttp({
  timeoutMs,
  changeTimeoutMs,
  port = chronosPort,
}: ChronosHttpOptions): Pick<Gateway, 'putJob' | 'deleteJob' | 'viewJobs'> {
  const asked = ({ masterIps, account }: Pick<ChronosRequest, 'masterIps' | 'account'>): Scheduler => ({
    masterIps,
    account,
    port,
    timeoutMs,
  });
  return {
    putJob: async ({ release, job, ...request }) => {
      const kind = (job.parents ?? []).length > 0 ? 'dependency' : 'iso8601';
      const path = `${prefixOf(release)}/scheduler/${kind}`;
      const scheduler = { ...asked(request), timeoutMs: changeTimeoutMs };
      return changeAnswer(await askScheduler(scheduler, { method: 'POST', path, body: job }));
    },
    deleteJob: async ({ release, name, ...request }) => {
      const path = `${prefixOf(release)}/scheduler/job/${name}`;
      const scheduler = { ...asked(request), timeoutMs: changeTimeoutMs };
      // 2.4 answers 400 for a job that it does not know.
      return changeAnswer(await askScheduler(scheduler, { method: 'DELETE', path }), [400, 404]);
    },
    viewJobs: (request) => viewJobs(asked(request), request),
  };
}

/** 3.0 moved everything below `/v1`. */
function prefixOf(release: ChronosRequest['release']): string {
  return catalogue[release].chronos.apiPrefix;
}

async function viewJobs(
  scheduler: Scheduler,
  { release, names }: Pick<ChronosRequest, 'release' | 'names'>,
): Promise<readonly JobView[] | undefined> {
  const prefix = prefixOf(release);
  const [graph, found] = await Promise.all([
    askScheduler(scheduler, { path: `${prefix}/scheduler/graph/csv` }),
    // The search matches any part of a name.
    Promise.all(
      names.map((name) => readScheduler(scheduler, `${prefix}/scheduler/jobs/search?name=${name}&limit=100`)),
    ),
  ]);
  if (graph.status !== 200) return undefined;
  const states = parseGraph(graph.body);
  const views = names.map((name, index) => {
    const parsed = z.array(Job).safeParse(found[index]);
    return parsed.success ? viewJob(name, parsed.data, states.get(name)) : undefined;
  });
  return views.every((view) => view !== undefined) ? views : undefined;
}

/** The state of each job, from rows `node,<name>,<last result>,<state>`. */
export function parseGraph(csv: string): ReadonlyMap<string, string> {
  const rows = csv.split('\n').map((line) => line.trim().split(','));
  return new Map(
    rows.flatMap(([kind, name, , state]) => (kind === 'node' && name && state !== undefined ? [[name, state]] : [])),
  );
}

function viewJob(name: string, jobs: readonly Job[], state = ''): JobView {
  const job = jobs.find((each) => each.name === name);
  const { lastSuccess = '', lastError = '' } = job ?? {};
  return {
    name,
    found: job !== undefined,
    successCount: job?.successCount ?? 0,
    errorCount: job?.errorCount ?? 0,
    disabled: job?.disabled ?? false,
    ...(lastSuccess === '' ? {} : { lastSuccess }),
    ...(lastError === '' ? {} : { lastError }),
    queued: state === 'queued',
    running: runningOf(state),
  };
}

/** `running`, or `2 running` since 3.0. */
function runningOf(state: string): number {
  const [, tasks = '1'] = /^(?:(\d+) )?running$/.exec(state) ?? [undefined, '0'];
  return Number(tasks);
}
