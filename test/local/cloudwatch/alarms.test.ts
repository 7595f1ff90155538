/** Alarms as the unmodified client sees them, and the events of their changes. */
import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  ListTagsForResourceCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { arnOf, type CloudWatchLab, startCloudWatch } from './cloudwatch-harness.ts';

const DAY_MS = 86_400_000;

describe('metric alarms', () => {
  let lab: CloudWatchLab;
  beforeEach(async () => {
    lab = await startCloudWatch();
  });
  afterEach(() => lab.close());
  const set = (AlarmName: string, StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', StateReasonData?: string) =>
    lab.client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a test', StateReasonData }));
  const describeAll = async (more = {}) =>
    lab.client.send(new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], ...more }));
  const changesOf = (name: string) => lab.cloudwatch.inspect.changes(name).map(({ to }) => to.value);

  it('evaluates a high-resolution alarm within 20 s and a standard one within two minutes', async () => {
    for (const [name, Period, limit] of [
      ['fast', 10, 20_000],
      ['slow', 60, 120_000],
    ] as const) {
      await lab.alarm(name, { Period, TreatMissingData: 'ignore' });
      const before = lab.clock.now();
      await lab.load(name, 1, Period === 10 ? 1 : 60);
      await lab.clock.runUntil(() => lab.stateOf(name) === 'ALARM', { within: limit });
      expect(lab.clock.now() - before).toBeGreaterThan(0);
    }
  });

  it('keeps to a grid of its own for each alarm', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `alarm-${index}`);
    for (const name of names) await lab.alarm(name, { Period: 10, TreatMissingData: 'notBreaching' });
    for (let n = 0; n < 3; n += 1) {
      for (const name of names) await lab.load(name, 1);
      await lab.clock.advance(57_000);
    }
    const offsetsOf = (name: string) => lab.cloudwatch.inspect.changes(name).map(({ at }) => at % 10_000);
    expect(names.map((name) => new Set(offsetsOf(name)).size)).toEqual(names.map(() => 1));
    expect(new Set(names.flatMap(offsetsOf)).size).toBeGreaterThan(2);
  });

  it('sees values in whole periods that slide with the grid', async () => {
    await lab.alarm('sum', { Statistic: 'Sum', Threshold: 2, TreatMissingData: 'notBreaching' });
    await lab.clock.advance(50_000);
    await lab.load('sum', 1);
    await lab.clock.advance(20_000);
    await lab.load('sum', 1);
    await lab.clock.advance(300_000);
    expect(changesOf('sum')).toEqual(['OK']);
    await lab.alarm('wide', { Statistic: 'Sum', Threshold: 2, Period: 300, TreatMissingData: 'notBreaching' });
    await lab.load('wide', 1);
    await lab.clock.advance(120_000);
    await lab.load('wide', 1);
    await lab.clock.runUntil(() => lab.stateOf('wide') === 'ALARM', { within: 120_000 });
  });

  it('needs M of N datapoints to breach', async () => {
    await lab.alarm('m-of-n', { EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    for (const value of [0, 0, 1, 0, 0, 1, 0, 1]) {
      await lab.load('m-of-n', value);
      await lab.clock.advance(60_000);
    }
    await lab.clock.advance(60_000);
    expect(changesOf('m-of-n')).toEqual(['OK', 'ALARM']);
    const reason = lab.cloudwatch.inspect.changes('m-of-n')[1]?.to.reason;
    expect(reason).toMatch(/^Threshold Crossed: 2 out of the last 3 datapoints \[1\.0 .*, 1\.0 .*\] were greater/);
  });

  it.each([
    ['missing', ['ALARM', 'INSUFFICIENT_DATA'], ['Insufficient Data: 1 datapoint was unknown.']],
    ['ignore', ['ALARM'], []],
    ['breaching', ['ALARM'], ['Threshold Crossed: 1 datapoint was missing and treated as [breaching].']],
    [
      'notBreaching',
      ['OK', 'ALARM', 'OK'],
      Array(2).fill('Threshold Crossed: 1 datapoint was missing and treated as [notBreaching].'),
    ],
  ] as const)('treats missing data as %s', async (TreatMissingData, expected, reasonsWithout) => {
    await lab.alarm('a', { TreatMissingData });
    await lab.clock.advance(120_000);
    await lab.load('a', 1);
    await lab.clock.advance(600_000);
    expect(changesOf('a')).toEqual(expected);
    const reasons = lab.cloudwatch.inspect.changes('a').map(({ to }) => to.reason);
    const without = reasons.filter((reason) => !reason.includes('out of the last'));
    expect(without).toEqual(reasonsWithout);
  });

  it('finds values of standard resolution at the beginning of their minute only', async () => {
    await lab.alarm('fine', { Period: 10, TreatMissingData: 'ignore' });
    await lab.clock.advance(45_000);
    await lab.load('fine', 1, 60);
    await lab.clock.advance(60_000);
    expect(changesOf('fine')).toEqual([]);
  });

  it('counts values of its unit only, if it has one', async () => {
    await lab.alarm('unit', { Unit: 'Percent', TreatMissingData: 'ignore' });
    await lab.load('unit', 1);
    await lab.clock.advance(180_000);
    expect(changesOf('unit')).toEqual([]);
  });

  it('tells EventBridge of each change', async () => {
    await lab.alarm('a', { AlarmDescription: 'too much', TreatMissingData: 'ignore' });
    await lab.load('a', 3);
    await lab.clock.advance(120_000);
    expect(lab.events).toEqual([
      {
        source: 'aws.cloudwatch',
        detailType: 'CloudWatch Alarm State Change',
        resources: [arnOf('a')],
        detail: {
          alarmName: 'a',
          state: {
            value: 'ALARM',
            reason: expect.stringMatching(
              /^Threshold Crossed: 1 out of the last 1 datapoints \[3\.0 \(01\/01\/26 00:00:00\)\] was greater than or equal to the threshold \(1\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.$/,
            ),
            reasonData: expect.stringContaining('"recentDatapoints":[3]'),
            timestamp: expect.stringMatching(/^2026-01-01T00:01:\d\d\.000\+0000$/),
          },
          previousState: {
            value: 'INSUFFICIENT_DATA',
            reason: 'Unchecked: Initial alarm creation',
            timestamp: '2026-01-01T00:00:00.000+0000',
          },
          configuration: {
            description: 'too much',
            metrics: [
              {
                id: 'm1',
                metricStat: {
                  metric: { namespace: 'Test', name: 'Load', dimensions: { Of: 'a' } },
                  period: 60,
                  stat: 'Maximum',
                },
                returnData: true,
              },
            ],
          },
        },
      },
    ]);
  });

  it('takes a state from outside, as an event if it is another, until the next evaluation', async () => {
    await lab.alarm('a', { TreatMissingData: 'notBreaching' });
    await lab.clock.advance(60_000);
    expect(lab.events).toHaveLength(1);
    await set('a', 'ALARM', '{"n":1}');
    expect(lab.events[1]).toMatchObject({
      detail: { state: { value: 'ALARM', reason: 'a test', reasonData: '{"n":1}' } },
    });
    await set('a', 'ALARM');
    expect(lab.events).toHaveLength(2);
    await lab.clock.advance(60_000);
    expect(changesOf('a')).toEqual(['OK', 'ALARM', 'OK']);
    await expect(set('a', 'OK', 'no JSON')).rejects.toMatchObject({ name: 'InvalidFormatFault' });
    await expect(set('b', 'OK')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it('keeps a state from outside where missing data is ignored', async () => {
    await lab.alarm('a', { TreatMissingData: 'ignore' });
    await set('a', 'ALARM');
    await lab.clock.advance(600_000);
    expect(changesOf('a')).toEqual(['ALARM']);
  });

  it('keeps state and tags when it is put again, and goes by the new configuration', async () => {
    await lab.alarm('a', { TreatMissingData: 'ignore', Tags: [{ Key: 'k', Value: '1' }] });
    await lab.load('a', 1);
    await lab.clock.advance(120_000);
    await lab.alarm('a', { TreatMissingData: 'ignore', Threshold: 2, Tags: [{ Key: 'k', Value: '2' }] });
    expect(lab.stateOf('a')).toBe('ALARM');
    const { Tags } = await lab.client.send(new ListTagsForResourceCommand({ ResourceARN: arnOf('a') }));
    expect(Tags).toEqual([{ Key: 'k', Value: '1' }]);
    const { leftovers } = lab.cloudwatch.inspect;
    expect([leftovers('k', '1'), leftovers('k', '2')]).toEqual([['a'], []]);
    await lab.load('a', 1);
    await lab.clock.advance(120_000);
    expect(lab.stateOf('a')).toBe('OK');
  });

  it('describes alarms by name, prefix, type and state, in pages', async () => {
    for (const name of ['x/1', 'x/2', 'y/1']) await lab.alarm(name, { Unit: 'Count' });
    const namesOf = async (more: object) => (await describeAll(more)).MetricAlarms!.map(({ AlarmName }) => AlarmName);
    expect(await namesOf({ AlarmNames: ['x/2', 'none'] })).toEqual(['x/2']);
    expect(await namesOf({ AlarmNamePrefix: 'x/' })).toEqual(['x/1', 'x/2']);
    expect(await namesOf({ StateValue: 'ALARM' })).toEqual([]);
    expect(await namesOf({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
    const first = await describeAll({ MaxRecords: 2 });
    expect(await namesOf({ MaxRecords: 2, NextToken: first.NextToken })).toEqual(['y/1']);
    expect(first.MetricAlarms![0]).toMatchObject({
      ...{ AlarmName: 'x/1', AlarmArn: arnOf('x/1'), StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true },
      ...{ Namespace: 'Test', MetricName: 'Load', Dimensions: [{ Name: 'Of', Value: 'x/1' }], Statistic: 'Maximum' },
      ...{ Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1, Threshold: 1, TreatMissingData: 'missing' },
      ...{ Unit: 'Count', StateUpdatedTimestamp: new Date(lab.clock.now()) },
    });
    const both = describeAll({ AlarmNames: ['x/1'], AlarmNamePrefix: 'x' });
    await expect(both).rejects.toMatchObject({ name: 'InvalidParameterCombinationException' });
    await expect(describeAll({ NextToken: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });

  it('tells the history of states', async () => {
    await lab.alarm('a', { TreatMissingData: 'notBreaching' });
    await lab.clock.advance(60_000);
    await set('a', 'ALARM');
    const history = async (more: object) =>
      (await lab.client.send(new DescribeAlarmHistoryCommand({ AlarmName: 'a', ...more }))).AlarmHistoryItems!;
    const [latest, first] = await history({});
    expect([latest?.HistorySummary, first?.HistorySummary]).toEqual([
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
    ]);
    expect(JSON.parse(latest!.HistoryData!)).toMatchObject({
      newState: { stateValue: 'ALARM', stateReason: 'a test' },
    });
    expect(await history({ ScanBy: 'TimestampAscending', MaxRecords: 1 })).toMatchObject([
      { Timestamp: first!.Timestamp },
    ]);
    expect(await history({ StartDate: latest!.Timestamp })).toHaveLength(1);
  });

  it('deletes alarms for good, and passes over those that are not there', async () => {
    await lab.alarm('a', { TreatMissingData: 'ignore' });
    await lab.load('a', 1);
    await lab.client.send(new DeleteAlarmsCommand({ AlarmNames: ['a', 'none'] }));
    const { alarms, evaluations } = lab.cloudwatch.inspect;
    const before = evaluations();
    await lab.clock.advance(600_000);
    expect([alarms(), lab.events, evaluations() - before]).toEqual([[], [], 0]);
    const tooMany = new DeleteAlarmsCommand({ AlarmNames: Array.from({ length: 101 }, (_, index) => `a${index}`) });
    await expect(lab.client.send(tooMany)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('keeps actions and tags, which have no effect', async () => {
    await lab.alarm('a', { AlarmActions: ['arn:aws:sns:eu-central-1:000000000000:topic'] });
    await lab.client.send(new DisableAlarmActionsCommand({ AlarmNames: ['a', 'none'] }));
    const [alarm] = (await describeAll()).MetricAlarms!;
    expect(alarm).toMatchObject({ ActionsEnabled: false, AlarmActions: [expect.stringContaining('topic')] });
    const ResourceARN = arnOf('a');
    await lab.client.send(
      new TagResourceCommand({ ResourceARN, Tags: ['x', 'y'].map((Key) => ({ Key, Value: '1' })) }),
    );
    await lab.client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['x'] }));
    const list = (arn: string) => lab.client.send(new ListTagsForResourceCommand({ ResourceARN: arn }));
    expect((await list(ResourceARN)).Tags).toEqual([{ Key: 'y', Value: '1' }]);
    await expect(list(arnOf('none'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it.each([
    ['a period that is none', { Period: 15 }, /Period.*10, 20, 30 or a multiple of 60/],
    ['M above N', { DatapointsToAlarm: 2 }, /DatapointsToAlarm must not be greater/],
    ['a range of more than a day', { EvaluationPeriods: 1441 }, /EvaluationPeriods \* Period must be <= 86400/],
    ['a range that is forgotten here', { EvaluationPeriods: 200 }, /3 hours only/],
    ['metric math', { Metrics: [{ Id: 'e', Expression: 'm1/2' }] }, /does not emulate Metrics/],
    ['anomaly detection', { ComparisonOperator: 'GreaterThanUpperThreshold' as const }, /ComparisonOperator/],
    ['a dimension given twice', { Dimensions: ['1', '2'].map((Value) => ({ Name: 'Of', Value })) }, /unique/],
    ['a control character in its name', { AlarmName: 'a\nb' }, /AlarmName/],
  ])('refuses %s', async (_what, more, message) => {
    const put = lab.alarm('a', more);
    await expect(put).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
    expect(lab.cloudwatch.inspect.alarms()).toEqual([]);
  });

  it('sleeps while nothing can change, and wakes for a value or a state from outside', async () => {
    await lab.clock.advance(DAY_MS);
    for (const TreatMissingData of ['ignore', 'missing', 'breaching', 'notBreaching']) {
      await lab.alarm(TreatMissingData, { Period: 10, TreatMissingData });
    }
    const evaluated = async (milliseconds: number) => {
      const before = lab.cloudwatch.inspect.evaluations();
      await lab.clock.advance(milliseconds);
      return lab.cloudwatch.inspect.evaluations() - before;
    };
    expect(await evaluated(10_000)).toBe(4);
    const never = lab.clock.runUntil(() => false, { within: DAY_MS });
    await expect(never).rejects.toThrow('nothing is left to happen');
    expect(await evaluated(30 * DAY_MS)).toBe(0);
    await lab.load('ignore', 1);
    // Until the value has left the range of three periods.
    expect(await evaluated(DAY_MS)).toBeLessThanOrEqual(6);
    await set('notBreaching', 'ALARM');
    expect(await evaluated(DAY_MS)).toBe(1);
    expect(changesOf('notBreaching')).toEqual(['OK', 'ALARM', 'OK']);
  });
});
