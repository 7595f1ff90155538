/**
 * The records of a cluster as the domain sees them. The store decides how they lie in the table.
 *
 * Who writes what: the API writes `desired` (with `revision`) when the cluster is made and when it is to be removed; what an
 * update asks for stands on the deployment's record and is laid over `desired` whenever that is read. PlanCluster writes what
 * it decided, on condition that `revision` still is what it read; actions record their results on attributes of their own
 * (`foundation`, `launches`, nodes). Instances that a launch made are recorded by the launching action itself.
 */
import type { NodeRole, Offering } from '../../contracts/cluster.ts';
import type { Announcements } from '../deployment/callback.ts';
import type { GroupScaling } from '../scaling/scaling.ts';
import type { WorkloadClaim } from '../workload/records.ts';
import type { ClusterSpec } from './spec.ts';

/** Timestamps are ISO 8601 in UTC with milliseconds. */
export type Timestamp = string;

/** What is asked for. `absent`: everything is to be removed; records too if `forget`. */
export interface DesiredCluster {
  readonly clusterId: string;
  readonly presence: 'present' | 'absent';
  /** Only meaningful with `absent`: whether the deployment's records go as well (DELETE), or stay to tell of a failure. */
  readonly forget: boolean;
  /** 1 when the deployment is made, one more with every update. */
  readonly generation: number;
  readonly spec: ClusterSpec;
  /** Instances that the update asks to remove, whichever would go otherwise. */
  readonly removals?: readonly string[];
  /** Instances that are to be powered off; ids of instances that are gone mean nothing. */
  readonly stopped?: readonly string[];
  /** Version of the cluster's secret that holds what is secret in this generation's template; absent: the first one. */
  readonly secretVersion?: string;
  readonly createdAt: Timestamp;
  /** When this generation counts as failed. */
  readonly deadlineAt: Timestamp;
  /** Keep what was made if creation fails. */
  readonly keepLastAttempt: boolean;
}

/** What was made for the cluster besides instances. Written by the prepare action when all of it is there. */
export interface Foundation {
  /** Fingerprint of what of the specification it was prepared for; absent: the first generation's. */
  readonly preparedFor?: string;
  /** Things of earlier generations that were still in use when it was prepared, in words. */
  readonly surplus?: readonly string[];
  /** In which all nodes of the cluster are. */
  readonly securityGroupId: string;
  /** By group name: where the ports that the template opens are open. */
  readonly publicSecurityGroupIds: Readonly<Record<string, string>>;
  readonly masterInterfaces: readonly MasterInterface[];
  /** The cluster's elastic IP, if it has load balancers. */
  readonly virtualAddress?: { readonly allocationId: string; readonly publicIp: string };
  readonly secretId: string;
  readonly instanceProfiles: Readonly<Record<NodeRole, string>>;
  /** By slave group name. */
  readonly launchTemplates: Readonly<Record<string, LaunchTemplateReference>>;
}

export interface LaunchTemplateReference {
  readonly id: string;
  readonly version: string;
  /** What it launches, see `shapeOf`; absent: what its group asks for. */
  readonly shape?: string;
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
  /** What the nodes are launched as, see `shapeOf`. */
  readonly shape?: string;
  /** Slaves: how many fleets ended empty because what they need was too new. Part of the next fleet's token. @default 0 */
  readonly emptyFleets?: number;
}

/**
 * `launched → online → starting → ready → terminating`, or `failed` from any. A node is *online* when SSM reaches it, and
 * *ready* when its start command has succeeded, that is, when it found itself healthy. A slave that is not wanted any more goes
 * `ready → draining → drained → terminating`; one that is stopped on purpose `stopping → stopped`. (`requested` nodes have no
 * instance and are ordinals of pending launches; `gone` ones have no record.)
 */
