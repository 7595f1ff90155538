import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { cloudwatchAlarms } from '../../lambdas/adapters/cloudwatch-alarms.ts';
import { cloudwatchMetrics } from '../../lambdas/adapters/cloudwatch-metrics.ts';
import { lambdaLookHelpers } from '../../lambdas/adapters/lambda-look-helpers.ts';
import { DependencyUnavailable, Forbidden, Throttled } from '../../lambdas/contracts/error-names.ts';
import { CollectLoadInput } from '../../lambdas/contracts/load.ts';
import { findClusterOfAlarm } from '../../lambdas/domain/cluster/names.ts';
import { at, clusterId } from '../support/clusters.ts';
import { sdkError, stubClient } from '../support/fakes.ts';

const otherId = '0197a000-0000-7000-8000-000000000002';
const names = ['slaves-missing', 'slaves-spare'].map((kind) => `mesoscale/${clusterId}/${kind}`);

describe('cloudwatchMetrics', () => {
  it('publishes all of a cluster in one call, in the one namespace, by the one dimension', async () => {
    const client = stubClient<CloudWatchClient>({ PutMetricData: () => ({}) });
    await cloudwatchMetrics(client).publish(
      clusterId,
      [
        { name: 'SlavesMissing', value: 2, unit: 'Count', resolution: 1 },
        { name: 'OfferedMemory', value: 4096, unit: 'Megabytes', resolution: 60 },
      ],
      at(7),
    );
    const Dimensions = [{ Name: 'ClusterId', Value: clusterId }];
    const common = { Dimensions, Timestamp: at(7) };
    expect(client.inputsOf('PutMetricData')).toEqual([
      {
        Namespace: 'Mesoscale',
        MetricData: [
          { ...common, MetricName: 'SlavesMissing', Value: 2, Unit: 'Count', StorageResolution: 1 },
          { ...common, MetricName: 'OfferedMemory', Value: 4096, Unit: 'Megabytes', StorageResolution: 60 },
        ],
      },
    ]);
  });

  it('translates what the service answers', async () => {
    const client = stubClient<CloudWatchClient>({
      PutMetricData: () => Promise.reject(sdkError('InternalServiceFault', { fault: 'server', status: 500 })),
    });
    await expect(cloudwatchMetrics(client).publish(clusterId, [], at(0))).rejects.toThrow(DependencyUnavailable);
  });
});

describe('cloudwatchAlarms', () => {
  const withClient = (answers: Parameters<typeof stubClient>[0]) => {
    const client = stubClient<CloudWatchClient>(answers);
    return { client, alarms: cloudwatchAlarms(client, 'mesoscale') };
  };

  it('sets one alarm for missing slaves, of high resolution, and one for spare ones', async () => {
    const { client, alarms } = withClient({ PutMetricAlarm: () => ({}) });
    await alarms.set(clusterId);
    const common = {
      ...{ Namespace: 'Mesoscale', Dimensions: [{ Name: 'ClusterId', Value: clusterId }], Statistic: 'Maximum' },
      ...{ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 1 },
      TreatMissingData: 'ignore',
    };
    expect(client.inputsOf('PutMetricAlarm')).toMatchObject([
      { ...common, AlarmName: names[0], MetricName: 'SlavesMissing', Period: 10 },
      { ...common, AlarmName: names[1], MetricName: 'SlavesSpare', Period: 60 },
    ]);
  });

  it('names alarms so that their cluster is found by the name, tags them, and says where to read on', async () => {
    const { client, alarms } = withClient({ PutMetricAlarm: () => ({}) });
    await alarms.set(clusterId);
    for (const { AlarmName, AlarmDescription, Tags } of client.inputsOf('PutMetricAlarm')) {
      const name = String(AlarmName);
      expect(findClusterOfAlarm(name)).toBe(clusterId);
      expect(AlarmDescription).toContain(`Cluster ${clusterId} of mesoscale.`);
      expect(AlarmDescription).toMatch(new RegExp(`docs/runbook\\.md#${name.split('/').at(-1)}$`));
      expect(Tags).toEqual(
        expect.arrayContaining([
          { Key: 'mesoscale:stack', Value: 'mesoscale' },
          { Key: 'mesoscale:cluster-id', Value: clusterId },
        ]),
      );
    }
  });

  it('removes all of a cluster in one call, and takes none that is not there for an error', async () => {
    const { client, alarms } = withClient({ DeleteAlarms: () => Promise.reject(sdkError('ResourceNotFound')) });
    await alarms.remove(clusterId);
    expect(client.inputsOf('DeleteAlarms')).toEqual([{ AlarmNames: names }]);
  });

  const idOfNone = '0197a000-0000-7000-8000-00000000aaaa';
  it('finds the clusters of all alarms of the stack, on all pages, and passes over what is not named like them', async () => {
    const { client, alarms } = withClient({
      DescribeAlarms: ({ NextToken }: { NextToken?: string }) =>
        NextToken === undefined
          ? { MetricAlarms: names.map((AlarmName) => ({ AlarmName })), NextToken: 'more' }
          : {
              MetricAlarms: [
                { AlarmName: `mesoscale/${otherId}/slaves-spare` },
                { AlarmName: 'mesoscale/mine' },
                { AlarmName: `mesoscale/${idOfNone}/mine` },
                {},
              ],
            },
    });
    expect(await alarms.listClusterIds()).toEqual(new Set([clusterId, otherId]));
    expect(client.inputsOf('DescribeAlarms')).toMatchObject([
      { AlarmNamePrefix: 'mesoscale/' },
      { AlarmNamePrefix: 'mesoscale/', NextToken: 'more' },
    ]);
  });

  it('translates what the service answers', async () => {
    const { alarms } = withClient({
      PutMetricAlarm: () => Promise.reject(sdkError('Throttling')),
      DeleteAlarms: () => Promise.reject(sdkError('AccessDenied')),
    });
    await expect(alarms.set(clusterId)).rejects.toThrow(Throttled);
    await expect(alarms.remove(clusterId)).rejects.toThrow(Forbidden);
  });
});

describe('lambdaLookHelpers', () => {
  it('invokes the function without waiting for it, with what it takes', async () => {
    const client = stubClient<LambdaClient>({ Invoke: () => ({ StatusCode: 202 }) });
    await lambdaLookHelpers(client, 'collect-load').hand([clusterId, otherId]);
    const [{ Payload, ...rest } = {}] = client.inputsOf('Invoke');
    expect(rest).toEqual({ FunctionName: 'collect-load', InvocationType: 'Event' });
    expect(CollectLoadInput.parse(JSON.parse(String(Payload)))).toEqual({ clusterIds: [clusterId, otherId] });
  });

  it('says when nobody takes them', async () => {
    const client = stubClient<LambdaClient>({ Invoke: () => Promise.reject(sdkError('TooManyRequestsException')) });
    await expect(lambdaLookHelpers(client, 'collect-load').hand([clusterId])).rejects.toThrow(Throttled);
  });
});
