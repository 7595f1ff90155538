/**
 * The records of a cluster as the domain sees them. The store decides how they lie in the table.
 *
 * Who writes what: the API writes `desired` (with `revision`); PlanCluster writes what it decided, on condition that
 * `revision` still is what it read; actions record their results on attributes of their own (`foundation`, `launches`,
 * nodes). Instances that a launch made are recorded by the launching action itself.
 */
import type { NodeRole, Offering } from '../../contracts/cluster.ts';
import type { ClusterSpec } from './spec.ts';

/** Timestamps are ISO 8601 in UTC with milliseconds. */
export type Timestamp = string;

/** What is asked for. `absent`: everything is to be removed; records too if `forget`. */
export interface DesiredCluster {
  readonly clusterId: string;
  readonly presence: 'present' | 'absent';
  /** Only meaningful with `absent`: whether the deployment's records go as well (DELETE), or stay to tell of a failure. */
  readonly forget: boolean;
  readonly spec: ClusterSpec;
  readonly createdAt: Timestamp;
  /** When creation counts as failed. */
  readonly deadlineAt: Timestamp;
  /** Keep what was made if creation fails. */
  readonly keepLastAttempt: boolean;
}

/** What was made for the cluster besides instances. Written by the prepare action when all of it is there. */
export interface Foundation {
  /** In which all nodes of the cluster are. */
  readonly securityGroupId: string;
  /** By group name, for groups with open ports. */
  readonly publicSecurityGroupIds: Readonly<Record<string, string>>;
  readonly masterInterfaces: readonly MasterInterface[];
  /** The cluster's elastic IP, if it has load balancers. */
  readonly virtualAddress?: { readonly allocationId: string; readonly publicIp: string };
  readonly secretId: string;
  readonly instanceProfiles: Readonly<Record<NodeRole, string>>;
  /** By slave group name. */
  readonly launchTemplates: Readonly<Record<string, { readonly id: string; readonly version: string }>>;
}

/** A master's slot: fixed private address and zone. */
export interface MasterInterface {
  readonly slot: number;
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  readonly zone: string;
  readonly subnetId: string;
  /** Elastic IP of the slot, where masters live in public subnets or the template asks for public addresses. */
  readonly publicIp?: string;
  readonly allocationId?: string;
}

/** A launch that was decided and whose result is not recorded yet. Repeated under the same token until it is. */
export interface PendingLaunch {
  readonly token: string;
  readonly group: string;
  readonly ordinals: readonly number[];
  readonly offerings: readonly Offering[];
  readonly decidedAt: Timestamp;
  /** Slaves: how many fleets ended empty because what they need was too new. Part of the next fleet's token. @default 0 */
  readonly emptyFleets?: number;
}

/**
 * `launched → online → starting → ready → terminating`, or `failed` from any. A node is *online* when SSM reaches it, and
 * *ready* when its start command has succeeded, that is, when it found itself healthy. (`requested` nodes have no instance and
 * are ordinals of pending launches; `gone` ones have no record.)
 */
export const nodeStatuses = ['launched', 'online', 'starting', 'ready', 'terminating', 'failed'] as const;
export type NodeStatus = (typeof nodeStatuses)[number];

/** One instance. Master ordinals are slots. At most one record per ordinal is not `terminating` or `failed`. */
export interface NodeRecord {
  readonly instanceId: string;
  readonly group: string;
  readonly role: NodeRole;
  readonly ordinal: number;
  readonly status: NodeStatus;
  readonly instanceType: string;
  readonly zone: string;
  readonly market: 'on-demand' | 'spot';
  readonly launchedAt: Timestamp;
  readonly onlineAt?: Timestamp;
  readonly readyAt?: Timestamp;
  readonly privateIp?: string;
  readonly publicIp?: string;
  /** Id of the last start command, its time, and how many there were. */
  readonly commandId?: string;
  readonly commandSentAt?: Timestamp;
  readonly startAttempts: number;
  /** Since when the cluster's own software misses a node that was ready. */
  readonly missingSince?: Timestamp;
  /** Load balancers: the peers' addresses that the last start command named, sorted and joined by commas. */
  readonly peers?: string;
  /** Why it failed or is being terminated. */
  readonly reason?: string;
}

/** How often and when last something went wrong, by a decision's key or, for replacements, by `replace/<group>[/<slot>]`. */
export interface FailureCount {
  readonly count: number;
  readonly lastAt: Timestamp;
  readonly error: string;
  readonly message?: string;
}

/** The mutable part of the cluster record that PlanCluster owns. */
export interface Progress {
  /** Next number for a launch token, per cluster. */
  readonly launchSeq: number;
  readonly failures: Readonly<Record<string, FailureCount>>;
  /** Zone of each master slot, slot 1 first. Fixed once the cluster was complete. */
  readonly masterZones?: readonly string[];
  /** Whether the cluster was once complete: from then on masters hold state that replacing must not lose. */
  readonly completedAt?: Timestamp;
  /** When the foundation was last prepared again because launches cast doubt on it. */
  readonly repairedAt?: Timestamp;
  /** Since when no healthy load balancer holds the virtual address. */
  readonly addressLostSince?: Timestamp;
  /** Fingerprint of the nodes' addresses that the published outputs were computed from, and of those being published. */
  readonly publishedFor?: string;
  readonly publishing?: string;
  /** When everything of an absent cluster was found removed. */
  readonly removedAt?: Timestamp;
  readonly nextCheckAt?: Timestamp;
}

/** All that is recorded of a cluster. */
export interface ClusterRecord {
  readonly desired: DesiredCluster;
  /** Changes with every write of the API or of PlanCluster; conditional writes compare it. */
  readonly revision: number;
  readonly signalSeq: number;
  readonly endedRun: number;
  readonly foundation?: Foundation;
  readonly launches: readonly PendingLaunch[];
  /** By `offeringKey`: until when the offering is left alone. */
  readonly unavailable: Readonly<Record<string, Timestamp>>;
  readonly progress: Progress;
}

export const deploymentStatuses = [
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'DELETE_IN_PROGRESS',
  'DELETE_COMPLETE',
  'DELETE_FAILED',
  'UNKNOWN',
] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];
