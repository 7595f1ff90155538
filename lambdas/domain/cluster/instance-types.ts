/**
 * EC2 instance types with x86_64 processors. Prices are what one hour on demand costs in us-east-1 in dollars; only their order
 * matters, to try the cheapest first.
 */
export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly gpus: number;
  readonly gpuModel?: string;
  readonly gpuVendor?: string;
  readonly price: number;
}

type Row = readonly [size: string, vcpus: number, memoryGiB: number, price: number, gpus?: number];

/** Sizes of the general families, in vCPUs. */
const vcpusBySize: Readonly<Record<string, number>> = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '9xlarge': 36,
  '12xlarge': 48,
  '16xlarge': 64,
  '18xlarge': 72,
  '24xlarge': 96,
  '32xlarge': 128,
  '48xlarge': 192,
};

/** A family whose memory and price grow with its vCPUs. */
function family(name: string, gibPerVcpu: number, pricePerVcpu: number, sizes: string): readonly InstanceType[] {
  return sizes.split(' ').map((size) => {
    const vcpus = vcpusBySize[size] ?? 0;
    const price = Number((vcpus * pricePerVcpu).toFixed(4));
    return { name: `${name}.${size}`, vcpus, memoryMiB: vcpus * gibPerVcpu * 1024, gpus: 0, price };
  });
}

function listed(name: string, rows: readonly Row[], gpuModel?: string): readonly InstanceType[] {
  return rows.map(([size, vcpus, memoryGiB, price, gpus = 0]) => ({
    name: `${name}.${size}`,
    vcpus,
    memoryMiB: memoryGiB * 1024,
    gpus,
    price,
    ...(gpuModel ? { gpuModel, gpuVendor: 'nvidia' } : {}),
  }));
}

const upTo24 = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge';

export const instanceTypes: readonly InstanceType[] = [
  ...listed('t3', [
    ['nano', 2, 0.5, 0.0052],
    ['micro', 2, 1, 0.0104],
    ['small', 2, 2, 0.0208],
    ['medium', 2, 4, 0.0416],
    ['large', 2, 8, 0.0832],
    ['xlarge', 4, 16, 0.1664],
    ['2xlarge', 8, 32, 0.3328],
  ]),
  ...listed('t3a', [
    ['nano', 2, 0.5, 0.0047],
    ['micro', 2, 1, 0.0094],
    ['small', 2, 2, 0.0188],
    ['medium', 2, 4, 0.0376],
    ['large', 2, 8, 0.0752],
    ['xlarge', 4, 16, 0.1504],
    ['2xlarge', 8, 32, 0.3008],
  ]),
  ...family('m5', 4, 0.048, upTo24),
  ...family('m5a', 4, 0.043, upTo24),
  ...family('m6i', 4, 0.048, `${upTo24} 32xlarge`),
  ...family('m7i', 4, 0.0504, `${upTo24} 48xlarge`),
  ...family('c5', 2, 0.0425, 'large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge'),
  ...family('c6i', 2, 0.0425, `${upTo24} 32xlarge`),
  ...family('r5', 8, 0.063, upTo24),
  ...family('r6i', 8, 0.063, `${upTo24} 32xlarge`),
  ...listed(
    'g4dn',
    [
      ['xlarge', 4, 16, 0.526, 1],
      ['2xlarge', 8, 32, 0.752, 1],
      ['4xlarge', 16, 64, 1.204, 1],
      ['8xlarge', 32, 128, 2.176, 1],
      ['12xlarge', 48, 192, 3.912, 4],
      ['16xlarge', 64, 256, 4.352, 1],
    ],
    'T4',
  ),
  ...listed(
    'g5',
    [
      ['xlarge', 4, 16, 1.006, 1],
      ['2xlarge', 8, 32, 1.212, 1],
      ['4xlarge', 16, 64, 1.624, 1],
      ['8xlarge', 32, 128, 2.448, 1],
      ['12xlarge', 48, 192, 5.672, 4],
      ['16xlarge', 64, 256, 4.096, 1],
      ['24xlarge', 96, 384, 8.144, 4],
      ['48xlarge', 192, 768, 16.288, 8],
    ],
    'A10G',
  ),
  ...listed(
    'p3',
    [
      ['2xlarge', 8, 61, 3.06, 1],
      ['8xlarge', 32, 244, 12.24, 4],
      ['16xlarge', 64, 488, 24.48, 8],
    ],
    'V100',
  ),
];

