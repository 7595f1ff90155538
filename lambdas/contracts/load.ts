/** Looks at the load of clusters: how often, how many at once, and what is published of them. */
import * as z from 'zod';
import { ClusterId } from './cluster.ts';

/** Seconds between two looks at a cluster. */
export const lookSeconds = 60;

/** Clusters that one invocation looks at: four at a time, each mostly within a second, and one that does not answer within 30. */
export const looksPerInvocation = 20;

/** What CollectLoad is invoked with: by the schedule with nothing of this, by itself with the clusters that it hands on. */
export const CollectLoadInput = z.object({
  clusterIds: z.array(ClusterId).min(1).max(looksPerInvocation).optional(),
});
export type CollectLoadInput = z.infer<typeof CollectLoadInput>;

/** Of all metrics of clusters. */
export const metricNamespace = 'Mesoscale';
export const metricDimension = 'ClusterId';

/** What the name of every alarm of a cluster begins with: permissions and the rule that makes signals of them go by it. */
export const alarmPrefixOf = (stackName: string): string => `${stackName}/`;

/** Of an elastic cluster's slaves together. Names in CloudWatch; never changed once they are in use. */
export const metricNames = [
  'AllocatedCpus',
  'AllocatedGpus',
  'AllocatedMemory',
  'Allocation',
  'IdleSlaves',
  'OfferedCpus',
  'OfferedGpus',
  'OfferedMemory',
  'PendingCpus',
  'PendingGpus',
  'PendingMemory',
  'Slaves',
  'SlavesMissing',
  'SlavesSpare',
  'UnhelpedTasks',
  'WaitingTasks',
] as const;
export type MetricName = (typeof metricNames)[number];
