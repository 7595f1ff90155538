/** What a test does to the tasks of a cluster, and to what its masters tell of them. */
import type { SimClock } from '../types.ts';
import { answersOf } from './http/software.ts';
import type { SimulatedNodes } from './simulator.ts';
import type { Agent } from './software/agents.ts';
import type { Reservation } from './software/allotments.ts';
import type { BehaviourRule } from './software/behaviours.ts';
import type { Software } from './software/cluster.ts';
import type { Service } from './software/disturbances.ts';
import type { ForeignTask } from './software/foreign.ts';
import type { Resources } from './software/resources.ts';

export interface NodesActions {
  /** How tasks of certain images or commands behave from now on. @returns a function that takes it back */
  program(rule: BehaviourRule): () => void;
  /** A task that runs fails. @throws Error if there is no such task */
  failTask(clusterId: string, taskId: string, message?: string): void;
  /**
   * Another framework starts something on an agent, by an offer that it has: neither a cordon nor a lack of resources keeps it.
   * @returns the task's id. @throws Error if there is no such agent
   */
  startTask(clusterId: string, ip: string, task?: ForeignTask): string;
  /**
   * Sets resources of an agent aside for a role, as persistent volumes do. @returns a function that takes it back. @throws Error if there
   * is no such agent
   */
  reserve(clusterId: string, ip: string, reservation: Reservation): () => void;
  /**
   * An executor without any task holds resources of an agent, as those of tasks that ended do for a moment. @returns a function that
   * ends it. @throws Error if there is no such agent
   */
  holdExecutor(clusterId: string, ip: string, resources?: Partial<Resources>): () => void;
  /** Connections to Mesos', Marathon's or Chronos' HTTP API break, on every master, while it works on. @returns takes it back */
  silence(clusterId: string, service: Service): () => void;
  /** The leading master tells nothing of the agents at these addresses, nor of what runs on them. @returns takes it back */
  hideAgents(clusterId: string, ips: readonly string[]): () => void;
  /**
   * From now on it answers what it would have answered now about agents, tasks, its queue and its jobs: Mesos' `state-summary` and
   * `slaves`, Marathon's `queue`, `tasks` and `apps`, Chronos' graph and jobs. @returns takes it back
   */
  freeze(clusterId: string, service: Service): () => void;
}

/** What Mesos' own executor takes. */
const leastExecutor: Resources = { cpus: 0.1, mem: 32, disk: 0, gpus: 0 };

export function createActions(nodes: SimulatedNodes, clock: SimClock): NodesActions {
  const softwareOf = (clusterId: string): Software => {
    const software = nodes.clusters.get(clusterId);
    if (!software) throw new Error(`there is no software of cluster ${clusterId}`);
    return software;
  };
  const agentAt = (clusterId: string, ip: string): Agent => {
    const agent = softwareOf(clusterId).agents.find(ip);
    if (!agent) throw new Error(`no agent is registered at ${ip}`);
    return agent;
  };
  return {
    program: (rule) => nodes.behaviours.add(rule),
    failTask(clusterId, taskId, message = 'Command terminated with signal Killed') {
      const { tasks } = softwareOf(clusterId).workload;
      const task = tasks.find(taskId);
      if (!task) throw new Error(`there is no task ${taskId}`);
      tasks.fail(task, message);
    },
    startTask: (clusterId, ip, task = {}) =>
      softwareOf(clusterId).workload.foreign.start(agentAt(clusterId, ip), task).id,
    reserve: (clusterId, ip, reservation) =>
      softwareOf(clusterId).workload.tasks.reserve(agentAt(clusterId, ip).id, reservation),
    holdExecutor: (clusterId, ip, resources) =>
      softwareOf(clusterId).workload.tasks.holdExecutor(agentAt(clusterId, ip).id, { ...leastExecutor, ...resources }),
    silence: (clusterId, service) => softwareOf(clusterId).disturbances.silence(service),
    hideAgents: (clusterId, ips) => softwareOf(clusterId).disturbances.hide(ips),
    freeze(clusterId, service) {
      const software = softwareOf(clusterId);
      return software.disturbances.freeze(answersOf(software, service, clock.now()));
    },
  };
}
