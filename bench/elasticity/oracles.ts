/** Two yardsticks that nobody can build: one that knows the future, and one that decides without any delay. */
import { createSimpleFleet, type Policy, roomsOf, type SimpleFleet } from './policy.ts';
import { secondsOf } from './ways.ts';
import { bounds, slavesBeyond } from './workload.ts';
import type { World } from './world.ts';

function letGo(world: World, fleet: SimpleFleet, now: number, idleSeconds: number): void {
  const idle = fleet.idleFirst().filter(({ idleSince }) => idleSince !== undefined && now - idleSince >= idleSeconds);
  const most = fleet.count() - bounds.min;
  for (const { id } of idle.slice(0, most)) world.terminate(id);
}

/**
 * Knows the arrivals: slaves were launched just so early that they are there when they are needed, and idle ones go at once. It
 * pays for their boots.
 */
export const clairvoyant: Policy = {
  name: 'oracle (clairvoyant)',
  start: (context) => {
    const { world, queue, way } = context;
    const fleet = createSimpleFleet(context);
    let serial = bounds.min;
    const supply = (): void => {
      for (let missing = slavesBeyond(world.waiting(), roomsOf(world)); missing > 0; missing -= 1) {
        serial += 1;
        const id = `foreseen-${serial}`;
        world.launch(id, queue.now() - secondsOf(way(serial)));
        world.register(id);
      }
    };
    world.onSubmission(supply);
    world.onAllocation(supply);
    queue.every(1, 1.5, () => letGo(world, fleet, queue.now(), 1));
    return () => ({});
  },
};

/** How long slaves of the other yardstick may be idle: as long as with this control plane. */
const idleSeconds = 300;

/** Does not know the future, but launches exactly what is missing at the very moment of demand: nobody is usable sooner. */
export const instant: Policy = {
  name: 'instant',
  start: (context) => {
    const { world, queue } = context;
    const fleet = createSimpleFleet(context);
    const supply = (): void => {
      const missing = slavesBeyond(world.waiting(), roomsOf(world));
      if (missing > 0) fleet.launch(Math.min(missing, bounds.max - fleet.count()));
    };
    world.onSubmission(supply);
    world.onAllocation(supply);
    queue.every(1, 1.5, () => letGo(world, fleet, queue.now(), idleSeconds));
    return () => ({});
  },
};
