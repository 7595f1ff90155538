/** The steps of a deployment: removed apps stop, new ones are started with nothing, then all come in order of what they depend on. */
import { isDeepStrictEqual } from 'node:util';
import type { App } from './app.ts';
import { absolutePath, isBelow } from './paths.ts';
import type { Target } from './state.ts';

export interface Difference {
  readonly stopped: readonly string[];
  readonly started: readonly App[];
  readonly scaled: readonly App[];
  readonly restarted: readonly App[];
}

export function differenceOf(before: Target, after: Target): Difference {
  const stopped = [...before.apps.keys()].filter((id) => !after.apps.has(id));
  const started: App[] = [];
  const scaled: App[] = [];
  const restarted: App[] = [];
  for (const app of after.apps.values()) {
    const known = before.apps.get(app.id);
    if (!known) started.push(app);
    else if (known === app) continue;
    else if (!isSameConfig(known, app)) restarted.push(app);
    else if (known.json.instances !== app.json.instances) scaled.push(app);
  }
  return { stopped, started, scaled, restarted };
}

/** The same but for the number of instances. */
function isSameConfig(one: App, other: App): boolean {
  const configOf = ({ json, ports, restarts }: App) => ({ json: { ...json, instances: 0 }, ports, restarts });
  return isDeepStrictEqual(configOf(one), configOf(other));
}

/** Apps in levels: each depends on those of earlier levels only. A circle is taken as it comes. */
export function levelsOf(apps: readonly App[], target: Target): App[][] {
  const left = new Map(apps.map((app) => [app.id, app]));
  const levels: App[][] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter((app) => !dependsOnAny(app, left, target));
    const level = free.length > 0 ? free : [...left.values()];
    for (const { id } of level) left.delete(id);
    levels.push(level);
  }
  return levels;
}

function dependsOnAny(app: App, left: ReadonlyMap<string, App>, target: Target): boolean {
  const wanted = dependenciesOf(app, target);
  if (wanted.length === 0) return false;
  return [...left.keys()].some((id) => id !== app.id && wanted.some((path) => id === path || isBelow(id, path)));
}

/** Its own, and those of all groups above it. */
function dependenciesOf({ id, json }: App, { groups }: Target): string[] {
  const ofGroups = [...groups].flatMap(([path, dependencies]) => (isBelow(id, path) ? dependencies : []));
  return [...json.dependencies.map((path) => absolutePath(path, id.slice(0, id.lastIndexOf('/')) || '/')), ...ofGroups];
}
