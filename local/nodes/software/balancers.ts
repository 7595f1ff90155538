/** keepalived on the load balancers: who of them holds the cluster's address. */
import type { Random, SimClock } from '../../types.ts';
import { type Member, reaches } from './member.ts';

export interface Balancers {
  /** Members that believe themselves elected; two where they do not hear each other. */
  elected(): readonly Member[];
  started(member: Member): void;
  left(member: Member): void;
}

/** A backup waits for three missing advertisements, one a second, and a little. */
const silenceMs: readonly [number, number] = [3200, 4200];
/** Every minute a balancer looks in EC2 for others. */
const discoveryMs = 60_000;
const attempts = 10;
const vrrp = 112;

export function createBalancers(
  { clock, random }: { clock: SimClock; random: Random },
  changed: () => void,
): Balancers {
  const running = new Map<Member, { readonly since: number; elected: boolean }>();

  const knows = (one: Member, other: Member) => {
    const since = Math.max(running.get(one)?.since ?? 0, running.get(other)?.since ?? 0);
    return one.settings.peerIps.includes(other.ip) || clock.now() - since >= discoveryMs;
  };
  const hearsElected = (member: Member) =>
    [...running].some(
      ([other, { elected }]) => elected && other !== member && knows(other, member) && reaches(other, member, vrrp),
    );

  const takeAddress = async (member: Member): Promise<void> => {
    const { node, settings } = member;
    for (let attempt = 1; attempt <= attempts && running.get(member)?.elected; attempt += 1) {
      const answer = await node.aws.associateAddress(settings.virtualAddress, node.machine.instanceId);
      node.log.push(`AssociateAddress: ${answer.ok ? 'done' : `refused with ${answer.status} ${answer.body}`}`);
      if (answer.ok) return changed();
      await node.life.sleep(attempt * 1000);
    }
  };
  const elect = (member: Member) => {
    const state = running.get(member);
    if (!state || state.elected || hearsElected(member)) return;
    state.elected = true;
    void takeAddress(member);
    changed();
  };
  const watch = (member: Member) => member.node.life.after(random.between(...silenceMs), () => elect(member));
  /** Of two that hear each other only now, the one with the lower address gives way. */
  const resolveSplit = () => {
    const found = [...running].filter(([, { elected }]) => elected).map(([member]) => member);
    for (const member of found) {
      const state = running.get(member);
      const stronger = found.some(
        (other) => other.ip > member.ip && running.get(other)?.elected && knows(other, member),
      );
      if (state && stronger) state.elected = false;
    }
  };

  return {
    elected: () => [...running].filter(([, { elected }]) => elected).map(([member]) => member),
    started(member) {
      if (running.has(member)) return;
      running.set(member, { since: clock.now(), elected: false });
      watch(member);
      member.node.life.after(discoveryMs, () => {
        resolveSplit();
        changed();
      });
    },
    left(member) {
      running.delete(member);
      for (const other of running.keys()) watch(other);
    },
  };
}
