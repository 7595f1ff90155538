/** Alarms of clusters in CloudWatch, found by their names. */
import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { alarmPrefixOf, metricDimension, metricNamespace } from '../contracts/load.ts';
import { alarmRules, type ClusterAlarm, clusterAlarms } from '../domain/cluster/alarms.ts';
import { alarmNameOf, findClusterOfAlarm } from '../domain/cluster/names.ts';
import type { Alarms } from '../ports/alarms.ts';
import { allPages } from './batches.ts';
import { isNotFound, translating, unless } from './errors.ts';
import { clusterTags } from './tags.ts';

export function cloudwatchAlarms(client: CloudWatchClient, stackName: string): Alarms {
  return {
    // One after the other: an account may make three a second.
    set: async (clusterId) => {
      for (const alarm of clusterAlarms) {
        const command = new PutMetricAlarmCommand(settingsOf(alarm, stackName, clusterId));
        await translating('setting an alarm', () => client.send(command));
      }
    },
    // Those that are there go although others are not found.
    remove: async (clusterId) => {
      const AlarmNames = clusterAlarms.map(({ kind }) => alarmNameOf(stackName, clusterId, kind));
      const command = new DeleteAlarmsCommand({ AlarmNames });
      await translating('removing alarms', () => unless(isNotFound, () => client.send(command)));
    },
    listClusterIds: async () => {
      const names = await allPages(
        (NextToken) => translating('listing alarms', () => client.send(describe(stackName, NextToken))),
        ({ MetricAlarms = [], NextToken }) => ({
          items: MetricAlarms.flatMap(({ AlarmName }) => AlarmName ?? []),
          next: NextToken,
        }),
      );
      const known = new Set(clusterAlarms.map(({ kind }) => kind));
      const own = names.filter((name) => known.has(name.split('/').at(-1) ?? ''));
      return new Set(own.flatMap((name) => findClusterOfAlarm(name) ?? []));
    },
  };
}

function settingsOf(alarm: ClusterAlarm, stackName: string, clusterId: string): PutMetricAlarmCommandInput {
  const { kind, metric, threshold, periodSeconds, meaning } = alarm;
  const about = `Cluster ${clusterId} of ${stackName}.`;
  return {
    AlarmName: alarmNameOf(stackName, clusterId, kind),
    AlarmDescription: `${meaning} ${about} Its loop has been woken. Runbook: docs/runbook.md#${kind}`,
    Namespace: metricNamespace,
    MetricName: metric,
    Dimensions: [{ Name: metricDimension, Value: clusterId }],
    Period: periodSeconds,
    Threshold: threshold,
    ...alarmRules,
    Tags: clusterTags(stackName, clusterId, { name: kind }),
  };
}

function describe(stackName: string, NextToken: string | undefined): DescribeAlarmsCommand {
  const page = { AlarmNamePrefix: alarmPrefixOf(stackName), AlarmTypes: ['MetricAlarm' as const], MaxRecords: 100 };
  return new DescribeAlarmsCommand(NextToken === undefined ? page : { ...page, NextToken });
}
