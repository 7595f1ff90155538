/** What CloudWatch keeps of a metric's values within a span of time, and what can be asked of it. */
export interface StatisticSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Percentiles and other extended statistics would need the single values, which are not kept. */
export const statistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
export type Statistic = (typeof statistics)[number];

/** Of one value, given `count` times. */
export const setOf = (value: number, count = 1): StatisticSet => ({
  sampleCount: count,
  sum: value * count,
  minimum: value,
  maximum: value,
});

export const merge = (a: StatisticSet, b: StatisticSet): StatisticSet => ({
  sampleCount: a.sampleCount + b.sampleCount,
  sum: a.sum + b.sum,
  minimum: Math.min(a.minimum, b.minimum),
  maximum: Math.max(a.maximum, b.maximum),
});

export function statisticOf(set: StatisticSet, statistic: Statistic): number {
  switch (statistic) {
    case 'SampleCount':
      return set.sampleCount;
    case 'Average':
      return set.sum / set.sampleCount;
    case 'Sum':
      return set.sum;
    case 'Minimum':
      return set.minimum;
    case 'Maximum':
      return set.maximum;
  }
}
