/** Marathon's HTTP API on port 8080, as far as it is used. Every instance passes requests on to the leader. */
import type { Software } from '../software/cluster.ts';
import type { AppState } from '../software/marathon/state.ts';
import { deleteGroup, putGroup } from '../software/marathon/target.ts';
import type { Member } from '../software/member.ts';
import {
  type Endpoint,
  isAllowed,
  ok,
  parseBody,
  route,
  type SoftwareAnswer,
  type SoftwareRequest,
  unauthorized,
} from './answer.ts';
import {
  answerOf,
  change,
  killTasks,
  type MarathonContext,
  nameIn,
  notJson,
  pathOf,
  postGroup,
  putApp,
  restart,
} from './marathon-changes.ts';
import {
  allEmbeds,
  appJson,
  deploymentJson,
  type Embed,
  groupJson,
  queueJson,
  statesBelow,
  taskJson,
} from './marathon-views.ts';

type Handle = (context: MarathonContext, request: SoftwareRequest, match: RegExpExecArray) => SoftwareAnswer;

/** Credentials cover every path, `/ping` included. */
export function answerMarathon(
  software: Software,
  member: Member,
  request: SoftwareRequest,
  now: number,
): SoftwareAnswer {
  if (!isAllowed(request, member.accounts?.marathon)) return unauthorized('Mesosphere');
  const leader = software.masters.marathon.leader();
  if (leader === undefined) {
    return { status: 503, body: { message: 'Could not determine the current leader' } };
  }
  const { version, gpu } = member.settings;
  const { marathon } = software.workload;
  return route(endpoints, { software, member, leader, marathon, version, now, rules: { version, gpu } }, request);
}

const on = (method: string, path: RegExp, handle: Handle): Endpoint<MarathonContext> => ({ method, path, handle });

const endpoints: readonly Endpoint<MarathonContext>[] = [
  on('GET', /^\/ping$/, () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'pong\n' })),
  on('GET', /^\/v2\/info$/, (context) => ok(info(context))),
  on('GET', /^\/v2\/leader$/, ({ leader }) => ok({ leader: `${leader}:8080` })),
  on('GET', /^\/v2\/apps\/?$/, (context, { query }) => {
    const wanted = statesBelow(context, '/').filter((state) => isAsked(state, query));
    const embed = embedOf(query, 'apps', ['counts', 'deployments']);
    return ok({ apps: wanted.map((state) => appJson(context, state, embed)) });
  }),
  on('POST', /^\/v2\/apps\/?$/, (context, request) => putApp(context, request, undefined)),
  on('GET', /^\/v2\/apps\/(?:(.*)\/)?\*$/, (context, { query }, [, group]) => {
    const embed = embedOf(query, 'apps', ['counts', 'deployments']);
    return ok({ '*': statesBelow(context, pathOf(group)).map((state) => appJson(context, state, embed)) });
  }),
  on('GET', /^\/v2\/apps\/(.+)\/tasks$/, (context, _, [, id]) =>
    withApp(context, id, (state) => ok({ tasks: tasksOf(context, [state]) })),
  ),
  on('DELETE', /^\/v2\/apps\/(.+)\/tasks(?:\/([^/]+))?$/, (context, { query }, [, id, taskId]) =>
    withApp(context, id, ({ instances }) => {
      const ids = taskId === undefined ? [...instances.keys()] : [taskId];
      return killTasks(context, ids, query.get('scale') === 'true');
    }),
  ),
  on('GET', /^\/v2\/apps\/(.+?)\/?$/, (context, _, [, id]) =>
    withApp(context, id, (state) => ok({ app: appJson(context, state, allEmbeds) })),
  ),
  on('PUT', /^\/v2\/apps\/(.+?)\/?$/, (context, request, [, id]) => putApp(context, request, pathOf(id))),
  on('POST', /^\/v2\/apps\/(.+)\/restart$/, (context, request, [, id]) =>
    withApp(context, id, ({ app }) => change(context, request, (draft) => restart(draft, app.id))),
  ),
  on('DELETE', /^\/v2\/apps\/(.+?)\/?$/, (context, request, [, id]) =>
    withApp(context, id, ({ app }) =>
      change(context, request, (draft) => {
        draft.apps.delete(app.id);
        return [];
      }),
    ),
  ),
  on('GET', /^\/v2\/groups(?:\/(.*?))?\/?$/, (context, { query }, [, id]) => {
    const path = pathOf(id);
    if (!context.marathon.groups.has(path)) return missing('Group', path);
    return ok(groupJson(context, path, embedOf(query, 'group.apps', [])));
  }),
  on('POST', /^\/v2\/groups(?:\/(.*?))?\/?$/, postGroup),
  on('PUT', /^\/v2\/groups(?:\/(.*?))?\/?$/, (context, request, [, id]) => {
    const raw = parseBody<unknown>(request);
    if (raw === undefined) return notJson;
    return change(context, request, (draft) => putGroup(draft, raw, pathOf(id, nameIn(raw)), context.rules));
  }),
  on('DELETE', /^\/v2\/groups(?:\/(.*?))?\/?$/, (context, request, [, id]) => {
    const path = pathOf(id);
    if (!context.marathon.groups.has(path)) return missing('Group', path);
    return change(context, request, (draft) => {
      deleteGroup(draft, path);
      return [];
    });
  }),
  on('GET', /^\/v2\/deployments\/?$/, (context) =>
    ok(context.marathon.deployments().map((deployment) => deploymentJson(context, deployment))),
  ),
  on('DELETE', /^\/v2\/deployments\/([^/]+)$/, ({ marathon }, { query }, [, id = '']) => {
    const outcome = marathon.cancel(id, query.get('force') === 'true');
    if (outcome === undefined) return { status: 404, body: { message: `DeploymentPlan ${id} does not exist` } };
    return outcome === 'stopped' ? { status: 202 } : answerOf(outcome);
  }),
  on('GET', /^\/v2\/queue\/?$/, (context, { query }) =>
    ok(queueJson(context, query.getAll('embed').includes('lastUnusedOffers'))),
  ),
  on('DELETE', /^\/v2\/queue\/(.+)\/delay$/, (context, _, [, id]) =>
    withApp(context, id, (state) => {
      context.marathon.scheduler.resetDelay(state);
      return { status: 204 };
    }),
  ),
  on('GET', /^\/v2\/tasks\/?$/, (context, { query }) => {
    const states = query.getAll('status').concat(query.getAll('status[]'));
    const wanted = tasksOf(context, statesBelow(context, '/')).filter(
      (task) => states.length === 0 || states.includes(task.startedAt === null ? 'staging' : 'running'),
    );
    return ok({ tasks: wanted });
  }),
  on('POST', /^\/v2\/tasks\/delete$/, (context, request) => {
    const { ids } = parseBody<{ ids?: string[] }>(request) ?? {};
    if (!Array.isArray(ids)) return notJson;
    return killTasks(context, ids, request.query.get('scale') === 'true');
  }),
];

