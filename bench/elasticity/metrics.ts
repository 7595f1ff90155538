/**
 * How well supply followed demand: the elasticity metrics of the SPEC Research Group (Herbst and others), on series that are
 * constant between their points. All are better the smaller they are.
 */

/** From `at` on, until the next point. In slaves; `demand` is at least 1. */
export interface Point {
  readonly at: number;
  readonly demand: number;
  readonly supply: number;
}

export interface Elasticity {
  /** θU: how much is missing, in percent of what is demanded, on average over time. */
  readonly underAccuracy: number;
  /** θO: the same of what is too much. */
  readonly overAccuracy: number;
  /** τU and τO: in what part of the time something is missing, or too much, in percent. */
  readonly underShare: number;
  readonly overShare: number;
  /** υ: in what part of the minutes supply and demand moved in different directions, in percent. */
  readonly instability: number;
}

/** Steps by which movements are compared. Seconds. */
const stepSeconds = 60;

export function elasticityOf(series: readonly Point[], seconds: number): Elasticity {
  const sums = { underAccuracy: 0, overAccuracy: 0, underShare: 0, overShare: 0 };
  series.forEach(({ at, demand, supply }, index) => {
    const length = Math.min(series[index + 1]?.at ?? seconds, seconds) - at;
    if (length <= 0) return;
    sums.underAccuracy += (length * Math.max(0, demand - supply)) / demand;
    sums.overAccuracy += (length * Math.max(0, supply - demand)) / demand;
    sums.underShare += supply < demand ? length : 0;
    sums.overShare += supply > demand ? length : 0;
  });
  const percent = (sum: number): number => (100 * sum) / seconds;
  return {
    underAccuracy: percent(sums.underAccuracy),
    overAccuracy: percent(sums.overAccuracy),
    underShare: percent(sums.underShare),
    overShare: percent(sums.overShare),
    instability: instabilityOf(series, seconds),
  };
}

/** Of two neighbouring steps it counts when one of both moves otherwise than the other: up, down or not at all. */
function instabilityOf(series: readonly Point[], seconds: number): number {
  const samples = sample(series, seconds);
  const changes = samples.slice(1).map((point, index) => {
    const before = samples[index] as Point;
    return Math.sign(point.demand - before.demand) === Math.sign(point.supply - before.supply) ? 0 : 1;
  });
  const sum = changes.reduce((total: number, change) => total + change, 0);
  return changes.length === 0 ? 0 : (100 * sum) / changes.length;
}

/** The point in force at each step. */
function sample(series: readonly Point[], seconds: number): readonly Point[] {
  const samples: Point[] = [];
  let index = 0;
  for (let at = 0; at <= seconds; at += stepSeconds) {
    while (index + 1 < series.length && (series[index + 1] as Point).at <= at) index += 1;
    const point = series[index];
    if (point !== undefined) samples.push(point);
  }
  return samples;
}

/**
 * For every slave that demand came to be short of: seconds from when it was first short of so many until there were so many. What
 * was not wanted any more before it was there is left out; what the end of the series cuts off counts until then.
 */
export function scaleOutWaits(series: readonly Point[], seconds: number): readonly number[] {
  const waits: number[] = [];
  /** By level: since when demand wants that many and there are fewer. */
  const open = new Map<number, number>();
  for (const { at, demand, supply } of series.filter((point) => point.at <= seconds)) {
    const served = [...open].filter(([level]) => supply >= level);
    waits.push(...served.map(([, since]) => at - since));
    for (const level of [...open.keys()]) if (supply >= level || demand < level) open.delete(level);
    for (let level = supply + 1; level <= demand; level += 1) open.set(level, open.get(level) ?? at);
  }
  return [...waits, ...[...open.values()].map((since) => seconds - since)];
}

const accuracies = ['underAccuracy', 'overAccuracy', 'underShare', 'overShare'] as const;
/** Smaller values count as this many percent: nobody is infinitely better than another. */
const least = 0.01;

/** ε: geometric mean of how many times smaller ours are than theirs; more than 1: ours follow demand better. */
export function elasticSpeedup(ours: Elasticity, theirs: Elasticity): number {
  const ratios = accuracies.map((name) => Math.max(least, theirs[name]) / Math.max(least, ours[name]));
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** @param share from 0 to 1 @returns 0 of nothing */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
