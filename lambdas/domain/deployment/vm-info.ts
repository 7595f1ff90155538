/** A node's instance in the words of the Infrastructure Manager, which the clients' users know. */
import type { NodeRecord, NodeStatus } from '../cluster/records.ts';

/** One `VirtualMachineInfo`: a list of classes of flat properties. */
export interface VmInfo {
  readonly vmProperties: readonly Readonly<Record<string, string>>[];
}

const vmStates: Record<NodeStatus, string> = {
  launched: 'pending',
  online: 'running',
  starting: 'running',
  ready: 'configured',
  draining: 'configured',
  drained: 'configured',
  stopping: 'stopped',
  stopped: 'stopped',
  terminating: 'off',
  failed: 'failed',
};

/** @param computeNode name of the Compute node template that the instance belongs to */
export function vmInfoOf(node: NodeRecord, computeNode: string): VmInfo {
  const addresses = { private: node.privateIp, public: node.publicIp };
  const known = Object.entries(addresses).flatMap(([network, ip]) => (ip ? [{ network, ip }] : []));
  const interfaces = known.flatMap(({ network, ip }, index) => [
    [`net_interface.${index}.connection`, network],
    [`net_interface.${index}.ip`, ip],
  ]);
  const system = {
    class: 'system',
    id: computeNode,
    state: vmStates[node.status],
    instance_id: node.instanceId,
    instance_type: node.instanceType,
    'provider.type': 'EC2',
    availability_zone: node.zone,
    spot: node.market === 'spot' ? 'yes' : 'no',
    ...(Object.fromEntries(interfaces) as Record<string, string>),
  };
  return { vmProperties: [system, ...known.map(({ network }) => ({ class: 'network', id: network }))] };
}
