/** An elastic group: what is known of it before a look, what the look tells of it, and what of both is remembered. Pure. */
import type { ClusterRecord } from '../cluster/records.ts';
import { shapeOf } from '../cluster/shape.ts';
import type { SlaveGroup } from '../cluster/spec.ts';
import type { Supply } from './demand.ts';
import { doubtedOffers, learnOffers, offerOf, priceOf, withoutDoubted } from './offer.ts';
import type { GroupScaling, ScalingLook } from './scaling.ts';
import { idleSlavesOf, prospectOf, type Staff, type seeSlaves, staffOf } from './slaves.ts';
import { type Bounds, clampTo, type Steady, withinBounds } from './stabilize.ts';
import { type Evidence, type IdleSlave, refusedKeys } from './standstill.ts';

/** An elastic group with what is known of it before this look. */
export interface Known {
  readonly group: SlaveGroup;
  readonly bounds: Bounds;
  /** How many slaves were wanted by the record. */
  readonly from: number;
  /** The template's count, if it is another one than was taken over last. */
  readonly asked?: number;
  /** Within bounds, and with the template's count where that is new. */
  readonly steady: Steady;
  readonly before?: GroupScaling;
}

/** @returns none if the group is not elastic */
export function knownOf(group: SlaveGroup, { progress }: ClusterRecord): readonly Known[] {
  const { bounds, count } = group;
  if (bounds === undefined) return [];
  const before = progress.scaling?.[group.name];
  const number = clampTo(bounds, count);
  const isKept = before !== undefined && before.asked === count;
  const steady = isKept
    ? withinBounds({ ...before, level: before.level ?? before.wanted }, bounds)
    : { wanted: number, level: number, peaks: [] };
  return [
    {
      group,
      bounds,
      from: before?.wanted ?? number,
      ...(isKept || before === undefined ? {} : { asked: number }),
      steady,
      ...(before ? { before } : {}),
    },
  ];
}

/** What is remembered of a group besides numbers. */
export type Memory = Pick<GroupScaling, 'offers' | 'doubted' | 'standstills'>;

export function stateOf(
  { group }: Known,
  steady: Steady,
  { offers, doubted = {}, standstills = [] }: Memory,
): GroupScaling {
  return {
    ...steady,
    asked: group.count,
    offers,
    shape: shapeOf(group),
    ...(Object.keys(doubted).length === 0 ? {} : { doubted }),
    ...(standstills.length === 0 ? {} : { standstills }),
  };
}

/** What this look tells of a group. */
export interface Seen extends Known {
  readonly staff: Staff;
  readonly idle: readonly IdleSlave[];
  readonly learned: Memory;
  readonly supply: Supply;
}

/** What a look tells of whether slaves take tasks. */
export function evidenceOf(slaves: ReturnType<typeof seeSlaves>, { snapshot, now }: ScalingLook): Evidence {
  const busy = slaves.filter(({ use }) => use === 'busy').map(({ node }) => node.instanceId);
  return { waiting: snapshot?.demand ?? [], busy: new Set(busy), now };
}

/** @param look of which somebody tells */
export function seeGroup(known: Known, slaves: ReturnType<typeof seeSlaves>, look: ScalingLook): Seen {
  const { group } = known;
  const { record, nodes, now } = look;
  const { gpuEnabled } = record.desired.spec.software;
  const before = known.before && withoutDoubted(known.before, now);
  const offers = learnOffers(group, look, before);
  const doubted = doubtedOffers(group, look, { ...(before ? { state: before } : {}), gpuEnabled, now });
  const offer = offerOf(group, offers, gpuEnabled);
  return {
    ...known,
    staff: staffOf(group, slaves, record),
    idle: idleSlavesOf(group, slaves),
    learned: { offers, doubted },
    supply: {
      name: group.name,
      price: priceOf(group),
      prospect: prospectOf(group, nodes, record),
      refused: refusedKeys(before?.standstills, evidenceOf(slaves, look)),
      ...(offer ? { offer } : {}),
    },
  };
}

export const offerIn = ({ offer }: Supply): Pick<Supply, 'offer'> => (offer ? { offer } : {});
