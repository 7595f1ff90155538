/** What tests and invariants look at. */
import type { Node } from './node.ts';
import type { SimulatedNodes } from './simulator.ts';
import type { Software } from './software/cluster.ts';

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
    log: (instanceId) => nodes.nodes.get(instanceId)?.log ?? [],
    timings: () => [...nodes.nodes.values()].map(timingOf),
  };
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
