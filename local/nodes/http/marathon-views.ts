/** Marathon's JSON of apps, groups, tasks, deployments and its queue, as its release shows them. */
import type { Marathon } from '../software/marathon/marathon.ts';
import { isBelow, parentOf } from '../software/marathon/paths.ts';
import { type AppState, type Deployment, type Instance, livesIn } from '../software/marathon/state.ts';
import type { SoftwareVersion } from '../software/releases.ts';
import { definitionJson, is11 } from './marathon-app.ts';

export interface View {
  readonly marathon: Marathon;
  readonly version: SoftwareVersion;
  readonly now: number;
}
export type Embed = 'counts' | 'tasks' | 'deployments' | 'lastTaskFailure';
export const allEmbeds: ReadonlySet<Embed> = new Set(['counts', 'tasks', 'deployments', 'lastTaskFailure']);

const isoOf = (time: number) => new Date(time).toISOString();

export function appJson(view: View, state: AppState, embed: ReadonlySet<Embed>) {
  const { marathon, version } = view;
  const deployments = marathon.deployments().filter(({ affected }) => affected.has(state.app.id));
  return {
    ...definitionJson(state.app, state, version),
    ...(embed.has('counts') ? countsOf(state) : {}),
    ...(embed.has('deployments') ? { deployments: deployments.map(({ id }) => ({ id })) } : {}),
    ...(embed.has('tasks') ? { tasks: livesIn(state).map((instance) => taskJson(view, state, instance)) } : {}),
    ...(embed.has('lastTaskFailure') && state.lastTaskFailure ? { lastTaskFailure: state.lastTaskFailure } : {}),
  };
}

function countsOf(state: AppState) {
  const all = livesIn(state);
  const running = all.filter(({ task }) => task.state === 'TASK_RUNNING');
  return {
    tasksStaged: all.filter(({ task }) => task.state === 'TASK_STAGING').length,
    tasksRunning: running.length,
    tasksHealthy: running.filter(({ healthy }) => healthy === true).length,
    tasksUnhealthy: running.filter(({ healthy }) => healthy === false).length,
  };
}

export function taskJson({ version, now }: View, state: AppState, { task, version: started, healthy }: Instance) {
  const { app } = state;
  const results = healthy === undefined ? {} : { healthCheckResults: [healthResult(task.id, healthy, now)] };
  return {
    appId: app.id,
    id: task.id,
    host: task.ip,
    slaveId: task.agentId,
    ports: task.ports,
    servicePorts: app.ports.map(({ servicePort }) => servicePort),
    ipAddresses: [{ ipAddress: app.network === 'host' ? task.ip : '172.17.0.2', protocol: 'IPv4' }],
    stagedAt: isoOf(task.stagedAt),
    startedAt: task.runningAt === undefined ? null : isoOf(task.runningAt),
    version: started,
    ...(is11(version) ? {} : { state: task.state, localVolumes: [] }),
    ...results,
  };
}

const healthResult = (taskId: string, alive: boolean, now: number) => ({
  taskId,
  alive,
  consecutiveFailures: alive ? 0 : 1,
  ...(alive ? { lastSuccess: isoOf(now) } : { lastFailure: isoOf(now) }),
});

/** A group with the apps and groups below it. */
export function groupJson(view: View, path: string, embed: ReadonlySet<Embed>): Record<string, unknown> {
  const { marathon, version } = view;
  const group = marathon.groups.get(path);
  const childrenOf = (paths: Iterable<string>) => [...paths].filter((one) => one !== '/' && parentOf(one) === path);
  return {
    id: path,
    dependencies: group?.dependencies ?? [],
    version: group?.version,
    apps: childrenOf(marathon.apps.keys()).flatMap((id) => {
      const state = marathon.apps.get(id);
      return state ? [appJson(view, state, embed)] : [];
    }),
    groups: childrenOf(marathon.groups.keys()).map((id) => groupJson(view, id, embed)),
    ...(is11(version) ? {} : { pods: [] }),
  };
}

/** Apps below a group, or all of them. */
export function statesBelow({ marathon }: View, group: string): AppState[] {
  return [...marathon.apps.values()].filter(({ app }) => isBelow(app.id, group));
}

export function deploymentJson({ version }: View, { id, version: at, affected, steps, current }: Deployment) {
  const actionsOf = (step: Deployment['steps'][number] | undefined) =>
    (step ?? []).map(({ action, state }) => ({
      ...(is11(version) ? { type: action } : { action }),
      app: state.app.id,
    }));
  return {
    id,
    version: at,
    affectedApps: [...affected],
    ...(is11(version) ? {} : { affectedPods: [] }),
    steps: steps.map((step) => ({ actions: actionsOf(step) })),
    currentActions: (steps[current] ?? []).map(({ action, state }) => ({
      action,
      app: state.app.id,
      readinessCheckResults: [],
    })),
    currentStep: current + 1,
    totalSteps: steps.length,
  };
}

export function queueJson(view: View, withOffers: boolean) {
  const { marathon, version, now } = view;
  const queue = [...marathon.apps.values()].flatMap((state) => {
    const { queued, delay } = state;
    if (!queued || queued.count === 0) return [];
    // Without a failure it may start since it was queued.
    const left = Math.trunc(((delay?.until ?? Date.parse(queued.since)) - now) / 1000);
    return [
      {
        count: queued.count,
        delay: { timeLeftSeconds: Math.max(0, left), overdue: left < 0 },
        ...(is11(version) ? {} : summaryOf(queued)),
        ...(withOffers && !is11(version) ? { lastUnusedOffers: [] } : {}),
        app: definitionJson(state.app, state, version),
      },
    ];
  });
  return { queue };
}

function summaryOf({ since, processed, unused, lastUnusedAt, lastUsedAt, rejects }: NonNullable<AppState['queued']>) {
  const summary = [...rejects].map(([reason, counts]) => ({ reason, ...counts }));
  return {
    since,
    processedOffersSummary: {
      processedOffersCount: processed,
      unusedOffersCount: unused,
      lastUnusedOfferAt: lastUnusedAt ?? null,
      lastUsedOfferAt: lastUsedAt ?? null,
      rejectSummaryLastOffers: summary,
      rejectSummaryLaunchAttempt: summary,
    },
  };
}
