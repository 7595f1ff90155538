/** Metrics and their newest values. */
import type { SimClock } from '../types.ts';
import { merge, type StatisticSet } from './statistics.ts';

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}
/** What makes a metric: another combination of dimensions is another metric. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}
/** Values within the second or minute that begins at `at`, in epoch milliseconds. */
export interface Point {
  readonly at: number;
  readonly unit: string;
  readonly values: StatisticSet;
}
/** A span from `from`, inclusive, to `to`, exclusive, in epoch milliseconds; values of any unit unless one is given. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly unit?: string | undefined;
}

/** For how long values are kept. AWS keeps them for 3 hours at full resolution, and longer at 1, 5 and 60 minutes. */
export const RETENTION_MS = 3 * 3_600_000;
/** For how long AWS lists a metric that gets no values. */
const LISTED_MS = 14 * 86_400_000;

interface Series {
  readonly metric: Metric;
  /** By time. */
  readonly points: Point[];
  /** When it got a value last, which may be a value of earlier. */
  receivedAt: number;
}

/** Names a metric; the order of its dimensions does not matter. */
export function metricKey({ namespace, name, dimensions }: Metric): string {
  const sorted = dimensions.map(({ Name, Value }) => [Name, Value]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

export class Metrics {
  private readonly series = new Map<string, Series>();
  private readonly clock: SimClock;

  constructor(clock: SimClock) {
    this.clock = clock;
  }

  put(metric: Metric, point: Point): void {
    const key = metricKey(metric);
    const series = this.series.get(key) ?? this.addSeries(key, metric);
    series.receivedAt = this.clock.now();
    insert(series.points, point);
    const kept = series.points.findIndex(({ at }) => at >= this.clock.now() - RETENTION_MS);
    series.points.splice(0, kept < 0 ? series.points.length : kept);
  }

  /** All values of a span together; undefined if there are none. */
  read(metric: Metric, span: Span): StatisticSet | undefined {
    const found = this.within(metric, span).map(({ values }) => values);
    return found.length === 0 ? undefined : found.reduce(merge);
  }

  /** The values of a span by periods, which begin at multiples of their length; periods without values are left out. */
  readByPeriod(metric: Metric, span: Span, periodMs: number): readonly { at: number; values: StatisticSet }[] {
    const periods = new Map<number, StatisticSet>();
    for (const { at, values } of this.within(metric, span)) {
      const start = Math.floor(at / periodMs) * periodMs;
      const known = periods.get(start);
      periods.set(start, known ? merge(known, values) : values);
    }
    return [...periods].map(([at, values]) => ({ at, values }));
  }

  units(metric: Metric): readonly string[] {
    return [...new Set(this.series.get(metricKey(metric))?.points.map(({ unit }) => unit))];
  }

  newest(metric: Metric): Point | undefined {
    return this.series.get(metricKey(metric))?.points.at(-1);
  }

  /** Those that got a value within the last two weeks, or since `since`. */
  list(since = this.clock.now() - LISTED_MS): readonly Metric[] {
    return [...this.series.values()].filter(({ receivedAt }) => receivedAt >= since).map(({ metric }) => metric);
  }

  /** Makes room first: nobody can ask any more for metrics that are not listed. */
  private addSeries(key: string, metric: Metric): Series {
    const oldest = this.clock.now() - LISTED_MS;
    for (const [other, { receivedAt }] of this.series) if (receivedAt < oldest) this.series.delete(other);
    const series = { metric, points: [], receivedAt: 0 };
    this.series.set(key, series);
    return series;
  }

  private within(metric: Metric, { from, to, unit }: Span): readonly Point[] {
    const points = this.series.get(metricKey(metric))?.points ?? [];
    return points.filter((point) => point.at >= from && point.at < to && (unit === undefined || point.unit === unit));
  }
}

/** Keeps the order of time; what is of the same time and unit is one point. */
function insert(points: Point[], point: Point): void {
  let index = points.length;
  while (index > 0 && isAfter(points[index - 1], point)) index -= 1;
  const before = points[index - 1];
  if (before?.at !== point.at || before.unit !== point.unit) points.splice(index, 0, point);
  else points[index - 1] = { ...point, values: merge(before.values, point.values) };
}

const isAfter = (one: Point | undefined, other: Point): boolean =>
  one !== undefined && (one.at > other.at || (one.at === other.at && one.unit > other.unit));
