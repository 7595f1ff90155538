/** Autoscalers of the literature, in slaves. They know what runs and waits, and end slaves without draining them. */
import { createSimpleFleet, minutePhase, type Policy, type SimpleFleet } from './policy.ts';
import { bounds } from './workload.ts';
import type { World } from './world.ts';

/** Both look once a minute, as collect-load does. */
const intervalSeconds = 60;
/** Slaves that both keep free. */
const headroom = 2;

const within = (count: number): number => Math.min(bounds.max, Math.max(bounds.min, count));

/** @param mayKill whether busy slaves go when too few are idle */
function bringTo(wanted: number, fleet: SimpleFleet, world: World, mayKill: boolean): void {
  const target = within(wanted);
  const missing = target - fleet.count();
  if (missing > 0) fleet.launch(missing);
  const surplus = fleet.idleFirst().slice(0, Math.max(0, -missing));
  for (const slave of surplus) if (mayKill || slave.idleSince !== undefined) world.terminate(slave.id);
}

function reactPolicy(name: string, mayKill: boolean): Policy {
  return {
    name,
    start: (context) => {
      const { queue, world, random } = context;
      const fleet = createSimpleFleet(context);
      queue.every(intervalSeconds, minutePhase(random), () => {
        const load = Math.ceil(world.load() - 1e-9);
        const spare = fleet.count() - load;
        if (spare <= 0 || spare > headroom) bringTo(load + headroom, fleet, world, mayKill);
      });
      return () => ({});
    },
  };
}

/**
 * React (Chieu and others, "Dynamic scaling of web applications in a virtualized cloud computing environment", ICEBE 2009), in the
 * form in which comparisons of autoscalers use it: when the load reaches the capacity there are to be two more slaves than the load
 * fills, and when more than two are free there are to be two.
 */
export const react = reactPolicy('React', true);
/** The same, were it to spare slaves on which tasks run. */
export const reactIdleOnly = reactPolicy('React, idle only', false);

/** Scale-in goes so many times slower than the controller's gain says. */
const slowness = 15;

export interface AdaptState {
  /** What of the controller's repairs is not yet a whole slave. */
  readonly repair: number;
  readonly looks: number;
  readonly capacitySum: number;
}

/** One look of Adapt. @param load in whole slaves @returns how many slaves there are to be, and what is remembered */
export function adaptStep(state: AdaptState, load: number, capacity: number): { state: AdaptState; wanted: number } {
  const looks = state.looks + 1;
  const capacitySum = state.capacitySum + capacity;
  const gain = capacity / (capacitySum / looks);
  const rate = (load - capacity) * gain;
  const repair = state.repair + (rate < 0 ? rate / slowness : rate);
  const whole = Math.trunc(repair);
  const kept = { repair: repair - whole, looks, capacitySum };
  if (load > capacity) return { state: kept, wanted: Math.max(capacity + whole, load + headroom) };
  return { state: kept, wanted: Math.max(Math.min(capacity, load + headroom), capacity + Math.min(0, whole)) };
}

function adaptPolicy(name: string, mayKill: boolean): Policy {
  return {
    name,
    start: (context) => {
      const { queue, world, random } = context;
      const fleet = createSimpleFleet(context);
      let state: AdaptState = { repair: 0, looks: 0, capacitySum: 0 };
      queue.every(intervalSeconds, minutePhase(random), () => {
        const next = adaptStep(state, Math.ceil(world.load() - 1e-9), fleet.count());
        state = next.state;
        if (next.wanted !== fleet.count()) bringTo(next.wanted, fleet, world, mayKill);
      });
      return () => ({});
    },
  };
}

/**
 * Adapt (Ali-Eldin and others, "An adaptive hybrid elasticity controller for cloud infrastructures", NOMS 2012): scale-out is
 * reactive with a proactive part, scale-in goes by a controller whose gain follows the average capacity and is damped, so that slaves
 * are not let go too early.
 */
export const adapt = adaptPolicy('Adapt', true);
/** The same, were it to spare slaves on which tasks run. */
export const adaptIdleOnly = adaptPolicy('Adapt, idle only', false);
