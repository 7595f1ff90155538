/** What tests and invariants look at. */
import type { Node } from './node.ts';
import type { SimulatedNodes } from './simulator.ts';
import type { Software } from './software/cluster.ts';
import type { Resources } from './software/resources.ts';
import type { Task, TaskState } from './software/task.ts';

export interface InspectedMember {
  readonly instanceId: string;
  readonly ip: string;
  readonly role: string;
  readonly processes: readonly string[];
}
export interface InspectedCluster {
  readonly members: readonly InspectedMember[];
  /** Addresses; absent where nobody leads. */
  readonly zookeeperLeader?: string;
  readonly mesosLeader?: string;
  readonly marathonLeader?: string;
  readonly chronosLeader?: string;
  /** Whether the elected master has its registry: the cluster serves. */
  readonly serving: boolean;
  /** Replicas of the registry that vote. */
  readonly ensembleSize: number;
  readonly registeredAgents: readonly { readonly ip: string; readonly instanceId: string; readonly active: boolean }[];
  /** Load balancers that believe themselves elected. */
  readonly electedBalancers: readonly string[];
  /** Whenever the masters' common state was lost and began anew. */
  readonly dataLosses: readonly string[];
}

export interface InspectedTask {
  readonly id: string;
  /** Path of its app, or name of its job. */
  readonly name: string;
  readonly framework: string;
  readonly state: TaskState;
  readonly agentId: string;
  /** Of its agent. */
  readonly ip: string;
  readonly instanceId?: string;
  readonly resources: Resources;
  readonly ports: readonly number[];
  readonly stagedAt: number;
  readonly endedAt?: number;
  readonly message: string;
}

export interface InspectedApp {
  readonly path: string;
  readonly instances: number;
}

export interface InspectedJob {
  readonly name: string;
  readonly successCount: number;
  readonly errorCount: number;
}

/** How long a node took by itself. Milliseconds of simulated time; absent: not there yet. */
export interface InspectedTiming {
  readonly instanceId: string;
  readonly role: string;
  /** When SSM reached it. */
  readonly onlineAt?: number;
  /** Of the last start command that ended by itself: how long it took, and what of it was waiting for other nodes. */
  readonly startMs?: number;
  readonly waitedMs?: number;
}

export interface NodesInspect {
  /** @returns undefined if no start command of this cluster ever ran */
  cluster(clusterId: string): InspectedCluster | undefined;
  /** Of this cluster, in order of launch: those that have not ended, as the frameworks know them. */
  tasks(clusterId: string): readonly InspectedTask[];
  /** Those that ended, in order of their end; a thousand at most. */
  endedTasks(clusterId: string): readonly InspectedTask[];
  /** What its Marathon and its Chronos are to run. */
  scheduled(clusterId: string): { readonly apps: readonly InspectedApp[]; readonly jobs: readonly InspectedJob[] };
  /** By master: the addresses that its whitelist leaves out. */
  cordoned(clusterId: string): Readonly<Record<string, readonly string[]>>;
  /** Lines of what happened on a node that is on. */
  log(instanceId: string): readonly string[];
  /** Of all nodes that are on. */
  timings(): readonly InspectedTiming[];
}

export function createInspect(nodes: SimulatedNodes): NodesInspect {
  return {
    cluster(clusterId) {
      const software = nodes.clusters.get(clusterId);
      return software && inspected(software);
    },
    tasks: (clusterId) => tasksOf(nodes, clusterId, ({ tasks }) => tasks.live()),
    endedTasks: (clusterId) => tasksOf(nodes, clusterId, ({ tasks }) => tasks.ended()),
    scheduled(clusterId) {
      const { marathon, chronos } = nodes.clusters.get(clusterId)?.workload ?? {};
      return {
        apps: [...(marathon?.apps.values() ?? [])].map(({ app }) => ({ path: app.id, instances: app.json.instances })),
        jobs: [...(chronos?.jobs.values() ?? [])].map(({ json: { name }, successCount, errorCount }) => {
          return { name, successCount, errorCount };
        }),
      };
    },
    cordoned(clusterId) {
      const members = [...(nodes.clusters.get(clusterId)?.members.values() ?? [])];
      const masters = members.filter(({ node }) => node.identity.role === 'master');
      return Object.fromEntries(masters.map(({ ip, node }) => [ip, node.disk.cordoned]));
    },
    log: (instanceId) => nodes.nodes.get(instanceId)?.log ?? [],
    timings: () => [...nodes.nodes.values()].map(timingOf),
  };
}

function tasksOf(
  nodes: SimulatedNodes,
  clusterId: string,
  select: (workload: Software['workload']) => readonly Task[],
): InspectedTask[] {
  const software = nodes.clusters.get(clusterId);
  if (!software) return [];
  return select(software.workload).map((task) => {
    const { id, name, framework, state, agentId, ip, resources, ports, stagedAt, endedAt, message } = task;
    const instanceId = software.agents.find(ip)?.member.node.machine.instanceId;
    return {
      ...{ id, name, framework: framework.name, state, agentId, ip, resources, ports, stagedAt, message },
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(endedAt === undefined ? {} : { endedAt }),
    };
  });
}

function timingOf({ machine, identity, registeredAt, lastStart }: Node): InspectedTiming {
  return {
    instanceId: machine.instanceId,
    role: identity.role,
    ...(registeredAt === undefined ? {} : { onlineAt: registeredAt }),
    ...(lastStart === undefined ? {} : { startMs: lastStart.tookMs, waitedMs: lastStart.waitedMs }),
  };
}

function inspected({ masters, agents, balancers, members }: Software): InspectedCluster {
  const leaders = {
    zookeeperLeader: masters.zookeeper.leader(),
    mesosLeader: masters.mesos.leader(),
    marathonLeader: masters.marathon.leader(),
    chronosLeader: masters.chronos.leader(),
  };
  const known = Object.fromEntries(Object.entries(leaders).filter(([, leader]) => leader !== undefined));
  return {
    ...known,
    members: [...members.values()].map(({ node, ip, processes }) => ({
      instanceId: node.machine.instanceId,
      ip,
      role: node.identity.role,
      processes: [...processes.keys()],
    })),
    serving: masters.servingLeader() !== undefined,
    ensembleSize: masters.registry.votes(),
    registeredAgents: agents.registered().map(({ member, active }) => ({
      ip: member.ip,
      instanceId: member.node.machine.instanceId,
      active,
    })),
    electedBalancers: balancers.elected().map((member) => member.node.machine.instanceId),
    dataLosses: masters.dataLosses,
  };
}
