/** Node groups: one per Compute node of the template. */
import type { NodeRole } from '../../contracts/cluster.ts';
import { clip, fail } from '../tosca/fault.ts';
import type { Node } from '../tosca/topology.ts';
import type { NodeGroup, SlaveGroup } from './spec.ts';
import { readImage } from './specification-image.ts';
import { slug, uniqueName } from './specification-names.ts';
import { readNetwork } from './specification-network.ts';
import {
  capabilityOf,
  countOf,
  flagOf,
  isGiven,
  numberOf,
  openValue,
  type Specifying,
  textOf,
} from './specification-read.ts';
import type { HostedRole } from './specification-roles.ts';
import { chooseInstanceTypes } from './specification-size.ts';
import { wantsGpu } from './specification-software.ts';
import { readRootDisk, readVolumes } from './specification-storage.ts';

/** What all groups of a cluster are made with. */
export interface GroupContext extends Specifying {
  readonly zones: ReadonlyMap<string, readonly string[]>;
  /** Group names in use. */
  readonly taken: Set<string>;
}

const masterCounts = [1, 3, 5];
const loadBalancerCounts = [1, 2];
const tagLimits = { count: 30, key: 128, value: 256 };

/** @throws InvalidInput */
export function readMasters(role: HostedRole, context: GroupContext): NodeGroup {
  const count = countOf(role.compute);
  if (!masterCounts.includes(count))
    fail(
      countPath(role.compute),
      `${count} masters are not possible; use 1, 3 or 5, for 2 or 4 would not survive more failures than 1 or 3`,
    );
  return readGroup(role, 'master', count, context);
}

/** @throws InvalidInput */
export function readLoadBalancers(role: HostedRole, context: GroupContext): NodeGroup {
  const count = countOf(role.compute);
  if (!loadBalancerCounts.includes(count))
    fail(countPath(role.compute), `${count} load balancers are not possible; use 1 or 2`);
  return readGroup(role, 'load-balancer', count, context);
}

/** @param isManaged whether an ElasticCluster manages the slaves. @throws InvalidInput */
export function readSlaves(role: HostedRole, isManaged: boolean, context: GroupContext): SlaveGroup {
  const asked = countOf(role.compute);
  const bounds = readBounds(role, isManaged, context.notes);
  const count = bounds ? Math.min(Math.max(asked, bounds.min), bounds.max) : asked;
  if (bounds && count !== asked)
    context.notes.push(
      `node_templates.${role.compute.name}: starts with ${count} slaves instead of ${asked}, to be within its bounds`,
    );
  const group = readGroup(role, 'slave', count, context);
  return { ...group, role: 'slave', ...(bounds && bounds.min < bounds.max ? { bounds } : {}) };
}

/** What makes slaves elastic: values that only a type's default gives do not. */
function whyElastic({ software, compute }: HostedRole, isManaged: boolean): string | undefined {
  if (isManaged) return 'an ElasticCluster manages them';
  const wn = capabilityOf(software, 'wn');
  const given = ['max_instances', 'min_instances'].find((name) => isGiven(wn, name));
  if (given) return `${software.name} gives ${given}`;
  return isGiven(capabilityOf(compute, 'scalable'), 'max_instances')
    ? `${compute.name} gives max_instances`
    : undefined;
}

/**
 * From the slave's `wn` capability, else from the Compute node's `scalable`.
 *
 * @returns undefined if the slaves are not elastic
 */
function readBounds(role: HostedRole, isManaged: boolean, notes: string[]): SlaveGroup['bounds'] {
  const why = whyElastic(role, isManaged);
  if (why === undefined) return undefined;
  const { software, compute } = role;
  const sources = [capabilityOf(software, 'wn'), capabilityOf(compute, 'scalable')];
  const given = (name: string) => {
    const source = sources.find((values) => isGiven(values, name));
    return source && numberOf(source, name);
  };
  const path = [...software.path, 'capabilities', 'wn', 'properties'];
  const most = given('max_instances');
  const min = given('min_instances') ?? Math.min(1, most ?? 1);
  const max = most ?? Math.max(countOf(compute), min);
  if (most === undefined)
    notes.push(`${path.join('.')}: there is no max_instances, so the cluster has at most ${max} such slaves`);
  if (min > max) fail(path, `min_instances ${min} is more than max_instances ${max}`);
  if (min < max)
    notes.push(`node_templates.${compute.name}: follows the load, ${min} to ${max} slaves, because ${why}`);
  return { min, max };
}

