/** What a test does to the tasks of a cluster. */
import type { SimulatedNodes } from './simulator.ts';
import type { Agent } from './software/agents.ts';
import type { Reservation } from './software/allotments.ts';
import type { BehaviourRule } from './software/behaviours.ts';
import type { Software } from './software/cluster.ts';
import type { ForeignTask } from './software/foreign.ts';

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
  /** Sets resources of an agent aside for a role, as persistent volumes do. @throws Error if there is no such agent */
  reserve(clusterId: string, ip: string, reservation: Reservation): void;
}

export function createActions(nodes: SimulatedNodes): NodesActions {
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
  };
}
