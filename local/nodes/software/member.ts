/** A node as a member of its cluster: what runs on it, and with which settings. */
import type { ReleaseName } from '../../../lambdas/contracts/cluster.ts';
import type { Node } from '../node.ts';
import { type SoftwareVersion, softwareVersions } from './releases.ts';

export type Process =
  | 'consul'
  | 'zookeeper'
  | 'mesos-master'
  | 'marathon'
  | 'chronos'
  | 'bridges'
  | 'mesos-slave'
  | 'haproxy'
  | 'keepalived';

export interface Account {
  readonly username: string;
  readonly password: string;
}
export interface Accounts {
  readonly mesos: Account;
  readonly marathon: Account;
  readonly chronos: Account;
}

/** What the start command said. */
export interface Settings {
  readonly clusterName: string;
  readonly release: ReleaseName;
  readonly version: SoftwareVersion;
  readonly masterIps: readonly string[];
  readonly consul: boolean;
  readonly chronos: boolean;
  readonly mesosAuthentication: boolean;
  readonly marathonTls: boolean;
  readonly chronosTls: boolean;
  readonly gpu: boolean;
  readonly group: string;
  /** Allocation id of the elastic IP, and addresses of the balancers known at start. */
  readonly virtualAddress: string;
  readonly peerIps: readonly string[];
  /** After the loss of a majority: masters whose ZooKeeper begins. */
  readonly founders: readonly string[];
}

export interface Member {
  readonly node: Node;
  readonly ip: string;
  readonly settings: Settings;
  /** With the time at which each was started. */
  readonly processes: Map<Process, number>;
  accounts?: Accounts;
}

const isTrue = (text: string | undefined) => text === 'true';
const list = (text: string | undefined) => (text ?? '').split(',').filter((entry) => entry !== '');

export function settingsOf(parameters: Readonly<Record<string, string>>): Settings {
  const release = (parameters.Release ?? 'indigo_1') as ReleaseName;
  const consul = isTrue(parameters.EnableConsul);
  const version = softwareVersions[release];
  return {
    clusterName: parameters.ClusterName ?? '',
    release,
    // Without Consul nothing feeds haproxy-consul.
    version: consul ? version : { ...version, balancer: 'marathon-lb' },
    masterIps: list(parameters.MasterIps),
    consul,
    chronos: isTrue(parameters.EnableChronos),
    mesosAuthentication: isTrue(parameters.MesosAuthenticateHttp),
    marathonTls: isTrue(parameters.MarathonTls),
    chronosTls: isTrue(parameters.ChronosTls),
    gpu: isTrue(parameters.EnableGpu),
    group: parameters.Group ?? '',
    virtualAddress: parameters.VirtualAddress ?? '',
    peerIps: list(parameters.PeerIps),
    founders: parameters.Founders === 'none' ? [] : list(parameters.Founders),
  };
}

/** mesos-consul and marathon-consul run where Consul runs and the balancer reads from it. */
export function usesBridges({ consul, version }: Settings): boolean {
  return consul && version.balancer === 'haproxy-consul';
}

/** Whether one member's packets reach a port of another: what their security groups say. */
export function reaches(from: Member, to: Member, port: number): boolean {
  if (from === to) return true;
  const { securityGroupIds, privateIp } = from.node.machine;
  return to.node.machine.accepts(port, { securityGroupIds, ip: privateIp });
}

/** What the start script has the agent announce, for placing tasks. */
export function attributesOf({ settings, node: { machine } }: Member): Readonly<Record<string, string>> {
  return {
    group: settings.group,
    zone: machine.zone,
    instance_type: machine.instanceType,
    lifecycle: machine.market,
    instance_id: machine.instanceId,
  };
}