const missing = (kind: 'App' | 'Group', path: string): SoftwareAnswer => ({
  status: 404,
  body: { message: `${kind} '${path}' does not exist` },
});

function withApp({ marathon }: MarathonContext, id: string | undefined, handle: (state: AppState) => SoftwareAnswer) {
  const state = marathon.apps.get(pathOf(id));
  return state ? handle(state) : missing('App', pathOf(id));
}

/** What `embed` names below a prefix: `apps.counts`, `group.apps.counts`. */
function embedOf(query: URLSearchParams, prefix: string, always: readonly Embed[]): ReadonlySet<Embed> {
  const asked = query.getAll('embed').concat(query.getAll('embed[]'));
  return new Set([...always, ...[...allEmbeds].filter((one) => asked.includes(`${prefix}.${one}`))]);
}

function isAsked({ app }: AppState, query: URLSearchParams): boolean {
  const label = query.get('label');
  const [key = '', value] = (label ?? '').split('==');
  const hasLabel = label === null || (value === undefined ? key in app.json.labels : app.json.labels[key] === value);
  return hasLabel && app.id.includes(query.get('id') ?? '');
}

const tasksOf = (context: MarathonContext, states: readonly AppState[]) =>
  states.flatMap((state) => [...state.instances.values()].map((instance) => taskJson(context, state, instance)));

function info({ software, member, leader, marathon }: MarathonContext) {
  const isRegistered = software.masters.servingLeader() !== undefined;
  const zookeeper = member.settings.masterIps.map((ip) => `${ip}:2181`).join(',');
  return {
    name: 'marathon',
    version: member.settings.version.marathon,
    elected: true,
    leader: `${leader}:8080`,
    frameworkId: isRegistered ? marathon.framework.id() : null,
    marathon_config: { master: `zk://${zookeeper}/mesos`, framework_name: 'marathon', hostname: leader },
    zookeeper_config: { zk: `zk://${zookeeper}/marathon` },
    http_config: { http_port: 8080 },
  };
}
