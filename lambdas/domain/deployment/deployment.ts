/** A deployment: what a user asked for with one template, as the API knows it. */
import type { DeploymentStatus, Timestamp } from '../cluster/records.ts';
import type { OutputExpression } from '../tosca/outputs.ts';

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
  /** Name of the node group whose instances these resources are; absent for software and storage. */
  readonly group?: string;
}

export interface DeploymentRecord {
  readonly deploymentId: string;
  readonly owner: Owner;
  readonly createdAt: Timestamp;
  readonly updatedAt: Timestamp;
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
