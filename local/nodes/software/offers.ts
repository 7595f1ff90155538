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
  /** Told whenever it may have changed. */
  waiting: (isWaiting: boolean) => void,
): Offers {
  const frameworks: { readonly wants: () => boolean; readonly use: (agents: readonly Agent[]) => void }[] = [];
  const isWanted = () => frameworks.some(({ wants }) => wants());
  let isDue = false;
  const offer = (agents: readonly Agent[]) => {
    if (agents.length === 0) return;
    for (const { use } of frameworks.filter(({ wants }) => wants()))
      use(rotated(agents, Math.floor(random.between(0, agents.length))));
  };
  const round = () => {
    isDue = false;
    if (isWanted()) offer(usable());
    waiting(isWanted());
  };
  return {
    add: (wants, use) => frameworks.push({ wants, use }),
    wake() {
      if (isDue) return;
      const isWaiting = isWanted();
      waiting(isWaiting);
      if (!isWaiting) return;
      isDue = true;
      clock.after(random.between(...intervalMs), round);
    },
  };
}

const rotated = <T>(items: readonly T[], by: number): T[] => [...items.slice(by), ...items.slice(0, by)];
