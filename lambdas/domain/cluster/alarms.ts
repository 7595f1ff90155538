/**
 * The CloudWatch alarms of an elastic cluster. Both are about the difference that its loop has to act on, and not about load: each
 * new difference is a new change of state, whatever the load is, and a cluster that is as it should be has no alarm.
 */
import type { MetricName } from '../../contracts/load.ts';

export interface ClusterAlarm {
  /** Last part of its name, see `alarmNameOf`, and its heading in docs/runbook.md. */
  readonly kind: string;
  readonly metric: MetricName;
  /** The alarm goes off at this value. */
  readonly threshold: number;
  /** Less than 60, which only 10, 20 and 30 are, makes it an alarm of high resolution, evaluated every 10 s. */
  readonly periodSeconds: number;
  /** What it means, as a sentence. */
  readonly meaning: string;
}

export const clusterAlarms: readonly ClusterAlarm[] = [
  {
    kind: 'slaves-missing',
    metric: 'SlavesMissing',
    threshold: 1,
    // Somebody waits for these.
    periodSeconds: 10,
    meaning: 'Slaves are wanted that are neither there nor on their way.',
  },
  {
    kind: 'slaves-spare',
    metric: 'SlavesSpare',
    threshold: 1,
    periodSeconds: 60,
    meaning: 'Slaves are there that nothing needs.',
  },
];

/** What they have in common, in CloudWatch's words. */
export const alarmRules = {
  Statistic: 'Maximum',
  EvaluationPeriods: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  // Nobody could look: that is no news.
  TreatMissingData: 'ignore',
} as const;

/** Whether an alarm of high resolution watches the metric: only then is it worth to be stored to the second. */
export function isWatchedClosely(metric: MetricName): boolean {
  return clusterAlarms.some((alarm) => alarm.metric === metric && alarm.periodSeconds < 60);
}
