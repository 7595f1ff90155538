/** Alarms, and how they are told of. */
import { type AlarmRule, type AlarmState, comparisons } from './evaluate.ts';
import { metricView, toWire } from './input.ts';
import type { Metric } from './metrics.ts';
import type { RuleExpression } from './rule-expression.ts';
import type { Statistic } from './statistics.ts';

export interface StateOfAlarm {
  readonly value: AlarmState;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData?: string | undefined;
}

interface AnyAlarm {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly actions: AlarmActions;
  readonly tags: Map<string, string>;
  /** Epoch milliseconds, as are the other times. */
  readonly configuredAt: number;
  actionsEnabled: boolean;
  state: StateOfAlarm;
  /** When it was told of its state last, and when that was another one than before. */
  updatedAt: number;
  transitionedAt: number;
}
/** Where AWS would tell of a new state besides EventBridge: kept and described, without a local effect. */
export interface AlarmActions {
  readonly OKActions: readonly string[];
  readonly AlarmActions: readonly string[];
  readonly InsufficientDataActions: readonly string[];
}
export interface MetricAlarm extends AnyAlarm {
  readonly kind: 'MetricAlarm';
  readonly metric: Metric;
  readonly statistic: Statistic;
  /** In seconds. */
  readonly period: number;
  readonly unit: string | undefined;
  readonly rule: AlarmRule;
}
export interface CompositeAlarm extends AnyAlarm {
  readonly kind: 'CompositeAlarm';
  readonly ruleText: string;
  readonly rule: RuleExpression;
}
export type Alarm = MetricAlarm | CompositeAlarm;

/** As DescribeAlarms answers it. */
export function alarmView(alarm: Alarm): Record<string, unknown> {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: toWire(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    ...alarm.actions,
    StateValue: alarm.state.value,
    StateReason: alarm.state.reason,
    StateReasonData: alarm.state.reasonData,
    StateUpdatedTimestamp: toWire(alarm.updatedAt),
    StateTransitionedTimestamp: toWire(alarm.transitionedAt),
    ...(alarm.kind === 'MetricAlarm' ? metricAlarmView(alarm) : { AlarmRule: alarm.ruleText }),
  };
}

const metricAlarmView = ({ metric, statistic, period, unit, rule }: MetricAlarm) => ({
  ...metricView(metric),
  Statistic: statistic,
  Period: period,
  Unit: unit,
  EvaluationPeriods: rule.evaluationPeriods,
  DatapointsToAlarm: rule.datapointsToAlarm,
  Threshold: rule.threshold,
  ComparisonOperator: rule.comparison,
  TreatMissingData: rule.treatMissingData,
});

/** The configuration in an event: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export function eventConfiguration(alarm: Alarm): Record<string, unknown> {
  const description = alarm.description === undefined ? {} : { description: alarm.description };
  if (alarm.kind === 'CompositeAlarm') return { alarmRule: alarm.ruleText, ...description };
  const { metric, statistic, period, unit } = alarm;
  const dimensions = Object.fromEntries(metric.dimensions.map(({ Name, Value }) => [Name, Value]));
  const metricStat = {
    metric: { namespace: metric.namespace, name: metric.name, dimensions },
    ...{ period, stat: statistic, ...(unit !== undefined && { unit }) },
  };
  return { metrics: [{ id: 'm1', metricStat, returnData: true }], ...description };
}

/** One datapoint that was evaluated. `at` is the beginning of its period. */
export interface Datapoint {
  readonly at: number;
  readonly value: number;
}

/** Says in the words of AWS why a metric alarm has its new state. @param datapoints those that there are, newest first */
export function reasonFor(alarm: MetricAlarm, state: AlarmState, datapoints: readonly Datapoint[]): string {
  const { comparison, threshold, treatMissingData, evaluationPeriods, datapointsToAlarm } = alarm.rule;
  const lacking = count(evaluationPeriods - datapoints.length, 'datapoint');
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${lacking} unknown.`;
  const { breaches, words } = comparisons[comparison];
  const proofs = datapoints.filter(({ value }) => breaches(value, threshold) === (state === 'ALARM'));
  if (proofs.length === 0) return `Threshold Crossed: ${lacking} missing and treated as [${treatMissingData}].`;
  const values = proofs.map(({ at, value }) => `${decimal(value)} (${day(at)})`).join(', ');
  const [verb, minimum, change] =
    state === 'ALARM'
      ? ['', datapointsToAlarm, 'OK -> ALARM']
      : ['not ', evaluationPeriods - datapointsToAlarm + 1, 'ALARM -> OK'];
  return (
    `Threshold Crossed: ${proofs.length} out of the last ${datapoints.length} datapoints [${values}] ` +
    `${proofs.length === 1 ? 'was' : 'were'} ${verb}${words} the threshold (${decimal(threshold)}) ` +
    `(minimum ${minimum} datapoint${minimum === 1 ? '' : 's'} for ${change} transition).`
  );
}

/** @param now when it was evaluated */
export function reasonDataFor(alarm: MetricAlarm, datapoints: readonly Datapoint[], now: number): string {
  const oldest = datapoints.at(-1);
  return JSON.stringify({
    version: '1.0',
    queryDate: stateTime(now),
    ...(oldest && { startDate: stateTime(oldest.at) }),
    statistic: alarm.statistic,
    period: alarm.period,
    recentDatapoints: datapoints.map(({ value }) => value).toReversed(),
    threshold: alarm.rule.threshold,
  });
}

/** `2026-01-01T00:00:00.000+0000` */
export const stateTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '+0000');

const count = (number: number, what: string) => (number === 1 ? `1 ${what} was` : `${number} ${what}s were`);
const decimal = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));

/** `31/12/25 23:59:00` */
function day(milliseconds: number): string {
  const [date = '', time = ''] = new Date(milliseconds).toISOString().split('T');
  return `${date.slice(2).split('-').toReversed().join('/')} ${time.slice(0, 8)}`;
}
