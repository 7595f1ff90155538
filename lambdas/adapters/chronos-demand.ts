/** What waits in Chronos to be started. Used inside the VPC only. */
import * as z from 'zod';
import type { ReleaseName } from '../contracts/cluster.ts';
import type { WaitingTasks } from '../contracts/gateway.ts';
import { catalogue, chronosTaskDefaults } from '../domain/release/catalogue.ts';
import { parseGraph } from './chronos-http.ts';
import { askScheduler, readScheduler, type Scheduler } from './scheduler-http.ts';

const amount = z.number().min(0).nullish();
const QueuedJob = z.object({
  name: z.string(),
  cpus: amount,
  mem: amount,
  disk: amount,
  gpus: amount,
  disabled: z.boolean().nullish(),
  constraints: z.array(z.array(z.string())).nullish(),
});
const Jobs = z.array(z.looseObject({ name: z.string() }));

/**
 * A queued job is due and waits for an offer; one that waits for its schedule, its parents or a retry is not queued. Chronos tells
 * neither how many runs of a job are queued, nor of a job that runs whether another run waits: a job counts once.
 * @returns undefined if Chronos could not tell all of it
 */
export async function readChronosDemand(
  scheduler: Scheduler,
  release: ReleaseName,
): Promise<readonly WaitingTasks[] | undefined> {
  const prefix = catalogue[release].chronos.apiPrefix;
  const { status, body } = await askScheduler(scheduler, { path: `${prefix}/scheduler/graph/csv` });
  const queued = status === 200 ? parseQueued(body) : undefined;
  // The list of jobs holds all they are made of, so it is asked for only when it is needed.
  if (queued === undefined || queued.size === 0) return queued && [];
  return parseQueuedJobs(await readScheduler(scheduler, `${prefix}/scheduler/jobs`), queued);
}

/** Names of the jobs that are queued. @returns undefined if it is no graph */
export function parseQueued(csv: string): ReadonlySet<string> | undefined {
  const lines = csv.split('\n').map((line) => line.trim());
  if (!lines.every((line) => line === '' || /^(node|link),/.test(line))) return undefined;
  return new Set([...parseGraph(csv)].flatMap(([name, state]) => (state === 'queued' ? [name] : [])));
}

/** From the list of jobs; one that is queued and not in it has been removed meanwhile. @returns undefined if it is something else */
export function parseQueuedJobs(answer: unknown, queued: ReadonlySet<string>): readonly WaitingTasks[] | undefined {
  const all = Jobs.safeParse(answer);
  if (!all.success) return undefined;
  const waiting = z.array(QueuedJob).safeParse(all.data.filter(({ name }) => queued.has(name)));
  return waiting.success ? waiting.data.filter(({ disabled }) => disabled !== true).map(waitingOf) : undefined;
}

function waitingOf({ name, cpus, mem, disk, gpus, constraints }: z.infer<typeof QueuedJob>): WaitingTasks {
  return {
    scheduler: 'chronos',
    id: name,
    count: 1,
    need: {
      // Nothing, too, stands for the default.
      cpus: cpus || chronosTaskDefaults.cpus,
      mem: mem || chronosTaskDefaults.mem,
      disk: disk || chronosTaskDefaults.disk,
      gpus: gpus ?? 0,
    },
    backOffSeconds: 0,
    constraints: constraints ?? [],
    hostPorts: [],
    hosts: [],
    resident: false,
    reasons: [],
  };
}
