/** Records of deployments, for the API and for who finishes them. */
import type { ActivityEntry } from '../domain/cluster/plan.ts';
import type { DesiredCluster, Timestamp } from '../domain/cluster/records.ts';
import type { ClusterUpdate, DeploymentRecord, DeploymentSummary, Owner } from '../domain/deployment/deployment.ts';
import type { KnownNodes } from '../domain/deployment/resources.ts';

/** All that an update changes of a deployment's record; what is absent stays. */
export interface BegunUpdate
  extends Pick<DeploymentRecord, 'generation' | 'template' | 'parameters' | 'topology' | 'outputExpressions'>,
    Partial<Pick<DeploymentRecord, 'callback' | 'timeoutMins'>> {
  readonly update: ClusterUpdate;
}

export interface DeploymentStore {
  /**
   * Stores a new deployment: the cluster record first, then the deployment's own, so that what stopped in between is found as a
   * cluster without deployment and removed. A write whose answer was lost counts as done if it is found done.
   * @throws Conflict if the id exists
   */
  create(deployment: DeploymentRecord, desired: DesiredCluster): Promise<void>;
  find(deploymentId: string): Promise<DeploymentRecord | undefined>;
  /** Newest first. */
  list(owner: Owner): Promise<readonly DeploymentSummary[]>;
  /** All that users of the issuer have made as members of the organization. Newest first. */
  listOrganization(issuer: string, organization: string): Promise<readonly DeploymentSummary[]>;
  /** Nodes, ordinals being launched, and how many are wanted, for `/resources`. */
  listNodes(deploymentId: string): Promise<KnownNodes>;
  /**
   * Sets status DELETE_IN_PROGRESS and presence `absent` with `forget`, in the cluster's record first. Idempotent.
   * @returns false, and changes nothing, if workloads claim the cluster and it was not asked for all the same
   * @throws NotFound, Conflict if it is being deleted
   */
  requestDelete(deploymentId: string, now: Date, options?: { readonly evenIfClaimed?: boolean }): Promise<boolean>;
  /** Makes DELETE_FAILED of DELETE_IN_PROGRESS and changes nothing else. @throws Conflict if it is not being deleted */
  failDeletion(deploymentId: string, now: Date): Promise<void>;
  /** The newest entries, so many at most, oldest first. */
  listActivity(deploymentId: string, newest: number): Promise<readonly (ActivityEntry & { readonly at: Timestamp })[]>;
  /** Records outputs and CREATE_COMPLETE (UPDATE_COMPLETE) if the deployment still is at this generation and not deleted. */
  complete(
    deploymentId: string,
    of: { readonly generation: number; readonly outputs: Readonly<Record<string, unknown>> },
    now: Date,
  ): Promise<void>;
  /**
   * Begins an update: one conditional write on the deployment's record is all of it, whoever reads the cluster's record sees it
   * there. @throws Conflict if another update or a deletion was first
   */
  beginUpdate(deploymentId: string, begun: BegunUpdate, now: Date): Promise<void>;
  /**
   * Has an instance powered off, or on again; repeatable. @throws Conflict if the deployment is in no state for it (any more)
   */
  setPower(
    deploymentId: string,
    wanted: { readonly instanceId: string; readonly power: 'on' | 'off' },
    now: Date,
  ): Promise<void>;
}
