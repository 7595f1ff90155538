/** Records of clusters, for the reconcile loop and for who wakes it. */

import type { ActivityEntry, Plan } from '../domain/cluster/plan.ts';
import type { ClusterRecord, DeploymentStatus, Foundation, NodeRecord, Timestamp } from '../domain/cluster/records.ts';
import type { LoopStore } from './loop-store.ts';

export interface LoadedCluster {
  readonly record: ClusterRecord;
  readonly nodes: readonly NodeRecord[];
  /** Status of the deployment; absent if its record does not exist (creation stopped in the middle). */
  readonly status?: DeploymentStatus;
  /** The deployment has a callback. @default false */
  readonly hasCallback?: boolean;
}

export interface ClusterStore extends LoopStore {
  /** Reads all records of the cluster, strongly consistent. @throws NotFound */
  loadCluster(clusterId: string): Promise<LoadedCluster>;
  /**
   * Reads the cluster's own record and no other, so without its nodes and without what an update asks for.
   * @returns undefined if there is none
   */
  findRecord(clusterId: string): Promise<ClusterRecord | undefined>;
  /**
   * Writes what PlanCluster concluded. The cluster's own item comes first, in one conditional write; what else is lost if the
   * writer stops in between is found again by the next pass, and a lost status is written by the next `loadCluster`.
   * @throws Conflict if `revision` has moved on
   */
  savePlan(clusterId: string, revision: number, plan: Plan, now: Date): Promise<void>;

  /** Actions' results. All are idempotent. */
  saveFoundation(clusterId: string, foundation: Foundation): Promise<void>;
  /** Records the launch's nodes, then closes it; `unavailable` remembers offerings (by key) until the given time. */
  closeLaunch(
    clusterId: string,
    token: string,
    nodes: readonly NodeRecord[],
    unavailable: Readonly<Record<string, Timestamp>>,
  ): Promise<void>;
  /**
   * Remembers that the launch has had this many fleets, all of which ended empty, so that the next try uses a token of its own:
   * under the old one EC2 would answer with the empty fleet. @throws Conflict if the launch is closed
   */
  renewLaunch(clusterId: string, token: string, emptyFleets: number): Promise<void>;
  saveNodes(clusterId: string, nodes: readonly NodeRecord[]): Promise<void>;
  /**
   * Removes every record of the deployment, the cluster's own last: what stopped in between is found again as a cluster without
   * deployment.
   */
  forgetCluster(clusterId: string): Promise<void>;
  addActivity(clusterId: string, entries: readonly ActivityEntry[], now: Date): Promise<void>;

  /** Cluster that an instance belongs to, by the instance index. */
  findClusterOfInstance(instanceId: string): Promise<string | undefined>;
  /** Clusters whose last plan is `elastic`. */
  listElastic(): Promise<readonly string[]>;
  /** Clusters whose next check is due before `now`. */
  listDueClusters(now: Date): Promise<readonly string[]>;
  /** Those of the given ids for which a cluster record exists. */
  findExisting(clusterIds: readonly string[]): Promise<ReadonlySet<string>>;
}