export const nodeStatuses = [
  'launched',
  'online',
  'starting',
  'ready',
  'draining',
  'drained',
  'stopping',
  'stopped',
  'terminating',
  'failed',
] as const;
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
  /** What it was launched as, see `shapeOf`; absent: as its group is now. */
  readonly shape?: string;
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
  /** Spot: when it was first seen that EC2 takes it back. It ends about two minutes after EC2's notice, whatever is done. */
  readonly interrupted?: Timestamp;
  /** Load balancers: the peers' addresses that the last start command named, sorted and joined by commas. */
  readonly peers?: string;
  /** When its instance was last powered on after it had been stopped. */
  readonly poweredOnAt?: Timestamp;
  /** Masters: what they were told not to offer. */
  readonly cordon?: MasterCordon;
  /** Slaves that are draining. */
  readonly drain?: Drain;
  /** Why it failed or is being terminated. */
  readonly reason?: string;
}

/** Addresses of agents that a master offers to nobody; each list sorted and joined by commas. */
export interface MasterCordon {
  /** What it is known to hold back: exactly that, or with a setback at least that. */
  readonly held: string;
  /** The list that was sent to it, while the command is under way. */
  readonly sent?: {
    readonly addresses: string;
    /** Absent: it is about to be sent, or that was the last that was heard of it. */
    readonly commandId?: string;
    readonly at: Timestamp;
  };
  /** When and why it last could not be told. */
  readonly setback?: Setback;
}

/** A command to a node that was in vain. */
export interface Setback {
  readonly at: Timestamp;
  readonly message: string;
  /** The node never got it. @default false */
  readonly undelivered?: true;
  /** Of undelivered ones to slaves: when the first of them was that came one after the other. */
  readonly since?: Timestamp;
}

/** How far a slave has got on its way out. */
export interface Drain {
  readonly goal: 'removal' | 'stop';
  readonly since: Timestamp;
  /** Since when all masters are known to hold its agent back, without a gap. */
  readonly cordonedAt?: Timestamp;
  /** When its services were last told to move. */
  readonly movedAt?: Timestamp;
  /** What it waits for, as it was told last. */
  readonly waitsFor?: string;
  /** The command that ends its agent, while it is under way. */
  readonly stopping?: { readonly commandId: string; readonly at: Timestamp };
  /** When and why the last such command was in vain. */
  readonly setback?: Setback;
}

/** How often and when last something went wrong, by a decision's key or, for replacements, by `replace/<group>[/<slot>]`. */
export interface FailureCount {
  readonly count: number;
  readonly lastAt: Timestamp;
  readonly error: string;
  readonly message?: string;
}

/** The alarms of an elastic cluster: fingerprints of those that are set, and of those being set; `none`: no alarms. */
export interface AlarmsProgress {
  readonly set?: string;
  readonly setting?: string;
}

/** What was given to Marathon for one add-on. */
export interface AddOnProgress {
  /** Fingerprint of the group that Marathon has taken. */
  readonly deployed?: string;
  /** Fingerprint of the group that is being given to it: deciding is not yet having done. */
  readonly deploying?: string;
}

/** The mutable part of the cluster record that PlanCluster owns. */
export interface Progress {
  /** Next number for a launch token, per cluster. */
  readonly launchSeq: number;
  readonly failures: Readonly<Record<string, FailureCount>>;
  /** The generation that the failures were counted in. @default 1 */
  readonly generation?: number;
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
  /** What the deployment's callback is still to be told. Only where there is one. */
  readonly announcements?: Announcements;
  /** By slave group: what was concluded last of the elastic ones. */
  readonly scaling?: Readonly<Record<string, GroupScaling>>;
  /** What kept tasks waiting, as it was told last: a fingerprint of it. */
  readonly obstacles?: string;
  /** Only where there are alarms, or were. */
  readonly alarms?: AlarmsProgress;
  /** By node template: add-ons that were given to Marathon, and may be there. */
  readonly addOns?: Readonly<Record<string, AddOnProgress>>;
  /** Since when the add-ons of an absent cluster are being removed. */
  readonly addOnsLeavingSince?: Timestamp;
  /** Since when an absent cluster waits for the workloads on it to end, and whether it has given that up. */
  readonly workloadsLeavingSince?: Timestamp;
  readonly workloadsLeftBehind?: boolean;
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
  /** What runs, or is to run, on it, by workload. Written by whoever makes workloads and by their loops. @default none */
  readonly workloads?: Readonly<Record<string, WorkloadClaim>>;
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
