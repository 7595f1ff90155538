/** What waits in Marathon to be started. Used inside the VPC only. */
import * as z from 'zod';
import type { WaitingTasks } from '../contracts/gateway.ts';
import { countsRunning } from '../domain/scaling/counting.ts';
import { delayOf, OffersSummary, reasonsOf } from './marathon-answers.ts';
import {
  AppDefinition,
  PodDefinition,
  type Requirements,
  requirementsOfApp,
  requirementsOfPod,
} from './marathon-definitions.ts';
import { type MarathonTask, readTasks } from './marathon-tasks.ts';
import { readScheduler, type Scheduler } from './scheduler-http.ts';

/** Nothing of it is guessed: who cannot be read might be all that waits. */
const QueueEntry = z.object({
  count: z.number().int().min(0),
  delay: z.object({ timeLeftSeconds: z.number().min(0), overdue: z.boolean() }),
  app: AppDefinition.nullish(),
  pod: PodDefinition.nullish(),
  processedOffersSummary: OffersSummary,
});
const Queue = z.object({
  queue: z.array(QueueEntry.refine(({ app, pod }) => app || pod, 'neither an app nor a pod')),
});

/** Marathon's word for an app that waits for its own volume, and for no other room. */
const ownVolumeMissing = 'NoCorrespondingReservationFound';

/** @returns undefined if Marathon could not tell all of it */
export async function readMarathonDemand(scheduler: Scheduler): Promise<readonly WaitingTasks[] | undefined> {
  const waiting = await readQueue(scheduler);
  if (waiting === undefined || !waiting.some(dependsOnOthers)) return waiting;
  const tasks = await readTasks(scheduler);
  // The queue once more: a task that was launched in between would wait, and keep itself away from where it is.
  const later = tasks && (await readQueue(scheduler));
  return later && withHosts(later, tasks);
}

async function readQueue(scheduler: Scheduler): Promise<readonly WaitingTasks[] | undefined> {
  return parseDemand(await readScheduler(scheduler, '/v2/queue'));
}

/** From `/v2/queue`, with no hosts yet. @returns undefined if it is something else, or not whole */
export function parseDemand(answer: unknown): readonly WaitingTasks[] | undefined {
  const parsed = Queue.safeParse(answer);
  return parsed.success ? parsed.data.queue.flatMap(waitingOf) : undefined;
}

/** Entries whose last task has just been launched stay in the queue for a moment. */
function waitingOf({ count, delay, app, pod, processedOffersSummary }: z.infer<typeof QueueEntry>): WaitingTasks[] {
  const required = app ? requirementsOfApp(app) : pod ? requirementsOfPod(pod) : undefined;
  if (required === undefined || count === 0) return [];
  const { keepsVolume, ...requirements } = required;
  return [
    {
      scheduler: 'marathon',
      ...requirements,
      count,
      backOffSeconds: delayOf(delay),
      hosts: [],
      resident: isBound(keepsVolume, processedOffersSummary),
      reasons: reasonsOf(processedOffersSummary).map(({ reason }) => reason),
    },
  ];
}

/**
 * A task that never ran makes its volume wherever there is room. Since 1.4 the last offers tell it from one whose volume is
 * elsewhere; 1.1 tells nothing, and the one that keeps waiting would keep a slave waiting with it.
 */
function isBound(keepsVolume: Requirements['keepsVolume'], summary: z.infer<typeof OffersSummary>): boolean {
  if (!keepsVolume || summary === undefined) return keepsVolume;
  return reasonsOf(summary).some(({ reason }) => reason === ownVolumeMissing);
}

function dependsOnOthers({ hostPorts, constraints }: WaitingTasks): boolean {
  return hostPorts.length > 0 || constraints.some(countsRunning);
}

/** Fills in where tasks are that keep others of the app away. */
export function withHosts(waiting: readonly WaitingTasks[], tasks: readonly MarathonTask[]): readonly WaitingTasks[] {
  const byApp = Map.groupBy(tasks, ({ appId }) => appId);
  const byPort = Map.groupBy(
    tasks.flatMap(({ appId, host, ports }) => (ports ?? []).map((port) => ({ appId, host, port }))),
    ({ port }) => port,
  );
  return waiting.map((one) => {
    if (!dependsOnOthers(one)) return one;
    const hosts = (byApp.get(one.id) ?? []).map(({ host }) => host);
    const others = one.hostPorts.flatMap((port) => byPort.get(port) ?? []).filter(({ appId }) => appId !== one.id);
    const portHosts = [...new Set(others.map(({ host }) => host))];
    return { ...one, hosts, ...(portHosts.length > 0 ? { portHosts } : {}) };
  });
}
