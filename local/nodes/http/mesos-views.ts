/** Mesos' JSON of agents, frameworks and tasks. */
import type { Agent } from '../software/agents.ts';
import type { Software } from '../software/cluster.ts';
import { attributesOf, type Member } from '../software/member.ts';
import { nothing, offeredPorts, plus, type Resources, sumOf } from '../software/resources.ts';
import { type Framework, isReachable, type Task, type TaskState } from '../software/task.ts';

export interface Context {
  readonly software: Software;
  readonly member: Member;
  readonly now: number;
}

const liveStates = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'] as const;
const endStates = ['TASK_FINISHED', 'TASK_KILLED', 'TASK_FAILED', 'TASK_LOST', 'TASK_ERROR'] as const;
/** Known since 1.1. */
const laterStates = ['TASK_UNREACHABLE', 'TASK_DROPPED', 'TASK_GONE', 'TASK_GONE_BY_OPERATOR'] as const;

/** The agents that this master knows: only the leader knows any. */
export function agentsOf({ software, member }: Context): readonly Agent[] {
  if (software.masters.servingLeader() !== member) return [];
  return software.agents.registered().filter((agent) => !software.disturbances.isHidden(agent.member.ip));
}

const allOfIt = `[${offeredPorts.first}-${offeredPorts.last}]`;
const rangesOf = (ports: readonly number[]) => `[${ports.map((port) => `${port}-${port}`).join(', ')}]`;
/** 0.28 does not know GPUs. */
const shown = (resources: Resources, { settings }: Member, ports?: string) => {
  const { gpus, ...rest } = resources;
  return { ...rest, ...(settings.version.mesosMajor === 0 ? {} : { gpus }), ...(ports === undefined ? {} : { ports }) };
};

export function agentJson({ software }: Context, agent: Agent) {
  const { id, member, resources, registeredAt, active } = agent;
  const { tasks } = software.workload;
  const ports = tasks.of(id).flatMap((task) => task.ports);
  const reservations = tasks.reservations(id);
  const reserved = sumOf(reservations.map((one) => one.resources));
  const byRole = Map.groupBy(reservations, ({ role }) => role);
  return {
    id,
    pid: `slave(1)@${member.ip}:5051`,
    hostname: member.ip,
    registered_time: registeredAt / 1000,
    active,
    resources: shown(resources, member, allOfIt),
    used_resources: shown(tasks.used(id), member, ports.length > 0 ? rangesOf(ports) : undefined),
    offered_resources: shown(nothing, member),
    reserved_resources: Object.fromEntries(
      [...byRole].map(([role, found]) => [role, shown(sumOf(found.map((one) => one.resources)), member)]),
    ),
    unreserved_resources: shown(
      plus(resources, { cpus: -reserved.cpus, mem: -reserved.mem, disk: -reserved.disk, gpus: -reserved.gpus }),
      member,
      allOfIt,
    ),
    attributes: attributesOf(member),
    ...(member.settings.version.mesosMajor === 0 ? {} : { version: member.settings.version.mesos }),
  };
}

/** How many tasks are in each state, and which frameworks have one. */
function tally(live: readonly Task[], ended: Readonly<Partial<Record<TaskState, number>>>, { settings }: Member) {
  const states = [...liveStates, ...endStates, ...(settings.version.mesosMajor === 0 ? [] : laterStates)];
  const counts = Map.groupBy(live, ({ state }) => state);
  return Object.fromEntries(
    states.map((state) => [state, (counts.get(state as TaskState)?.length ?? 0) + (ended[state as TaskState] ?? 0)]),
  );
}

export function agentSummary(context: Context, agent: Agent) {
  const { tasks } = context.software.workload;
  const live = tasks.of(agent.id).filter(isReachable);
  return {
    ...agentJson(context, agent),
    ...tally(live, tasks.counts(agent.id), context.member),
    framework_ids: [...new Set(live.map((task) => task.framework.id()))],
  };
}

/** Those whose scheduler is registered with the leader. */
export function frameworksOf({ software, member }: Context): readonly Framework[] {
  const { marathon, chronos, foreign } = software.workload;
  if (software.masters.servingLeader() !== member) return [];
  return [marathon.framework, chronos.framework, ...foreign.frameworks()].filter(({ isActive }) => isActive());
}

/** Live tasks on agents that the leader has heard from. */
export function tasksOf(context: Context): Task[] {
  return agentsOf(context).flatMap(({ id }) => context.software.workload.tasks.of(id).filter(isReachable));
}

export function frameworkSummary(framework: Framework, live: readonly Task[], member: Member) {
  const own = live.filter((task) => task.framework === framework);
  return {
    id: framework.id(),
    name: framework.name,
    hostname: framework.host() ?? '',
    active: true,
    capabilities: framework.isPartitionAware() ? ['PARTITION_AWARE'] : [],
    used_resources: shown(sumOf(own.map(({ resources }) => resources)), member),
    offered_resources: shown(nothing, member),
    ...tally(own, {}, member),
    slave_ids: [...new Set(own.map(({ agentId }) => agentId))],
  };
}

export function taskJson(task: Task, member: Member) {
  const { id, name, framework, resources, ports, agentId, state, statuses, labels } = task;
  return {
    id,
    name,
    framework_id: framework.id(),
    executor_id: '',
    slave_id: agentId,
    state,
    resources: shown(resources, member, ports.length > 0 ? rangesOf(ports) : undefined),
    statuses,
    ...(labels ? { labels: Object.entries(labels).map(([key, value]) => ({ key, value })) } : {}),
    ...(task.image === undefined ? {} : { container: { type: 'DOCKER', docker: { image: task.image } } }),
  };
}

/** Live ones, then those that ended, the latest first. */
export function frameworkState(context: Context, framework: Framework, live: readonly Task[]) {
  const { software, member } = context;
  const ended = software.workload.tasks.ended().filter((task) => task.framework === framework);
  const { name, id, host } = framework;
  const own = live.filter((task) => task.framework === framework);
  return {
    id: id(),
    name,
    hostname: host() ?? '',
    active: true,
    connected: true,
    checkpoint: true,
    role: '*',
    resources: shown(sumOf(own.map(({ resources }) => resources)), member),
    used_resources: shown(sumOf(own.map(({ resources }) => resources)), member),
    offered_resources: shown(nothing, member),
    tasks: own.map((task) => taskJson(task, member)),
    completed_tasks: ended.toReversed().map((task) => taskJson(task, member)),
    offers: [],
    executors: [],
  };
}
