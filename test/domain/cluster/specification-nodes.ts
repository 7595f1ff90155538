/** Addresses for a specified cluster: what its attributes are made of once it runs. */
import type { Foundation, NodeRecord } from '../../../lambdas/domain/cluster/records.ts';
import { type ClusterSpec, groupsOf, type NodeGroup } from '../../../lambdas/domain/cluster/spec.ts';

const launchedAt = '2026-03-01T09:00:00.000Z';

export function nodesOf(spec: ClusterSpec): { nodes: readonly NodeRecord[]; foundation: Foundation } {
  const nodes = groupsOf(spec).flatMap((group, index) =>
    Array.from({ length: group.count }, (_, at) => nodeOf(group, at + 1, index * 10)),
  );
  return { nodes, foundation: foundationOf(spec) };
}

export function nodeOf({ name, role }: NodeGroup, ordinal: number, offset: number): NodeRecord {
  return {
    instanceId: `i-${name}-${ordinal}`,
    group: name,
    role,
    ordinal,
    status: 'ready',
    instanceType: 't3.small',
    zone: 'eu-west-1a',
    market: 'on-demand',
    launchedAt,
    startAttempts: 1,
    privateIp: `10.0.1.${offset + ordinal}`,
    ...(role === 'slave' ? {} : { publicIp: `198.51.100.${offset + ordinal}` }),
  };
}

export function foundationOf(spec: ClusterSpec): Foundation {
  return {
    securityGroupId: 'sg-1',
    publicSecurityGroupIds: {},
    masterInterfaces: Array.from({ length: spec.masters.count }, (_, at) => ({
      slot: at + 1,
      networkInterfaceId: `eni-${at + 1}`,
      privateIp: `10.0.0.${at + 1}`,
      zone: 'eu-west-1a',
      subnetId: 'subnet-1',
      publicIp: `203.0.113.${at + 1}`,
    })),
    ...(spec.loadBalancers ? { virtualAddress: { allocationId: 'eipalloc-1', publicIp: '203.0.113.100' } } : {}),
    secretId: 'secret',
    instanceProfiles: { master: 'm', slave: 's', 'load-balancer': 'l' },
    launchTemplates: {},
  };
}
