/**
 * What a metric alarm concludes from its datapoints, as
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html tells.
 */

export const alarmStates = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof alarmStates)[number];

/** Those of static thresholds; the others are for anomaly detection. With the words of a reason. */
export const comparisons = {
  GreaterThanOrEqualToThreshold: {
    breaches: (value: number, bound: number) => value >= bound,
    words: 'greater than or equal to',
  },
  GreaterThanThreshold: { breaches: (value: number, bound: number) => value > bound, words: 'greater than' },
  LessThanThreshold: { breaches: (value: number, bound: number) => value < bound, words: 'less than' },
  LessThanOrEqualToThreshold: {
    breaches: (value: number, bound: number) => value <= bound,
    words: 'less than or equal to',
  },
} as const;
export type Comparison = keyof typeof comparisons;

export const missingDataTreatments = ['missing', 'notBreaching', 'breaching', 'ignore'] as const;

export interface AlarmRule {
  readonly comparison: Comparison;
  readonly threshold: number;
  /** N: of so many periods … */
  readonly evaluationPeriods: number;
  /** … M must breach the threshold. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: (typeof missingDataTreatments)[number];
}

/**
 * How many periods more than N are looked at, in case that some have no datapoint. AWS tells only that this depends on the
 * period and the metric's resolution, and gives 5 for N = 3.
 */
const EXTRA_PERIODS = 2;

/** Length of the evaluation range in periods. */
export const rangeOf = ({ evaluationPeriods }: AlarmRule): number => evaluationPeriods + EXTRA_PERIODS;

/**
 * @param slots one value for each period of the evaluation range, oldest first; undefined where there is no datapoint
 * @returns undefined if the state stays as it is
 */
export function evaluate(rule: AlarmRule, slots: readonly (number | undefined)[]): AlarmState | undefined {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const breaches = (value: number) => comparisons[rule.comparison].breaches(value, rule.threshold);
  // Real datapoints of the whole range come first, however old; the treatment fills what then lacks.
  const real = slots.filter((value) => value !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter(breaches).length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  const lacking = evaluationPeriods - real.length;
  if (lacking === 0) return 'OK';
  if (treatMissingData === 'breaching') return breaching + lacking >= datapointsToAlarm ? 'ALARM' : 'OK';
  if (treatMissingData === 'notBreaching' || breaching < real.length) return 'OK';
  // From here on, there are too few datapoints, and none of them is within the threshold.
  if (treatMissingData === 'ignore') return undefined;
  return ageOfOldest(slots) >= datapointsToAlarm ? 'ALARM' : 'INSUFFICIENT_DATA';
}

/** In periods, 1 for the newest; 0 without any. A breach this old that nothing has contradicted counts as lasting. */
function ageOfOldest(slots: readonly (number | undefined)[]): number {
  const index = slots.findIndex((value) => value !== undefined);
  return index < 0 ? 0 : slots.length - index;
}
