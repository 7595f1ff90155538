/** What security groups let through. */
import { cidrContains } from './addressing.ts';
import type { Rule, SecurityGroup } from './types.ts';

export interface Peer {
  readonly securityGroupIds: readonly string[];
  readonly ip?: string;
}

export function lets(rules: readonly Rule[], port: number, peer: Peer): boolean {
  return rules.some((rule) => coversPort(rule, port) && coversPeer(rule, peer));
}

export function letsIn(groups: readonly SecurityGroup[], port: number, from: Peer): boolean {
  return groups.some((group) => lets(group.ingress, port, from));
}

/** Whether a sender in these groups may reach the peer; one in no known group is not held back. */
export function letsOut(groups: readonly SecurityGroup[], port: number, to: Peer): boolean {
  return groups.length === 0 || groups.some((group) => lets(group.egress, port, to));
}

/** Whether something may be sent to public addresses: any rule out to everywhere on the port of HTTPS. */
export function letsOutToInternet(groups: readonly SecurityGroup[]): boolean {
  return groups.some((group) => group.egress.some((rule) => coversPort(rule, 443) && rule.peer === '0.0.0.0/0'));
}

function coversPort(rule: Rule, port: number): boolean {
  if (rule.protocol === '-1') return true;
  if (rule.protocol !== 'tcp' && rule.protocol !== '6') return false;
  return port >= (rule.from ?? 0) && port <= (rule.to ?? 65535);
}

function coversPeer(rule: Rule, peer: Peer): boolean {
  if (rule.peerKind === 'group') return peer.securityGroupIds.includes(rule.peer);
  if (rule.peerKind !== 'cidr') return false;
  return rule.peer === '0.0.0.0/0' || (peer.ip !== undefined && cidrContains(rule.peer, peer.ip));
}
