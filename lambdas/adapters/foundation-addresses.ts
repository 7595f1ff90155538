/** Elastic IPs: the cluster's virtual address, and one per master slot where masters live in public subnets. */
import {
  type Address,
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  type Filter,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2';
import { NotYetVisible } from '../contracts/error-names.ts';
import { tagKeys } from '../contracts/tags.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { DesiredCluster, Foundation, MasterInterface } from '../domain/cluster/records.ts';
import { hasPublicAddress } from './ec2-node-shape.ts';
import { translating } from './errors.ts';
import { type FoundationContext, making, removing, removingEach } from './foundation-context.ts';
import { clusterTags, type TagValues, tagFilters, tagOf, tagSpecifications } from './tags.ts';

type Addresses = Pick<Foundation, 'masterInterfaces' | 'virtualAddress'>;

export async function prepareAddresses(
  context: FoundationContext,
  { clusterId, spec }: DesiredCluster,
  slots: readonly MasterInterface[],
): Promise<Addresses> {
  const found = await listAddresses(context, tagFilters(context.settings.stackName, clusterId));
  const request = { context, clusterId, found };
  const { loadBalancers, masters } = spec;
  const virtual = loadBalancers && (await ensureAddress(request, { role: 'load-balancer', group: loadBalancers.name }));
  if (!hasPublicAddress(masters, context.settings)) return addresses(slots, virtual);
  const reachable: MasterInterface[] = [];
  for (const slot of slots) {
    const address = await ensureAddress(request, { role: 'master', group: masters.name, slot: slot.slot });
    await associate(context, address, slot.networkInterfaceId);
    reachable.push({ ...slot, allocationId: address.allocationId, publicIp: address.publicIp });
  }
  return addresses(reachable, virtual);
}

function addresses(masterInterfaces: readonly MasterInterface[], virtual: OwnAddress | undefined): Addresses {
  if (virtual === undefined) return { masterInterfaces };
  return { masterInterfaces, virtualAddress: { allocationId: virtual.allocationId, publicIp: virtual.publicIp } };
}

interface OwnAddress {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly networkInterfaceId?: string;
}
interface AddressRequest {
  readonly context: FoundationContext;
  readonly clusterId: string;
  readonly found: readonly Address[];
}

/**
 * The address with these tags. Allocating knows no idempotency token, so a try that stopped in between can have left another
 * one: the one in use is kept, else the first, and what is surplus is given back.
 */
async function ensureAddress({ context, clusterId, found }: AddressRequest, values: TagValues): Promise<OwnAddress> {
  const own = found
    .filter(({ Tags }) => tagOf(Tags, tagKeys.role) === values.role)
    .filter(({ Tags }) => tagOf(Tags, tagKeys.slot) === values.slot?.toString())
    .toSorted((a, b) => order(a).localeCompare(order(b)));
  const [kept, ...others] = own;
  const surplus = others.filter((address) => address.AssociationId === undefined);
  await removingEach(surplus, (address) => releaseAddress(context, address));
  const address = kept ?? (await allocate(context, clusterId, values));
  if (!address.AllocationId || !address.PublicIp) {
    throw new NotYetVisible(`EC2 does not show an address of cluster ${clusterId} yet`);
  }
  return {
    allocationId: address.AllocationId,
    publicIp: address.PublicIp,
    ...(address.NetworkInterfaceId ? { networkInterfaceId: address.NetworkInterfaceId } : {}),
  };
}

const order = ({ AssociationId, AllocationId }: Address): string =>
  `${AssociationId === undefined ? 1 : 0} ${AllocationId}`;

function allocate({ ec2, settings }: FoundationContext, clusterId: string, values: TagValues): Promise<Address> {
  const name = groupNameOf(clusterId, `${values.group}${values.slot === undefined ? '' : `-${values.slot}`}`);
  const tags = clusterTags(settings.stackName, clusterId, { ...values, name });
  const command = new AllocateAddressCommand({
    Domain: 'vpc',
    TagSpecifications: tagSpecifications(['elastic-ip'], tags),
  });
  return translating('allocating an elastic IP', () => ec2.send(command));
}

async function associate({ ec2 }: FoundationContext, address: OwnAddress, NetworkInterfaceId: string): Promise<void> {
  if (address.networkInterfaceId === NetworkInterfaceId) return;
  const command = new AssociateAddressCommand({
    AllocationId: address.allocationId,
    NetworkInterfaceId,
    AllowReassociation: true,
  });
  await making("giving a master's interface its address", () => ec2.send(command));
}

export async function listAddresses({ ec2 }: FoundationContext, Filters: Filter[]): Promise<readonly Address[]> {
  const result = await translating('listing addresses', () => ec2.send(new DescribeAddressesCommand({ Filters })));
  return result.Addresses ?? [];
}

async function releaseAddress(
  { ec2 }: FoundationContext,
  { AllocationId, AssociationId, PublicIp }: Address,
): Promise<readonly string[]> {
  const what = `address ${PublicIp}`;
  if (AssociationId !== undefined) {
    await removing(what, () => ec2.send(new DisassociateAddressCommand({ AssociationId })));
  }
  return removing(what, () => ec2.send(new ReleaseAddressCommand({ AllocationId })));
}

/** The virtual address of load balancers that the cluster has no more; while one of them still holds it, it is in use. */
export async function releaseVirtualAddress(context: FoundationContext, clusterId: string): Promise<readonly string[]> {
  const found = await listAddresses(context, tagFilters(context.settings.stackName, clusterId));
  const own = found.filter(({ Tags }) => tagOf(Tags, tagKeys.role) === 'load-balancer');
  return removingEach(own, async (address) =>
    address.AssociationId === undefined ? releaseAddress(context, address) : [`address ${address.PublicIp}`],
  );
}

export async function removeAddresses(context: FoundationContext, clusterId: string): Promise<readonly string[]> {
  const found = await listAddresses(context, tagFilters(context.settings.stackName, clusterId));
  return removingEach(found, (address) => releaseAddress(context, address));
}
