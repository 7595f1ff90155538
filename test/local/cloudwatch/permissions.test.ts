import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import type { PolicyStatement } from '../../../local/types.ts';
import { arnOf, type CloudWatchLab, startCloudWatch } from './cloudwatch-harness.ts';

const allow = (Action: string | string[], Resource: string, more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...more,
});
const denied = { name: 'AccessDeniedException' };

describe('permissions of CloudWatch', () => {
  let lab: CloudWatchLab;
  beforeAll(async () => {
    lab = await startCloudWatch();
    for (const name of ['mine/1', 'other/1']) await lab.alarm(name);
    await lab.client.send(new PutCompositeAlarmCommand({ AlarmName: 'mine/top', AlarmRule: 'ALARM("mine/1")' }));
  });
  afterAll(() => lab.close());
  const putAlarm = (client: CloudWatchClient, AlarmName: string, tag?: string) =>
    client.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName, Namespace: 'Mine', MetricName: 'M', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
        ...{ Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' },
        ...(tag !== undefined && { Tags: [{ Key: 'stack', Value: tag }] }),
      }),
    );

  it('hold metrics to a namespace, with * as resource', async () => {
    const put = (client: CloudWatchClient, Namespace: string) =>
      client.send(new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName: 'M', Value: 1 }] }));
    const Condition = { StringEquals: { 'cloudwatch:namespace': 'Mine' } };
    const publisher = lab.as('publisher', [allow('cloudwatch:PutMetricData', '*', { Condition })]);
    await put(publisher, 'Mine');
    await expect(put(publisher, 'Other')).rejects.toMatchObject(denied);
    const onAlarms = lab.as('on-alarms', [allow('cloudwatch:PutMetricData', arnOf('*'))]);
    await expect(put(onAlarms, 'Mine')).rejects.toMatchObject(denied);
  });

  it('hold alarms to the beginning of their names', async () => {
    const actions = ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms'];
    const keeper = lab.as('keeper', [allow(actions, arnOf('mine/*'))]);
    await putAlarm(keeper, 'mine/2');
    await expect(putAlarm(keeper, 'other/2')).rejects.toMatchObject(denied);
    await keeper.send(new DeleteAlarmsCommand({ AlarmNames: ['mine/2', 'mine/none'] }));
    const mixed = new DeleteAlarmsCommand({ AlarmNames: ['mine/1', 'other/1'] });
    await expect(keeper.send(mixed)).rejects.toMatchObject(denied);
    await keeper.send(new DescribeAlarmsCommand({ AlarmNames: ['mine/1'] }));
    await expect(keeper.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'mine/' }))).rejects.toMatchObject(denied);
    const ofComposite = new DeleteAlarmsCommand({ AlarmNames: ['mine/top'] });
    await expect(keeper.send(ofComposite)).rejects.toMatchObject(denied);
  });

  it('ask for tagging besides making, with the tag that is given', async () => {
    const make = allow('cloudwatch:PutMetricAlarm', arnOf('mine/*'));
    const Condition = { StringEquals: { 'aws:RequestTag/stack': 'a' } };
    const tagger = lab.as('tagger', [make, allow('cloudwatch:TagResource', arnOf('mine/*'), { Condition })]);
    await putAlarm(tagger, 'mine/3', 'a');
    await expect(putAlarm(tagger, 'mine/4', 'b')).rejects.toMatchObject(denied);
    await expect(putAlarm(lab.as('maker', [make]), 'mine/4', 'a')).rejects.toMatchObject(denied);
  });
});
