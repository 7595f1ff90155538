/** The software of one cluster on all of its nodes. */
import type { Random, SimClock } from '../../types.ts';
import type { Node } from '../node.ts';
import { type Agents, createAgents } from './agents.ts';
import { type Balancers, createBalancers } from './balancers.ts';
import { createMasters, type Masters } from './masters.ts';
import type { Member, Process, Settings } from './member.ts';
import { createWaiting } from './waiting.ts';

export interface Software {
  readonly clusterId: string;
  readonly masters: Masters;
  readonly agents: Agents;
  readonly balancers: Balancers;
  /** By private address. */
  readonly members: ReadonlyMap<string, Member>;
  memberOf(node: Node): Member | undefined;
  /** Lets the node take part; with the same settings it stays as it is. */
  join(node: Node, settings: Settings): Member;
  run(member: Member, process: Process): void;
  leave(node: Node): void;
  /** Waits for a condition that something in this cluster brings about. @returns false if `ms` pass before */
  waitFor(node: Node, condition: () => boolean, ms: number): Promise<boolean>;
  changed(): void;
}

export function createSoftware(clusterId: string, clock: SimClock, random: Random): Software {
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
    waiting.check();
  };
  const masters = createMasters(clock, random.fork('masters'), masterMembers, changed);
  const leaderOf = () => {
    const member = masters.servingLeader();
    return member && { member, term: masters.mesos.term() };
  };
  const agents = createAgents({ clock, random: random.fork('agents') }, leaderOf, changed);
  const balancers = createBalancers({ clock, random: random.fork('balancers') }, changed);

  const memberOf = (node: Node) => {
    const member = members.get(node.machine.privateIp);
    return member?.node === node ? member : undefined;
  };
  const leave = (node: Node) => {
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
    members,
    memberOf,
    changed,
    leave,
    join(node, settings) {
      const known = memberOf(node);
      if (known && JSON.stringify(known.settings) === JSON.stringify(settings)) return known;
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
      if (process === 'mesos-slave') agents.joined(member);
      if (process === 'keepalived') balancers.started(member);
      changed();
    },
    waitFor: waiting.waitFor,
  };
}
