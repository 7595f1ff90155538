/** Attributes of a cluster's Compute nodes, for the outputs. */
import type { NodeAttributes } from '../tosca/outputs.ts';
import type { Foundation, NodeRecord } from './records.ts';
import { type ClusterSpec, groupsOf, type NodeGroup } from './spec.ts';

interface Addresses {
  readonly private_address: readonly string[];
  readonly public_address: readonly string[];
}

/**
 * Address lists by Compute node, in ordinal order; nodes without a public address are missing from the public list.
 *
 * Masters have the addresses of their slots, which outlive the instances. The public address of the load balancers is the
 * cluster's virtual address alone, if it has one, because that is what stays when one of them fails.
 */
export function attributesOf(
  spec: ClusterSpec,
  nodes: readonly NodeRecord[],
  foundation: Foundation | undefined,
): NodeAttributes {
  return Object.fromEntries(
    groupsOf(spec).map((group) => [group.computeNode, withEndpoint(addressesOf(group, nodes, foundation))]),
  );
}

/** TOSCA's own `endpoint.ip_address` is where the first node answers: its public address, if it has one. */
function withEndpoint(addresses: Addresses): NodeAttributes[string] {
  const address = addresses.public_address[0] ?? addresses.private_address[0];
  return { ...addresses, ...(address === undefined ? {} : { endpoint: { ip_address: address } }) };
}

function addressesOf(group: NodeGroup, nodes: readonly NodeRecord[], foundation: Foundation | undefined): Addresses {
  if (group.role === 'master') return slotAddresses(group, foundation);
  const addresses = nodeAddresses(group, nodes);
  const virtual = group.role === 'load-balancer' ? foundation?.virtualAddress?.publicIp : undefined;
  return virtual === undefined ? addresses : { ...addresses, public_address: [virtual] };
}

function slotAddresses({ count }: NodeGroup, foundation: Foundation | undefined): Addresses {
  const slots = (foundation?.masterInterfaces ?? [])
    .filter(({ slot }) => slot <= count)
    .sort((a, b) => a.slot - b.slot);
  return {
    private_address: slots.map(({ privateIp }) => privateIp),
    public_address: slots.flatMap(({ publicIp }) => publicIp ?? []),
  };
}

function nodeAddresses({ name }: NodeGroup, nodes: readonly NodeRecord[]): Addresses {
  const living = nodes
    .filter(({ group, status }) => group === name && status !== 'terminating' && status !== 'failed')
    .sort((a, b) => a.ordinal - b.ordinal);
  return {
    private_address: living.flatMap(({ privateIp }) => privateIp ?? []),
    public_address: living.flatMap(({ publicIp }) => publicIp ?? []),
  };
}
