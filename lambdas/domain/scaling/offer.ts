/** What a slave that is launched now will offer to tasks, and what it costs. Pure. */
import type { Snapshot } from '../../contracts/gateway.ts';
import { findInstanceType, offeredMemory } from '../cluster/instance-types.ts';
import type { NodeRecord, Timestamp } from '../cluster/records.ts';
import { shapeOf } from '../cluster/shape.ts';
import type { SlaveGroup } from '../cluster/spec.ts';
import { addSeconds, toTimestamp } from '../cluster/time.ts';
import { leastOf, resourceNames, resources } from './resources.ts';
import type { GroupScaling, Resources } from './scaling.ts';

/** The part of an instance's memory that Linux reports as its own: firmware and kernel keep up to 4 % (more of small ones). */
const reportedMemory = 0.96;
/** The part of a root disk that its file system has: boot partitions and tables take up to 2 %. */
const reportedDisk = 0.98;
const mbPerGiB = 1024;

/** An agent keeps 5 GB for itself, or half of a disk with less than 10 (Mesos, slave/containerizer/containerizer.cpp). */
const offeredDisk = (mb: number): number => (mb >= 10 * mbPerGiB ? mb - 5 * mbPerGiB : mb / 2);

/** By the catalogue, on the small side. Undefined: the type's size is not known. */
function promised(type: string, { rootDiskGiB }: SlaveGroup, gpuEnabled: boolean): Resources | undefined {
  const found = findInstanceType(type);
  if (found === undefined) return undefined;
  return {
    cpus: found.vcpus,
    mem: Math.floor(offeredMemory(found.memoryMiB * reportedMemory)),
    disk: Math.floor(offeredDisk(rootDiskGiB * mbPerGiB * reportedDisk)),
    gpus: gpuEnabled ? found.gpus : 0,
  };
}

type Offers = Readonly<Record<string, Resources>>;

/** Of each resource what half of the agents have at least, so that a single odd one of several teaches nothing. */
function ordinary(totals: readonly Resources[]): Resources {
  const middle = Math.floor((totals.length - 1) / 2);
  return resources((name) => totals.map((total) => total[name]).sort((a, b) => a - b)[middle] ?? 0);
}

/** What was reported of slaves of the kind that the group asks for now; another kind may have other disks. */
export function rememberedOffers(group: SlaveGroup, state: GroupScaling | undefined): Offers {
  const isSameKind = state?.shape === undefined || state.shape === shapeOf(group);
  return isSameKind ? (state?.offers ?? {}) : {};
}

interface Reports {
  readonly nodes: readonly NodeRecord[];
  readonly snapshot?: Snapshot | undefined;
}

/** What Mesos reports of the group's slaves, by instance type. Slaves of another kind than it asks for now tell nothing. */
function reportedOffers(group: SlaveGroup, { nodes, snapshot }: Reports): ReadonlyMap<string, readonly Resources[]> {
  const kind = shapeOf(group);
  const isOfKind = ({ shape }: NodeRecord): boolean => shape === undefined || shape === kind;
  const totals = new Map((snapshot?.agents ?? []).flatMap(({ ip, active, total }) => (active ? [[ip, total]] : [])));
  const told = nodes.flatMap((node) => {
    const total = node.privateIp === undefined ? undefined : totals.get(node.privateIp);
    return total && node.group === group.name && isOfKind(node) ? [{ type: node.instanceType, total }] : [];
  });
  const byType = Map.groupBy(told, ({ type }) => type);
  return new Map([...byType].map(([type, of]) => [type, of.map(({ total }) => total)]));
}

/** What the group's slaves report, by instance type; what was known before of types that it has no slaves of now. */
export function learnOffers(group: SlaveGroup, reports: Reports, state: GroupScaling | undefined): Offers {
  const before = rememberedOffers(group, state);
  const reported = reportedOffers(group, reports);
  return Object.fromEntries(
    group.instanceTypes.flatMap((type) => {
      const seen = reported.get(type);
      const offer = seen === undefined ? before[type] : ordinary(seen);
      return offer === undefined ? [] : [[type, resources((name) => offer[name])]];
    }),
  );
}

/** Of so many slaves one that is odd does not decide, see `ordinary`. */
const several = 3;
/** So long others are believed that offer less than the catalogue promises: one of them may have been odd. */
const doubtSeconds = 86_400;

/** What is remembered, without offers that have been doubted for long enough. */
export function withoutDoubted<T extends Pick<GroupScaling, 'offers' | 'doubted'>>(state: T, now: Date): T {
  const isOver = (type: string): boolean => (state.doubted?.[type] ?? '~') <= toTimestamp(now);
  const without = <V>(of: Readonly<Record<string, V>>): Readonly<Record<string, V>> =>
    Object.fromEntries(Object.entries(of).filter(([type]) => !isOver(type)));
  return { ...state, offers: without(state.offers), doubted: without(state.doubted ?? {}) };
}

/**
 * Of which types too few slaves report what was learned, and less than the catalogue promises; until when that is believed. What
 * several have reported before is not doubted.
 */
export function doubtedOffers(
  group: SlaveGroup,
  reports: Reports,
  { state, gpuEnabled, now }: { readonly state?: GroupScaling; readonly gpuEnabled: boolean; readonly now: Date },
): Readonly<Record<string, Timestamp>> {
  const learned = learnOffers(group, reports, state);
  const before = rememberedOffers(group, state);
  const reported = reportedOffers(group, reports);
  const isDoubtful = (type: string): boolean => {
    const [offer, most] = [learned[type], promised(type, group, gpuEnabled)];
    const isLess = offer !== undefined && most !== undefined && resourceNames.some((name) => offer[name] < most[name]);
    return isLess && (reported.get(type)?.length ?? 0) < several;
  };
  return Object.fromEntries(
    group.instanceTypes.filter(isDoubtful).flatMap((type) => {
      const until = state?.doubted?.[type];
      const isBelieved = until === undefined && isSame(before[type], learned[type]);
      return isBelieved ? [] : [[type, until ?? addSeconds(now, doubtSeconds)]];
    }),
  );
}

function isSame(a: Resources | undefined, b: Resources | undefined): boolean {
  return a !== undefined && b !== undefined && resourceNames.every((name) => a[name] === b[name]);
}

/**
 * What any of the types that the group may be launched as offers to tasks, after what Mesos keeps for itself: as learned, or else
 * by the catalogue. Of types that neither knows the others tell; undefined: none is known.
 */
export function offerOf(group: SlaveGroup, learned: Offers, gpuEnabled: boolean): Resources | undefined {
  const offers = group.instanceTypes.flatMap((type) => learned[type] ?? promised(type, group, gpuEnabled) ?? []);
  return offers.length === 0 ? undefined : leastOf(offers);
}

/** What a spot instance costs of the price on demand, about. Only the order of groups depends on it. */
const spotDiscount = 0.35;

/** Of the dearest type that the group may be launched as, per hour. Infinity: the catalogue does not tell of all. */
export function priceOf({ instanceTypes, preemptible }: SlaveGroup): number {
  const prices = instanceTypes.map((type) => findInstanceType(type)?.price ?? Number.POSITIVE_INFINITY);
  return Math.max(...prices) * (preemptible ? spotDiscount : 1);
}
