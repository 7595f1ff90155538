/** Which instance types, zones and markets a launch may use, best first. Pure. */
import { type Offering, offeringKey } from '../../contracts/cluster.ts';
import type { SubnetChoice } from '../../contracts/functions.ts';
import type { ClusterRecord, Timestamp } from './records.ts';
import type { NodeGroup } from './spec.ts';
import { earliest, toTimestamp } from './time.ts';

export interface Subnets {
  readonly public: readonly SubnetChoice[];
  /** Empty: all nodes live in the public subnets. */
  readonly private: readonly SubnetChoice[];
}

/** Subnets that a group's nodes live in. */
export function subnetsOf(group: NodeGroup, subnets: Subnets): readonly SubnetChoice[] {
  return group.public || subnets.private.length === 0 ? subnets.public : subnets.private;
}

export interface AvailableOfferings {
  readonly offerings: readonly Offering[];
  /** If there are none: when the first may have capacity again. */
  readonly retryAt?: Timestamp;
}

function availableOf(offerings: readonly Offering[], record: ClusterRecord, now: Date): readonly Offering[] {
  return offerings.filter((offering) => (record.unavailable[offeringKey(offering)] ?? '') <= toTimestamp(now));
}

function heldUntil(offerings: readonly Offering[], record: ClusterRecord): Timestamp | undefined {
  return earliest(offerings.flatMap((offering) => record.unavailable[offeringKey(offering)] ?? []));
}

/**
 * Offerings for nodes of `group` in `zones` (in order of preference): every type in every zone before the next type. A
 * preemptible group falls back to on-demand instances when no spot offering is left; those stay until something else ends them.
 */
export function offeringsFor(
  group: NodeGroup,
  zones: readonly string[],
  record: ClusterRecord,
  now: Date,
): AvailableOfferings {
  const inMarket = (market: Offering['market']): readonly Offering[] =>
    group.instanceTypes.flatMap((instanceType) => zones.map((zone) => ({ instanceType, zone, market })));
  const markets: readonly Offering['market'][] = group.preemptible ? ['spot', 'on-demand'] : ['on-demand'];
  for (const market of markets) {
    const offerings = availableOf(inMarket(market), record, now);
    if (offerings.length > 0) return { offerings };
  }
  const retryAt = heldUntil(markets.flatMap(inMarket), record);
  return { offerings: [], ...(retryAt === undefined ? {} : { retryAt }) };
}

/** Zones of a group's subnets that its placement allows. */
export function zonesOf(group: NodeGroup, subnets: Subnets): readonly string[] {
  const zones = subnetsOf(group, subnets).map((subnet) => subnet.zone);
  return group.zones === undefined ? zones : zones.filter((zone) => group.zones?.includes(zone));
}
