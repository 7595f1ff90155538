/**
 * Where callbacks may go: to public addresses, and to networks that the operator names. Users choose the receiver, so without
 * this the control plane would send requests into the operator's own networks, or to the metadata service, on anybody's behalf.
 * Pure: names are resolved elsewhere.
 */
import ipaddr from 'ipaddr.js';

/** CIDRs of receivers that are allowed although they are not public. */
export type AllowedNetworks = readonly string[];

type Address = ReturnType<typeof ipaddr.process>;

/** All that is routed on the internet: https://www.iana.org/assignments/ipv6-address-space */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/**
 * Why a callback must not go to this address; undefined: it may. The registries of special-purpose addresses decide, so forms
 * that hide an IPv4 address in an IPv6 one (NAT64, 6to4, Teredo) are refused whatever they hide; mapped ones count as the
 * IPv4 address that they are.
 */
export function refuseAddress(text: string, allowed: AllowedNetworks): string | undefined {
  if (!ipaddr.isValid(text)) return `${text} is no address`;
  const address = ipaddr.process(text);
  if (allowed.some((network) => contains(network, address))) return undefined;
  const range = rangeOf(address);
  return range === 'unicast' ? undefined : `${text} is not a public address (${range})`;
}

function rangeOf(address: Address): string {
  const range = address.range();
  if (range !== 'unicast' || address.kind() === 'ipv4') return range;
  return address.match(globalUnicast) ? range : 'reserved';
}

function contains(network: string, address: Address): boolean {
  const parsed = ipaddr.parseCIDR(network);
  return parsed[0].kind() === address.kind() && address.match(parsed);
}

/** Host of a URL: names without the dot that may end them, IPv6 addresses without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * What is wrong with a callback's receiver as far as its URL tells, that is, without asking the DNS. The URL parser has already
 * turned numbers in any base (`http://0x7f.1/`) into the address that they stand for.
 */
export function refuseReceiver(callback: string, allowed: AllowedNetworks): string | undefined {
  const host = hostOf(new URL(callback));
  if (ipaddr.isValid(host)) return refuseAddress(host, allowed);
  if (host !== 'localhost' && !host.endsWith('.localhost')) return undefined;
  const loopback = ['127.0.0.1', '::1'].map((address) => refuseAddress(address, allowed));
  return loopback.includes(undefined) ? undefined : `${host} is not a public address (loopback)`;
}
