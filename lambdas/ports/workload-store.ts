/** Records of workloads, for the API that makes them and for their loop; and their claims on the clusters that they run on. */
import type { ActivityEntry } from '../domain/cluster/plan.ts';
import type { DeploymentStatus } from '../domain/cluster/records.ts';
import type { DeploymentRecord, WorkloadUpdate } from '../domain/deployment/deployment.ts';
import type { WorkloadPlan } from '../domain/workload/decide-workload.ts';
import type { DesiredWorkload, WorkloadClaim, WorkloadRecord } from '../domain/workload/records.ts';
import type { AlikeTasks } from '../domain/workload/spec.ts';
import type { LoopStore } from './loop-store.ts';

export interface LoadedWorkload {
  readonly record: WorkloadRecord;
  /** Status of the deployment; absent if its record does not exist (creation stopped in the middle, or is under way). */
  readonly status?: DeploymentStatus;
  /** The deployment has a callback. @default false */
  readonly hasCallback?: boolean;
}

/** Claims on a cluster, and how often it was claimed: who claims says which of it they knew. */
export interface Claims {
  readonly claims: Readonly<Record<string, WorkloadClaim>>;
  readonly seq: number;
}

/** All that an update changes of a workload's deployment record; what is absent stays. */
export interface BegunWorkloadUpdate
  extends Pick<DeploymentRecord, 'generation' | 'template' | 'parameters' | 'topology' | 'outputExpressions'>,
    Partial<Pick<DeploymentRecord, 'callback' | 'timeoutMins'>> {
  readonly workloadUpdate: WorkloadUpdate;
}

export interface WorkloadStore extends LoopStore {
  /**
   * Stores a new workload: its own record first, then the deployment's, so that what stopped in between is found as a workload
   * without deployment and removed, its claim and its secret with it. A write whose answer was lost counts as done if it is
   * found done. @throws Conflict if the id exists
   */
  create(deployment: DeploymentRecord, desired: DesiredWorkload): Promise<void>;
  /** Reads the workload's records, strongly consistent. What the last update asks for is laid over `desired`. @throws NotFound */
  load(workloadId: string): Promise<LoadedWorkload>;
  /**
   * Writes what PlanWorkload concluded; its order and what stopping in the middle means are as for clusters.
   * @throws Conflict if `revision` has moved on
   */
  savePlan(workloadId: string, revision: number, plan: WorkloadPlan, now: Date): Promise<void>;
  /** Sets status DELETE_IN_PROGRESS and presence `absent` with `forget`. Idempotent. @throws NotFound, Conflict if it is being deleted */
  requestDelete(workloadId: string, now: Date): Promise<void>;
  /**
   * Begins an update: one conditional write on the deployment's record is all of it. The workload's secret must hold what the new
   * specification names, and still what earlier ones name: the loop goes back to them if this one fails.
   * @throws Conflict if another update or a deletion was first
   */
  requestUpdate(workloadId: string, begun: BegunWorkloadUpdate, now: Date): Promise<void>;
  /** Removes every record of the deployment, the workload's own last, as for clusters. */
  forget(workloadId: string): Promise<void>;

  /** Claims on a cluster, strongly consistent; read before the cluster is looked at, nothing is missed. @throws NotFound */
  listClaims(hostClusterId: string): Promise<Claims>;
  /**
   * Puts a workload's claim on a cluster, in one conditional write: the cluster is to be present, and nobody has claimed since
   * `seen`. A workload that has a claim replaces it. @throws Conflict otherwise, also if the cluster does not exist
   */
  claim(
    hostClusterId: string,
    workloadId: string,
    of: { readonly claim: WorkloadClaim; readonly seen: number },
  ): Promise<void>;
  /**
   * Before an update: the claim is for these tasks, and waits again. If the update is then refused, whoever settles the claim next
   * settles this. A claim that is gone is no error.
   */
  renewClaim(hostClusterId: string, workloadId: string, tasks: readonly AlikeTasks[]): Promise<void>;
  /** Marks a claim as no longer waiting, and forgets its tasks: what it takes shows in what Mesos reports, or it will not be taken. */
  settleClaim(hostClusterId: string, workloadId: string): Promise<void>;
  /** Gives a claim back; one that is gone, or whose cluster is gone, is no error. */
  releaseClaim(hostClusterId: string, workloadId: string): Promise<void>;

  /** Those of the given ids for which a workload record exists. */
  findExisting(workloadIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Workloads whose next check is due before `now`. */
  listDue(now: Date): Promise<readonly string[]>;
  /**
   * Workloads whose loop is to be woken when something has changed on the cluster that they run on. Eventually consistent.
   * @param hostClusterId only those on this cluster; absent: on any
   */
  listWatched(hostClusterId?: string): Promise<readonly WorkloadRecord[]>;
  addActivity(workloadId: string, entries: readonly ActivityEntry[], now: Date): Promise<void>;
}
