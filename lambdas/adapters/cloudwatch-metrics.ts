/** Metrics in CloudWatch. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html: 1000 in a call. */
import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { metricDimension, metricNamespace } from '../contracts/load.ts';
import type { Metrics } from '../ports/metrics.ts';
import { translating } from './errors.ts';

export function cloudwatchMetrics(client: CloudWatchClient): Metrics {
  return {
    publish: async (clusterId, metrics, at) => {
      const command = new PutMetricDataCommand({
        Namespace: metricNamespace,
        MetricData: metrics.map(({ name, value, unit, resolution }) => ({
          MetricName: name,
          Dimensions: [{ Name: metricDimension, Value: clusterId }],
          Timestamp: at,
          Value: value,
          Unit: unit,
          StorageResolution: resolution,
        })),
      });
      await translating('publishing metrics', () => client.send(command));
    },
  };
}
