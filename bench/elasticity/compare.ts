/** All policies under one load, over the seeds. */
import type { ControlRules } from '../../lambdas/contracts/functions.ts';
import { createRandom } from '../../local/random.ts';
import type { Random } from '../../local/types.ts';
import { spreadOf } from '../statistics.ts';
import { clues, cluesBest, cluesDefaults } from './clues.ts';
import { defaultRules } from './cluster.ts';
import { asBuilt, byAlarms, byMinute, mesoscale, throughApi, type Wiring } from './mesoscale.ts';
import { elasticSpeedup } from './metrics.ts';
import { clairvoyant, instant } from './oracles.ts';
import type { Policy } from './policy.ts';
import { adapt, adaptIdleOnly, react, reactIdleOnly } from './rivals.ts';
import { tenAtOnce } from './shapes.ts';
import { type Run, simulate } from './simulate.ts';
import type { Workload } from './workload.ts';

export const rivals: readonly Policy[] = [
  clues(cluesDefaults),
  clues(cluesBest),
  react,
  reactIdleOnly,
  adapt,
  adaptIdleOnly,
];
export const ours = [asBuilt, byMinute] as const;
const yardsticks: readonly Policy[] = [instant, clairvoyant];

/** What an operator may set: what room is kept, as a part of the slaves or as so many, and how long fewer must have been enough. */
export type Setting = Pick<ControlRules, 'targetAllocation' | 'spareSlaves' | 'scaleInSeconds'>;

const spares = [0, 0.5, 1, 1.5, 2, 3].flatMap((spareSlaves) =>
  [0, 60].map((scaleInSeconds) => ({ targetAllocation: 1, spareSlaves, scaleInSeconds })),
);
const targets = [0.9, 0.8, 0.7].map((targetAllocation) => ({ targetAllocation, spareSlaves: 0, scaleInSeconds: 0 }));
/** Tried besides the defaults where costs are to be equal: idle slaves go soon, and more or less room is kept free. */
export const settings: readonly Setting[] = [...spares, ...targets];

/** What counts as no dearer. */
const equality = 1.02;

export interface Comparison {
  readonly workload: Workload;
  /** By policy, one run per seed. */
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** By rival: ours at the same cost. */
  readonly equal: ReadonlyMap<string, EqualCost>;
}

/** Of the settings that cost no more than the rival, or else of the cheapest, the one with the highest median of ε. */
export interface EqualCost {
  readonly setting: Setting;
  readonly speedups: readonly number[];
  /** How many times the rival's cost ours is. */
  readonly costRatio: number;
  /** Whether that counts as no dearer. */
  readonly isEqual: boolean;
}

export type Shape = (random: Random) => Workload;

const seedsUpTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
const loadOf = (shape: Shape, seed: number): Workload => shape(createRandom(`load-${seed}`).fork(shape.name));
const medianOf = (numbers: readonly number[]): number => spreadOf(numbers).median;

function runAll(policies: readonly Policy[], loads: readonly Workload[]): ReadonlyMap<string, readonly Run[]> {
  return new Map(
    policies.map((policy) => [policy.name, loads.map((load, index) => simulate(policy, load, index + 1))] as const),
  );
}

/** @param seeds how many; seeds from 1 on */
export function compare(shape: Shape, seeds: number): Comparison {
  const loads = seedsUpTo(seeds).map((seed) => loadOf(shape, seed));
  const runs = runAll([...ours.map((wiring) => mesoscale(wiring)), ...rivals, ...yardsticks], loads);
  const tuned = [
    { setting: defaultRules, runs: runs.get(asBuilt.name) ?? [] },
    ...settings.map((setting) => ({ setting, runs: runWith(asBuilt, setting, loads) })),
  ];
  const equal = new Map(rivals.map(({ name }) => [name, atEqualCost(tuned, runs.get(name) ?? [])] as const));
  return { workload: loads[0] as Workload, runs, equal };
}

interface Tuned {
  readonly setting: Setting;
  readonly runs: readonly Run[];
}

function runWith(wiring: Wiring, setting: Setting, loads: readonly Workload[]): readonly Run[] {
  return loads.map((load, index) => simulate(mesoscale({ ...wiring, rules: setting }), load, index + 1));
}

export function speedups(own: readonly Run[], theirs: readonly Run[]): readonly number[] {
  return own.map((run, index) => elasticSpeedup(run.elasticity, (theirs[index] as Run).elasticity));
}

/** Slave-seconds for each slave's second of work done: who leaves work waiting, or kills it, saves nothing by that. Of the seeds the median. */
const costOf = (runs: readonly Run[]): number =>
  medianOf(runs.map(({ slaveSeconds, workDone }) => slaveSeconds / Math.max(1, workDone)));

/** How many times theirs ours is. */
export const costRatio = (own: readonly Run[], theirs: readonly Run[]): number => costOf(own) / costOf(theirs);

/** @param tuned at least one */
export function atEqualCost(tuned: readonly Tuned[], theirs: readonly Run[]): EqualCost {
  const all = tuned.map(({ setting, runs }) => ({
    setting,
    speedups: speedups(runs, theirs),
    costRatio: costRatio(runs, theirs),
  }));
  const cheapest = Math.min(...all.map((each) => each.costRatio));
  const most = equality * Math.max(1, cheapest);
  const [best] = all
    .filter((each) => each.costRatio <= most)
    .toSorted((a, b) => medianOf(b.speedups) - medianOf(a.speedups));
  return { ...(best as (typeof all)[number]), isEqual: cheapest <= equality };
}

/** Ten slaves are missing at one moment: when the last of them is usable. Seconds, one per seed. */
export interface TenAtOnce {
  readonly policy: string;
  readonly seconds: readonly number[];
  /** Until the policy was woken, where it tells. */
  readonly reactions: readonly number[];
}

/** One of ten slaves that were not there at the end counts until then. */
export function compareTenAtOnce(seeds: number): readonly TenAtOnce[] {
  const loads = seedsUpTo(seeds).map((seed) => loadOf(tenAtOnce, seed));
  const wirings = [asBuilt, throughApi, byMinute, byAlarms];
  const policies = [...wirings.map((wiring) => mesoscale(wiring)), ...rivals, instant];
  return [...runAll(policies, loads)].map(([policy, runs]) => ({
    policy,
    seconds: runs.map(({ scaleOuts }) => Math.max(0, ...scaleOuts)),
    reactions: runs.flatMap(({ reactions }) => reactions.slice(0, 1)),
  }));
}
