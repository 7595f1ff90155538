/** What is published of clusters, for people and for their alarms. */
import type { LoadMetric } from '../domain/cluster/load-metrics.ts';

export interface Metrics {
  /** All in one call. @param at when it was seen @throws Throttled, DependencyUnavailable */
  publish(clusterId: string, metrics: readonly LoadMetric[], at: Date): Promise<void>;
}
