/** Marathon's books: which apps and groups there are, and those that are on their way out. */
import type { App } from './app.ts';
import { type Difference, differenceOf } from './plan.ts';
import type { AppState, GroupState, Target } from './state.ts';

export interface Book {
  readonly apps: ReadonlyMap<string, AppState>;
  readonly groups: ReadonlyMap<string, GroupState>;
  /** Removed, but with instances that still stop. */
  readonly leaving: ReadonlySet<AppState>;
  target(): Target;
  /** Makes the target what is to be. @returns what changed, with the states of what is to stop */
  store(after: Target, version: string): Difference & { readonly stops: readonly AppState[] };
  /** Lets go of what has stopped. */
  tidy(): void;
  forget(): void;
}

export function createBook(createdAt: string): Book {
  const apps = new Map<string, AppState>();
  const leaving = new Set<AppState>();
  const groups = new Map<string, GroupState>([['/', { version: createdAt, dependencies: [] }]]);

  const target = (): Target => ({
    apps: new Map([...apps].map(([id, { app }]) => [id, app])),
    groups: new Map([...groups].map(([id, { dependencies }]) => [id, dependencies])),
  });
  const remove = (id: string): AppState[] => {
    const state = apps.get(id);
    if (!state) return [];
    state.removed = true;
    apps.delete(id);
    leaving.add(state);
    return [state];
  };
  const change = (app: App, changed: Partial<AppState>) => {
    const state = apps.get(app.id);
    if (state) Object.assign(state, { app, held: true, ...changed });
    return state;
  };
  const storeGroups = (after: Target['groups'], version: string) => {
    for (const path of [...groups.keys()]) if (!after.has(path)) groups.delete(path);
    for (const [path, dependencies] of after) {
      if (groups.get(path)?.dependencies !== dependencies) groups.set(path, { version, dependencies });
    }
  };
  return {
    ...{ apps, groups, leaving, target },
    store(after, version) {
      const difference = differenceOf(target(), after);
      const stops = difference.stopped.flatMap(remove);
      for (const app of difference.started) apps.set(app.id, newState(app, version));
      for (const app of difference.scaled) change(app, { version, scaledAt: version });
      for (const app of difference.restarted) {
        // A changed app gets its chance at once.
        delete change(app, { version, configVersion: version })?.delay;
      }
      storeGroups(after.groups, version);
      return { ...difference, stops };
    },
    tidy() {
      for (const state of leaving) if (state.instances.size === 0) leaving.delete(state);
    },
    forget() {
      for (const { instances } of [...apps.values(), ...leaving]) instances.clear();
      apps.clear();
      leaving.clear();
      for (const path of [...groups.keys()]) if (path !== '/') groups.delete(path);
    },
  };
}

function newState(app: App, version: string): AppState {
  const times = { version, configVersion: version, scaledAt: version };
  return { app, ...times, instances: new Map(), held: true, removed: false };
}
