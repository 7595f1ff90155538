import { gzipSync } from 'node:zlib';
import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { type CloudWatchLab, startCloudWatch } from './cloudwatch-harness.ts';

describe('metrics', () => {
  let lab: CloudWatchLab;
  beforeEach(async () => {
    lab = await startCloudWatch();
  });
  afterEach(() => lab.close());
  const put = (MetricData: MetricDatum[], Namespace = 'Test') =>
    lab.client.send(new PutMetricDataCommand({ Namespace, MetricData }));
  const statistics = async (more: object = {}) => {
    const { Datapoints } = await lab.client.send(
      new GetMetricStatisticsCommand({
        ...{ Namespace: 'Test', MetricName: 'M', Period: 60, StartTime: new Date(lab.clock.now() - 600_000) },
        EndTime: new Date(lab.clock.now() + 1000),
        Statistics: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
        ...more,
      }),
    );
    return Datapoints!;
  };

  it('puts single values, values with counts and statistic sets together by period', async () => {
    await put([
      { MetricName: 'M', Value: 4 },
      { MetricName: 'M', Values: [1, 10], Counts: [3, 1] },
      { MetricName: 'M', StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 0, Maximum: 3 } },
    ]);
    await lab.clock.advance(60_000);
    await put([{ MetricName: 'M', Value: 1 }]);
    expect(await statistics()).toEqual([
      {
        Timestamp: new Date('2026-01-01T00:00:00Z'),
        SampleCount: 7,
        Average: 20 / 7,
        Sum: 20,
        Minimum: 0,
        Maximum: 10,
        Unit: 'None',
      },
      {
        Timestamp: new Date('2026-01-01T00:01:00Z'),
        SampleCount: 1,
        Average: 1,
        Sum: 1,
        Minimum: 1,
        Maximum: 1,
        Unit: 'None',
      },
    ]);
  });

  it('keeps units and dimensions apart, and takes values in any order of time', async () => {
    const at = (seconds: number) => new Date(lab.clock.now() - seconds * 1000);
    await put([
      { MetricName: 'M', Value: 1, Unit: 'Count' },
      { MetricName: 'M', Value: 2, Unit: 'Seconds' },
      { MetricName: 'M', Value: 3, Unit: 'Count', Timestamp: at(120) },
      { MetricName: 'M', Value: 9, Unit: 'Count', Dimensions: [{ Name: 'x', Value: '1' }] },
    ]);
    const sums = (await statistics({ Statistics: ['Sum'] })).map(({ Sum, Unit }) => [Sum, Unit]);
    expect(sums).toEqual([
      [3, 'Count'],
      [1, 'Count'],
      [2, 'Seconds'],
    ]);
    expect((await statistics({ Unit: 'Seconds' })).map(({ Sum }) => Sum)).toEqual([2]);
    expect((await statistics({ Dimensions: [{ Name: 'x', Value: '1' }] })).map(({ Sum }) => Sum)).toEqual([9]);
  });

  it('takes dimensions in any order for the same metric', async () => {
    const dimensions = [
      { Name: 'a', Value: '1' },
      { Name: 'b', Value: '2' },
    ];
    await put([{ MetricName: 'M', Value: 1, Dimensions: dimensions }]);
    await put([{ MetricName: 'M', Value: 1, Dimensions: dimensions.toReversed() }]);
    expect((await statistics({ Dimensions: dimensions })).map(({ Sum }) => Sum)).toEqual([2]);
  });

  it('answers queries for single statistics, and says that it knows no math', async () => {
    await put([{ MetricName: 'M', Value: 4, StorageResolution: 1 }]);
    await lab.clock.advance(10_000);
    await put([{ MetricName: 'M', Value: 6, StorageResolution: 1 }]);
    const ask = (query: object, more: object = {}) =>
      lab.client.send(
        new GetMetricDataCommand({
          StartTime: new Date(lab.clock.now() - 60_000),
          EndTime: new Date(lab.clock.now() + 1000),
          MetricDataQueries: [{ Id: 'm', ...query }],
          ...more,
        }),
      );
    const MetricStat = { Metric: { Namespace: 'Test', MetricName: 'M' }, Period: 10, Stat: 'Sum' };
    expect((await ask({ MetricStat })).MetricDataResults).toMatchObject([
      {
        Id: 'm',
        Label: 'M',
        Values: [6, 4],
        StatusCode: 'Complete',
        Timestamps: [new Date('2026-01-01T00:00:10Z'), new Date('2026-01-01T00:00:00Z')],
      },
    ]);
    const ascending = await ask({ MetricStat }, { ScanBy: 'TimestampAscending' });
    expect(ascending.MetricDataResults![0]!.Values).toEqual([4, 6]);
    await expect(ask({ Expression: 'm1 * 2' })).rejects.toThrow(/does not emulate MetricDataQueries.0.Expression/);
    await expect(ask({ MetricStat: { ...MetricStat, Stat: 'p99' } })).rejects.toThrow(/Stat/);
  });

  it('lists metrics by namespace, name and dimension', async () => {
    const Dimensions = [{ Name: 'x', Value: '1' }];
    await put([
      { MetricName: 'A', Value: 1, Dimensions },
      { MetricName: 'B', Value: 1 },
    ]);
    await put([{ MetricName: 'A', Value: 1 }], 'Other');
    const list = async (input: object) =>
      (await lab.client.send(new ListMetricsCommand(input))).Metrics!.map(
        (one) => `${one.Namespace}/${one.MetricName}`,
      );
    expect(await list({})).toEqual(['Other/A', 'Test/A', 'Test/B']);
    expect(await list({ Namespace: 'Test', MetricName: 'A', Dimensions: [{ Name: 'x' }] })).toEqual(['Test/A']);
    expect(await list({ Dimensions: [{ Name: 'x', Value: '2' }] })).toEqual([]);
    await lab.clock.advance(4 * 3_600_000);
    expect(await list({ RecentlyActive: 'PT3H' })).toEqual([]);
    expect(await list({})).toHaveLength(3);
    await lab.clock.advance(15 * 86_400_000);
    expect(await list({})).toEqual([]);
  });

  it('forgets values after three hours', async () => {
    for (let hour = 0; hour < 12; hour += 1) {
      await put([{ MetricName: 'M', Value: hour }]);
      await lab.clock.advance(3_600_000);
    }
    const all = await statistics({ StartTime: new Date('2026-01-01'), Period: 3600 });
    expect(all.map(({ Maximum }) => Maximum)).toEqual([8, 9, 10, 11]);
    expect(lab.cloudwatch.inspect.metrics()).toMatchObject([{ newest: { values: { maximum: 11 } } }]);
  });

  it('takes a thousand metrics in one compressed call, and not one more', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ MetricName: `M${index}`, Value: index }));
    await put(many(1000));
    expect(lab.cloudwatch.inspect.metrics()).toHaveLength(1000);
    const refused = { name: 'InvalidParameterValueException', message: expect.stringContaining('greater than 1000') };
    await expect(put(many(1001))).rejects.toMatchObject(refused);
  });

  it('refuses a body that is not what its header says', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const send = async (body: Buffer) => (await fetch(lab.server.url, { method: 'POST', headers, body })).status;
    expect(await send(Buffer.from('{}'))).toBe(400);
    expect(await send(gzipSync(Buffer.alloc(17 * 1024 * 1024)))).toBe(400);
  });

  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['no value', {}, 'MissingRequiredParameterException'],
    ['two kinds of value', { Value: 1, Values: [1] }, 'InvalidParameterCombinationException'],
    ['counts without values', { Value: 1, Counts: [1] }, 'InvalidParameterCombinationException'],
    ['counts that are fewer', { Values: [1, 2], Counts: [1] }, 'InvalidParameterValueException'],
    ['a count of none', { Values: [1], Counts: [0] }, 'InvalidParameterValueException'],
    ['too many values', { Values: Array.from({ length: 151 }, (_, n) => n) }, 'InvalidParameterValueException'],
    ['no number', { Value: Number.NaN }, 'InvalidParameterValueException'],
    ['a number out of range', { Value: 2 ** 361 }, 'InvalidParameterValueException'],
    ['a resolution that is none', { Value: 1, StorageResolution: 10 }, 'ValidationException'],
    ['an old time', { Value: 1, Timestamp: new Date(now - 15 * 86_400_000) }, 'InvalidParameterValueException'],
    ['a time to come', { Value: 1, Timestamp: new Date(now + 3 * 3_600_000) }, 'InvalidParameterValueException'],
    [
      '31 dimensions',
      { Value: 1, Dimensions: Array.from({ length: 31 }, (_, n) => ({ Name: `${n}`, Value: 'v' })) },
      'ValidationException',
    ],
    ['an empty dimension', { Value: 1, Dimensions: [{ Name: 'x', Value: '' }] }, 'ValidationException'],
    ['an unknown unit', { Value: 1, Unit: 'Parsec' as never }, 'ValidationException'],
  ])('refuses %s, and stores nothing of the call', async (_what, datum, name) => {
    await expect(
      put([
        { MetricName: 'good', Value: 1 },
        { MetricName: 'M', ...datum },
      ]),
    ).rejects.toMatchObject({ name });
    expect(lab.cloudwatch.inspect.metrics()).toEqual([]);
  });

  it('refuses namespaces of AWS, calls without data, and statistics of too many periods', async () => {
    await expect(put([{ MetricName: 'M', Value: 1 }], 'AWS/EC2')).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(put([])).rejects.toMatchObject({ name: 'MissingRequiredParameterException' });
    const tooMany = statistics({ StartTime: new Date(now - 7 * 86_400_000) });
    await expect(tooMany).rejects.toMatchObject({ name: 'InvalidParameterCombinationException' });
    await expect(statistics({ EndTime: new Date(now - 86_400_000) })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
