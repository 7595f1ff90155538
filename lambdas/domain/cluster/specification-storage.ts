/** Disks of a node: the root disk, and BlockStorage attached by `local_storage`. */
import { clip, fail } from '../tosca/fault.ts';
import type { Node, TopologyRequirement } from '../tosca/topology.ts';
import type { VolumeSpec } from './spec.ts';
import { slug, uniqueName } from './specification-names.ts';
import { capabilityOf, numberOf, type Specifying, textOf } from './specification-read.ts';

const bytesPerGiB = 1024 ** 3;
const rootDisk = { defaultGiB: 30, minGiB: 20, maxGiB: 16_384 };
const mostVolumes = 20;
const longestLocation = 200;
/** EBS types that need no more than a size, with the least and the most. */
const volumeTypes: ReadonlyMap<string, readonly [minGiB: number, maxGiB: number]> = new Map([
  ['gp2', [1, rootDisk.maxGiB]],
  ['gp3', [1, rootDisk.maxGiB]],
  ['standard', [1, 1024]],
  ['st1', [125, rootDisk.maxGiB]],
  ['sc1', [125, rootDisk.maxGiB]],
]);
/** Mounting over these would break the node. */
const systemPaths = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var',
];

/** GiB. @throws InvalidInput */
export function readRootDisk(compute: Node, { notes }: Specifying): number {
  const host = capabilityOf(compute, 'host');
  const bytes = numberOf(host, 'disk_size');
  if (bytes === undefined) return rootDisk.defaultGiB;
  const asked = Math.ceil(bytes / bytesPerGiB);
  if (asked > rootDisk.maxGiB)
    fail(
      host.get('disk_size')?.path ?? compute.path,
      `${asked} GiB are too much; at most ${rootDisk.maxGiB} GiB are possible`,
    );
  if (asked >= rootDisk.minGiB) return asked;
  notes.push(
    `node_templates.${compute.name}: the root disk has ${rootDisk.minGiB} GiB, because the software needs more than ${asked} GiB`,
  );
  return rootDisk.minGiB;
}

/** @throws InvalidInput */
export function readVolumes(compute: Node, specifying: Specifying): readonly VolumeSpec[] {
  const requirements = compute.requirements.filter(({ name }) => name === 'local_storage');
  if (requirements.length > mostVolumes)
    fail(compute.path, `has ${requirements.length} volumes; at most ${mostVolumes} are possible`);
  const taken = new Set<string>();
  const volumes = requirements.map((requirement) => readVolume(requirement, taken, specifying));
  const locations = volumes.map(({ location }) => location);
  const repeated = locations.find((location, index) => locations.indexOf(location) !== index);
  if (repeated)
    fail([...compute.path, 'requirements', 'local_storage'], `two volumes have the location ${clip(repeated)}`);
  return volumes;
}

function readVolume(requirement: TopologyRequirement, taken: Set<string>, specifying: Specifying): VolumeSpec {
  const storage = specifying.topology.nodes.get(requirement.target);
  if (!storage) fail(requirement.path, 'names no BlockStorage');
  refuseExisting(storage);
  const name = uniqueName(slug(storage.name, 'volume'), taken);
  const kind = readType(storage, specifying.notes);
  const size = readSize(storage, kind, specifying.notes);
  const snapshotId = readSnapshot(storage);
  return {
    name,
    sizeGiB: size,
    location: readLocation(requirement, name),
    ...(kind.type ? { type: kind.type } : {}),
    ...(snapshotId ? { snapshotId } : {}),
  };
}

function refuseExisting(storage: Node): void {
  if (textOf(storage.properties, 'volume_id'))
    fail(
      [...storage.path, 'properties', 'volume_id'],
      'an existing volume cannot be attached, for it can be in one zone and on one node only; make a snapshot of it and give its snapshot_id',
    );
}

function readSize(storage: Node, { minGiB, maxGiB }: VolumeKind, notes: string[]): number {
  const bytes = numberOf(storage.properties, 'size');
  const path = [...storage.path, 'properties', 'size'];
  if (bytes === undefined) fail(path, 'is missing; give one such as 100 GB');
  const size = Math.max(1, Math.ceil(bytes / bytesPerGiB));
  if (size > maxGiB) fail(path, `${size} GiB are too much; at most ${maxGiB} GiB are possible`);
  if (size >= minGiB) return size;
  notes.push(`node_templates.${storage.name}: has ${minGiB} GiB, the least that its type can have`);
  return minGiB;
}

interface VolumeKind {
  readonly type?: string;
  readonly minGiB: number;
  readonly maxGiB: number;
}

function readType(storage: Node, notes: string[]): VolumeKind {
  const type = textOf(storage.properties, 'type')?.toLowerCase();
  const [minGiB, maxGiB] = volumeTypes.get(type ?? 'gp3') ?? [];
  if (minGiB !== undefined && maxGiB !== undefined) return { ...(type === undefined ? {} : { type }), minGiB, maxGiB };
  notes.push(`node_templates.${storage.name}: gp3 is used in place of the volume type ${clip(type ?? '')}`);
  return { type: 'gp3', minGiB: 1, maxGiB: rootDisk.maxGiB };
}

function readSnapshot(storage: Node): string | undefined {
  const id = textOf(storage.properties, 'snapshot_id');
  if (id === undefined || /^snap-[0-9a-f]{8,17}$/.test(id)) return id;
  return fail(
    [...storage.path, 'properties', 'snapshot_id'],
    `${clip(id)} is no EBS snapshot; write one such as snap-0123456789abcdef0`,
  );
}

/** Goes to the node in a command parameter, so its characters are few. */
function readLocation({ properties, path }: TopologyRequirement, name: string): string {
  const location = textOf(properties, 'location')?.replace(/(?<=.)\/+$/, '') ?? `/mnt/${name}`;
  const at = [...path, 'relationship', 'properties', 'location'];
  const [top, ...steps] = location.split('/');
  const isPlain = top === '' && steps.every((step) => /^[A-Za-z0-9._-]+$/.test(step) && !/^\.{1,2}$/.test(step));
  if (!isPlain || location.length > longestLocation)
    fail(at, `${clip(location)} is no usable mount point; write an absolute path such as /data`);
  if (systemPaths.includes(location)) fail(at, `${location} belongs to the system; choose another place such as /data`);
  return location;
}
