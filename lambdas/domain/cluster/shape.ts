/** What a node was launched as, and whether that is what its group asks for now. Pure. */
import { fingerprint } from './fingerprint.ts';
import type { NodeRecord } from './records.ts';
import type { ClusterSpec, NodeGroup } from './spec.ts';
import { groupsOf } from './spec.ts';

/** What of an instance can be changed only by another instance, apart from its type and zone, which its record tells. */
function launchedAs({ imageId, rootDiskGiB, volumes, public: isPublic, preemptible }: NodeGroup): unknown {
  const disks = volumes.map(({ name, sizeGiB, location, type, snapshotId }) => [
    name,
    sizeGiB,
    location,
    type ?? null,
    snapshotId ?? null,
  ]);
  return [imageId ?? null, rootDiskGiB, disks, isPublic, preemptible];
}

const known = new WeakMap<NodeGroup, string>();

/** A fingerprint of what nodes of the group are launched as now. Found out once for each group that was read: a pass asks for every node. */
export function shapeOf(group: NodeGroup): string {
  const shape = known.get(group) ?? fingerprint(launchedAs(group));
  known.set(group, shape);
  return shape;
}

/** Whether the node has to be replaced to be what its group asks for. */
export function isOutdated({ shape, instanceType, zone }: NodeRecord, group: NodeGroup): boolean {
  const isAsLaunched = shape === undefined || shape === shapeOf(group);
  const isInZone = group.zones === undefined || group.zones.includes(zone);
  return !(isAsLaunched && isInZone && group.instanceTypes.includes(instanceType));
}

/** Changes exactly when something has to be prepared for the specification, or is not needed for it any more. */
export function preparationOf(spec: ClusterSpec): string {
  const groups = groupsOf(spec).map((group) => [
    group.name,
    group.role,
    group.role === 'slave' ? launchedAs(group) : group.public,
    group.openPorts.map(({ protocol, from, to, cidr }) => [protocol, from, to, cidr]),
  ]);
  return fingerprint(groups);
}
