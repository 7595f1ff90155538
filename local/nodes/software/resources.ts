/** What a Mesos agent finds on a machine: memory and disk in MB. */
import type { Machine } from '../types.ts';

export interface Resources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}
export const nothing: Resources = { cpus: 0, mem: 0, disk: 0, gpus: 0 };

const kinds = ['cpus', 'mem', 'disk', 'gpus'] as const;
/** Mesos counts in thousandths, so that sums of tenths come out even. */
const combine = (a: Resources, b: Resources, sign: 1 | -1): Resources => {
  const of = (kind: (typeof kinds)[number]) => Math.round((a[kind] + sign * b[kind]) * 1000) / 1000;
  return { cpus: of('cpus'), mem: of('mem'), disk: of('disk'), gpus: of('gpus') };
};
export const plus = (a: Resources, b: Resources): Resources => combine(a, b, 1);
export const minus = (a: Resources, b: Resources): Resources => combine(a, b, -1);
export const sumOf = (all: readonly Resources[]): Resources => all.reduce(plus, nothing);

/** The first kind of which there is not enough. */
export const missingOf = (need: Resources, free: Resources): (typeof kinds)[number] | undefined =>
  kinds.find((kind) => need[kind] > free[kind]);

/** The ports that an agent offers, both ends included. */
export const offeredPorts = { first: 31_000, last: 32_000 };

/** GiB of memory per virtual CPU, by the family's first letter. */
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, t: 4, g: 4, p: 8, r: 8, x: 16 };

function cpusOf(size: string): number {
  if (size === 'nano' || size === 'micro' || size === 'small' || size === 'medium' || size === 'large') return 2;
  return 4 * Number(/^(\d*)xlarge$/.exec(size)?.[1] || 1);
}

/** Burstable types have two CPUs and memory by their size. */
const burstableMemory: Readonly<Record<string, number>> = { nano: 0.5, micro: 1, small: 2, medium: 4, large: 8 };

export function resourcesOf({ instanceType, rootDiskGiB }: Machine): Resources {
  const [family = 'm', size = 'large'] = instanceType.split('.');
  const cpus = cpusOf(size);
  const gib =
    family.startsWith('t') && burstableMemory[size] !== undefined
      ? burstableMemory[size]
      : cpus * (memoryPerCpu[family.charAt(0)] ?? 4);
  const mem = gib * 1024;
  const disk = rootDiskGiB * 1024;
  return {
    cpus,
    mem: mem >= 2048 ? mem - 1024 : mem / 2,
    disk: disk >= 10_240 ? disk - 5120 : disk / 2,
    gpus: /^[gp]\d/.test(family) ? Math.max(1, cpus / 8) : 0,
  };
}
