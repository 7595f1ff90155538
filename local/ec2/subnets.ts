/** Addresses within subnets, and where their routes lead. */
import { cidrContains, cidrRange, ipNumber, ipText } from './addressing.ts';
import { type FilterValues, matcher } from './filters.ts';
import type { NetworkInterface, Subnet } from './types.ts';
import { fail, pageOf, tagSet, textOf, textsOf, type Wire } from './wire.ts';
import { need, visible, type World } from './world.ts';

/** AWS keeps the first four addresses of a subnet and the last. */
const reservedAtStart = 4;

/** @throws AwsError InvalidIPAddress.InUse, InvalidParameterValue, InsufficientFreeAddressesInSubnet */
export function takePrivateIp(subnet: Subnet, wanted?: string): string {
  const { first, size } = cidrRange(subnet.cidr);
  if (wanted !== undefined) {
    if (!cidrContains(subnet.cidr, wanted)) {
      fail('InvalidParameterValue', `Address ${wanted} does not fall within the subnet's address range`);
    }
    const host = ipNumber(wanted) - first;
    if (subnet.used.has(host)) fail('InvalidIPAddress.InUse', `Address ${wanted} is in use.`);
    subnet.used.add(host);
    return wanted;
  }
  let host = Math.max(subnet.lowestFree, reservedAtStart);
  while (subnet.used.has(host)) host += 1;
  if (host >= size - 1) {
    fail('InsufficientFreeAddressesInSubnet', `Insufficient free addresses in subnet '${subnet.id}'.`);
  }
  subnet.used.add(host);
  subnet.lowestFree = host + 1;
  return ipText(first + host);
}

export function freeAddresses(subnet: Subnet): number {
  return cidrRange(subnet.cidr).size - reservedAtStart - 1 - subnet.used.size;
}

export function releasePrivateIp(subnet: Subnet, ip: string): void {
  const host = ipNumber(ip) - cidrRange(subnet.cidr).first;
  subnet.used.delete(host);
  subnet.lowestFree = Math.min(subnet.lowestFree, host);
}

/** Whether traffic from the interface finds its way out: by NAT, or by an internet gateway with a public address. */
export function hasInternetRoute(
  world: World,
  networkInterface: NetworkInterface,
  publicIp: string | undefined,
): boolean {
  const table = world.routeTables.get(networkInterface.subnet.routeTableId ?? '');
  const target = table?.routes.get('0.0.0.0/0');
  if (target === undefined) return false;
  return target.startsWith('igw-') ? publicIp !== undefined : true;
}

const filters: FilterValues<Subnet> = {
  'subnet-id': (subnet) => [subnet.id],
  'vpc-id': (subnet) => [subnet.vpcId],
  'availability-zone': (subnet) => [subnet.zone],
};

export function describeSubnets(world: World, input: Wire): unknown {
  const ids = textsOf(input.SubnetId);
  const named = ids.map((id) => need(world, world.subnets, id, 'InvalidSubnetID.NotFound', 'subnet ID'));
  const found = (ids.length > 0 ? named : visible(world, world.subnets)).filter(
    matcher(input, filters, (one) => one.tags),
  );
  const { page, next } = pageOf(found, 1000, textOf(input.NextToken));
  return { subnetSet: { item: page.map(subnetItem) }, nextToken: next };
}

const subnetItem = (subnet: Subnet) => ({
  subnetId: subnet.id,
  vpcId: subnet.vpcId,
  cidrBlock: subnet.cidr,
  availabilityZone: subnet.zone,
  state: 'available',
  mapPublicIpOnLaunch: subnet.mapPublicIp,
  availableIpAddressCount: freeAddresses(subnet),
  tagSet: tagSet(subnet.tags),
});
