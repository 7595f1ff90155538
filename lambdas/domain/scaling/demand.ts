/** Which of the waiting tasks more slaves would help, and why not the others. Pure. */
import type { WaitingTasks } from '../../contracts/gateway.ts';
import { offeredPorts } from '../release/catalogue.ts';
import { clip } from '../tosca/fault.ts';
import { type Bearing, judgeConstraint, type Place, type Prospect, type Verdict } from './constraints.ts';
import { countsRunning } from './counting.ts';
import { describe } from './describe.ts';
import { countFitting } from './resources.ts';
import type { Resources } from './scaling.ts';
import { keyOf } from './standstill.ts';

/** An elastic group, as far as tasks care. */
export interface Supply {
  readonly name: string;
  /** Of one slave; absent: nobody knows yet. */
  readonly offer?: Resources;
  /** Of one slave; Infinity: not known. Only its order counts. */
  readonly price: number;
  readonly prospect: Prospect;
  /** Keys of tasks that do not start on its slaves, for a reason that nothing here reads. @default none */
  readonly refused?: ReadonlySet<string>;
}

/** Tasks of one app or job that a fresh slave helps. */
export interface HelpedTasks {
  /** As they were told. */
  readonly told: WaitingTasks;
  /** Of the app or job. */
  readonly id: string;
  readonly key: string;
  readonly need: Resources;
  readonly count: number;
  /** Groups whose slaves they may run on, cheapest first. */
  readonly groups: readonly string[];
  /** On one slave; Infinity: as many as fit. */
  readonly perSlave: number;
  /** They spread evenly over slaves, see constraints.ts. */
  readonly isEven: boolean;
  /** So many more slaves are to have one of them before any takes a second one. */
  readonly apart: number;
  /** Where they run already, and where others have one of their ports. */
  readonly hosts: readonly string[];
  readonly hostPorts: readonly number[];
  /** Tasks of the same key may run on the same slaves; empty: on any. */
  readonly placeKey: string;
  readonly takes: (place: Place) => boolean;
}

export interface UnhelpedTasks {
  readonly id: string;
  readonly count: number;
  readonly reason: string;
}

export interface Demand {
  readonly helped: readonly HelpedTasks[];
  readonly unhelped: readonly UnhelpedTasks[];
}

/** @param places of slaves that are there, by address */
export function judgeDemand(
  waiting: readonly WaitingTasks[],
  supplies: readonly Supply[],
  places: ReadonlyMap<string, Place> = new Map(),
): Demand {
  const judge = judging(places);
  const judged = waiting.map((tasks) => judgeTasks(tasks, supplies, judge));
  return { helped: judged.flatMap(({ helped }) => helped), unhelped: judged.flatMap(({ unhelped }) => unhelped) };
}

type Judge = (constraint: readonly string[], prospect: Prospect, tasks: WaitingTasks) => Verdict;

/** Constraints that are alike are judged once in a look: many apps have the same. */
function judging(places: ReadonlyMap<string, Place>): Judge {
  const known = new Map<Prospect, Map<string, Verdict>>();
  return (constraint, prospect, { hosts }) => {
    if (hosts.length > 0 && countsRunning(constraint)) {
      const running = hosts.flatMap((host) => places.get(host) ?? []);
      return judgeConstraint(constraint, prospect, running);
    }
    const verdicts = known.get(prospect) ?? new Map<string, Verdict>();
    known.set(prospect, verdicts);
    const key = JSON.stringify(constraint);
    const verdict = verdicts.get(key) ?? judgeConstraint(constraint, prospect);
    verdicts.set(key, verdict);
    return verdict;
  };
}

const none = (tasks: WaitingTasks, reason: string, count = tasks.count): UnhelpedTasks => ({
  id: tasks.id,
  count,
  reason,
});

function judgeTasks(tasks: WaitingTasks, supplies: readonly Supply[], judge: Judge): Demand {
  const reason = whyNowhere(tasks);
  if (reason !== undefined) return { helped: [], unhelped: [none(tasks, reason)] };
  const judged = supplies.map((supply) => judgeSupply(tasks, supply, judge));
  const fitting = judged.flatMap((fit) => ('reason' in fit ? [] : [fit]));
  const [first] = fitting.sort((a, b) => a.price - b.price || compare(a.group, b.group));
  if (first === undefined) {
    const reasons = new Set(judged.flatMap((fit) => ('reason' in fit ? [fit.reason] : [])));
    return { helped: [], unhelped: [none(tasks, [...reasons].slice(0, 2).join('; '))] };
  }
  return divide(tasks, fitting, first);
}

