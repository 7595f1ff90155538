/** Reading what Marathon answers, tolerant of what differs between 1.1, 1.4 and 1.5. */
import * as z from 'zod';
import type { AppView, GroupView } from '../contracts/gateway.ts';

/** A view is for finding and judging an app, not for listing all its tasks: a snapshot must stay small. */
const mostTasks = 20;
const mostReasons = 8;
const longestMessage = 500;

const count = z.number().int().min(0).catch(0);
const text = z.string().catch('');
const Mapping = z.object({ servicePort: z.number().int().optional() });
const Mappings = z.array(Mapping).optional().catch(undefined);
const App = z.object({
  id: z.string(),
  instances: count,
  tasksStaged: count,
  tasksRunning: count,
  tasksHealthy: count,
  tasksUnhealthy: count,
  healthChecks: z.array(z.unknown()).catch([]),
  container: z
    .object({ portMappings: Mappings, docker: z.object({ portMappings: Mappings }).optional().catch(undefined) })
    .nullish()
    .catch(undefined),
  portDefinitions: z
    .array(z.object({ port: z.number().int() }))
    .optional()
    .catch(undefined),
  tasks: z
    .array(
      z.object({
        host: text,
        ports: z.array(z.number().int()).catch([]),
        state: z.string().optional(),
        startedAt: z.string().optional().catch(undefined),
      }),
    )
    .catch([]),
  lastTaskFailure: z.object({ state: text, message: text, host: text, timestamp: text }).optional().catch(undefined),
});
type App = z.infer<typeof App>;
const Apps = z.object({ apps: z.array(App) });

const Rejections = z.array(z.object({ reason: z.string(), declined: count, processed: count })).catch([]);
/** Since 1.4. */
export const OffersSummary = z.object({ rejectSummaryLastOffers: Rejections }).optional().catch(undefined);
const QueueEntry = z.object({
  count,
  delay: z
    .object({ timeLeftSeconds: z.number().min(0).catch(0), overdue: z.boolean().catch(false) })
    .catch({ timeLeftSeconds: 0, overdue: true }),
  /** Absent for pods, which nothing here makes. */
  app: z.object({ id: z.string() }).optional(),
  processedOffersSummary: OffersSummary,
});
type QueueEntry = z.infer<typeof QueueEntry>;
const Queue = z.object({ queue: z.array(QueueEntry) });
const Deployments = z.array(z.object({ affectedApps: z.array(z.string()).catch([]) }));

/** Queue entries by app. @returns undefined if it is something else */
export function parseQueue(answer: unknown): ReadonlyMap<string, QueueEntry> | undefined {
  const parsed = Queue.safeParse(answer);
  if (!parsed.success) return undefined;
  return new Map(parsed.data.queue.flatMap((entry) => (entry.app ? [[entry.app.id, entry] as const] : [])));
}

/** Apps that each deployment under way touches. @returns undefined if it is something else */
export function parseDeployments(answer: unknown): readonly (readonly string[])[] | undefined {
  const parsed = Deployments.safeParse(answer);
  return parsed.success ? parsed.data.map(({ affectedApps }) => affectedApps) : undefined;
}

/** @returns undefined if it is something else */
export function parseApps(answer: unknown): readonly App[] | undefined {
  const parsed = Apps.safeParse(answer);
  return parsed.success ? parsed.data.apps : undefined;
}

export interface MarathonAnswers {
  readonly apps: readonly App[];
  readonly queue: ReadonlyMap<string, QueueEntry>;
  readonly deployments: readonly (readonly string[])[];
}

export function viewGroup(id: string, { apps, queue, deployments }: MarathonAnswers): GroupView {
  const belongs = (app: string): boolean => app.startsWith(`${id}/`);
  const own = apps.filter((app) => belongs(app.id));
  return {
    id,
    found: own.length > 0,
    deployments: deployments.filter((affected) => affected.some(belongs)).length,
    apps: own.map((app) => viewApp(app, queue.get(app.id))).sort((a, b) => a.id.localeCompare(b.id)),
  };
}

function viewApp(app: App, entry: QueueEntry | undefined): AppView {
  const failure = app.lastTaskFailure;
  return {
    id: app.id,
    instances: app.instances,
    staged: app.tasksStaged,
    running: app.tasksRunning,
    healthy: app.tasksHealthy,
    unhealthy: app.tasksUnhealthy,
    hasHealthChecks: app.healthChecks.length > 0,
    servicePorts: servicePortsOf(app),
    tasks: app.tasks.slice(0, mostTasks).map(({ host, ports, state, startedAt }) => ({
      host,
      ports,
      ...(state === undefined ? {} : { state }),
      ...(startedAt === undefined ? {} : { startedAt }),
    })),
    ...(failure
      ? {
          lastFailure: {
            state: failure.state,
            message: failure.message.slice(0, longestMessage),
            host: failure.host,
            at: failure.timestamp,
          },
        }
      : {}),
    ...(entry ? { queue: viewQueue(entry) } : {}),
  };
}

/** Where they stand depends on the network: 1.5 moved the mappings of bridged containers. */
function servicePortsOf({ container, portDefinitions }: App): number[] {
  const mappings = container?.portMappings ?? container?.docker?.portMappings;
  if (mappings && mappings.length > 0) return mappings.map(({ servicePort }) => servicePort ?? 0);
  return (portDefinitions ?? []).map(({ port }) => port);
}

function viewQueue({ count: waiting, delay, processedOffersSummary }: QueueEntry): NonNullable<AppView['queue']> {
  return { count: waiting, delaySeconds: delayOf(delay), reasons: reasonsOf(processedOffersSummary) };
}

/** Seconds until Marathon tries again. Up to a second about the end of a delay it tells neither: it counts as over. */
export function delayOf({ timeLeftSeconds, overdue }: QueueEntry['delay']): number {
  return overdue ? 0 : timeLeftSeconds;
}

/** Why the last offers did not fit, most frequent first. */
export function reasonsOf(summary: z.infer<typeof OffersSummary>): NonNullable<AppView['queue']>['reasons'] {
  return (summary?.rejectSummaryLastOffers ?? [])
    .filter(({ declined }) => declined > 0)
    .sort((a, b) => b.declined - a.declined)
    .slice(0, mostReasons);
}
