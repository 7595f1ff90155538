/** The API's actions on alarms that there are. */
import * as z from 'zod';
import { pageOf } from '../ec2/wire.ts';
import { AwsError } from '../types.ts';
import { type Alarm, alarmView, type StateOfAlarm, stateTime } from './alarm.ts';
import { alarmStates } from './evaluate.ts';
import { AlarmName, type Input, invalid, invalidCombination, parse, Tags, Time, toWire } from './input.ts';
import { needAlarm, parentsOf, type State, type StateChange, setState } from './state.ts';

const AlarmNames = z.array(AlarmName).max(100);
const AlarmTypes = z.array(z.enum(['MetricAlarm', 'CompositeAlarm'])).default(['MetricAlarm']);
const paging = { MaxRecords: z.number().int().min(1).max(100).default(50), NextToken: z.string().optional() };
const byName = (a: Alarm, b: Alarm) => (a.name < b.name ? -1 : 1);

const DescribeRequest = z.strictObject({
  ...{ AlarmNames: AlarmNames.optional(), AlarmNamePrefix: z.string().min(1).optional(), AlarmTypes },
  StateValue: z.enum(alarmStates).optional(),
  ...paging,
});

export function describeAlarms(state: State, input: Input): unknown {
  const request = parse(DescribeRequest, input);
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue } = request;
  if (names && prefix) throw invalidCombination('AlarmNames and AlarmNamePrefix exclude each other.');
  const found = [...state.alarms.values()]
    .filter(({ kind }) => request.AlarmTypes.includes(kind))
    .filter(({ name }) => (names?.includes(name) ?? true) && name.startsWith(prefix ?? ''))
    .filter((alarm) => (StateValue ?? alarm.state.value) === alarm.state.value)
    .sort(byName);
  const { page, next } = pageOf(found, request.MaxRecords, request.NextToken, 'InvalidNextToken');
  const viewsOf = (kind: Alarm['kind']) => page.filter((alarm) => alarm.kind === kind).map(alarmView);
  return {
    MetricAlarms: viewsOf('MetricAlarm'),
    CompositeAlarms: viewsOf('CompositeAlarm'),
    ...(next !== undefined && { NextToken: next }),
  };
}

/**
 * Names without an alarm are passed over. @returns what was deleted
 * @throws AwsError ValidationException: a composite alarm depends on one of them, or there are two composite alarms
 */
export function deleteAlarms(state: State, input: Input): readonly Alarm[] {
  const { AlarmNames: names } = parse(z.strictObject({ AlarmNames }), input);
  const found = [...new Set(names)].flatMap((name) => state.alarms.get(name) ?? []);
  if (found.filter(({ kind }) => kind === 'CompositeAlarm').length > 1) {
    throw invalid('Only one composite alarm can be deleted in one call.');
  }
  // Also for a composite alarm of the same call: that AWS orders them is told nowhere.
  const used = found.find(({ name }) => parentsOf(state, name).length > 0);
  if (used !== undefined) {
    const parents = parentsOf(state, used.name).map(({ name }) => name);
    throw invalid(`Cannot delete ${used.name} as there are composite alarm(s) depending on it: ${parents.join(', ')}.`);
  }
  for (const { name } of found) state.alarms.delete(name);
  return found;
}

const SetStateRequest = z.strictObject({
  AlarmName,
  StateValue: z.enum(alarmStates),
  StateReason: z.string().max(1023),
  StateReasonData: z.string().max(4000).optional(),
});

/** Until the alarm's next evaluation. @throws AwsError ResourceNotFound, InvalidFormatFault */
export function setAlarmState(state: State, input: Input): Alarm {
  const request = parse(SetStateRequest, input);
  const alarm = needAlarm(state, request.AlarmName);
  const to: StateOfAlarm = {
    value: request.StateValue,
    reason: request.StateReason,
    reasonData: checkJson(request.StateReasonData),
  };
  setState(state, alarm, to);
  return alarm;
}

function checkJson(text: string | undefined): string | undefined {
  try {
    if (text !== undefined) JSON.parse(text);
    return text;
  } catch {
    throw new AwsError('InvalidFormatFault', 'StateReasonData is not valid JSON.');
  }
}

/** Names without an alarm are passed over. */
export function enableActions(state: State, input: Input, enabled: boolean): unknown {
  const { AlarmNames: names } = parse(z.strictObject({ AlarmNames }), input);
  for (const name of names) {
    const alarm = state.alarms.get(name);
    if (alarm) alarm.actionsEnabled = enabled;
  }
  return {};
}

const HistoryRequest = z.strictObject({
  ...{ AlarmName: AlarmName.optional(), AlarmTypes, HistoryItemType: z.literal('StateUpdate').optional() },
  ...{ StartDate: Time.optional(), EndDate: Time.optional() },
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  ...paging,
});

/** Changes of state; those of configurations are not kept. */
export function describeAlarmHistory(state: State, input: Input): unknown {
  const request = parse(HistoryRequest, input);
  const { AlarmName: name, StartDate = 0, EndDate = Number.POSITIVE_INFINITY } = request;
  const ascending = state.history
    .filter((one) => (name ?? one.alarmName) === one.alarmName && request.AlarmTypes.includes(one.alarmType))
    .filter(({ at }) => at >= StartDate && at <= EndDate);
  const ordered = request.ScanBy === 'TimestampAscending' ? ascending : ascending.toReversed();
  const { page, next } = pageOf(ordered, request.MaxRecords, request.NextToken, 'InvalidNextToken');
  return { AlarmHistoryItems: page.map(historyView), ...(next !== undefined && { NextToken: next }) };
}

function historyView({ alarmName, alarmType, at, from, to }: StateChange) {
  const stateView = ({ value, reason, reasonData }: StateOfAlarm) => ({
    ...{ stateValue: value, stateReason: reason },
    ...(reasonData !== undefined && { stateReasonData: JSON.parse(reasonData) as unknown }),
  });
  return {
    AlarmName: alarmName,
    AlarmType: alarmType,
    Timestamp: toWire(at),
    HistoryItemType: 'StateUpdate',
    HistorySummary: `Alarm updated from ${from.value} to ${to.value}`,
    HistoryData: JSON.stringify({
      version: '1.0',
      oldState: stateView(from),
      newState: stateView(to),
      time: stateTime(at),
    }),
  };
}

const TaggedRequest = { ResourceARN: z.string().min(1) };

export function tagResource(state: State, input: Input): unknown {
  const request = parse(z.strictObject({ ...TaggedRequest, Tags }), input);
  const { tags } = needTagged(state, request.ResourceARN);
  for (const { Key, Value } of request.Tags) tags.set(Key, Value);
  return {};
}

export function untagResource(state: State, input: Input): unknown {
  const request = parse(z.strictObject({ ...TaggedRequest, TagKeys: z.array(z.string()) }), input);
  const { tags } = needTagged(state, request.ResourceARN);
  for (const key of request.TagKeys) tags.delete(key);
  return {};
}

export function listTagsForResource(state: State, input: Input): unknown {
  const { tags } = needTagged(state, parse(z.strictObject(TaggedRequest), input).ResourceARN);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
}

/** @throws AwsError ResourceNotFoundException */
function needTagged(state: State, arn: string): Alarm {
  const alarm = [...state.alarms.values()].find((one) => one.arn === arn);
  if (alarm) return alarm;
  const members = { ResourceType: 'Alarm', ResourceId: arn };
  throw new AwsError('ResourceNotFoundException', `There is no alarm ${arn}.`, 404, members);
}
