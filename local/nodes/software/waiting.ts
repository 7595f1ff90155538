/** Nodes that wait for something to become true. */
import type { Node } from '../node.ts';

export interface Waiting {
  /** @returns false if `ms` pass before; never settles if the node goes off */
  waitFor(node: Node, condition: () => boolean, ms: number): Promise<boolean>;
  /** To be called whenever conditions may have changed. */
  check(): void;
}

export function createWaiting(): Waiting {
  const waiting = new Set<() => void>();
  return {
    waitFor: (node, condition, ms) =>
      new Promise((resolve) => {
        const finish = (met: boolean) => {
          waiting.delete(check);
          giveUp();
          resolve(met);
        };
        const check = () => {
          if (node.life.over) waiting.delete(check);
          else if (condition()) finish(true);
        };
        const giveUp = node.life.after(ms, () => finish(condition()));
        waiting.add(check);
        check();
      }),
    check() {
      for (const check of [...waiting]) check();
    },
  };
}
