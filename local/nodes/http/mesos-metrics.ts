/** What a Mesos master tells of itself and of its cluster in numbers, as far as its release knows them. */
import type { Software } from '../software/cluster.ts';
import { type Resources, sumOf } from '../software/resources.ts';
import { agentsOf, type Context, frameworksOf, tasksOf } from './mesos-views.ts';

export function metricsOf(context: Context): Record<string, number> {
  const { software, member, now } = context;
  const { version } = member.settings;
  const agents = agentsOf(context);
  const active = agents.filter((agent) => agent.active);
  const { tasks } = software.workload;
  const total = sumOf(active.map((agent) => agent.resources));
  const used = sumOf(active.map((agent) => tasks.used(agent.id)));
  const frameworks = frameworksOf(context).length;
  const elected = software.masters.mesos.leader() === member.ip;
  return {
    ...resourceMetrics(total, used, version.mesosMajor),
    ...taskMetrics(context),
    'master/elected': elected ? 1 : 0,
    'master/uptime_secs': Math.round((now - (member.processes.get('mesos-master') ?? now)) / 1000),
    'master/slaves_active': active.length,
    'master/slaves_inactive': agents.length - active.length,
    'master/slaves_connected': active.length,
    'master/slaves_disconnected': agents.length - active.length,
    ...removalMetrics(context),
    'master/frameworks_active': frameworks,
    'master/frameworks_inactive': 0,
    'master/frameworks_connected': frameworks,
    'master/frameworks_disconnected': 0,
    'master/outstanding_offers': 0,
    'master/dropped_messages': 0,
    ...registryMetrics(elected, software, version.registryMetrics),
  };
}

/** Only the leader gives agents up. */
function removalMetrics({ software, member }: Context): Record<string, number> {
  const leads = software.masters.servingLeader() === member;
  const { unreachable, unregistered, replaced } = software.agents.removals();
  const count = (number: number) => (leads ? number : 0);
  return {
    'master/slave_removals': count(unreachable + unregistered + replaced),
    'master/slave_removals/reason_unhealthy': count(unreachable),
    'master/slave_removals/reason_unregistered': count(unregistered),
    'master/slave_removals/reason_registered': count(replaced),
    ...(member.settings.version.mesos.startsWith('1.5')
      ? { 'master/slaves_unreachable': count(software.agents.unreachable()) }
      : {}),
  };
}

function resourceMetrics(total: Resources, used: Resources, mesosMajor: 0 | 1): Record<string, number> {
  const kinds: readonly (keyof Resources)[] = ['cpus', 'mem', 'disk', ...(mesosMajor === 0 ? [] : (['gpus'] as const))];
  const entries = kinds.flatMap((kind) => [
    [`master/${kind}_total`, total[kind]],
    [`master/${kind}_used`, used[kind]],
    [`master/${kind}_percent`, total[kind] === 0 ? 0 : used[kind] / total[kind]],
    ...['total', 'used', 'percent'].map((what) => [`master/${kind}_revocable_${what}`, 0]),
    ...(mesosMajor === 0
      ? []
      : [
          [`allocator/mesos/resources/${kind}/total`, total[kind]],
          [`allocator/mesos/resources/${kind}/offered_or_allocated`, used[kind]],
        ]),
  ]);
  return Object.fromEntries(entries) as Record<string, number>;
}

/** Running ones are counted now; ended ones since this master was elected. */
function taskMetrics(context: Context): Record<string, number> {
  const { settings } = context.member;
  const live = tasksOf(context);
  const isLeader = context.software.masters.servingLeader() === context.member;
  const ended: Readonly<Record<string, number>> = isLeader ? context.software.workload.tasks.counts() : {};
  const names = ['staging', 'starting', 'running', 'killing', 'finished', 'failed', 'killed', 'lost', 'error'];
  const later = settings.version.mesosMajor === 0 ? [] : ['dropped', 'unreachable', 'gone', 'gone_by_operator'];
  return Object.fromEntries(
    [...names, ...later].map((name) => {
      const state = `TASK_${name.toUpperCase()}`;
      return [`master/tasks_${name}`, live.filter((task) => task.state === state).length + (ended[state] ?? 0)];
    }),
  );
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
