import type { Caller } from '../types.ts';
import { addressOf, disassociate } from './addresses.ts';
import { matcher } from './filters.ts';
import { findGroup } from './security-groups.ts';
import { releasePrivateIp, takePrivateIp } from './subnets.ts';
import type { NetworkInterface, SecurityGroup, Subnet } from './types.ts';
import { fail, pageOf, required, tagSet, tagSpecification, textOf, textsOf, type Wire } from './wire.ts';
import { need, newEntity, once, visible, type World } from './world.ts';

export const findInterface = (world: World, id: string) =>
  need(world, world.networkInterfaces, id, 'InvalidNetworkInterfaceID.NotFound', 'networkInterface ID');

export const findSubnet = (world: World, id: string) =>
  need(world, world.subnets, id, 'InvalidSubnetID.NotFound', 'subnet ID');

export interface NewInterface {
  readonly subnet: Subnet;
  readonly groups: readonly SecurityGroup[];
  readonly privateIp?: string;
  readonly description: string;
  readonly tags: Map<string, string>;
}

export function addInterface(
  world: World,
  by: Caller,
  wanted: NewInterface,
  late: 'none' | 'configuration',
): NetworkInterface {
  const { subnet, groups, description } = wanted;
  const privateIp = takePrivateIp(subnet, wanted.privateIp);
  const created = { ...newEntity(world, 'eni', by, wanted.tags, late), subnet, groups, description, privateIp };
  world.networkInterfaces.set(created.id, created);
  return created;
}

export function removeInterface(world: World, networkInterface: NetworkInterface): void {
  const address = addressOf(world, networkInterface);
  if (address) disassociate(address);
  releasePrivateIp(networkInterface.subnet, networkInterface.privateIp);
  world.networkInterfaces.delete(networkInterface.id);
}

export function createNetworkInterface(world: World, input: Wire, by: Caller): unknown {
  return once(world, 'CreateNetworkInterface', textOf(input.ClientToken), input, () => {
    const privateIp = textOf(input.PrivateIpAddress);
    const created = addInterface(
      world,
      by,
      {
        subnet: findSubnet(world, required(input, 'SubnetId')),
        groups: textsOf(input.SecurityGroupId).map((id) => findGroup(world, id)),
        description: textOf(input.Description) ?? '',
        tags: tagSpecification(input, 'network-interface'),
        ...(privateIp === undefined ? {} : { privateIp }),
      },
      'configuration',
    );
    return () => ({ networkInterface: interfaceItem(world, created), clientToken: textOf(input.ClientToken) });
  });
}

/** @throws AwsError InvalidNetworkInterface.InUse while it is attached */
export function deleteNetworkInterface(world: World, input: Wire): unknown {
  const found = findInterface(world, required(input, 'NetworkInterfaceId'));
  if (found.attachment) fail('InvalidNetworkInterface.InUse', `Network interface '${found.id}' is currently in use.`);
  removeInterface(world, found);
  return { return: true };
}

export function describeNetworkInterfaces(world: World, input: Wire): unknown {
  const ids = textsOf(input.NetworkInterfaceId);
  const matches = matcher<NetworkInterface>(
    input,
    {
      'network-interface-id': (one) => [one.id],
      'subnet-id': (one) => [one.subnet.id],
      'vpc-id': (one) => [one.subnet.vpcId],
      'group-id': (one) => one.groups.map((group) => group.id),
      'private-ip-address': (one) => [one.privateIp],
      'attachment.instance-id': (one) => [one.attachment?.instanceId],
      status: (one) => [statusOf(one)],
    },
    (one) => one.tags,
  );
  const named = ids.map((id) => findInterface(world, id));
  const found = (ids.length > 0 ? named : visible(world, world.networkInterfaces)).filter(matches);
  const { page, next } = pageOf(found, Number(input.MaxResults ?? 1000), textOf(input.NextToken));
  return { networkInterfaceSet: { item: page.map((one) => interfaceItem(world, one)) }, nextToken: next };
}

const statusOf = (one: NetworkInterface) => (one.attachment ? 'in-use' : 'available');

export function interfaceItem(world: World, one: NetworkInterface): Wire {
  const association = associationItem(world, one);
  const address = { privateIpAddress: one.privateIp, primary: true, association };
  return {
    networkInterfaceId: one.id,
    subnetId: one.subnet.id,
    vpcId: one.subnet.vpcId,
    availabilityZone: one.subnet.zone,
    description: one.description,
    ownerId: world.accountId,
    status: statusOf(one),
    privateIpAddress: one.privateIp,
    privateIpAddressesSet: { item: [address] },
    groupSet: { item: one.groups.map((group) => ({ groupId: group.id, groupName: group.name })) },
    sourceDestCheck: true,
    interfaceType: 'interface',
    ...(one.attachment ? { attachment: attachmentItem(one.attachment) } : {}),
    association,
    tagSet: tagSet(one.tags),
  };
}

export const attachmentItem = (attachment: NonNullable<NetworkInterface['attachment']>) => ({
  attachmentId: attachment.id,
  instanceId: attachment.instanceId,
  deviceIndex: 0,
  status: 'attached',
  deleteOnTermination: attachment.deleteOnTermination,
});

function associationItem(world: World, one: NetworkInterface): Wire | undefined {
  const address = addressOf(world, one);
  if (address) {
    return { publicIp: address.publicIp, allocationId: address.id, associationId: address.association?.id };
  }
  return one.assignedPublicIp === undefined ? undefined : { publicIp: one.assignedPublicIp, ipOwnerId: 'amazon' };
}
