/** One policy under one load: what came of it. */
import { createRandom } from '../../local/random.ts';
import { createEventQueue } from './event-queue.ts';
import { type Elasticity, elasticityOf, type Point, scaleOutWaits } from './metrics.ts';
import { type Policy, waysOf } from './policy.ts';
import type { Workload } from './workload.ts';
import { createWorld, type Tally } from './world.ts';

export interface Run {
  readonly policy: string;
  readonly seed: number;
  readonly elasticity: Elasticity;
  /** From launch to termination, over all slaves. */
  readonly slaveSeconds: number;
  /** What tasks did meanwhile, in full slaves times seconds. */
  readonly workDone: number;
  /** From demand to usable, one per slave that was missing. Seconds. */
  readonly scaleOuts: readonly number[];
  readonly taskWaits: readonly number[];
  /** From demand until the policy was woken, where it tells. */
  readonly reactions: readonly number[];
  readonly tally: Tally;
  readonly series: readonly Point[];
}

/** Equal arguments give equal results. The policies of one seed meet the same tasks and the same boots. */
export function simulate(policy: Policy, workload: Workload, seed: number): Run {
  const random = createRandom(`elasticity-${seed}`);
  const queue = createEventQueue();
  const world = createWorld(workload, queue, random.fork('offers'));
  const way = waysOf(random.fork('ways'));
  const told = policy.start({ world, queue, random: random.fork('policy'), way });
  queue.runUntil(workload.seconds);
  const { series, tally } = world;
  return {
    policy: policy.name,
    seed,
    elasticity: elasticityOf(series, workload.seconds),
    slaveSeconds: world.slaveSeconds(),
    workDone: world.workDone(),
    scaleOuts: scaleOutWaits(series, workload.seconds),
    taskWaits: world.taskWaits(),
    reactions: told().reactions ?? [],
    tally,
    series,
  };
}
