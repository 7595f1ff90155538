/**
 * How many slaves the elastic groups of a cluster are to have, given what runs and waits. The loop acts on what is concluded here;
 * whoever collects the load concludes the same and wakes the loop if it has not. Pure.
 */
import type { Snapshot } from '../../contracts/gateway.ts';
import { isLoadWatched } from '../cluster/load-watch.ts';
import { earliest } from '../cluster/time.ts';
import { type Demand, judgeDemand, type UnhelpedTasks } from './demand.ts';
import { evidenceOf, type Known, knownOf, offerIn, type Seen, seeGroup, stateOf } from './elastic-group.ts';
import { loadOf } from './load.ts';
import { rememberedOffers } from './offer.ts';
import type { Resources, Scaling, ScalingLook, Standstill } from './scaling.ts';
import { placesByAddress, roomsOf, seeSlaves } from './slaves.ts';
import { clampTo, fallsAt, type Steady, settle } from './stabilize.ts';
import { findStandstills, looksAgainAt } from './standstill.ts';
import { tellChange, tellObstacles } from './tell.ts';
import { type WantedSlaves, wantedSlaves } from './wanted-slaves.ts';

type Told = Snapshot & { readonly demand: NonNullable<Snapshot['demand']> };

/**
 * Of a cluster whose load is not watched (yet) nothing is concluded: the template's count is wanted. Without a
 * snapshot, a leader or the demand nobody can tell: all stays as it was, but for what an update asks for.
 */
export function scale(look: ScalingLook): Scaling {
  const known = isLoadWatched(look.record)
    ? look.record.desired.spec.slaves.flatMap((group) => knownOf(group, look.record))
    : [];
  const told = toldBy(look.snapshot);
  return told === undefined || known.length === 0 ? keep(known, look) : conclude(known, told, look);
}

function toldBy(snapshot: Snapshot | undefined): Told | undefined {
  if (snapshot?.leader === undefined || snapshot.demand === undefined) return undefined;
  return { ...snapshot, demand: snapshot.demand };
}

/** @param change besides what is known of the group */
function changeOf(
  { group, bounds, from, asked }: Known,
  { rules }: ScalingLook,
  change: { readonly to: number; readonly offer?: Resources; readonly wanted?: WantedSlaves },
): readonly string[] {
  const { targetAllocation: target, spareSlaves: spare, scaleInSeconds } = rules;
  const told = tellChange({
    ...change,
    group: group.name,
    from,
    bounds,
    ...(asked === undefined ? {} : { asked }),
    target,
    spare,
    scaleInSeconds,
  });
  return told === undefined ? [] : [told];
}

function keep(known: readonly Known[], look: ScalingLook): Scaling {
  return {
    groups: Object.fromEntries(
      known.map((each) => {
        const memory = { ...each.before, offers: rememberedOffers(each.group, each.before) };
        return [each.group.name, stateOf(each, each.steady, memory)];
      }),
    ),
    changes: known.flatMap((each) => changeOf(each, look, { to: each.steady.wanted })),
    obstacles: [],
  };
}

interface Concluded extends Seen {
  readonly wanted: WantedSlaves;
  readonly after: Steady;
  readonly standstills: readonly Standstill[];
}

function conclude(known: readonly Known[], told: Told, look: ScalingLook): Scaling {
  const { record, nodes, rules } = look;
  const slaves = seeSlaves(nodes, told, record);
  const seen = known.map((each) => seeGroup(each, slaves, { ...look, snapshot: told }));
  const demand = judgeDemand(
    told.demand,
    seen.map(({ supply }) => supply),
    placesByAddress(nodes),
  );
  const wanted = wantedSlaves({
    groups: seen.map(({ group: { name }, staff, bounds, supply }) => ({
      ...staff,
      name,
      max: bounds.max,
      ...offerIn(supply),
    })),
    helped: demand.helped,
    rooms: roomsOf(slaves, new Set(known.map(({ group }) => group.name))),
    target: rules.targetAllocation,
    spare: rules.spareSlaves,
  });
  return sumUp(
    seen.flatMap((each) => {
      const { name } = each.group;
      const helped = demand.helped.filter(({ groups }) => groups.includes(name));
      const waits = { ...evidenceOf(slaves, { ...look, snapshot: told }), helped, idle: each.idle };
      const standstills = findStandstills(each.before?.standstills, waits);
      return settleGroup({ ...each, standstills }, wanted.get(name), look);
    }),
    demand,
    look,
  );
}

function settleGroup(
  seen: Omit<Concluded, 'wanted' | 'after'>,
  wanted: WantedSlaves | undefined,
  { now, rules }: ScalingLook,
): readonly Concluded[] {
  if (wanted === undefined) return [];
  const level = clampTo(seen.bounds, levelOf(wanted, seen));
  return [{ ...seen, wanted, after: settle(seen.steady, level, { now, scaleInSeconds: rules.scaleInSeconds }) }];
}

function sumUp(concluded: readonly Concluded[], demand: Demand, look: ScalingLook): Scaling {
  const checkAt = earliest(
    concluded.flatMap(({ after, standstills }) =>
      [fallsAt(after, look.rules.scaleInSeconds) ?? [], looksAgainAt(standstills, look.now) ?? []].flat(),
    ),
  );
  return {
    groups: Object.fromEntries(
      concluded.map((each) => {
        const { group, after, learned, standstills } = each;
        return [group.name, stateOf(each, after, { ...learned, standstills })];
      }),
    ),
    load: loadOf(
      concluded.map(({ staff, after }) => ({ staff, ...after })),
      demand,
    ),
    changes: concluded.flatMap((each) =>
      changeOf(each, look, { ...each, ...offerIn(each.supply), to: each.after.wanted }),
    ),
    obstacles: tellObstacles([...demand.unhelped, ...tooMany(concluded)]),
    ...(checkAt === undefined ? {} : { checkAt }),
  };
}

/** Slaves of which nobody can tell are counted so that least changes: as needed, or as not, or some of them. */
function levelOf({ level }: WantedSlaves, { steady, staff }: Pick<Seen, 'steady' | 'staff'>): number {
  return clampTo({ min: level, max: level + staff.untold }, steady.level);
}

/** Tasks that no group takes any more. */
function tooMany(concluded: readonly Concluded[]): readonly UnhelpedTasks[] {
  const most = new Map(concluded.map(({ group, bounds }) => [group.name, `${bounds.max} of ${group.name}`]));
  return concluded.flatMap(({ wanted }) =>
    wanted.lost.map(({ id, count, groups }) => {
      const choice = groups.flatMap((name) => most.get(name) ?? []).join(', ');
      return { id, count, reason: `they need more slaves than there may be: ${choice}` };
    }),
  );
}
