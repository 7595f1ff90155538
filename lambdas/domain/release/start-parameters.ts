import type { NodeRole } from '../../contracts/cluster.ts';
import { type DocumentParameter, type StartParameters, startDocuments } from '../../contracts/documents.ts';
import { InvariantBroken } from '../../contracts/error-names.ts';
import type { Foundation } from '../cluster/records.ts';
import type { ClusterSpec, NodeGroup } from '../cluster/spec.ts';
import { balancerOf, catalogue, type ImageOverrides, imageOf } from './catalogue.ts';

/** What the parameters of a start command are made of. */
export interface StartContext {
  readonly clusterId: string;
  readonly spec: ClusterSpec;
  readonly foundation: Foundation;
  /** The group whose nodes are started. */
  readonly group: Pick<NodeGroup, 'name' | 'volumes'>;
  /** Private addresses of the load balancers known so far, those being started included; only read for load balancers. */
  readonly loadBalancerIps: readonly string[];
  /** Masters only, after the loss of their majority: addresses of those whose ZooKeeper begins. */
  readonly founders?: readonly string[] | undefined;
  readonly signalsQueueUrl: string;
  readonly secretId: string;
  /** Registry and path in front of every image, without a slash at its end; empty: each image's own. */
  readonly registry: string;
  readonly overrides: ImageOverrides;
}

/**
 * Parameters of the role's start document, the same for all nodes of the group.
 * @throws InvariantBroken if a value does not match the document's pattern; SSM would refuse the command
 */
export function startParameters(role: NodeRole, context: StartContext): Record<string, string> {
  return checkParameters(`start document ${role}`, startDocuments[role], parametersOf(role, context));
}

/** @throws InvariantBroken if a value does not match the document's pattern; SSM would refuse the command */
export function checkParameters<P extends Readonly<Record<string, string>>>(
  document: string,
  declared: Readonly<Record<string, DocumentParameter>>,
  parameters: P,
): P {
  for (const [name, { pattern }] of Object.entries(declared)) {
    const value = parameters[name];
    if (value === undefined || !new RegExp(pattern).test(value)) {
      throw new InvariantBroken(`${document}: parameter ${name} is '${value}', which does not match ${pattern}`);
    }
  }
  return parameters;
}

function parametersOf(role: NodeRole, context: StartContext): Record<string, string> {
  switch (role) {
    case 'master':
      return { ...commonParameters(context), ...masterParameters(context) };
    case 'slave':
      return { ...commonParameters(context), ...slaveParameters(context) };
    case 'load-balancer':
      return { ...commonParameters(context), ...loadBalancerParameters(context) };
  }
}

type Common = keyof (typeof startDocuments)['master'] & keyof (typeof startDocuments)['slave'];
type OwnParameters<R extends NodeRole> = Omit<StartParameters<R>, Common>;

function commonParameters({
  clusterId,
  spec,
  foundation,
  signalsQueueUrl,
  ...context
}: StartContext): Record<Common, string> {
  const slots = [...foundation.masterInterfaces].sort((a, b) => a.slot - b.slot);
  return {
    ClusterId: clusterId,
    ClusterName: spec.name,
    Release: spec.release,
    MasterIps: slots.map((slot) => slot.privateIp).join(','),
    SecretId: context.secretId,
    SignalsQueueUrl: signalsQueueUrl,
    EnableConsul: String(spec.software.consulEnabled),
    EnableGpu: String(spec.software.gpuEnabled && catalogue[spec.release].gpu.mesos),
    ConsulImage: imageOf(spec.release, 'consul', context),
  };
}

function masterParameters({ spec, ...source }: StartContext): OwnParameters<'master'> {
  const { release, software } = spec;
  return {
    Founders: source.founders?.join(',') ?? 'none',
    EnableChronos: String(software.chronosEnabled),
    MesosAuthenticateHttp: String(software.mesosAuthenticateHttp),
    MarathonTls: String(software.marathonTls),
    ChronosTls: String(software.chronosTls),
    ZookeeperImage: imageOf(release, 'zookeeper', source),
    MesosMasterImage: imageOf(release, 'mesos-master', source),
    MarathonImage: imageOf(release, 'marathon', source),
    ChronosImage: imageOf(release, 'chronos', source),
    MesosConsulImage: imageOf(release, 'mesos-consul', source),
    MarathonConsulImage: imageOf(release, 'marathon-consul', source),
  };
}

function slaveParameters({ spec, group, ...source }: StartContext): OwnParameters<'slave'> {
  const volumes = group.volumes.map((volume) => `${volume.name}:${volume.location}`);
  return {
    Group: group.name,
    MesosSlaveImage: imageOf(spec.release, 'mesos-slave', source),
    Volumes: volumes.length === 0 ? 'none' : volumes.join(','),
  };
}

function loadBalancerParameters({
  clusterId,
  spec,
  foundation,
  ...context
}: StartContext): OwnParameters<'load-balancer'> {
  const balancer = balancerOf(spec.release, spec.software.consulEnabled);
  return {
    VirtualAddress: foundation.virtualAddress?.allocationId ?? 'missing',
    BalancerImage: imageOf(spec.release, balancer, context),
    KeepalivedRouterId: String(routerIdOf(clusterId)),
    PeerIps: context.loadBalancerIps.join(','),
  };
}

/** VRRP knows router ids 1 to 255; clusters in one network need not, but may as well, have different ones. */
function routerIdOf(clusterId: string): number {
  return 1 + (Number.parseInt(clusterId.slice(0, 8), 16) % 255);
}
