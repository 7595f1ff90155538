/** A deployment: what a user asked for with one template, as the API knows it. */
import type { DeploymentStatus, Timestamp } from '../cluster/records.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import type { OutputExpression } from '../tosca/outputs.ts';
import type { WorkloadSpec, WorkloadType } from '../workload/spec.ts';

export interface Owner {
  readonly issuer: string;
  readonly subject: string;
}

/** One node template, as far as `/resources` needs it. */
export interface TopologyNode {
  readonly name: string;
  readonly type: string;
  /** The type and its ancestors, for filters. */
  readonly ancestors: readonly string[];
  /** Its own `capabilities.scalable.properties.count`; 1 where there is none. */
  readonly count: number;
  /** How many of its places the deployment was made with; those beyond came by an update. @default count */
  readonly countAtFirst?: number;
  /** Name of the node group whose instances these resources are; absent for software and storage. */
  readonly group?: string;
}

/** What an update changes of the cluster as it is asked for. It holds from the moment at which it is written. */
export interface ClusterUpdate {
  /** The update's own, by which its writer knows it again. */
  readonly updateId: string;
  readonly spec: ClusterSpec;
  /** When the update counts as failed. */
  readonly deadlineAt: Timestamp;
  /** Ids of the instances that go, whichever would go otherwise. */
  readonly removals: readonly string[];
  /** Version of the cluster's secret that holds what is secret in the new template; absent: the first one. */
  readonly secretVersion?: string;
}

/** The same for a workload. */
export interface WorkloadUpdate {
  readonly updateId: string;
  readonly spec: WorkloadSpec;
  readonly deadlineAt: Timestamp;
  /** Version of the workload's secret that holds what is secret in the new template; absent: the first one. */
  readonly secretVersion?: string;
}

export interface DeploymentRecord {
  readonly deploymentId: string;
  /** A cluster, or services or jobs on one. @default TOSCA */
  readonly type?: 'TOSCA' | WorkloadType;
  /** Workloads: the cluster that it runs on, and that one's name when it was chosen. */
  readonly hostClusterId?: string;
  readonly hostClusterName?: string;
  /** URL of that cluster's Marathon or Chronos. */
  readonly hostEndpoint?: string;
  readonly owner: Owner;
  /** The owner's when the deployment was made. Absent: nobody but the owner sees it. */
  readonly organization?: string;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
  /** 1 when the deployment is made, one more with every update. */
  readonly generation: number;
  /** What the last update asks of the cluster; absent: what the deployment was made with. */
  readonly update?: ClusterUpdate;
  /** The same of a workload. */
  readonly workloadUpdate?: WorkloadUpdate;
  /** Ids of instances that are to be powered off; those of instances that are gone mean nothing. @default none */
  readonly stopped?: readonly string[];
  readonly status: DeploymentStatus;
  readonly statusReason?: string;
  /** The template with secret literals replaced by markers. */
  readonly template: string;
  /** Parameters as sent, without the secret ones. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly topology: readonly TopologyNode[];
  /** Outputs, evaluated as far as inputs allow; what is left reads attributes of nodes. */
  readonly outputExpressions: Readonly<Record<string, OutputExpression>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly callback?: string;
  readonly userGroup?: string;
  readonly timeoutMins?: number;
  readonly keepLastAttempt: boolean;
}

/** What lists are made of. What may be large is not in it, but for the outputs. */
export const summaryAttributes = [
  'deploymentId',
  'type',
  'hostClusterId',
  'hostClusterName',
  'hostEndpoint',
  'owner',
  'organization',
  'createdAt',
  'updatedAt',
  'status',
  'statusReason',
  'outputs',
  'callback',
  'userGroup',
] as const satisfies readonly (keyof DeploymentRecord)[];

/** A deployment as lists have it. */
export type DeploymentSummary = Pick<DeploymentRecord, (typeof summaryAttributes)[number]>;

/** Statuses in which a deployment can be updated, and its resources be started and stopped. */
export const updatable: readonly DeploymentStatus[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_FAILED'];

/** Whether it is services or jobs on a cluster, rather than a cluster. */
export function isWorkload({ type = 'TOSCA' }: Pick<DeploymentRecord, 'type'>): boolean {
  return type !== 'TOSCA';
}