/** More families that a template may name; none is chosen for a size, so nothing but their names is needed. */
const namedOnly: readonly (readonly [families: string, sizes: string])[] = [
  ['t2', 'nano micro small medium large xlarge 2xlarge'],
  ['m4', 'large xlarge 2xlarge 4xlarge 10xlarge 16xlarge'],
  ['c4', 'large xlarge 2xlarge 4xlarge 8xlarge'],
  ['r4', 'large xlarge 2xlarge 4xlarge 8xlarge 16xlarge'],
  ['m5d m5n m5dn m5ad r5a r5d r5n r5dn r5ad r5b', upTo24],
  ['c5a c5ad', upTo24],
  ['c5d', 'large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge'],
  ['c5n', 'large xlarge 2xlarge 4xlarge 9xlarge 18xlarge'],
  ['m6a c6a r6a', `${upTo24} 32xlarge 48xlarge`],
  ['m6id m6in m6idn c6id c6in r6id r6in r6idn', `${upTo24} 32xlarge`],
  ['m7a c7a r7a', `medium ${upTo24} 32xlarge 48xlarge`],
  ['c7i r7i', `${upTo24} 48xlarge`],
  ['m7i-flex c7i-flex', 'large xlarge 2xlarge 4xlarge 8xlarge'],
  ['i3', 'large xlarge 2xlarge 4xlarge 8xlarge 16xlarge'],
  ['i3en', 'large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge'],
  ['i4i', 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge'],
  ['d2', 'xlarge 2xlarge 4xlarge 8xlarge'],
  ['z1d', 'large xlarge 2xlarge 3xlarge 6xlarge 12xlarge'],
  ['x1', '16xlarge 32xlarge'],
  ['x1e', 'xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge'],
];

const accelerated: readonly (readonly [families: string, sizes: string])[] = [
  ['p2', 'xlarge 8xlarge 16xlarge'],
  ['p3dn', '24xlarge'],
  ['p4d', '24xlarge'],
  ['p5', '48xlarge'],
  ['g6', 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge'],
];

const otherNames = expand(namedOnly);
const otherGpuNames = expand(accelerated);
const byName = new Map(instanceTypes.map((type) => [type.name, type]));

function expand(rows: readonly (readonly [families: string, sizes: string])[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap(([families, sizes]) =>
      families.split(' ').flatMap((name) => sizes.split(' ').map((size) => `${name}.${size}`)),
    ),
  );
}

/** Size and price, for types that may be chosen by size. */
export function findInstanceType(name: string): InstanceType | undefined {
  return byName.get(name);
}

/** Whether a template may name the type. */
export function isInstanceType(name: string): boolean {
  return byName.has(name) || otherNames.has(name) || otherGpuNames.has(name);
}

/** Whether the type has NVIDIA GPUs. */
export function hasGpu(name: string): boolean {
  return otherGpuNames.has(name) || (byName.get(name)?.gpus ?? 0) > 0;
}

/** What a slave offers to tasks, in MiB: an agent keeps 1 GB for itself, or half if there are less than 2. */
export const offeredMemory = (mib: number): number => (mib >= 2048 ? mib - 1024 : mib / 2);

/** Families with ARM processors end in g, with what follows it: t4g, m7gd, c6gn, x2gd. */
export function isArm(name: string): boolean {
  return /^(a1|g5g|[a-z]{1,2}\d+g[a-z]*)\./.test(name);
}

/** Every name that a template may use. */
export function instanceTypeNames(): readonly string[] {
  return [...byName.keys(), ...otherNames, ...otherGpuNames];
}
