/** Deployments under way: each goes on to its next step when all actions of the present one are done. */
import type { App } from './app.ts';
import type { Book } from './book.ts';
import { levelsOf } from './plan.ts';
import { isDone } from './rolling.ts';
import type { Scheduler } from './scheduler.ts';
import type { Action, AppState, Deployment, Target } from './state.ts';

export interface Deployments {
  readonly running: ReadonlyMap<string, Deployment>;
  /** Those that hold one of these apps. */
  conflicting(ids: ReadonlySet<string>): Deployment[];
  start(deployment: Deployment): void;
  /** What it has begun goes on by itself. */
  stop(id: string): void;
  /** Goes on with all of them as far as they can. */
  advance(): void;
  forget(): void;
}

export function createDeployments(scheduler: Scheduler, isActive: () => boolean): Deployments {
  const running = new Map<string, Deployment>();
  let advancing = false;

  const isActionDone = ({ action, state }: Action): boolean => {
    if (action === 'StartApplication') return true;
    return action === 'StopApplication' ? state.instances.size === 0 : isDone(scheduler.instancesOf(state));
  };
  const begin = ({ steps, current }: Deployment) => {
    for (const { action, state } of steps[current] ?? []) {
      if (action !== 'StartApplication') state.held = false;
      scheduler.settle(state);
    }
  };
  /** @returns whether it went on */
  const advanceOne = (deployment: Deployment): boolean => {
    const step = deployment.steps[deployment.current];
    if (step && !step.every(isActionDone)) return false;
    if (step) deployment.current += 1;
    if (deployment.current >= deployment.steps.length) running.delete(deployment.id);
    else begin(deployment);
    return true;
  };
  return {
    running,
    conflicting: (ids) => [...running.values()].filter(({ affected }) => [...affected].some((id) => ids.has(id))),
    start(deployment) {
      running.set(deployment.id, deployment);
      begin(deployment);
    },
    stop(id) {
      const states = (running.get(id)?.steps ?? []).flat().map(({ state }) => state);
      running.delete(id);
      for (const state of states) {
        state.held = false;
        scheduler.settle(state);
      }
    },
    advance() {
      // Beginning a step settles its apps, which asks for this again.
      if (advancing || !isActive()) return;
      advancing = true;
      while ([...running.values()].filter(advanceOne).length > 0);
      advancing = false;
    },
    forget: () => running.clear(),
  };
}

/** Removed apps stop, new ones are started with nothing, then all come in order of what they depend on. */
export function stepsOf(
  changed: ReturnType<Book['store']>,
  apps: ReadonlyMap<string, AppState>,
  after: Target,
): Action[][] {
  const { stops, started, scaled, restarted } = changed;
  const actionOn = (app: App, action: Action['action']): Action[] => {
    const state = apps.get(app.id);
    return state ? [{ action, state }] : [];
  };
  const levels = levelsOf([...started, ...scaled, ...restarted], after);
  const bring = (app: App) => actionOn(app, restarted.includes(app) ? 'RestartApplication' : 'ScaleApplication');
  return [
    stops.map((state): Action => ({ action: 'StopApplication', state })),
    started.flatMap((app) => actionOn(app, 'StartApplication')),
    ...levels.map((level) => level.flatMap(bring)),
  ].filter((step) => step.length > 0);
}
