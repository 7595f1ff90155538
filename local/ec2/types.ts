/** EC2's objects. Times are epoch milliseconds of simulated time. */
import type { Caller } from '../types.ts';
import type { Wire } from './wire.ts';

export interface Entity {
  readonly id: string;
  readonly tags: Map<string, string>;
  readonly createdAt: number;
  /** EC2 is eventually consistent: before this time other calls do not find it. */
  readonly visibleAt: number;
  readonly createdBy: Caller;
}

export interface Vpc extends Entity {
  readonly cidr: string;
}

export interface Subnet extends Entity {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly mapPublicIp: boolean;
  routeTableId?: string;
  readonly used: Set<number>;
  /** No host number below this one is free. */
  lowestFree: number;
}

export interface RouteTable extends Entity {
  readonly vpcId: string;
  /** Internet or NAT gateway (or other target) by destination CIDR. */
  readonly routes: Map<string, string>;
}

export interface Rule {
  readonly id: string;
  /** `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all. */
  readonly protocol: string;
  readonly from?: number;
  readonly to?: number;
  readonly peerKind: 'group' | 'cidr' | 'cidr6' | 'prefix-list';
  /** Security group id, CIDR or prefix list id. */
  readonly peer: string;
  readonly description?: string;
}

export interface SecurityGroup extends Entity {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  ingress: Rule[];
  egress: Rule[];
}

export interface NetworkInterface extends Entity {
  readonly subnet: Subnet;
  readonly privateIp: string;
  readonly description: string;
  readonly groups: readonly SecurityGroup[];
  attachment?: {
    readonly id: string;
    readonly instanceId: string;
    readonly deleteOnTermination: boolean;
  };
  /** Address that was assigned at launch; an elastic IP takes its place while it is associated. */
  assignedPublicIp?: string;
}

export interface Address extends Entity {
  readonly publicIp: string;
  association?: { readonly id: string; readonly networkInterfaceId: string; readonly by: Caller; readonly at: number };
}

export interface LaunchTemplate extends Entity {
  readonly name: string;
  /** Version k is at k-1: launch parameters by their wire names. */
  readonly versions: Wire[];
}

export interface Volume extends Entity {
  readonly instanceId: string;
  readonly device: string;
  readonly sizeGiB: number;
  readonly deleteOnTermination: boolean;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** `closed` once its instance shuts down. */
export interface SpotRequest {
  readonly id: string;
  state: 'active' | 'closed';
  /** Such as `fulfilled` and `marked-for-termination`. */
  statusCode: string;
  statusAt: number;
}

export interface Instance extends Entity {
  readonly reservationId: string;
  readonly clientToken: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly market: 'on-demand' | 'spot';
  readonly networkInterface: NetworkInterface;
  readonly profileName?: string;
  readonly userData: string;
  readonly volumes: readonly Volume[];
  state: InstanceState;
  /** Of a spot instance: its request, and how that stands. */
  readonly spotRequest?: SpotRequest;
  /** Of a stopped one: it gets a new public address when it is started. */
  hadPublicAddress?: boolean;
  /** Who asked for its end, and when. */
  terminatedBy?: Caller;
  terminationAskedAt?: number;
  terminatedAt?: number;
  /** Cancels what its state would become next. */
  cancelTransition?: () => void;
}

/** Quotas of the account. */
export interface Ec2Limits {
  readonly addresses: number;
  /** Instances that are not terminated, of all types together. */
  readonly instances: number;
}
