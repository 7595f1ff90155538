/** What EC2, SSM and the cluster's software say now, as plain data. */
import type { NodeRole } from '../../contracts/cluster.ts';
import type { Snapshot } from '../../contracts/gateway.ts';
import type { Timestamp } from './records.ts';

/** An EC2 instance that carries the cluster's tag. Terminated ones stay visible for about an hour. */
export interface ObservedInstance {
  readonly instanceId: string;
  readonly state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
  readonly role: NodeRole;
  readonly group: string;
  /** From the slot tag: masters and load balancers. */
  readonly slot?: number;
  /** Token of the launch, from its tag. */
  readonly launchToken: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly market: 'on-demand' | 'spot';
  readonly launchTime: Timestamp;
  /** Spot: EC2 has announced that it takes it back, or has done so. @default false */
  readonly interrupted?: true;
  readonly privateIp?: string;
  readonly publicIp?: string;
}

export type CommandStatus = 'in-progress' | 'succeeded' | 'failed';

/** A command on one instance. `message` is the script's one clear line when it failed. */
export interface ObservedCommand {
  readonly instanceId: string;
  readonly commandId: string;
  readonly status: CommandStatus;
  readonly message?: string;
  /** It failed because the node did not take it. @default false */
  readonly undelivered?: true;
}

export interface ActualCluster {
  readonly instances: readonly ObservedInstance[];
  /** Instances among those asked for that SSM reaches. */
  readonly onlineInstanceIds: readonly string[];
  /** Of commands that the node records name and that were not known to be over. */
  readonly commands: readonly ObservedCommand[];
  /** Absent if it was not asked for (too early) or the gateway could not answer. */
  readonly snapshot?: Snapshot;
  /** When this look began: the snapshot tells nothing that is older. */
  readonly since?: Timestamp;
  /** Instance that holds the cluster's elastic IP; absent: none. */
  readonly addressHolder?: string;
}
