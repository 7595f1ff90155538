/** Marathon: a tree of groups with apps, and deployments that bring changes about. */
import type { Random, SimClock } from '../../../types.ts';
import type { Offers } from '../offers.ts';
import type { Framework, Task } from '../task.ts';
import type { Tasks } from '../tasks.ts';
import type { AppRules } from './app.ts';
import type { Fault } from './app-json.ts';
import { createBook } from './book.ts';
import { createDeployments, stepsOf } from './deployments.ts';
import { differenceOf } from './plan.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { assignServicePorts } from './service-ports.ts';
import type { AppState, Deployment, GroupState, Target } from './state.ts';
import { type Draft, draftOf, faultsOfTarget } from './target.ts';

export type Outcome =
  | { readonly kind: 'deployed'; readonly version: string; readonly deploymentId: string }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }
  | { readonly kind: 'locked'; readonly deploymentIds: readonly string[] };

export interface Marathon {
  readonly framework: Framework;
  readonly apps: ReadonlyMap<string, AppState>;
  readonly groups: ReadonlyMap<string, GroupState>;
  readonly scheduler: Scheduler;
  deployments(): readonly Deployment[];
  /** Changes the tree. @param change returns what is wrong with the change */
  upgrade(change: (draft: Draft) => readonly Fault[], force: boolean): Outcome;
  /** Ends a deployment; unless forced, by another one that goes back. @returns undefined if there is none */
  cancel(deploymentId: string, force: boolean): Outcome | 'stopped' | undefined;
  /** Kills tasks, which are then replaced. @param scale whether their apps shrink instead */
  killTasks(tasks: readonly Task[], scale: boolean): Outcome | 'killed';
  /** ZooKeeper began anew: nothing is known any more. */
  forget(): void;
  /** To be called when the leader may have changed. */
  update(): void;
}

export interface MarathonParts {
  readonly clock: SimClock;
  readonly random: Random;
  readonly tasks: Tasks;
  readonly offers: Offers;
  readonly framework: Omit<Framework, 'updated'>;
  readonly rules: () => AppRules;
}

export function createMarathon({ clock, random, framework: identity, rules, ...common }: MarathonParts): Marathon {
  const framework: Framework = { ...identity, updated: (task) => scheduler.updated(task) };
  const book = createBook(isoOf(clock.now()));
  const { apps, groups, leaving } = book;
  const scheduler = createScheduler({
    ...{ clock, random, framework, ...common },
    unreachable: () => rules().version.unreachable,
    states: () => [...apps.values(), ...leaving],
    progressed: () => {
      deployments.advance();
      book.tidy();
    },
  });
  const deployments = createDeployments(scheduler, framework.isActive);
  let lastVersion = 0;
  let wasActive = false;

  /** Versions are times, and no two are the same. */
  const nextVersion = () => {
    lastVersion = Math.max(lastVersion + 1, clock.now());
    return isoOf(lastVersion);
  };
  const deploy = (after: Target, force: boolean): Outcome => {
    const before = book.target();
    const affected = idsIn(differenceOf(before, after));
    const conflicts = deployments.conflicting(affected);
    if (conflicts.length > 0 && !force) return { kind: 'locked', deploymentIds: conflicts.map(({ id }) => id) };
    for (const { id } of conflicts) deployments.stop(id);
    const version = nextVersion();
    const steps = stepsOf(book.store(after, version), apps, after);
    const id = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
    // A deployment without a step is over as soon as it has begun.
    if (steps.length > 0) deployments.start({ id, version, affected, steps, current: 0, before });
    deployments.advance();
    return { kind: 'deployed', version, deploymentId: id };
  };
  /** Every app gets the service ports that it has no number for. @returns false if there are not enough */
  const assignPorts = (draft: Draft): boolean => {
    for (const [id, app] of draft.apps) {
      if (app.ports.every(({ servicePort }) => servicePort !== 0)) continue;
      const others = [...draft.apps.values()].filter((other) => other !== app);
      const assigned = assignServicePorts(app, apps.get(id)?.app, others);
      if (!assigned) return false;
      draft.apps.set(id, assigned);
    }
    return true;
  };
  const upgrade: Marathon['upgrade'] = (change, force) => {
    const draft = draftOf(book.target());
    const found = [...change(draft), ...faultsOfTarget(draft)];
    const faults = found.length > 0 || assignPorts(draft) ? found : [{ path: '/', errors: ['All ports are in use'] }];
    return faults.length > 0 ? { kind: 'invalid', faults } : deploy(draft, force);
  };
  const ownerOf = ({ id }: Task) => [...apps.values()].find(({ instances }) => instances.has(id));
  const kill = (owned: readonly { readonly task: Task; readonly state: AppState }[]) => {
    for (const { task, state } of owned) {
      const instance = state.instances.get(task.id);
      if (instance) scheduler.kill(instance);
    }
    for (const state of new Set(owned.map((one) => one.state))) scheduler.settle(state);
  };

  return {
    ...{ framework, apps, groups, scheduler, upgrade },
    deployments: () => [...deployments.running.values()],
    cancel(id, force) {
      const deployment = deployments.running.get(id);
      if (!deployment) return undefined;
      deployments.stop(id);
      return force ? 'stopped' : deploy(deployment.before, true);
    },
    killTasks(wanted, scale) {
      const owned = wanted.flatMap((task) => {
        const state = ownerOf(task);
        return state ? [{ task, state }] : [];
      });
      const outcome = scale
        ? upgrade(
            (draft) =>
              shrink(
                draft,
                owned.map(({ state }) => state.app.id),
              ),
            false,
          )
        : 'killed';
      if (outcome === 'killed' || outcome.kind === 'deployed') kill(owned);
      return outcome;
    },
    forget() {
      deployments.forget();
      book.forget();
    },
    update() {
      const isActive = framework.isActive();
      if (isActive && !wasActive) for (const state of [...apps.values(), ...leaving]) scheduler.settle(state);
      wasActive = isActive;
    },
  };
}

const isoOf = (time: number) => new Date(time).toISOString();

function idsIn({ stopped, started, scaled, restarted }: ReturnType<typeof differenceOf>): ReadonlySet<string> {
  return new Set([...stopped, ...[...started, ...scaled, ...restarted].map(({ id }) => id)]);
}

/** By one instance for each time that an app is named. */
function shrink(draft: Draft, ids: readonly string[]): readonly Fault[] {
  for (const id of ids) {
    const app = draft.apps.get(id);
    if (app) draft.apps.set(id, { ...app, json: { ...app.json, instances: Math.max(0, app.json.instances - 1) } });
  }
  return [];
}
