/** Records of deployments, for the API and for who finishes them. */
import type { ActivityEntry } from '../domain/cluster/plan.ts';
import type { DesiredCluster, NodeRecord, PendingLaunch, Timestamp } from '../domain/cluster/records.ts';
import type { DeploymentRecord, Owner } from '../domain/deployment/deployment.ts';

export interface DeploymentStore {
  /**
   * Stores a new deployment: the cluster record first, then the deployment's own, so that what stopped in between is found as a
   * cluster without deployment and removed. @throws Conflict if the id exists
   */
  create(deployment: DeploymentRecord, desired: DesiredCluster): Promise<void>;
  find(deploymentId: string): Promise<DeploymentRecord | undefined>;
  /** Newest first. */
  list(owner: Owner): Promise<readonly DeploymentRecord[]>;
  /** Nodes and ordinals being launched, for `/resources`. */
  listNodes(deploymentId: string): Promise<{
    readonly nodes: readonly NodeRecord[];
    readonly launches: readonly PendingLaunch[];
  }>;
  /** Sets status DELETE_IN_PROGRESS and presence `absent` with `forget`. Idempotent. @throws NotFound, Conflict if it is being deleted */
  requestDelete(deploymentId: string, now: Date): Promise<void>;
  /** Oldest first. */
  listActivity(deploymentId: string): Promise<readonly (ActivityEntry & { readonly at: Timestamp })[]>;
  /** Records outputs and CREATE_COMPLETE (UPDATE_COMPLETE) if the deployment still is in progress. */
  complete(deploymentId: string, outputs: Readonly<Record<string, unknown>>, now: Date): Promise<void>;
}
