/** `IpPermission` structures: many sources in one on the wire, one rule per source inside. */
import type { Rule } from './types.ts';
import { fail, numberOf, objectsOf, textOf, type Wire } from './wire.ts';
import { need, type World } from './world.ts';

export function grantsOf(world: World, permissions: readonly Wire[]): Rule[] {
  return permissions.flatMap((permission) => {
    const peers = peersOf(permission);
    if (peers.length === 0) fail('InvalidParameterValue', 'An IpPermission names no source or destination');
    for (const peer of peers.filter((one) => one.peerKind === 'group')) {
      need(world, world.securityGroups, peer.peer, 'InvalidGroup.NotFound', 'security group');
    }
    return peers.map((peer) => ({ id: `sgr-${world.names.hex(17)}`, ...portsOf(permission), ...peer }));
  });
}

type Ports = Pick<Rule, 'protocol' | 'from' | 'to'>;
type Peer = Pick<Rule, 'peerKind' | 'peer' | 'description'>;

/** @throws AwsError InvalidParameterValue */
export function portsOf(permission: Wire): Ports {
  const protocol = textOf(permission.IpProtocol) ?? '-1';
  if (protocol === '-1') return { protocol };
  const from = numberOf(permission.FromPort);
  const to = numberOf(permission.ToPort);
  if ((protocol === 'tcp' || protocol === 'udp') && (from === undefined || to === undefined || from > to)) {
    fail('InvalidParameterValue', `Invalid value for portRange. Must specify both from and to ports with ${protocol}.`);
  }
  return { protocol, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function peersOf(permission: Wire): Peer[] {
  return [
    ...peersIn(permission.Groups, 'GroupId', 'group'),
    ...peersIn(permission.IpRanges, 'CidrIp', 'cidr'),
    ...peersIn(permission.Ipv6Ranges, 'CidrIpv6', 'cidr6'),
    ...peersIn(permission.PrefixListIds, 'PrefixListId', 'prefix-list'),
  ];
}
function peersIn(list: unknown, key: string, peerKind: Rule['peerKind']): Peer[] {
  return objectsOf(list).map((entry) => {
    const description = textOf(entry.Description);
    return { peerKind, peer: String(entry[key]), ...(description === undefined ? {} : { description }) };
  });
}

export function sameRule(a: Rule, b: Rule): boolean {
  return (
    a.protocol === b.protocol && a.from === b.from && a.to === b.to && a.peerKind === b.peerKind && a.peer === b.peer
  );
}

/** Rules grouped by protocol and ports, as Describe answers them. */
export function permissionItems(world: World, rules: readonly Rule[]): Wire[] {
  const grouped = Map.groupBy(rules, (rule) => `${rule.protocol}/${rule.from}/${rule.to}`);
  return [...grouped.values()].map((same) => {
    const of = (kind: Rule['peerKind']) => same.filter((rule) => rule.peerKind === kind);
    return {
      ipProtocol: same[0]?.protocol,
      fromPort: same[0]?.from,
      toPort: same[0]?.to,
      groups: {
        item: of('group').map((one) => ({ userId: world.accountId, groupId: one.peer, description: one.description })),
      },
      ipRanges: { item: of('cidr').map((one) => ({ cidrIp: one.peer, description: one.description })) },
      ipv6Ranges: { item: of('cidr6').map((one) => ({ cidrIpv6: one.peer, description: one.description })) },
      prefixListIds: { item: of('prefix-list').map((one) => ({ prefixListId: one.peer })) },
    };
  });
}
