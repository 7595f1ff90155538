/**
 * The whitelists of the Mesos masters. Each master has its own on its disk and reads it again every five seconds; only the
 * leader's counts. What was offered before may still be used until the offer times out.
 */
import type { Random, SimClock } from '../../types.ts';
import type { Node } from '../node.ts';
import type { Member } from './member.ts';

export interface Cordons {
  /** The whitelist of a master leaves these addresses out from now on. */
  write(node: Node, addresses: readonly string[]): void;
  /** The master's process starts: it reads what is there. */
  started(member: Member): void;
  /** Whether frameworks may still start something there, by a new offer or by one that they hold. */
  offers(leader: Member, ip: string): boolean;
}

const rereadMs = 5000;
const offerTimeoutMs = 30_000;

export function createCordons({ clock, random }: { clock: SimClock; random: Random }, uncordoned: () => void): Cordons {
  /** By master: when the last offer of each cordoned address times out. */
  const read = new WeakMap<Node, ReadonlyMap<string, number>>();
  const reread = (node: Node, heldMs: () => number) => {
    const before = read.get(node);
    const now = clock.now();
    read.set(node, new Map(node.disk.cordoned.map((ip) => [ip, before?.get(ip) ?? now + heldMs()])));
    if ([...(before?.keys() ?? [])].some((ip) => !node.disk.cordoned.includes(ip))) uncordoned();
  };
  return {
    write(node, addresses) {
      node.disk.cordoned = [...addresses];
      node.life.after(random.between(0, rereadMs), () => reread(node, () => random.between(0, offerTimeoutMs)));
    },
    // A master that has just started has made no offers.
    started: ({ node }) => reread(node, () => 0),
    offers: ({ node }, ip) => clock.now() < (read.get(node)?.get(ip) ?? Number.POSITIVE_INFINITY),
  };
}
