/**
 * The cluster specification: what a template asks for, in our words, complete and checked, without any secret. It is
 * computed once, when a template is accepted, and stored; everything after reads the specification, never the template.
 */
import type { NodeRole, ReleaseName } from '../../contracts/cluster.ts';
import type { AddOn } from '../add-on/add-on.ts';

/** One rule of a security group: ports `from`..`to` open to `cidr`. */
export interface PortRule {
  readonly protocol: 'tcp' | 'udp';
  readonly from: number;
  readonly to: number;
  readonly cidr: string;
}

/** An extra EBS volume of every node of a group, mounted at `location`. */
export interface VolumeSpec {
  readonly name: string;
  readonly sizeGiB: number;
  /** Mount point, absolute. */
  readonly location: string;
  /** EBS volume type; absent: the stack's default (gp3). */
  readonly type?: string;
  readonly snapshotId?: string;
}

/** Nodes of one role that are alike: one Compute node of the template. */
export interface NodeGroup {
  /** Unique in the cluster, `[a-z0-9-]{1,40}`, made from the Compute node's name. */
  readonly name: string;
  readonly role: NodeRole;
  /** Name of the Compute node template. */
  readonly computeNode: string;
  /** Name of the software node template that is hosted on it. */
  readonly softwareNode: string;
  /** How many nodes. Masters 1, 3 or 5; load balancers 1 or 2. */
  readonly count: number;
  /** EC2 types that satisfy the asked size, best choice first; at least one. */
  readonly instanceTypes: readonly string[];
  /** AMI id; absent: the stack's node image. */
  readonly imageId?: string;
  readonly rootDiskGiB: number;
  readonly volumes: readonly VolumeSpec[];
  /** Whether the template asks for public addresses (network_name PUBLIC). */
  readonly public: boolean;
  readonly openPorts: readonly PortRule[];
  /** Zones asked for by a placement policy; absent: all of the stack's. */
  readonly zones?: readonly string[];
  /** Spot instances, with on-demand ones where there are none. */
  readonly preemptible: boolean;
  /** The template's own tags, on the instances. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A group of slaves, elastic if it has bounds. */
export interface SlaveGroup extends NodeGroup {
  readonly role: 'slave';
  readonly bounds?: { readonly min: number; readonly max: number };
}

/** The bounds of one of its groups; undefined: the group is not elastic. */
export function boundsOf({ name }: NodeGroup, { slaves }: Pick<ClusterSpec, 'slaves'>): SlaveGroup['bounds'] {
  return slaves.find((group) => group.name === name)?.bounds;
}

/** Whether slaves follow the load. */
export function isElastic({ slaves }: Pick<ClusterSpec, 'slaves'>): boolean {
  return slaves.some(({ bounds }) => bounds !== undefined);
}

/** What runs on the nodes, besides versions. User names are here; passwords are in the cluster's secret. */
export interface SoftwareSettings {
  readonly mesosUsername: string;
  readonly mesosAuthenticateHttp: boolean;
  readonly marathonUsername: string;
  readonly marathonTls: boolean;
  readonly chronosEnabled: boolean;
  readonly chronosUsername: string;
  readonly chronosTls: boolean;
  readonly consulEnabled: boolean;
  readonly gpuEnabled: boolean;
}

export interface ClusterSpec {
  /** Name under which Mesos shows the cluster: `[a-z0-9-]{1,63}`. */
  readonly name: string;
  readonly release: ReleaseName;
  readonly masters: NodeGroup;
  /** Absent if the template has none. */
  readonly loadBalancers?: NodeGroup;
  readonly slaves: readonly SlaveGroup[];
  readonly software: SoftwareSettings;
  /** Software on top, deployed when the cluster lacks nothing. Absent in records of older versions. @default none */
  readonly addOns?: readonly AddOn[];
  /** What was understood differently from the letter of the template, for the activity log. */
  readonly notes: readonly string[];
}

/** Passwords that a template or its parameters give; absent ones are generated. They go to the cluster's secret only. */
export interface GivenCredentials {
  readonly mesosPassword?: string;
  readonly marathonPassword?: string;
  readonly chronosPassword?: string;
}

/** All groups: masters, then load balancers, then slaves. */
export function groupsOf(spec: ClusterSpec): readonly NodeGroup[] {
  return [spec.masters, ...(spec.loadBalancers ? [spec.loadBalancers] : []), ...spec.slaves];
}
