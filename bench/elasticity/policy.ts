/** What decides how many slaves there are, in a simulated world. */
import type { Random } from '../../local/types.ts';
import type { EventQueue } from './event-queue.ts';
import { drawWay, secondsOf, steps, type Way } from './ways.ts';
import { bounds, type Need, slaveOffer } from './workload.ts';
import type { Slave, World } from './world.ts';

export interface Context {
  readonly world: World;
  readonly queue: EventQueue;
  /** Draws of the policy's own; the phase of its clock among them. */
  readonly random: Random;
  /** Of the n-th slave that is launched, from 1. */
  readonly way: (serial: number) => Way;
}

/** What a policy tells of itself besides what its world shows. */
export interface Told {
  /** Seconds from demand that nothing serves until the policy was woken to act on it. */
  readonly reactions?: readonly number[];
}

export interface Policy {
  readonly name: string;
  /** Its slaves are there when the load begins. @returns what it tells, asked at the end */
  start(context: Context): () => Told;
}

/** When in the minute those look that look once a minute: all at the same moment in a seed. */
export const minutePhase = (random: Random): number => random.fork('minute').next() * 60;

/** Of the slaves' ways: one stream for all policies of a seed. */
export function waysOf(random: Random): (serial: number) => Way {
  const drawn = new Map<number, Way>();
  return (serial) => {
    const way = drawn.get(serial) ?? drawWay(random, serial);
    drawn.set(serial, way);
    return way;
  };
}

/** Slaves of policies that have nothing but a number of slaves to decide. */
export interface SimpleFleet {
  /** Slaves that come up as drawn, or after so many seconds. */
  launch(count: number, seconds?: number): void;
  /** Those that are paid for, idle ones first, the longest idle before all. */
  idleFirst(): readonly Slave[];
  count(): number;
  coming(): number;
}

/** What a launch takes on average. */
const launchSeconds = (steps.launch[0] + steps.launch[1]) / 2;

export function createSimpleFleet({ world, queue, way }: Context): SimpleFleet {
  let serial = 0;
  const launchOne = (seconds?: number): void => {
    serial += 1;
    const id = `slave-${serial}`;
    world.launch(id);
    queue.after(seconds ?? launchSeconds + secondsOf(way(serial)), () => world.register(id));
  };
  for (let count = 0; count < bounds.min; count += 1) launchOne(0);
  return {
    launch: (count, seconds) => {
      for (let left = count; left > 0; left -= 1) launchOne(seconds);
    },
    idleFirst: () =>
      [...world.slaves.values()].toSorted((a, b) => a.tasks.size - b.tasks.size || idleOrder(a) - idleOrder(b)),
    count: () => world.slaves.size,
    coming: () => [...world.slaves.values()].filter(({ isRegistered }) => !isRegistered).length,
  };
}

const idleOrder = ({ idleSince }: Slave): number => idleSince ?? Number.POSITIVE_INFINITY;

/** Room on slaves that are there or on their way. */
export function roomsOf(world: World): readonly Need[] {
  return [...world.slaves.values()].map(({ free, isRegistered }) => (isRegistered ? free : slaveOffer));
}
