/** EC2 instances of clusters. */
import type { Offering } from '../contracts/cluster.ts';
import type { ErrorName } from '../contracts/error-names.ts';
import type { ObservedInstance } from '../domain/cluster/actual.ts';
import type { Foundation, MasterInterface } from '../domain/cluster/records.ts';
import type { NodeGroup } from '../domain/cluster/spec.ts';

export interface LaunchContext {
  readonly clusterId: string;
  readonly group: NodeGroup;
  readonly foundation: Foundation;
  /** ClientToken; repeating a call with the same token launches nothing more. */
  readonly token: string;
  /** Slaves: fleets that this launch has had already, all of which ended empty. @default 0 */
  readonly emptyFleets?: number;
}
export interface LaunchedInstance {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly market: 'on-demand' | 'spot';
  readonly privateIp?: string;
}

export interface LaunchedSlaves {
  readonly launched: readonly LaunchedInstance[];
  readonly exhausted: readonly Offering[];
  readonly error?: { readonly name: ErrorName; readonly message: string };
}

export interface Machines {
  /** All instances with the cluster's tag, terminated ones included as long as EC2 shows them. */
  listInstances(clusterId: string): Promise<readonly ObservedInstance[]>;
  /** Ids of the account's spot instances that EC2 has announced to take back and has not ended yet. @throws Throttled */
  listInterrupted(): Promise<readonly string[]>;
  /** @throws CapacityUnavailable, NotYetVisible (profile or interface not there yet), Throttled */
  launchMaster(context: LaunchContext, slot: MasterInterface, instanceType: string): Promise<LaunchedInstance>;
  /** @throws CapacityUnavailable, NotYetVisible, Throttled */
  launchLoadBalancer(context: LaunchContext, ordinal: number, offering: Offering): Promise<LaunchedInstance>;
  /**
   * Launches up to `count` instances of the first offering's market, shared out evenly over the offerings' zones (one CreateFleet
   * call of type instant per zone). May launch fewer: offerings that lacked capacity are in `exhausted`, with a quota that is used
   * up all that count against it, and `error` is what kept EC2 from launching more. @throws NotYetVisible, Throttled if the whole call was refused
   */
  launchSlaves(context: LaunchContext, count: number, offerings: readonly Offering[]): Promise<LaunchedSlaves>;
  /** Idempotent; instances that do not exist any more are no error. In batches. */
  terminate(instanceIds: readonly string[]): Promise<void>;
  /** Idempotent; instances that do not exist any more or are in another state are left alone. */
  stop(instanceIds: readonly string[]): Promise<void>;
  /** As `stop`. @throws CapacityUnavailable */
  start(instanceIds: readonly string[]): Promise<void>;
  /** Instance that holds the elastic IP. */
  findAddressHolder(allocationId: string): Promise<string | undefined>;
  associateAddress(allocationId: string, instanceId: string): Promise<void>;
}
