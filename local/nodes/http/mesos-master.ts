/** The Mesos master's HTTP API on port 5050, as far as it is used. */

import type { MachineId, MaintenanceWindow } from '../software/maintenance.ts';
import { usesBridges } from '../software/member.ts';
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
import { metricsOf } from './mesos-metrics.ts';
import {
  agentJson,
  agentSummary,
  agentsOf,
  type Context,
  frameworkState,
  frameworkSummary,
  frameworksOf,
  taskJson,
  tasksOf,
} from './mesos-views.ts';

type Handle = (context: Context, request: SoftwareRequest) => SoftwareAnswer;

export function answerMesosMaster(context: Context, request: SoftwareRequest): SoftwareAnswer {
  return route(endpoints, context, request);
}

/** 0.28 leaves what is read here open; 1.x protects it, unless mesos-consul has to read it. */
function protectedRead(handle: Handle): Handle {
  return (context, request) => {
    const { settings, accounts } = context.member;
    const isProtected = settings.mesosAuthentication && settings.version.mesosMajor >= 1 && !usesBridges(settings);
    if (isProtected && !isAllowed(request, accounts?.mesos)) return unauthorized('mesos-master-readonly');
    return handle(context, request);
  };
}

/** What changes machines is protected from 1.0 on; 0.28 leaves it open, too. */
function protectedWrite(handle: Handle): Handle {
  return (context, request) => {
    const { settings, accounts } = context.member;
    const isProtected = settings.mesosAuthentication && settings.version.mesosMajor >= 1;
    if (isProtected && !isAllowed(request, accounts?.mesos)) return unauthorized('mesos-master-readwrite');
    return handle(context, request);
  };
}

const isElected = ({ software, member }: Context) => software.masters.mesos.leader() === member.ip;

/** From 1.0 on others redirect to the leader; 0.28 answers by itself, with nothing in it. */
function onLeader(handle: Handle): Handle {
  return (context, request) => {
    if (isElected(context) || context.member.settings.version.mesosMajor === 0) return handle(context, request);
    return redirect(context, request.path);
  };
}

function redirect({ software, member }: Context, path: string): SoftwareAnswer {
  const leader = software.masters.mesos.leader();
  if (leader !== undefined) return { status: 307, headers: { location: `//${leader}:5050${path}` } };
  // 0.28 redirects to itself when nobody leads.
  if (member.settings.version.mesosMajor === 0) return { status: 307, headers: { location: `//${member.ip}:5050` } };
  return { status: 503 };
}

const get = (path: RegExp, handle: Handle): Endpoint<Context> => ({ method: 'GET', path, handle });
const read = (path: RegExp, handle: (context: Context, query: URLSearchParams) => unknown): Endpoint<Context> =>
  get(path, protectedRead(onLeader((context, request) => ok(handle(context, request.query)))));
const post = (path: RegExp, handle: Handle): Endpoint<Context> => ({
  method: 'POST',
  path,
  handle: protectedWrite(onLeader(handle)),
});

const endpoints: readonly Endpoint<Context>[] = [
  get(/^\/(master\/)?health$/, () => ok()),
  get(/^\/version$/, ({ member }) => ok({ version: member.settings.version.mesos })),
  get(/^\/(master\/)?redirect$/, (context) => redirect(context, '')),
  get(
    /^\/metrics\/snapshot$/,
    protectedRead((context) => ok(metricsOf(context))),
  ),
  read(/^\/(master\/)?slaves$/, (context) => ({ slaves: agentsOf(context).map((agent) => agentJson(context, agent)) })),
  read(/^\/(master\/)?state-summary$/, summary),
  read(/^\/(master\/)?state(\.json)?$/, state),
  read(/^\/(master\/)?frameworks$/, (context) => {
    const live = tasksOf(context);
    return {
      frameworks: frameworksOf(context).map((one) => frameworkState(context, one, live)),
      completed_frameworks: [],
    };
  }),
  read(/^\/(master\/)?tasks(\.json)?$/, tasks),
  read(/^\/(master\/)?maintenance\/schedule$/, ({ software }) => {
    const windows = software.workload.maintenance.windows();
    return windows.length === 0 ? {} : { windows };
  }),
  read(/^\/(master\/)?maintenance\/status$/, ({ software }) => {
    const { maintenance } = software.workload;
    const [draining, down] = [maintenance.draining(), maintenance.down()];
    return {
      ...(draining.length === 0 ? {} : { draining_machines: draining.map((id) => ({ id, statuses: [] })) }),
      ...(down.length === 0 ? {} : { down_machines: down }),
    };
  }),
  post(/^\/(master\/)?maintenance\/schedule$/, ({ software }, request) => {
    const { windows = [] } = parseBody<{ windows?: MaintenanceWindow[] }>(request) ?? {};
    return judged(software.workload.maintenance.schedule(windows));
  }),
  post(/^\/(master\/)?machine\/down$/, ({ software }, request) => {
    const machines = parseBody<MachineId[]>(request) ?? [];
    const wrong = software.workload.maintenance.takeDown(machines);
    // The master shuts down the agents there, and lets none of them in again.
    for (const { ip, hostname } of wrong === undefined ? machines : []) {
      const agent = software.agents.find(ip ?? hostname ?? '');
      if (agent) software.agents.shutDown(agent);
    }
    return judged(wrong);
  }),
  post(/^\/(master\/)?machine\/up$/, ({ software }, request) => {
    const wrong = software.workload.maintenance.bringUp(parseBody<MachineId[]>(request) ?? []);
    if (wrong === undefined) software.agents.retry();
    return judged(wrong);
  }),
];

const judged = (wrong: string | undefined): SoftwareAnswer =>
  wrong === undefined ? ok() : { status: 400, body: wrong };

function leaderName({ software }: Context): { leader?: string } {
  const leader = software.masters.mesos.leader();
  return leader === undefined ? {} : { leader: `master@${leader}:5050` };
}

function summary(context: Context) {
  const { member } = context;
  const live = tasksOf(context);
  return {
    hostname: member.ip,
    cluster: member.settings.clusterName,
    ...leaderName(context),
    slaves: agentsOf(context).map((agent) => agentSummary(context, agent)),
    frameworks: frameworksOf(context).map((framework) => frameworkSummary(framework, live, member)),
  };
}

function state(context: Context) {
  const { member } = context;
  const live = tasksOf(context);
  const agents = agentsOf(context);
  return {
    version: member.settings.version.mesos,
    hostname: member.ip,
    pid: `master@${member.ip}:5050`,
    cluster: member.settings.clusterName,
    ...leaderName(context),
    activated_slaves: agents.filter(({ active }) => active).length,
    deactivated_slaves: agents.filter(({ active }) => !active).length,
    slaves: agents.map((agent) => agentJson(context, agent)),
    frameworks: frameworksOf(context).map((framework) => frameworkState(context, framework, live)),
    completed_frameworks: [],
    orphan_tasks: [],
    unregistered_frameworks: [],
  };
}

/** The latest first, a hundred unless said otherwise. */
function tasks(context: Context, query: URLSearchParams) {
  const { software, member } = context;
  const ended = software.masters.servingLeader() === member ? software.workload.tasks.ended() : [];
  const all = [...tasksOf(context), ...ended].toSorted((a, b) => b.stagedAt - a.stagedAt);
  if (query.get('order') === 'asc') all.reverse();
  const offset = Number(query.get('offset') ?? 0);
  return { tasks: all.slice(offset, offset + Number(query.get('limit') ?? 100)).map((task) => taskJson(task, member)) };
}
