/** The Mesos agents, as the leading master knows them. */
import type { Random, SimClock } from '../../types.ts';
import { type Member, reaches } from './member.ts';
import { type Resources, resourcesOf } from './resources.ts';

export interface Agent {
  readonly id: string;
  readonly member: Member;
  readonly resources: Resources;
  readonly registeredAt: number;
  /** False once the connection is closed: then it is dropped after missing its pings. */
  active: boolean;
}

/** Why the master gave an agent up: it does not answer, it said goodbye, or another one came at its address. */
export type Removal = 'unreachable' | 'unregistered' | 'replaced';

export interface Agents {
  /** Those that the present leader knows. */
  registered(): readonly Agent[];
  isRegistered(ip: string): boolean;
  /** How often this leader gave agents up. */
  removals(): Readonly<Record<Removal, number>>;
  /** How many it has given up because they do not answer, and that have not come back. */
  unreachable(): number;
  /** By address. */
  find(ip: string): Agent | undefined;
  joined(member: Member): void;
  /** Its process or its machine is gone. */
  left(member: Member): void;
  /** It says goodbye and ends; started again it is a new one. */
  deregister(member: Member): void;
  /** The master ends it: it is let in again only if it may. */
  shutDown(agent: Agent): void;
  /** Those that were not let in try again. */
  retry(): void;
  /** To be called when the leader may have changed. */
  update(): void;
}

export interface AgentRules {
  readonly leaderOf: () => { readonly term: number; readonly member: Member } | undefined;
  /** Whether the leader lets an agent at this address in. */
  readonly admits: (ip: string) => boolean;
  readonly changed: () => void;
  readonly registered: (agent: Agent) => void;
  readonly removed: (agent: Agent, why: Removal) => void;
}

const noRemovals: Readonly<Record<Removal, number>> = { unreachable: 0, unregistered: 0, replaced: 0 };
/** Five pings of 15 seconds. */
const pingTimeoutMs = 75_000;
/** A new leader waits this long for agents that it has not heard from. */
const reregisterTimeoutMs = 600_000;

export function createAgents({ clock, random }: { clock: SimClock; random: Random }, rules: AgentRules): Agents {
  const { leaderOf, changed } = rules;
  const running = new Set<Member>();
  const known = new Map<string, Agent>();
  /** Those of earlier leaders that the present one waits for, by id. */
  const awaited = new Map<string, Agent>();
  const unreachable = new Set<string>();
  let removals = noRemovals;
  let knownTerm: number | undefined;
  let cancelWait: (() => void) | undefined;
  let count = 0;
  const idPrefix = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');

  const identify = ({ node, settings }: Member): string => {
    const { disk, life } = node;
    const keeps = disk.agent && (disk.agent.life === life || settings.version.agentSurvivesReboot);
    if (!keeps) count += 1;
    const id = keeps && disk.agent ? disk.agent.id : `${idPrefix}-S${count - 1}`;
    disk.agent = { id, life };
    return id;
  };
  const giveUp = (agent: Agent, why: Removal) => {
    removals = { ...removals, [why]: removals[why] + 1 };
    rules.removed(agent, why);
  };
  const remove = (agent: Agent, why: Removal) => {
    if (known.get(agent.member.ip) === agent) known.delete(agent.member.ip);
    awaited.delete(agent.id);
    if (why === 'unreachable') unreachable.add(agent.id);
    giveUp(agent, why);
    changed();
  };
  const register = (member: Member) => {
    const leader = leaderOf();
    if (!running.has(member) || member.node.life.over || !leader || !reaches(member, leader.member, 5050)) return;
    if (!rules.admits(member.ip)) return;
    const id = identify(member);
    const earlier = known.get(member.ip);
    const resources = resourcesOf(member.node.machine);
    const agent: Agent = { id, member, resources, registeredAt: clock.now(), active: true };
    known.set(member.ip, agent);
    awaited.delete(id);
    unreachable.delete(id);
    if (earlier && earlier.id !== id) giveUp(earlier, 'replaced');
    rules.registered(agent);
    changed();
  };
  const registerSoon = (member: Member, highMs: number) =>
    member.node.life.after(random.between(500, highMs), () => register(member));
  const startWaiting = () => {
    cancelWait?.();
    cancelWait = clock.after(reregisterTimeoutMs, () => {
      for (const agent of [...awaited.values()]) remove(agent, 'unreachable');
    });
  };

  return {
    registered: () => [...known.values()],
    isRegistered: (ip) => known.get(ip)?.active ?? false,
    removals: () => removals,
    unreachable: () => unreachable.size,
    find: (ip) => known.get(ip),
    joined(member) {
      running.add(member);
      if (leaderOf()) registerSoon(member, 2500);
    },
    left(member) {
      running.delete(member);
      const agent = known.get(member.ip);
      if (agent?.member !== member) return;
      agent.active = false;
      clock.after(pingTimeoutMs, () => {
        if (known.get(member.ip) === agent) remove(agent, 'unreachable');
      });
    },
    deregister(member) {
      running.delete(member);
      delete member.node.disk.agent;
      const agent = known.get(member.ip);
      if (agent?.member === member) remove(agent, 'unregistered');
    },
    shutDown(agent) {
      delete agent.member.node.disk.agent;
      remove(agent, 'unregistered');
    },
    retry() {
      for (const member of running) if (!known.has(member.ip)) registerSoon(member, 2500);
    },
    update() {
      const term = leaderOf()?.term;
      if (term === knownTerm) return;
      knownTerm = term;
      // A new leader has to hear from each of them again.
      for (const agent of known.values()) awaited.set(agent.id, agent);
      known.clear();
      if (term === undefined) return;
      removals = noRemovals;
      for (const member of running) registerSoon(member, 5000);
      startWaiting();
    },
  };
}
