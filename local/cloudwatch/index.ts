/**
 * CloudWatch: metrics, alarms that are evaluated on their grid, composite alarms, and the events of their changes. Alarm
 * actions (SNS and others) have no local effect. The alarms of the stack's own template are not made here: see
 * `cloudformation/without-effect.ts`.
 */
import { AwsError, type AwsService, type ResourceTypes } from '../types.ts';
import type { Alarm } from './alarm.ts';
import {
  deleteAlarms,
  describeAlarmHistory,
  describeAlarms,
  enableActions,
  listTagsForResource,
  setAlarmState,
  tagResource,
  untagResource,
} from './alarm-actions.ts';
import { authorizationOf } from './authorization.ts';
import type { AlarmState } from './evaluate.ts';
import { Evaluator } from './evaluator.ts';
import type { Input } from './input.ts';
import { getMetricData, getMetricStatistics, listMetrics } from './metric-queries.ts';
import { type Metric, Metrics, metricKey, type Point } from './metrics.ts';
import { putCompositeAlarm, putMetricAlarm } from './put-alarm.ts';
import { readMetricData } from './put-metric-data.ts';
import type { CloudWatchOptions, State, StateChange } from './state.ts';

export type { CloudWatchOptions } from './state.ts';

export interface CloudWatch {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  readonly inspect: {
    /** Alarms with their states. */
    alarms(): readonly Alarm[];
    /** State of an alarm; undefined if there is no such alarm. */
    stateOf(alarmName: string): AlarmState | undefined;
    /** Changes of state, oldest first: of one alarm, or of all. */
    changes(alarmName?: string): readonly StateChange[];
    /** Metrics with their newest values; none when those have been forgotten. */
    metrics(): readonly { readonly metric: Metric; readonly newest: Point | undefined }[];
    /** How often alarms were evaluated. */
    evaluations(): number;
    /** Names of alarms with this value of this tag. */
    leftovers(tagKey: string, tagValue: string): readonly string[];
  };
}

type Action = (input: Input) => unknown;

export function createCloudWatch(options: CloudWatchOptions): CloudWatch {
  const { clock } = options;
  const random = options.random.fork('cloudwatch');
  const state: State = { ...options, random, metrics: new Metrics(clock), alarms: new Map(), history: [] };
  const evaluator = new Evaluator(state);
  const actions: Readonly<Record<string, Action>> = {
    ...metricActions(state, evaluator),
    ...alarmActions(state, evaluator),
  };
  return {
    service: {
      signingName: 'monitoring',
      protocol: 'json-1.0',
      targetPrefix: 'GraniteServiceVersion20100801',
      authorization: (call) => authorizationOf(state, call),
      handle({ action, input }) {
        const handler = actions[action];
        if (handler !== undefined) return handler(input);
        throw new AwsError('UnknownOperationException', `cloudwatch:${action} is not implemented by the local cloud`);
      },
    },
    resourceTypes: {},
    inspect: {
      alarms: () => [...state.alarms.values()],
      stateOf: (name) => state.alarms.get(name)?.state.value,
      changes: (name) => state.history.filter(({ alarmName }) => (name ?? alarmName) === alarmName),
      metrics: () => state.metrics.list().map((metric) => ({ metric, newest: state.metrics.newest(metric) })),
      evaluations: () => evaluator.evaluations,
      leftovers: (key, value) =>
        [...state.alarms.values()].filter(({ tags }) => tags.get(key) === value).map(({ name }) => name),
    },
  };
}

function metricActions(state: State, evaluator: Evaluator): Record<string, Action> {
  const { clock, metrics } = state;
  return {
    PutMetricData(input) {
      for (const { metric, point } of readMetricData(input, clock.now())) {
        metrics.put(metric, point);
        evaluator.wakeAll(metricKey(metric));
      }
      return {};
    },
    GetMetricData: (input) => getMetricData(metrics, input),
    GetMetricStatistics: (input) => getMetricStatistics(metrics, input),
    ListMetrics: (input) => listMetrics(metrics, input, clock.now()),
  };
}

function alarmActions(state: State, evaluator: Evaluator): Record<string, Action> {
  const forget = (alarm: Alarm | undefined) => alarm?.kind === 'MetricAlarm' && evaluator.remove(alarm);
  return {
    PutMetricAlarm(input) {
      const known = state.alarms.get(String(input.AlarmName));
      const alarm = putMetricAlarm(state, input);
      forget(known);
      evaluator.add(alarm);
      return {};
    },
    PutCompositeAlarm(input) {
      putCompositeAlarm(state, input);
      return {};
    },
    DescribeAlarms: (input) => describeAlarms(state, input),
    DescribeAlarmHistory: (input) => describeAlarmHistory(state, input),
    DeleteAlarms(input) {
      for (const alarm of deleteAlarms(state, input)) forget(alarm);
      return {};
    },
    SetAlarmState(input) {
      const alarm = setAlarmState(state, input);
      if (alarm.kind === 'MetricAlarm') evaluator.wake(alarm);
      return {};
    },
    EnableAlarmActions: (input) => enableActions(state, input, true),
    DisableAlarmActions: (input) => enableActions(state, input, false),
    TagResource: (input) => tagResource(state, input),
    UntagResource: (input) => untagResource(state, input),
    ListTagsForResource: (input) => listTagsForResource(state, input),
  };
}
