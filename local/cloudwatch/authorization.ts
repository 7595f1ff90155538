/**
 * What policies are asked about calls to CloudWatch, as its page of the Service Authorization Reference tells. All about tags
 * and the namespace is told. Whoever reads metrics needs `*` as resource; so does, by the API's reference, whoever touches
 * composite alarms.
 */
import { tagList, textOf, textsOf } from '../ec2/wire.ts';
import type { AuthorizationContext, AwsCall } from '../types.ts';
import type { Alarm } from './alarm.ts';
import { arnOfAlarm, type State } from './state.ts';

const told = ['aws:RequestTag/', 'aws:ResourceTag/', 'aws:TagKeys', 'cloudwatch:namespace'];
/** Actions on alarms that they name. Without any name they are about all. */
const onAlarms = [
  ...['PutMetricAlarm', 'DeleteAlarms', 'SetAlarmState', 'EnableAlarmActions', 'DisableAlarmActions'],
  ...['DescribeAlarms', 'DescribeAlarmHistory', 'TagResource', 'UntagResource', 'ListTagsForResource'],
];

export function authorizationOf(state: State, { action, input }: AwsCall): AuthorizationContext {
  const requestTags = tagList(input.Tags);
  const namespace = action === 'PutMetricData' ? textOf(input.Namespace) : undefined;
  const resources = resourcesOf(state, action, input);
  const context: AuthorizationContext = {
    resources,
    conditions: {
      ...tagConditions('aws:RequestTag', requestTags),
      ...(requestTags.size > 0 && { 'aws:TagKeys': [...requestTags.keys()] }),
      ...(namespace !== undefined && { 'cloudwatch:namespace': namespace }),
    },
    ofResource: Object.fromEntries(resources.map((arn) => [arn, tagConditions('aws:ResourceTag', tagsOf(state, arn))])),
    told,
  };
  const tagsNew = action.startsWith('Put') && requestTags.size > 0;
  const tagged = { ...context, resources: [arnOfAlarm(state, textOf(input.AlarmName) ?? '')] };
  return tagsNew ? { ...context, also: [{ action: 'cloudwatch:TagResource', context: tagged }] } : context;
}

function resourcesOf(state: State, action: string, input: AwsCall['input']): readonly string[] {
  if (!onAlarms.includes(action)) return ['*'];
  const arn = textOf(input.ResourceARN);
  if (arn !== undefined) return [arn];
  const names = [...textsOf(input.AlarmName), ...textsOf(input.AlarmNames)];
  const isComposite = (name: string) => state.alarms.get(name)?.kind === 'CompositeAlarm';
  if (names.some(isComposite) || textsOf(input.AlarmTypes).includes('CompositeAlarm')) return ['*'];
  return names.length === 0 ? [arnOfAlarm(state, '*')] : names.map((name) => arnOfAlarm(state, name));
}

function tagsOf({ alarms }: State, arn: string): Alarm['tags'] {
  return alarms.get(arn.split(':').slice(6).join(':'))?.tags ?? new Map();
}

const tagConditions = (prefix: string, tags: ReadonlyMap<string, string>) =>
  Object.fromEntries([...tags].map(([key, value]) => [`${prefix}/${key}`, value]));