function readGroup({ software, compute }: HostedRole, role: NodeRole, count: number, context: GroupContext): NodeGroup {
  const imageId = readImage(compute, context);
  const volumes = readVolumes(compute, context);
  if (role !== 'slave' && volumes.length > 0)
    fail(
      [...compute.path, 'requirements', 'local_storage'],
      'only slaves can have extra volumes; use disk_size for a bigger root disk',
    );
  noteWithoutEffect(compute, context.notes);
  const zones = context.zones.get(compute.name);
  if (role === 'master' && zones && count > zones.length)
    context.notes.push(
      `node_templates.${compute.name}: its masters share ${zones.join(' and ')}, so the cluster does not survive that zone's outage`,
    );
  return {
    name: uniqueName(slug(compute.name, role), context.taken),
    role,
    computeNode: compute.name,
    softwareNode: software.name,
    count,
    instanceTypes: readInstanceTypes(software, compute, role, context.notes),
    ...(imageId ? { imageId } : {}),
    rootDiskGiB: readRootDisk(compute, context),
    volumes,
    ...readNetwork(compute, context),
    ...(zones ? { zones } : {}),
    preemptible: readPreemptible(compute, role, context.notes),
    tags: readTags(compute, context.notes),
  };
}

/** What the types let a machine have, and machines here do not get. */
function noteWithoutEffect({ name, properties }: Node, notes: string[]): void {
  const where = `node_templates.${name}.properties`;
  const users = openValue(properties, 'os_users')?.value;
  if (Array.isArray(users) && users.length > 0)
    notes.push(`${where}.os_users has no effect: machines get no accounts; operators use Session Manager`);
  if (textOf(properties, 'instance_name'))
    notes.push(`${where}.instance_name has no effect: instances are named after their cluster`);
}

function readInstanceTypes(software: Node, compute: Node, role: NodeRole, notes: string[]): readonly string[] {
  const host = capabilityOf(compute, 'host');
  const asked = numberOf(host, 'num_gpus') ?? 0;
  const gpus = role === 'slave' && wantsGpu(software, compute) ? Math.max(asked, 1) : asked;
  const instanceType = textOf(host, 'instance_type');
  if (gpus > asked && instanceType === undefined)
    notes.push(
      `node_templates.${compute.name}: gets one GPU per node, because ${software.name} has enable_gpu_support`,
    );
  const optional = { cpus: numberOf(host, 'num_cpus'), memoryBytes: numberOf(host, 'mem_size') };
  const texts = { gpuModel: textOf(host, 'gpu_model'), gpuVendor: textOf(host, 'gpu_vendor'), instanceType };
  const path = [...compute.path, 'capabilities', 'host', 'properties'];
  const preemptible = isPreemptible(compute, role);
  if (preemptible && instanceType !== undefined)
    notes.push(
      `${path.join('.')}.instance_type: spot instances of one type only are rarely all there; num_cpus and mem_size let others serve, too`,
    );
  return chooseInstanceTypes({ gpus, path, preemptible, ...defined(optional), ...defined(texts) });
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const asksForSpot = (compute: Node): boolean => flagOf(capabilityOf(compute, 'host'), 'preemtible_instance');

/** Losing a master or a load balancer costs more than it saves. */
const isPreemptible = (compute: Node, role: NodeRole): boolean => role === 'slave' && asksForSpot(compute);

function readPreemptible(compute: Node, role: NodeRole, notes: string[]): boolean {
  if (role !== 'slave' && asksForSpot(compute))
    notes.push(`node_templates.${compute.name}: is launched on demand; only slaves can be preemptible`);
  return isPreemptible(compute, role);
}

function readTags(compute: Node, notes: string[]): Readonly<Record<string, string>> {
  const property = compute.properties.get('tags');
  if (typeof property?.value !== 'object' || property.value === null) return {};
  if (property.leaks) notes.push(`node_templates.${compute.name}.properties.tags: values of secret inputs are masked`);
  const tags = Object.entries(property.value);
  if (tags.length > tagLimits.count)
    fail(property.path, `has ${tags.length} tags; at most ${tagLimits.count} are possible`);
  for (const [key, value] of tags) checkTag(key, value, [...property.path, key]);
  return Object.fromEntries(tags);
}

function checkTag(key: string, value: unknown, path: readonly (string | number)[]): void {
  if (/^(aws|mesoscale):/i.test(key)) fail(path, 'tags that begin with aws: or mesoscale: are reserved');
  if (typeof value !== 'string') fail(path, 'must be known now; an attribute of a node is known only later');
  if (key === '' || key.length > tagLimits.key || value.length > tagLimits.value)
    fail(
      path,
      `a tag's key has 1 to ${tagLimits.key} characters and its value at most ${tagLimits.value}; ${clip(key)} has more`,
    );
}

function countPath(compute: Node): readonly string[] {
  return ['node_templates', compute.name, 'capabilities', 'scalable', 'properties', 'count'];
}
