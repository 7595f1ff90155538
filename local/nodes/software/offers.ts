/**
 * Mesos' allocator: it offers what agents have left to the frameworks, in turn, about once a second while somebody wants
 * something and something has changed. Nothing happens while nobody waits.
 */
import type { Random, SimClock } from '../../types.ts';
import type { Agent } from './agents.ts';

export interface Offers {
  /** Resources or wishes have changed: the next round comes soon. */
  wake(): void;
  /** Asks a framework in each round. @param use starts what it can on these agents, which come in drawn order */
  add(wants: () => boolean, use: (agents: readonly Agent[]) => void): void;
}

const intervalMs: readonly [number, number] = [200, 1000];

export function createOffers(
  { clock, random }: { clock: SimClock; random: Random },
  usable: () => readonly Agent[],
): Offers {
  const frameworks: { readonly wants: () => boolean; readonly use: (agents: readonly Agent[]) => void }[] = [];
  let isDue = false;
  const round = () => {
    isDue = false;
    const asking = frameworks.filter(({ wants }) => wants());
    if (asking.length === 0) return;
    const agents = usable();
    if (agents.length === 0) return;
    for (const { use } of asking) use(rotated(agents, Math.floor(random.between(0, agents.length))));
  };
  return {
    add: (wants, use) => frameworks.push({ wants, use }),
    wake() {
      if (isDue || !frameworks.some(({ wants }) => wants())) return;
      isDue = true;
      clock.after(random.between(...intervalMs), round);
    },
  };
}

const rotated = <T>(items: readonly T[], by: number): T[] => [...items.slice(by), ...items.slice(0, by)];
