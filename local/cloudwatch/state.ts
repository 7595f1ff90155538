import type { EventBus, Random, SimClock } from '../types.ts';
import { type Alarm, type CompositeAlarm, eventConfiguration, type StateOfAlarm, stateTime } from './alarm.ts';
import type { AlarmState } from './evaluate.ts';
import { unknownAlarm } from './input.ts';
import type { Metrics } from './metrics.ts';
import { childrenOf, holds } from './rule-expression.ts';

export interface CloudWatchOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly bus: EventBus;
  readonly accountId: string;
  readonly region: string;
}
export interface State extends CloudWatchOptions {
  readonly metrics: Metrics;
  /** By name. */
  readonly alarms: Map<string, Alarm>;
  /** Changes of state, oldest first; those of deleted alarms, too. */
  readonly history: StateChange[];
}
export interface StateChange {
  readonly alarmName: string;
  readonly alarmType: Alarm['kind'];
  /** Epoch milliseconds. */
  readonly at: number;
  readonly from: StateOfAlarm;
  readonly to: StateOfAlarm;
}

/** How many changes of state are kept. AWS keeps them for 30 days. */
const MAX_HISTORY = 10_000;

export const arnOfAlarm = ({ region, accountId }: Pick<State, 'region' | 'accountId'>, name: string): string =>
  `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

/** @throws AwsError ResourceNotFound */
export function needAlarm({ alarms }: State, name: string): Alarm {
  const alarm = alarms.get(name);
  if (alarm === undefined) throw unknownAlarm(name);
  return alarm;
}

/** Composite alarms whose rule is about this alarm. */
export function parentsOf({ alarms }: State, name: string): readonly CompositeAlarm[] {
  return [...alarms.values()].filter(
    (alarm) => alarm.kind === 'CompositeAlarm' && childrenOf(alarm.rule).includes(name),
  ) as CompositeAlarm[];
}

/** Tells an alarm its state. Another state than before is an event, and may change the composite alarms above. */
export function setState(state: State, alarm: Alarm, to: StateOfAlarm): void {
  const now = state.clock.now();
  const from = alarm.state;
  const previousState = eventState(from, alarm.updatedAt);
  alarm.state = to;
  alarm.updatedAt = now;
  if (from.value === to.value) return;
  alarm.transitionedAt = now;
  state.history.push({ alarmName: alarm.name, alarmType: alarm.kind, at: now, from, to });
  if (state.history.length > MAX_HISTORY) state.history.shift();
  state.bus.put({
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: eventState(to, now),
      previousState,
      configuration: eventConfiguration(alarm),
    },
  });
  const change = `${alarm.arn} transitioned to ${to.value} at ${new Date(now).toUTCString()}`;
  for (const parent of parentsOf(state, alarm.name)) evaluateComposite(state, parent, change, alarm);
}

const eventState = ({ value, reason, reasonData }: StateOfAlarm, at: number) => ({
  ...{ value, reason, timestamp: stateTime(at) },
  ...(reasonData !== undefined && { reasonData }),
});

/** @param because what happened, for the reason. @param trigger the alarm whose new state did it */
export function evaluateComposite(state: State, composite: CompositeAlarm, because: string, trigger?: Alarm): void {
  const stateOf = (name: string) => state.alarms.get(name)?.state.value;
  const value: AlarmState = holds(composite.rule, stateOf) ? 'ALARM' : 'OK';
  if (value === composite.state.value) return;
  const triggeringAlarms = trigger
    ? [{ arn: trigger.arn, state: { value: trigger.state.value, timestamp: stateTime(trigger.updatedAt) } }]
    : [];
  setState(state, composite, { value, reason: because, reasonData: JSON.stringify({ triggeringAlarms }) });
}
