/** Requests that change what Marathon runs, and what it answers to them. */
import type { Software } from '../software/cluster.ts';
import { type AppRules, parseApp } from '../software/marathon/app.ts';
import { type Fault, GroupJson } from '../software/marathon/app-json.ts';
import type { Outcome } from '../software/marathon/marathon.ts';
import { absolutePath, parentOf } from '../software/marathon/paths.ts';
import { addGroup, type Draft, putGroup } from '../software/marathon/target.ts';
import type { Member } from '../software/member.ts';
import { ok, parseBody, type SoftwareAnswer, type SoftwareRequest } from './answer.ts';
import { allEmbeds, appJson, taskJson, type View } from './marathon-views.ts';

export interface MarathonContext extends View {
  readonly software: Software;
  readonly member: Member;
  readonly rules: AppRules;
  /** Address of the instance that leads. */
  readonly leader: string;
}

export const pathOf = (id: string | undefined, name = ''): string =>
  absolutePath(name, `/${decodeURIComponent(id ?? '')}`);
export const nameIn = (raw: unknown): string => GroupJson.safeParse(raw).data?.id ?? '';
export const notJson: SoftwareAnswer = { status: 400, body: { message: 'Invalid JSON' } };

/** Tells Marathon of a change. @param apply returns what is wrong with it */
export function change(
  { marathon }: MarathonContext,
  { query }: SoftwareRequest,
  apply: (draft: Draft) => readonly Fault[],
): SoftwareAnswer {
  return answerOf(marathon.upgrade(apply, query.get('force') === 'true'));
}

export function answerOf(outcome: Outcome, status = 200): SoftwareAnswer {
  if (outcome.kind === 'invalid')
    return { status: 422, body: { message: 'Object is not valid', details: outcome.faults } };
  if (outcome.kind === 'locked') {
    const message =
      'App is locked by one or more deployments. Override with the option ' +
      "'?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.";
    return { status: 409, body: { message, deployments: outcome.deploymentIds.map((id) => ({ id })) } };
  }
  const { version, deploymentId } = outcome;
  return { status, headers: { 'marathon-deployment-id': deploymentId }, body: { version, deploymentId } };
}

export function postGroup(context: MarathonContext, request: SoftwareRequest, [, id]: RegExpExecArray): SoftwareAnswer {
  const raw = parseBody<unknown>(request);
  if (raw === undefined) return notJson;
  const path = pathOf(id, nameIn(raw));
  const { groups, apps } = context.marathon;
  const conflict = groups.has(path)
    ? `Group ${path} is already created. Use PUT to change this group.`
    : `An app with the path ${path} already exists.`;
  if (groups.has(path) || apps.has(path)) return { status: 409, body: { message: conflict } };
  const outcome = context.marathon.upgrade((draft) => putGroup(draft, raw, path, context.rules), false);
  const answer = answerOf(outcome, 201);
  return answer.status === 201 ? { ...answer, headers: { ...answer.headers, location: `/v2/groups${path}` } } : answer;
}

/** POST of a new app, or PUT: of an existing one, what is given changes. */
export function putApp(context: MarathonContext, request: SoftwareRequest, path: string | undefined): SoftwareAnswer {
  const raw = parseBody<Record<string, unknown>>(request);
  if (raw === undefined || typeof raw !== 'object') return notJson;
  const id = path ?? absolutePath(String(raw.id ?? ''));
  const known = context.marathon.apps.get(id);
  if (known && path === undefined) return { status: 409, body: { message: `An app with id [${id}] already exists.` } };
  const outcome = context.marathon.upgrade((draft) => {
    const { app, faults } = parseApp({ ...known?.app.json, ...raw, id }, '/', context.rules);
    if (!app) return faults;
    draft.apps.set(id, app);
    addGroup(draft, parentOf(id));
    return [];
  }, request.query.get('force') === 'true');
  const created = context.marathon.apps.get(id);
  if (path !== undefined || outcome.kind !== 'deployed' || !created) return answerOf(outcome, known ? 200 : 201);
  return { status: 201, headers: { location: `/v2/apps${id}` }, body: appJson(context, created, allEmbeds) };
}

/** As another definition, so that all its instances are replaced. */
export function restart(draft: Draft, id: string): readonly Fault[] {
  const app = draft.apps.get(id);
  if (app) draft.apps.set(id, { ...app, restarts: (app.restarts ?? 0) + 1 });
  return [];
}

export function killTasks(
  { software, marathon, ...view }: MarathonContext,
  ids: readonly string[],
  scale: boolean,
): SoftwareAnswer {
  const context = { marathon, ...view };
  const found = ids.flatMap((id) => software.workload.tasks.find(id) ?? []);
  const states = [...marathon.apps.values()];
  const shown = found.flatMap((task) => {
    const state = states.find(({ instances }) => instances.has(task.id));
    const instance = state?.instances.get(task.id);
    return state && instance ? [taskJson(context, state, instance)] : [];
  });
  const outcome = marathon.killTasks(found, scale);
  return outcome === 'killed' ? ok({ tasks: shown }) : answerOf(outcome);
}
