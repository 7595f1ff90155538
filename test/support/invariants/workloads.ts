/** Services and jobs: what their clusters really run, and what is held free there for them. */
import { jobNameOf } from '../../../lambdas/domain/workload/chronos.ts';
import { findEndless } from '../../../lambdas/domain/workload/decide-jobs.ts';
import { groupIdOf } from '../../../lambdas/domain/workload/marathon.ts';
import type { WorkloadRecord } from '../../../lambdas/domain/workload/records.ts';
import type { LocalCloud } from '../../../local/cloud.ts';
import type { View } from './view.ts';

/** What a complete workload lacks: services that run, jobs that have succeeded. */
export function findIdleWork({ services }: LocalCloud, { desired }: WorkloadRecord): readonly string[] {
  const { workloadId, hostClusterId, spec } = desired;
  const { inspect } = services.nodes;
  const { jobs } = inspect.scheduled(hostClusterId);
  const endless = findEndless(spec.type === 'CHRONOS' ? spec.jobs : []);
  if (spec.type === 'CHRONOS')
    return spec.jobs.flatMap(({ node }) => {
      const job = jobs.find(({ name }) => name === jobNameOf(workloadId, node));
      if (job === undefined) return [`its job ${node} is not in Chronos`];
      return endless.has(node) || job.successCount > 0 ? [] : [`its job ${node} has not succeeded`];
    });
  const tasks = inspect.tasks(hostClusterId).filter(({ state }) => state === 'TASK_RUNNING');
  return spec.services.flatMap(({ node, instances = 1 }) => {
    // The name of a task is the path of its app from the end.
    const running = tasks.filter(({ name }) => name === `${node}.${groupIdOf(workloadId).slice(1)}`).length;
    return running >= instances ? [] : [`${running} of ${instances} tasks of ${node} run`];
  });
}

/**
 * The API claims before it writes records. What stopped in between is found by the cluster's loop, which leaves young claims alone, at
 * its next regular look, for which a sweep wakes it.
 */
const orphanSeconds = 120 + 900 + 300 + 20;

/** Nothing runs, or is about to, that its cluster does not hold room for; and no room is held for nobody. */
export class ClaimWatch {
  private readonly since = new Map<string, number>();

  check({ now, clusters }: View): readonly string[] {
    const missing = [...clusters.values()].flatMap(({ clusterId, status, workload }) => {
      const host = workload && clusters.get(workload.desired.hostClusterId);
      const isWanted = workload?.desired.presence === 'present' && status !== undefined && host?.record !== undefined;
      return isWanted && !host.claims.includes(clusterId)
        ? [`workload ${clusterId} is ${status} without a claim on ${host.clusterId}`]
        : [];
    });
    const claims = [...clusters.values()].flatMap((host) =>
      host.claims.map((id) => ({ id, key: `${host.clusterId} ${id}` })),
    );
    const orphans = claims.filter(({ id }) => clusters.get(id)?.workload === undefined);
    const keys = new Set(orphans.map(({ key }) => key));
    for (const key of this.since.keys()) if (!keys.has(key)) this.since.delete(key);
    const stale = [...keys].filter((key) => {
      const first = this.since.get(key) ?? now;
      this.since.set(key, first);
      return now - first > orphanSeconds * 1000;
    });
    return [...missing, ...stale.map((key) => `a claim of nobody stays: ${key}`)];
  }
}