/** What is the same for slaves of all groups. */
function whyNowhere({ backOffSeconds, resident, roles, hostPorts }: WaitingTasks): string | undefined {
  if (backOffSeconds > 0) return 'they have failed and are tried again later, which is not for want of room';
  if (resident) return 'they start only where their volume is';
  if (roles !== undefined && !roles.includes('*')) return 'they take reserved resources only';
  const { first, last } = offeredPorts;
  const port = hostPorts.find((each) => each < first || each > last);
  return port === undefined ? undefined : `they need port ${port}, and slaves offer ${first} to ${last}`;
}

type Fit = Pick<Required<Bearing>, 'perSlave' | 'most' | 'apart'> & {
  readonly isEven: boolean;
  readonly group: string;
  /** Per task. */
  readonly price: number;
  readonly takes: readonly ((place: Place) => boolean)[];
};

function judgeSupply(
  tasks: WaitingTasks,
  { name, offer, price, prospect, refused }: Supply,
  judge: Judge,
): Fit | { readonly reason: string } {
  if (refused?.size && refused.has(keyOf(tasks))) return { reason: notStarted(tasks, name) };
  const fitting = offer === undefined ? 1 : countFitting(tasks.need, offer);
  if (offer !== undefined && fitting === 0) return { reason: tooLarge(tasks.need, name, offer) };
  const verdicts = tasks.constraints.map((constraint) => judge(constraint, prospect, tasks));
  const bearings: Bearing[] = [];
  for (const verdict of verdicts) {
    if ('reason' in verdict) return verdict;
    bearings.push(verdict);
  }
  const isTogether = bearings.some(({ together }) => together);
  if (isTogether && tasks.hosts.length > 0) return { reason: 'they are to be where the others of them run' };
  const ports = tasks.hostPorts.length > 0 ? [1] : [];
  const perSlave = Math.min(...ports, ...bearings.map((bearing) => bearing.perSlave ?? Number.POSITIVE_INFINITY));
  const fresh = Math.min(perSlave, fitting);
  const most = Math.min(
    ...bearings.map((bearing) => bearing.most ?? Number.POSITIVE_INFINITY),
    isTogether ? fresh : Number.POSITIVE_INFINITY,
  );
  return {
    group: name,
    perSlave,
    most,
    isEven: bearings.some(({ isEven }) => isEven),
    apart: Math.max(0, ...bearings.map(({ apart = 0 }) => apart)),
    price: offer === undefined ? Number.POSITIVE_INFINITY : price / fresh,
    takes: bearings.flatMap(({ takes }) => takes ?? []),
  };
}

function notStarted({ reasons }: WaitingTasks, group: string): string {
  const why = reasons.length === 0 ? 'does not say why' : `says ${clip(reasons.slice(0, 2).toSorted().join(', '))}`;
  return `they did not start on slaves of ${group} that had room for them, and Marathon ${why}`;
}

function tooLarge(need: Resources, group: string, offer: Resources): string {
  const lacking = (name: keyof Resources): boolean => need[name] > offer[name];
  return `each needs ${describe(need, lacking)}, a slave of ${group} offers ${describe(offer, lacking)}`;
}

function divide(tasks: WaitingTasks, fitting: readonly Fit[], first: Fit): Demand {
  const { id, need, hosts, portHosts = [], hostPorts, scheduler, constraints } = tasks;
  const count = Math.min(tasks.count, Math.max(...fitting.map(({ most }) => most)));
  const { takes, perSlave, isEven, apart } = first;
  const isByRunning = hosts.length > 0 && constraints.some(countsRunning);
  const helped: HelpedTasks = {
    told: tasks,
    id,
    key: `${scheduler} ${id} ${JSON.stringify(constraints)}`,
    need,
    count,
    groups: fitting.map(({ group }) => group),
    perSlave,
    isEven,
    apart,
    hosts: [...hosts, ...portHosts],
    hostPorts,
    placeKey: takes.length === 0 ? '' : JSON.stringify([constraints.toSorted(), ...(isByRunning ? [id] : [])]),
    takes: (place) => takes.every((test) => test(place)),
  };
  const left = tasks.count - count;
  const reason = `their constraints allow ${count} more, wherever new slaves come to be`;
  return { helped: [helped], unhelped: left === 0 ? [] : [none(tasks, reason, left)] };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
