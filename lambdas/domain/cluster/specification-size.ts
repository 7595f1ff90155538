/** From the size that a template asks for to EC2 instance types. */
import { clip, fail, nearest } from '../tosca/fault.ts';
import type { Path } from '../tosca/value.ts';
import {
  findInstanceType,
  hasGpu,
  type InstanceType,
  instanceTypeNames,
  instanceTypes,
  isArm,
  isInstanceType,
} from './instance-types.ts';

/** What a Compute node's `host` capability asks for. */
export interface SizeRequest {
  readonly cpus?: number;
  /** Bytes. */
  readonly memoryBytes?: number;
  readonly gpus: number;
  readonly gpuModel?: string;
  readonly gpuVendor?: string;
  readonly instanceType?: string;
  /** For spot instances: of many types some are there. @default false */
  readonly preemptible?: boolean;
  /** Of the `host` capability's properties, for messages. */
  readonly path: Path;
}

const bytesPerMiB = 1024 ** 2;
/** So many types are chosen, even if some are bigger than the slack allows. */
const fewest = 3;
/** Of those within the slack at most so many; for spot not what costs more than twice the cheapest, unless they are few. */
const most = { onDemand: 8, spot: 10 };
const fewestSpot = 6;
const spotPriceSlack = 2;
/**
 * A type may be this many times as big as asked for. Templates ask in thousands and EC2 counts in 1024s, so that twice `8 GB`
 * would just miss 16 GiB.
 */
const slack = { cpus: 2, memory: 2.2 };
/** Docker and a node's own software do not fit below. */
const smallestMemoryMiB = 1024;
/** For nodes that ask for nothing. */
const defaultCpus = 2;
const defaultMemoryBytes = 4e9;

/** Types that satisfy the request, cheapest first; exactly one if the template names it. @throws InvalidInput */
export function chooseInstanceTypes(request: SizeRequest): readonly string[] {
  if (request.instanceType !== undefined) return [checkNamed(request.instanceType, request)];
  const wanted = complete(request);
  const pool = instanceTypes.filter((type) => hasWantedGpu(type, wanted));
  if (pool.length === 0) fail(wanted.path, `no EC2 instance type has ${describeGpu(wanted)}; known are ${gpuModels()}`);
  const fitting = pool.filter((type) => fits(type, wanted)).sort(byPrice);
  if (fitting.length === 0) refuseTooBig(wanted, pool);
  return closest(fitting, wanted).map(({ name }) => name);
}

function complete(request: SizeRequest): SizeRequest {
  const asksNothing = request.cpus === undefined && request.memoryBytes === undefined && request.gpus === 0;
  return asksNothing ? { ...request, cpus: defaultCpus, memoryBytes: defaultMemoryBytes } : request;
}

function checkNamed(name: string, { path, gpus }: SizeRequest): string {
  const at = [...path, 'instance_type'];
  if (!isInstanceType(name)) {
    if (isArm(name))
      fail(at, `${clip(name)} has ARM processors; the cluster's software needs x86_64, such as ${example(name)}`);
    fail(at, `EC2 has no instance type ${clip(name)}; near ones are ${similar(name).join(', ')}`);
  }
  if (gpus > 0 && !hasGpu(name)) fail(at, `${name} has no GPU, but one is asked for; use one such as g4dn.xlarge`);
  const known = findInstanceType(name);
  if (known && known.gpus < gpus) fail(at, `${name} has ${known.gpus} GPUs, but ${gpus} are asked for`);
  return name;
}

function example(name: string): string {
  const size = name.split('.')[1] ?? 'large';
  return isInstanceType(`m6i.${size}`) ? `m6i.${size}` : 'm6i.large';
}

/** Types of the same family first, then names that look alike, then the ordinary ones. */
function similar(name: string): readonly string[] {
  const names = instanceTypeNames();
  const prefix = `${name.split('.')[0]}.`.toLowerCase();
  const relatives = names.filter((known) => known.startsWith(prefix)).slice(0, 4);
  const found = relatives.length > 0 ? relatives : nearest(name, names, 4);
  return found.length > 0 ? found : ['t3.medium', 'm5.large', 'c5.large', 'r5.large'];
}

