/** The software of one cluster on all of its nodes. */
import type { Random, SimClock } from '../../types.ts';
import { type Node, sendSignal } from '../node.ts';
import { type Agents, createAgents } from './agents.ts';
import { type Balancers, createBalancers } from './balancers.ts';
import type { Behaviours } from './behaviours.ts';
import { createDisturbances, type Disturbances } from './disturbances.ts';
import { createMasters, type Masters } from './masters.ts';
import type { Member, Process, Settings } from './member.ts';
import { createWaiting } from './waiting.ts';
import { createWorkload, type Workload } from './workload.ts';

export interface Software {
  readonly clusterId: string;
  readonly masters: Masters;
  readonly agents: Agents;
  readonly balancers: Balancers;
  /** What runs on the agents. */
  readonly workload: Workload;
  /** What a test does to what the masters answer. */
  readonly disturbances: Disturbances;
  /** By private address. */
  readonly members: ReadonlyMap<string, Member>;
  memberOf(node: Node): Member | undefined;
  /** Lets the node take part; with the same settings it stays as it is. */
  join(node: Node, settings: Settings): Member;
  run(member: Member, process: Process): void;
  /** The agent says goodbye and ends for good; the node's start command starts another one. */
  stopAgent(member: Member): void;
  leave(node: Node): void;
  /** Waits for a condition that something in this cluster brings about. @returns false if `ms` pass before */
  waitFor(node: Node, condition: () => boolean, ms: number): Promise<boolean>;
  changed(): void;
}

export interface SoftwareOptions {
  readonly clusterId: string;
  readonly clock: SimClock;
  readonly random: Random;
  readonly behaviours: Behaviours;
}

export function createSoftware({ clusterId, clock, random, behaviours }: SoftwareOptions): Software {
  const members = new Map<string, Member>();
  const masterMembers = new Map<string, Member>();
  const waiting = createWaiting();
  let settling = false;
  let dirty = false;

  /** Changes bring about others; they are gone through until nothing changes any more. */
  const changed = () => {
    dirty = true;
    if (settling) return;
    settling = true;
    while (dirty) {
      dirty = false;
      masters.update();
      agents.update();
    }
    settling = false;
    workload.update();
    waiting.check();
  };
  const masters = createMasters(clock, random.fork('masters'), masterMembers, {
    changed,
    zookeeperLost: () => workload.forget(),
  });
  const leaderOf = () => {
    const member = masters.servingLeader();
    return member && { member, term: masters.mesos.term() };
  };
  const agents: Agents = createAgents(
    { clock, random: random.fork('agents') },
    {
      leaderOf,
      changed,
      admits: (ip) => !workload.maintenance.isDown(ip),
      registered: (agent) => workload.tasks.agentRegistered(agent),
      removed: (agent, why) => workload.tasks.agentRemoved(agent, why),
    },
  );
  const tellOfDemand = () => {
    const node = masterMembers.get(masters.marathon.leader() ?? '')?.node;
    if (node) void sendSignal(node, 'load-changed');
  };
  const workload = createWorkload({
    ...{ clusterId, clock, behaviours, masters, agents, leaderOf, tellOfDemand },
    random: random.fork('workload'),
    settings: () => [...masterMembers.values()][0]?.settings,
  });
  const balancers = createBalancers({ clock, random: random.fork('balancers') }, changed);

  const memberOf = (node: Node) => {
    const member = members.get(node.machine.privateIp);
    return member?.node === node ? member : undefined;
  };
  /** Those that another command with other settings started are replaced. */
  const keepContainer = ({ node, settings, accounts }: Member, process: Process) => {
    const before = node.disk.containers;
    const processes = before && isSame(before.settings, settings) ? before.processes : [];
    node.disk.containers = {
      settings,
      ...(accounts ? { accounts } : {}),
      processes: [...processes.filter((one) => one !== process), process],
    };
  };
  const leave = (node: Node) => {
    const { agent } = node.disk;
    if (node.life.over && agent) workload.tasks.machineOff(agent.id);
    const member = memberOf(node);
    if (!member) return;
    members.delete(member.ip);
    masterMembers.delete(member.ip);
    agents.left(member);
    balancers.left(member);
    changed();
  };
  return {
    clusterId,
    masters,
    agents,
    balancers,
    workload,
    disturbances: createDisturbances(),
    members,
    memberOf,
    changed,
    leave,
    join(node, settings) {
      const known = memberOf(node);
      if (known && isSame(known.settings, settings)) return known;
      const ip = node.machine.privateIp;
      // Another command with other settings replaces the containers but not the data.
      if (known) leave(node);
      const member: Member = { node, ip, settings, processes: new Map() };
      members.set(ip, member);
      if (node.identity.role === 'master') masterMembers.set(ip, member);
      return member;
    },
    run(member, process) {
      if (member.processes.has(process)) return;
      member.processes.set(process, clock.now());
      keepContainer(member, process);
      if (process === 'mesos-master') workload.cordons.started(member);
      if (process === 'mesos-slave') agents.joined(member);
      if (process === 'keepalived') balancers.started(member);
      changed();
    },
    stopAgent(member) {
      member.processes.clear();
      delete member.node.disk.containers;
      agents.deregister(member);
    },
    waitFor: waiting.waitFor,
  };
}

const isSame = (one: Settings, other: Settings) => JSON.stringify(one) === JSON.stringify(other);
