/** How long things take on a node, in simulated milliseconds, drawn from a stream of the node's own. */
import type { Random } from '../types.ts';

export interface Durations {
  /** From running until the host is prepared and SSM reaches it: median 45 s, hardly ever beyond 90 s. */
  boot(): number;
  /** Pulling one image from a registry nearby. */
  pull(): number;
  /** Until a process answers. */
  process(kind: 'quick' | 'java'): number;
  /** Something between a machine's own steps. */
  moment(): number;
}

const lognormal = (random: Random, medianMs: number, spread: number) =>
  medianMs * Math.exp(random.normal(0, spread, -2));

export function createDurations(random: Random): Durations {
  return {
    boot: () => Math.min(120_000, lognormal(random, 45_000, 0.24)),
    pull: () => Math.min(40_000, lognormal(random, 5000, 0.35)),
    process: (kind) => lognormal(random, kind === 'java' ? 9000 : 1500, 0.25),
    moment: () => random.between(200, 1500),
  };
}
