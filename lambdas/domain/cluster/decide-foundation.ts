/** Where the masters' slots lie, and when what a cluster stands on has to be made. Pure. */
import type { Decision } from '../../contracts/decision.ts';
import { retryAt } from './failures.ts';
import { offeringsFor, zonesOf } from './offerings.ts';
import type { ClusterRecord } from './records.ts';
import { preparationOf } from './shape.ts';
import { groupsOf } from './spec.ts';
import { info, type Situation, type Step, step } from './step.ts';

/** Slots in turn over the zones, so that one zone's failure takes as few masters as possible. */
function spreadMasters({ record, subnets }: Situation): readonly string[] {
  const { masters } = record.desired.spec;
  const zones = zonesOf(masters, subnets);
  return Array.from({ length: masters.count }, (_, index) => zones[index % zones.length] ?? '');
}

/**
 * Zones of the slots. While the cluster is made, a slot without an instance leaves a zone that has no capacity for it; later a
 * slot never moves, because its address is in every peer's list.
 */
export function placeMasters(situation: Situation): readonly string[] {
  const { record, nodes, now, subnets } = situation;
  const placed = record.progress.masterZones ?? spreadMasters(situation);
  if (record.progress.completedAt !== undefined) return placed;
  const group = record.desired.spec.masters;
  const taken = new Set(nodes.filter((node) => node.group === group.name).map((node) => node.ordinal));
  const launching = new Set(
    record.launches.filter((launch) => launch.group === group.name).flatMap((launch) => launch.ordinals),
  );
  const hasCapacity = (zone: string): boolean => offeringsFor(group, [zone], record, now).offerings.length > 0;
  const open = zonesOf(group, subnets).filter(hasCapacity);
  return placed.map((zone, index) => {
    if (taken.has(index + 1) || launching.has(index + 1) || hasCapacity(zone) || open.length === 0) return zone;
    return open[index % open.length] ?? zone;
  });
}

/** Whether the foundation is there and its interfaces lie where the slots do. */
export function isPrepared({ record }: Situation, masterZones: readonly string[]): boolean {
  const interfaces = record.foundation?.masterInterfaces;
  return (
    interfaces !== undefined &&
    masterZones.every((zone, index) => interfaces.find(({ slot }) => slot === index + 1)?.zone === zone)
  );
}

export function decidePreparation(situation: Situation, masterZones: readonly string[]): Step {
  const reason =
    situation.record.foundation === undefined
      ? 'security groups, addresses, roles and launch templates are to be made'
      : 'a zone has no capacity for its master: the slot moves to another zone';
  return prepare(situation, masterZones, reason);
}

/** Whether what was prepared is what the specification needs. */
export function isUpToDate({ desired, foundation }: ClusterRecord): boolean {
  const preparedFor = foundation?.preparedFor;
  return preparedFor === undefined ? desired.generation === 1 : preparedFor === preparationOf(desired.spec);
}

/**
 * After an update what the cluster stands on is prepared again, while its nodes are looked after as ever; and what earlier
 * generations left is released when the nodes that used it are gone.
 */
export function decideUpkeep(situation: Situation, masterZones: readonly string[]): Step {
  const { nodes, record } = situation;
  if (!isUpToDate(record)) {
    return prepare(situation, masterZones, 'security groups, addresses and launch templates are to follow the update');
  }
  const { surplus = [] } = record.foundation ?? {};
  const groups = new Set(groupsOf(record.desired.spec).map(({ name }) => name));
  if (surplus.length === 0 || nodes.some((node) => !groups.has(node.group))) return step({});
  return prepare(situation, masterZones, `what the update left over is to be released: ${surplus.join(', ')}`);
}

function prepare({ failures, now }: Situation, masterZones: readonly string[], reason: string): Step {
  const wait = retryAt(failures, 'prepare', now);
  if (wait !== undefined) return step({ checks: [wait] });
  const decision: Decision = { kind: 'prepare-cluster', key: 'prepare', reason, masterZones: [...masterZones] };
  return step({ decisions: [decision], activity: [info(reason)] });
}
