/** A Chronos job: what a client sends, and what Chronos keeps of it. */
import * as z from 'zod';
import type { Resources } from '../resources.ts';
import { parsePeriod, type Schedule } from './schedule.ts';

const text = z.string();
const period = text.refine((value) => parsePeriod(value) !== undefined, 'is not an ISO 8601 period');

export const JobJson = z.object({
  name: text.regex(/^[\w\s#.-]+$/, "the job's name is invalid. Allowed names: '[\\w\\s#_-]+'"),
  command: text.default(''),
  shell: z.boolean().default(true),
  description: text.default(''),
  owner: text.default(''),
  ownerName: text.default(''),
  epsilon: period.default('PT60S'),
  executor: text.default(''),
  executorFlags: text.default(''),
  retries: z.number().int().min(0).default(2),
  async: z.boolean().default(false),
  cpus: z.number().min(0).nullish(),
  mem: z.number().min(0).nullish(),
  disk: z.number().min(0).nullish(),
  gpus: z.number().int().min(0).nullish(),
  disabled: z.boolean().default(false),
  softError: z.boolean().default(false),
  highPriority: z.boolean().default(false),
  concurrent: z.boolean().default(false),
  uris: z.array(text).default([]),
  fetch: z.array(z.looseObject({ uri: text })).default([]),
  environmentVariables: z.array(z.object({ name: text, value: text })).default([]),
  arguments: z.array(text).default([]),
  runAsUser: text.default('root'),
  /** Chronos reads those of its three operators, and passes over others in silence. */
  constraints: z
    .array(z.array(text).min(2))
    .transform((all) => all.filter(([, operator = '']) => ['EQUALS', 'LIKE', 'UNLIKE'].includes(operator)))
    .pipe(z.array(z.array(text).length(3)))
    .default([]),
  container: z
    .object({
      type: text.default('DOCKER'),
      image: text,
      network: text.default('HOST'),
      volumes: z.array(z.looseObject({ containerPath: text })).default([]),
      forcePullImage: z.boolean().default(false),
      parameters: z.array(z.object({ key: text, value: text })).default([]),
    })
    .nullish(),
  scheduleTimeZone: text.default(''),
});
export type JobJson = z.infer<typeof JobJson>;
export const ScheduledJson = JobJson.extend({ schedule: text.default('R1//PT24H') });
export const DependentJson = JobJson.extend({ parents: z.array(text).min(1, 'at least one parent is needed') });

export interface Run {
  readonly dueAt: number;
  readonly attempt: number;
}

export interface Job {
  readonly json: JobJson;
  /** As it was given, and where it stands. Absent: it depends on parents. */
  schedule?: { readonly text: string; now: Schedule };
  parents: readonly string[];
  /** Parents that have succeeded since this job ran last. */
  readonly succeeded: Set<string>;
  disabled: boolean;
  successCount: number;
  errorCount: number;
  errorsSinceLastSuccess: number;
  lastSuccess: string;
  lastError: string;
  /** Runs that wait for resources. */
  readonly queued: Run[];
  /** Ids of tasks with their runs. */
  readonly running: Map<string, Run>;
  cancelTimer?: () => void;
}

/** What Chronos takes for a job that names nothing. */
const defaults = { cpus: 0.1, mem: 128, disk: 256 };

export function resourcesOfJob({ json: { cpus, mem, disk, gpus } }: Job): Resources {
  return { cpus: cpus ?? defaults.cpus, mem: mem ?? defaults.mem, disk: disk ?? defaults.disk, gpus: gpus ?? 0 };
}

export function newJob(json: JobJson, kind: Pick<Job, 'schedule' | 'parents'>): Job {
  return {
    ...{ json, ...kind, succeeded: new Set<string>(), disabled: json.disabled },
    ...{ successCount: 0, errorCount: 0, errorsSinceLastSuccess: 0, lastSuccess: '', lastError: '' },
    ...{ queued: [], running: new Map<string, Run>() },
  };
}
