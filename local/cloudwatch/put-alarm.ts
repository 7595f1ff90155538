/** PutMetricAlarm and PutCompositeAlarm: they make an alarm, or give one another configuration and leave its state. */
import * as z from 'zod';
import type { Alarm, AlarmActions, CompositeAlarm, MetricAlarm } from './alarm.ts';
import { type AlarmRule, type Comparison, comparisons, missingDataTreatments, rangeOf } from './evaluate.ts';
import { AlarmName, Dimensions, type Input, invalid, MetricName, Namespace, parse, Tags, Unit } from './input.ts';
import { RETENTION_MS } from './metrics.ts';
import { childrenOf, parseRule, type RuleExpression } from './rule-expression.ts';
import { arnOfAlarm, evaluateComposite, type State } from './state.ts';
import { statistics } from './statistics.ts';

const Actions = z.array(z.string().min(1).max(1024)).max(5).default([]);
const common = {
  AlarmName,
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: z.boolean().default(true),
  ...{ OKActions: Actions, AlarmActions: Actions, InsufficientDataActions: Actions },
  Tags,
};
interface Common extends AlarmActions {
  readonly AlarmName: string;
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled: boolean;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

const MetricAlarmRequest = z.strictObject({
  ...common,
  ...{ Namespace, MetricName, Dimensions },
  Statistic: z.enum(statistics),
  Period: z
    .number()
    .int()
    .refine((seconds) => [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0), {
      message: 'Member must be 10, 20, 30 or a multiple of 60',
    }),
  Unit: Unit.optional(),
  EvaluationPeriods: z.number().int().min(1),
  DatapointsToAlarm: z.number().int().min(1).optional(),
  Threshold: z.number(),
  ComparisonOperator: z.enum(Object.keys(comparisons) as [Comparison, ...Comparison[]]),
  TreatMissingData: z.enum(missingDataTreatments).default('missing'),
});

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;

/** @throws AwsError ValidationException, also for what the local cloud does not emulate, such as metric math */
export function putMetricAlarm(state: State, input: Input): MetricAlarm {
  const request = parse(MetricAlarmRequest, input);
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, Period } = request;
  const rule: AlarmRule = {
    comparison: request.ComparisonOperator,
    threshold: request.Threshold,
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: DatapointsToAlarm,
    treatMissingData: request.TreatMissingData,
  };
  checkPeriods(rule, Period);
  const alarm: MetricAlarm = {
    ...newAlarm(state, request),
    kind: 'MetricAlarm',
    metric: { namespace: request.Namespace, name: request.MetricName, dimensions: request.Dimensions },
    statistic: request.Statistic,
    period: Period,
    unit: request.Unit,
    rule,
  };
  return store(state, alarm);
}

function checkPeriods(rule: AlarmRule, period: number): void {
  const { evaluationPeriods, datapointsToAlarm } = rule;
  if (datapointsToAlarm > evaluationPeriods) {
    throw invalid('DatapointsToAlarm must not be greater than EvaluationPeriods.');
  }
  const limit = period < 3600 ? DAY_SECONDS : WEEK_SECONDS;
  if (period * evaluationPeriods > limit) {
    throw invalid(`EvaluationPeriods * Period must be <= ${limit} for a Period of ${period}.`);
  }
  if (rangeOf(rule) * period * 1000 > RETENTION_MS) {
    const hours = RETENTION_MS / 3_600_000;
    throw invalid(`The local cloud keeps metrics for ${hours} hours only: an alarm cannot look back that far.`);
  }
}

const CompositeAlarmRequest = z.strictObject({ ...common, AlarmRule: z.string().min(1) });

/** @throws AwsError ValidationException if the rule cannot be read, is about unknown alarms, or about the alarm itself */
export function putCompositeAlarm(state: State, input: Input): CompositeAlarm {
  const request = parse(CompositeAlarmRequest, input);
  const rule = parseRule(request.AlarmRule);
  checkChildren(state, request.AlarmName, rule);
  const isNew = !state.alarms.has(request.AlarmName);
  const alarm: CompositeAlarm = {
    ...newAlarm(state, request),
    kind: 'CompositeAlarm',
    ruleText: request.AlarmRule,
    rule,
  };
  store(state, alarm);
  evaluateComposite(
    state,
    alarm,
    `${alarm.arn} was ${isNew ? 'created' : 'updated'} and its alarm rule evaluates anew`,
  );
  return alarm;
}

/** AWS lets rules form a cycle, and then evaluates none of them any more: here that is an error. */
function checkChildren(state: State, name: string, rule: RuleExpression): void {
  const unknown = childrenOf(rule).find((child) => child !== name && !state.alarms.has(child));
  if (unknown !== undefined) throw invalid(`AlarmRule is about ${unknown}, which is not an alarm.`);
  const leadsBack = (child: string): boolean => {
    const alarm = state.alarms.get(child);
    return child === name || (alarm?.kind === 'CompositeAlarm' && childrenOf(alarm.rule).some(leadsBack));
  };
  const cycle = childrenOf(rule).find(leadsBack);
  if (cycle !== undefined) throw invalid(`AlarmRule of ${name} depends on itself through ${cycle}.`);
}

/** What both kinds have in common. An update changes neither state nor tags. */
function newAlarm(state: State, request: Common) {
  const { AlarmName: name, OKActions, AlarmActions, InsufficientDataActions } = request;
  const now = state.clock.now();
  const known = state.alarms.get(name);
  return {
    name,
    arn: arnOfAlarm(state, name),
    description: request.AlarmDescription,
    actions: { OKActions, AlarmActions, InsufficientDataActions },
    actionsEnabled: request.ActionsEnabled,
    configuredAt: now,
    tags: known?.tags ?? new Map(request.Tags.map(({ Key, Value }) => [Key, Value])),
    state: known?.state ?? { value: 'INSUFFICIENT_DATA' as const, reason: 'Unchecked: Initial alarm creation' },
    updatedAt: known?.updatedAt ?? now,
    transitionedAt: known?.transitionedAt ?? now,
  };
}

function store<T extends Alarm>(state: State, alarm: T): T {
  const known = state.alarms.get(alarm.name);
  if (known !== undefined && known.kind !== alarm.kind) {
    throw invalid(`${alarm.name} is a ${known.kind} already and cannot become a ${alarm.kind}.`);
  }
  state.alarms.set(alarm.name, alarm);
  return alarm;
}
