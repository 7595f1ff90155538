/** Arithmetic on amounts of resources. Pure. */
import type { Resources } from './scaling.ts';

export const resourceNames = ['cpus', 'mem', 'disk', 'gpus'] as const;
export type ResourceName = (typeof resourceNames)[number];

/** Numbers that differ by less are equal: fractions of CPUs do not add up exactly. Relative to what a slave offers. */
export const precision = 1e-9;

export function resources(amount: (name: ResourceName) => number): Resources {
  return { cpus: amount('cpus'), mem: amount('mem'), disk: amount('disk'), gpus: amount('gpus') };
}

const noResources: Resources = resources(() => 0);

export function plus(a: Resources, b: Resources): Resources {
  return resources((name) => a[name] + b[name]);
}

export function times(a: Resources, factor: number): Resources {
  return resources((name) => a[name] * factor);
}

export function sumOf(all: Iterable<Resources>): Resources {
  const sum = { ...noResources };
  for (const each of all) for (const name of resourceNames) sum[name] += each[name];
  return sum;
}

/** What is left of `a`; where nothing is, 0. */
export function remaining(a: Resources, ...taken: readonly Resources[]): Resources {
  return resources((name) =>
    Math.max(
      0,
      taken.reduce((left, each) => left - each[name], a[name]),
    ),
  );
}

/** Of each resource the least. @param all at least one */
export function leastOf(all: readonly Resources[]): Resources {
  return resources((name) => Math.min(...all.map((each) => each[name])));
}

export function isNothing(a: Resources): boolean {
  return resourceNames.every((name) => a[name] === 0);
}

/** The nearest whole number if there is one within the precision. */
export function snapped(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= precision * Math.max(1, Math.abs(value)) ? whole : value;
}

/** More of them than this on one slave are not told apart. */
const many = 1_000_000;

/** How many tasks of that need have room together. */
export function countFitting(need: Resources, room: Resources): number {
  let most = many;
  for (const name of resourceNames) {
    if (need[name] > 0) most = Math.min(most, Math.floor(snapped(room[name] / need[name])));
  }
  return most;
}

/** The part of `room` that the need takes, by the resource of which it takes most; Infinity where one is not there at all. */
export function shareOf(need: Resources, room: Resources): number {
  const taken = resourceNames.filter((name) => need[name] > 0);
  return Math.max(0, ...taken.map((name) => need[name] / room[name]));
}
