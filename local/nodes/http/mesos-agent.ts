/** The Mesos agent's HTTP API on port 5051, as far as it is used. */
import type { Software } from '../software/cluster.ts';
import { attributesOf, type Member } from '../software/member.ts';
import { resourcesOf } from '../software/resources.ts';
import { isReachable, type Task } from '../software/task.ts';
import { type Endpoint, ok, route, type SoftwareAnswer, type SoftwareRequest } from './answer.ts';
import { taskJson } from './mesos-views.ts';

interface Context {
  readonly software: Software;
  readonly member: Member;
}

export function answerMesosAgent(context: Context, request: SoftwareRequest): SoftwareAnswer {
  return route(endpoints, context, request);
}

const get = (path: RegExp, handle: (context: Context) => unknown): Endpoint<Context> => ({
  method: 'GET',
  path,
  handle: (context) => ok(handle(context)),
});

const endpoints: readonly Endpoint<Context>[] = [
  { method: 'GET', path: /^(\/slave(\(1\)|%281%29))?\/health$/, handle: () => ok() },
  get(/^\/metrics\/snapshot$/, metrics),
  get(/^(\/slave(\(1\)|%281%29))?\/state(\.json)?$/, state),
  get(/^(\/slave(\(1\)|%281%29))?\/containers$/, containers),
  get(/^\/monitor\/statistics(\.json)?$/, containers),
];

function tasksOn({ software, member }: Context): Task[] {
  const { agent } = member.node.disk;
  return agent ? software.workload.tasks.of(agent.id).filter(isReachable) : [];
}

function idleExecutorsOn({ software, member }: Context): number {
  return software.workload.tasks.idleExecutors(member.node.disk.agent?.id ?? '');
}

function metrics(context: Context): Record<string, number> {
  const { software, member } = context;
  const total = resourcesOf(member.node.machine);
  const tasks = tasksOn(context);
  const used = software.workload.tasks.used(member.node.disk.agent?.id ?? '');
  const of = (kind: 'cpus' | 'mem' | 'disk') => ({
    [`slave/${kind}_total`]: total[kind],
    [`slave/${kind}_used`]: used[kind],
    [`slave/${kind}_percent`]: used[kind] / total[kind],
  });
  return {
    'slave/registered': software.agents.isRegistered(member.ip) ? 1 : 0,
    ...{ ...of('cpus'), ...of('mem'), ...of('disk') },
    'slave/executors_running': tasks.length + idleExecutorsOn(context),
    'slave/tasks_running': tasks.filter(({ state }) => state === 'TASK_RUNNING').length,
    'slave/tasks_staging': tasks.filter(({ state }) => state === 'TASK_STAGING').length,
  };
}

/** Those without a task, of some framework. */
function idleExecutors(context: Context) {
  const executors = Array.from({ length: idleExecutorsOn(context) }, (_, index) => {
    const id = `executor.${index + 1}`;
    return { id, name: id, source: id, tasks: [], queued_tasks: [], completed_tasks: [] };
  });
  const framework = `${context.software.clusterId}-executors`;
  return executors.length > 0 ? [{ id: framework, name: 'executors', executors, completed_executors: [] }] : [];
}

/** Each task has an executor of its own, which has the task's name. */
function state(context: Context) {
  const { software, member } = context;
  const { gpus: _, ...resources } = resourcesOf(member.node.machine);
  const byFramework = Map.groupBy(tasksOn(context), ({ framework }) => framework);
  return {
    id: member.node.disk.agent?.id ?? '',
    version: member.settings.version.mesos,
    hostname: member.ip,
    pid: `slave(1)@${member.ip}:5051`,
    attributes: attributesOf(member),
    resources: { ...resources, ports: '[31000-32000]' },
    ...(software.agents.isRegistered(member.ip) ? { master_hostname: software.masters.mesos.leader() } : {}),
    frameworks: [
      ...[...byFramework].map(([framework, tasks]) => ({
        id: framework.id(),
        name: framework.name,
        executors: tasks.map((task) => ({
          id: task.id,
          name: `Command Executor (Task: ${task.id})`,
          source: task.id,
          tasks: task.state === 'TASK_STAGING' ? [] : [taskJson(task, member)],
          queued_tasks: task.state === 'TASK_STAGING' ? [taskJson(task, member)] : [],
          completed_tasks: [],
        })),
        completed_executors: [],
      })),
      ...idleExecutors(context),
    ],
    completed_frameworks: [],
  };
}

/** From 1.0 on with the container's id. */
function containers(context: Context) {
  const { version } = context.member.settings;
  return tasksOn(context)
    .filter(({ state: current }) => current !== 'TASK_STAGING')
    .map((task) => ({
      ...(version.mesosMajor === 0 ? {} : { container_id: task.id }),
      executor_id: task.id,
      executor_name: `Command Executor (Task: ${task.id})`,
      framework_id: task.framework.id(),
      source: task.id,
      statistics: { cpus_limit: task.resources.cpus, mem_limit_bytes: task.resources.mem * 1_048_576 },
      ...(version.mesosMajor === 0 ? {} : { status: {} }),
    }));
}
