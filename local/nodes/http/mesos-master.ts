/** The Mesos master's HTTP API on port 5050, as far as it is used. */
import type { Agent } from '../software/agents.ts';
import type { Software } from '../software/cluster.ts';
import { type Member, usesBridges } from '../software/member.ts';
import { nothing, type Resources } from '../software/resources.ts';
import {
  type Endpoint,
  isAllowed,
  ok,
  route,
  type SoftwareAnswer,
  type SoftwareRequest,
  unauthorized,
} from './answer.ts';

interface Context {
  readonly software: Software;
  readonly member: Member;
  readonly now: number;
}
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

const endpoints: readonly Endpoint<Context>[] = [
  get(/^\/(master\/)?health$/, () => ok()),
  get(/^\/version$/, ({ member }) => ok({ version: member.settings.version.mesos })),
  get(/^\/(master\/)?redirect$/, (context) => redirect(context, '')),
  get(
    /^\/metrics\/snapshot$/,
    protectedRead((context) => ok(metrics(context))),
  ),
  get(/^\/(master\/)?slaves$/, protectedRead(onLeader((context) => ok({ slaves: agentsOf(context).map(slaveItem) })))),
  get(/^\/(master\/)?state-summary$/, protectedRead(onLeader((context) => ok(summary(context))))),
  get(/^\/(master\/)?state(\.json)?$/, protectedRead(onLeader((context) => ok(summary(context))))),
  get(/^\/(master\/)?frameworks$/, protectedRead(onLeader((context) => ok({ frameworks: frameworks(context) })))),
  get(/^\/(master\/)?maintenance\/schedule$/, protectedRead(onLeader(() => ok({})))),
  get(/^\/(master\/)?maintenance\/status$/, protectedRead(onLeader(() => ok({})))),
];

/** The agents that this master knows: only the leader knows any. */
function agentsOf(context: Context): readonly Agent[] {
  const serving = context.software.masters.servingLeader();
  return serving === context.member ? context.software.agents.registered() : [];
}

const sum = (all: readonly Resources[]): Resources =>
  all.reduce(
    (a, b) => ({ cpus: a.cpus + b.cpus, mem: a.mem + b.mem, disk: a.disk + b.disk, gpus: a.gpus + b.gpus }),
    nothing,
  );

function metrics(context: Context): Record<string, number> {
  const { software, member, now } = context;
  const elected = isElected(context);
  const agents = agentsOf(context);
  const active = agents.filter((agent) => agent.active);
  const total = sum(active.map((agent) => agent.resources));
  const { version } = member.settings;
  const kinds = (['cpus', 'mem', 'disk', ...(version.mesosMajor === 0 ? [] : ['gpus'])] as (keyof Resources)[]).flatMap(
    (kind) => [
      [`master/${kind}_total`, total[kind]],
      [`master/${kind}_used`, 0],
      [`master/${kind}_percent`, 0],
    ],
  );
  const tasks = ['staging', 'starting', 'running', 'killing', 'finished', 'failed', 'killed', 'lost', 'error'];
  return {
    ...Object.fromEntries(kinds),
    ...Object.fromEntries(tasks.map((state) => [`master/tasks_${state}`, 0])),
    'master/elected': elected ? 1 : 0,
    'master/uptime_secs': Math.round((now - (member.processes.get('mesos-master') ?? now)) / 1000),
    'master/slaves_active': active.length,
    'master/slaves_inactive': agents.length - active.length,
    'master/slaves_connected': active.length,
    'master/slaves_disconnected': agents.length - active.length,
    'master/frameworks_active': frameworks(context).length,
    'master/frameworks_inactive': 0,
    'master/outstanding_offers': 0,
    'master/dropped_messages': 0,
    ...registryMetrics(elected, software, version.registryMetrics),
  };
}

function registryMetrics(elected: boolean, { masters }: Software, known: readonly string[]): Record<string, number> {
  return {
    ...(known.includes('recovered')
      ? { 'registrar/log/recovered': elected && masters.registry.recovered() ? 1 : 0 }
      : {}),
    ...(known.includes('ensemble_size')
      ? { 'registrar/log/ensemble_size': elected ? masters.registry.votes() : 0 }
      : {}),
  };
}

function frameworks(context: Context) {
  const { masters } = context.software;
  if (masters.servingLeader() !== context.member) return [];
  const schedulers = [
    { name: 'marathon', leader: masters.marathon.leader() },
    { name: 'chronos', leader: masters.chronos.leader() },
  ];
  return schedulers
    .filter(({ leader }) => leader !== undefined)
    .map(({ name, leader }) => ({ id: `${context.software.clusterId}-${name}`, name, hostname: leader, active: true }));
}

const withPorts = (resources: Resources) => ({ ...resources, ports: '[31000-32000]' });

function slaveItem({ id, member, resources, registeredAt, active }: Agent) {
  const { ip, settings, node } = member;
  return {
    id,
    pid: `slave(1)@${ip}:5051`,
    hostname: ip,
    registered_time: registeredAt / 1000,
    active,
    resources: withPorts(resources),
    used_resources: nothing,
    offered_resources: nothing,
    reserved_resources: {},
    unreserved_resources: withPorts(resources),
    attributes: {
      group: settings.group,
      zone: node.machine.zone,
      instance_type: node.machine.instanceType,
      lifecycle: node.machine.market,
      instance_id: node.machine.instanceId,
    },
    ...(settings.version.mesosMajor === 0 ? {} : { version: settings.version.mesos }),
  };
}

function summary(context: Context) {
  const { software, member } = context;
  const noTasks = {
    TASK_STAGING: 0,
    TASK_STARTING: 0,
    TASK_RUNNING: 0,
    TASK_KILLING: 0,
    TASK_FINISHED: 0,
    TASK_FAILED: 0,
  };
  const leader = software.masters.mesos.leader();
  return {
    hostname: member.ip,
    cluster: member.settings.clusterName,
    ...(leader === undefined ? {} : { leader: `master@${leader}:5050` }),
    slaves: agentsOf(context).map((agent) => ({ ...slaveItem(agent), ...noTasks, framework_ids: [] })),
    frameworks: frameworks(context),
  };
}
