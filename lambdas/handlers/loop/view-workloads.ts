/** What Marathon and Chronos of a cluster show of workloads on it: for a workload's own loop, and for whoever wakes it. */
import { inBatches } from '../../adapters/batches.ts';
import { type GroupView, type JobView, viewsPerRequest } from '../../contracts/gateway.ts';
import type { ClusterRecord } from '../../domain/cluster/records.ts';
import { jobNameOf } from '../../domain/workload/chronos.ts';
import { groupIdOf } from '../../domain/workload/marathon.ts';
import type { DesiredWorkload } from '../../domain/workload/records.ts';
import type { WorkloadView } from '../../domain/workload/seen.ts';
import type { ClusterSecrets } from '../../ports/credentials.ts';
import type { Gateway } from '../../ports/gateway.ts';
import { marathonOf, schedulerOf } from './scheduler-action.ts';

export interface WorkloadHost {
  readonly gateway: Pick<Gateway, 'viewGroups' | 'viewJobs'>;
  /** It must have a foundation: without masters there is nobody to ask. */
  readonly record: ClusterRecord;
  readonly secrets: ClusterSecrets;
}

type Viewed = Pick<DesiredWorkload, 'workloadId' | 'spec'>;

/** Asks for all groups at once, and for all jobs. @returns by workload id; of whom Marathon or Chronos did not tell is missing */
export async function viewWorkloads(
  { gateway, record, secrets }: WorkloadHost,
  workloads: readonly Viewed[],
): Promise<ReadonlyMap<string, WorkloadView>> {
  const marathon = marathonOf(record, secrets);
  const chronos = schedulerOf(record, secrets.chronos);
  const [groups, jobs] = await Promise.all([
    viewAll(workloads.flatMap(groupIdsOf), (groupIds) => gateway.viewGroups({ ...marathon, groupIds: [...groupIds] })),
    viewAll(workloads.flatMap(jobNamesOf), (names) => gateway.viewJobs({ ...chronos, names: [...names] })),
  ]);
  const groupOf = new Map(groups.map((group) => [group.id, group]));
  const jobOf = new Map(jobs.map((job) => [job.name, job]));
  return new Map(
    workloads.flatMap((workload) => {
      const view = viewOf(workload, groupOf, jobOf);
      return view ? [[workload.workloadId, view]] : [];
    }),
  );
}

function groupIdsOf({ workloadId, spec }: Viewed): readonly string[] {
  return spec.type === 'MARATHON' ? [groupIdOf(workloadId)] : [];
}

function jobNamesOf({ workloadId, spec }: Viewed): readonly string[] {
  return spec.type === 'CHRONOS' ? spec.jobs.map(({ node }) => jobNameOf(workloadId, node)) : [];
}

/** In batches, one after the other; after the first that is not answered no other is tried. */
async function viewAll<V>(
  names: readonly string[],
  view: (names: readonly string[]) => Promise<readonly V[] | undefined>,
): Promise<readonly V[]> {
  const all: V[] = [];
  for (const batch of inBatches(names, viewsPerRequest)) {
    const views = await view(batch);
    if (views === undefined) break;
    all.push(...views);
  }
  return all;
}

function viewOf(
  workload: Viewed,
  groups: ReadonlyMap<string, GroupView>,
  jobs: ReadonlyMap<string, JobView>,
): WorkloadView | undefined {
  if (workload.spec.type === 'MARATHON') {
    const group = groups.get(groupIdOf(workload.workloadId));
    return group && { group };
  }
  const views = jobNamesOf(workload).map((name) => jobs.get(name));
  return views.every((each) => each !== undefined) ? { jobs: views } : undefined;
}
