/** Where a cluster's services are reached from outside. Pure. */
import type { AppView } from '../../contracts/gateway.ts';
import type { ClusterRecord, NodeRecord } from '../cluster/records.ts';
import { attributesOf } from '../cluster/specification-attributes.ts';

/**
 * The virtual address, or else the load balancers' own; where there are no load balancers the slaves on which the services' tasks
 * run. Public addresses where there are any.
 */
export function entryAddresses(
  { desired: { spec }, foundation }: ClusterRecord,
  nodes: readonly NodeRecord[],
  apps: readonly AppView[],
): readonly string[] {
  if (spec.loadBalancers === undefined) return taskAddresses(nodes, apps);
  const attributes = attributesOf(spec, nodes, foundation)[spec.loadBalancers.computeNode] ?? {};
  const lists = [attributes.public_address, attributes.private_address] as (readonly string[] | undefined)[];
  return lists.find((list) => list && list.length > 0) ?? [];
}

function taskAddresses(nodes: readonly NodeRecord[], apps: readonly AppView[]): readonly string[] {
  const publicOf = new Map(nodes.map(({ privateIp, publicIp }) => [privateIp, publicIp ?? privateIp]));
  const hosts = apps.flatMap(({ tasks }) => tasks.map(({ host }) => publicOf.get(host) ?? host));
  return [...new Set(hosts)].sort();
}