function hasWantedGpu(type: InstanceType, { gpus, gpuModel, gpuVendor }: SizeRequest): boolean {
  if (gpus === 0) return type.gpus === 0;
  const model = gpuModel?.toLowerCase().replace(/[^a-z0-9]/g, '');
  const isModel = model === undefined || model.endsWith(type.gpuModel?.toLowerCase() ?? '-');
  const isVendor = gpuVendor === undefined || gpuVendor.toLowerCase().includes(type.gpuVendor ?? '-');
  return type.gpus >= gpus && isModel && isVendor;
}

function fits(type: InstanceType, { cpus = 0, memoryBytes = 0 }: SizeRequest): boolean {
  return type.vcpus >= cpus && type.memoryMiB >= Math.max(memoryBytes / bytesPerMiB, smallestMemoryMiB);
}

/** Those within the slack, and more of the cheapest if they are too few. @param fitting cheapest first */
function closest(fitting: readonly InstanceType[], wanted: SizeRequest): readonly InstanceType[] {
  const near = fitting.filter((type) => isNear(type, wanted));
  const others = fitting.filter((type) => !near.includes(type));
  const count = wanted.preemptible ? spotCount(near) : Math.min(near.length, most.onDemand);
  return [...near, ...others].slice(0, Math.max(fewest, count)).sort(byPrice);
}

function spotCount(near: readonly InstanceType[]): number {
  const dearest = (near[0]?.price ?? 0) * spotPriceSlack;
  const affordable = near.filter(({ price }) => price <= dearest).length;
  return Math.min(near.length, most.spot, Math.max(fewestSpot, affordable));
}

function isNear(type: InstanceType, { cpus, memoryBytes }: SizeRequest): boolean {
  const cpuLimit = cpus === undefined ? Number.POSITIVE_INFINITY : Math.max(cpus, 1) * slack.cpus;
  const memoryLimit =
    memoryBytes === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(memoryBytes / bytesPerMiB, smallestMemoryMiB) * slack.memory;
  return type.vcpus <= cpuLimit && type.memoryMiB <= memoryLimit;
}

function byPrice(a: InstanceType, b: InstanceType): number {
  return a.price - b.price || a.name.localeCompare(b.name);
}

function refuseTooBig({ cpus = 0, memoryBytes = 0, path }: SizeRequest, pool: readonly InstanceType[]): never {
  const memoryMiB = Math.ceil(memoryBytes / bytesPerMiB);
  const lacksMemory = pool.every((type) => type.memoryMiB < memoryMiB);
  const measure = (type: InstanceType) => (lacksMemory ? type.memoryMiB : type.vcpus);
  const biggest = pool.reduce((best, type) => (measure(type) > measure(best) ? type : best));
  const asked = [...(cpus > 0 ? [`${cpus} CPUs`] : []), ...(memoryMiB > 0 ? [`${memoryMiB} MiB of memory`] : [])];
  return fail(
    path,
    `no EC2 instance type has ${asked.join(' and ')}; the biggest is ${biggest.name} with ${biggest.vcpus} CPUs and ${biggest.memoryMiB} MiB`,
  );
}

function describeGpu({ gpus, gpuModel, gpuVendor }: SizeRequest): string {
  return [String(gpus), gpuVendor && clip(gpuVendor), gpuModel && clip(gpuModel), 'GPUs'].filter(Boolean).join(' ');
}

function gpuModels(): string {
  const models = new Map(instanceTypes.flatMap(({ gpuModel, gpus }) => (gpuModel ? [[gpuModel, gpus] as const] : [])));
  return [...models].map(([model, gpus]) => `NVIDIA ${model} (up to ${gpus})`).join(', ');
}
