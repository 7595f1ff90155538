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

export interface Agents {
  /** Those that the present leader knows. */
  registered(): readonly Agent[];
  isRegistered(ip: string): boolean;
  joined(member: Member): void;
  left(member: Member): void;
  /** To be called when the leader may have changed. */
  update(): void;
}

/** Five pings of 15 seconds. */
const pingTimeoutMs = 75_000;

export function createAgents(
  { clock, random }: { clock: SimClock; random: Random },
  leaderOf: () => { readonly term: number; readonly member: Member } | undefined,
  changed: () => void,
): Agents {
  const running = new Set<Member>();
  const known = new Map<string, Agent>();
  let knownTerm: number | undefined;
  let count = 0;

  const register = (member: Member) => {
    const leader = leaderOf();
    if (!running.has(member) || member.node.life.over || !leader || !reaches(member, leader.member, 5050)) return;
    known.set(member.ip, {
      id: `${idPrefix}-S${count}`,
      member,
      resources: resourcesOf(member.node.machine),
      registeredAt: clock.now(),
      active: true,
    });
    count += 1;
    changed();
  };
  const idPrefix = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  const registerSoon = (member: Member, highMs: number) =>
    member.node.life.after(random.between(500, highMs), () => register(member));

  return {
    registered: () => [...known.values()],
    isRegistered: (ip) => known.get(ip)?.active ?? false,
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
        if (known.get(member.ip) !== agent) return;
        known.delete(member.ip);
        changed();
      });
    },
    update() {
      const term = leaderOf()?.term;
      if (term === knownTerm) return;
      knownTerm = term;
      // A new leader has to hear from each of them again.
      known.clear();
      if (term !== undefined) for (const member of running) registerSoon(member, 5000);
    },
  };
}
