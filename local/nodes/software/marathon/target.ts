/** Changes to the tree of groups and apps, before anything is started or stopped. */
import { type App, type AppRules, parseApp } from './app.ts';
import { type Fault, faultsOf, GroupJson } from './app-json.ts';
import { absolutePath, idErrors, isBelow, parentOf } from './paths.ts';
import { findPortConflict } from './service-ports.ts';
import type { Target } from './state.ts';

export interface Draft {
  readonly apps: Map<string, App>;
  readonly groups: Map<string, readonly string[]>;
}
export const draftOf = ({ apps, groups }: Target): Draft => ({ apps: new Map(apps), groups: new Map(groups) });

/** @returns what is wrong with the draft as a whole */
export function faultsOfTarget({ apps, groups }: Draft): Fault[] {
  const both = [...apps.keys()].filter((id) => groups.has(id));
  const conflict = findPortConflict(apps);
  return [
    ...both.map((id) => ({
      path: '/',
      errors: [`Groups and Applications may not have the same identifier: ${id}`],
    })),
    ...(conflict
      ? [
          {
            path: '/',
            errors: [
              `Requested service port ${conflict.port} conflicts with a service port in app ${conflict.other.id}`,
            ],
          },
        ]
      : []),
  ];
}

/** A group holds exactly the apps and groups that are given; what is not given at all stays. */
export function putGroup(draft: Draft, raw: unknown, path: string, rules: AppRules): Fault[] {
  const parsed = GroupJson.safeParse(raw);
  if (!parsed.success) return faultsOf(parsed.error);
  return applyGroup(draft, parsed.data, path, rules, '');
}

function applyGroup(draft: Draft, json: GroupJson, path: string, rules: AppRules, prefix: string): Fault[] {
  const faults: Fault[] = idErrors(path).map((error) => ({ path: `${prefix}/id`, errors: [error] }));
  addGroup(
    draft,
    path,
    json.dependencies?.map((id) => absolutePath(id, path)),
  );
  if (json.scaleBy !== undefined) scaleGroup(draft, path, json.scaleBy);
  if (json.apps) {
    for (const id of [...draft.apps.keys()]) if (parentOf(id) === path) draft.apps.delete(id);
    json.apps.forEach((raw, index) => {
      faults.push(...putAppInGroup(draft, raw, path, rules, `${prefix}/apps(${index})`));
    });
  }
  if (json.groups) {
    const kept = json.groups.map(({ id }) => absolutePath(id ?? '', path));
    for (const id of [...draft.groups.keys()])
      if (parentOf(id) === path && id !== '/' && !kept.includes(id)) deleteGroup(draft, id);
    json.groups.forEach((group, index) => {
      const id = absolutePath(group.id ?? '', path);
      faults.push(...applyGroup(draft, group, id, rules, `${prefix}/groups(${index})`));
    });
  }
  return faults;
}

function putAppInGroup(draft: Draft, raw: unknown, group: string, rules: AppRules, prefix: string): Fault[] {
  const { app, faults } = parseApp(raw, group, rules);
  if (!app) return faults.map(({ path, errors }) => ({ path: `${prefix}${path}`, errors }));
  if (!isBelow(app.id, group)) return [{ path: `${prefix}/id`, errors: [`Identifier is not child of '${group}'`] }];
  if (draft.apps.has(app.id)) return [{ path: prefix, errors: [`App ${app.id} is defined more than once`] }];
  draft.apps.set(app.id, app);
  return [];
}

function scaleGroup(draft: Draft, path: string, factor: number): void {
  for (const app of [...draft.apps.values()]) {
    if (!isBelow(app.id, path)) continue;
    const instances = Math.ceil(app.json.instances * factor);
    draft.apps.set(app.id, { ...app, json: { ...app.json, instances } });
  }
}

/** With all groups above it. */
export function addGroup(draft: Draft, path: string, dependencies?: readonly string[]): void {
  if (path !== '/') addGroup(draft, parentOf(path));
  draft.groups.set(path, dependencies ?? draft.groups.get(path) ?? []);
}

export function deleteGroup(draft: Draft, path: string): void {
  for (const id of [...draft.apps.keys()]) if (isBelow(id, path)) draft.apps.delete(id);
  for (const id of [...draft.groups.keys()])
    if (id !== '/' && (id === path || isBelow(id, path))) draft.groups.delete(id);
}
