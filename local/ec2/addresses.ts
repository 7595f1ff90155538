/** Elastic IPs. */
import type { Caller } from '../types.ts';
import { ipText } from './addressing.ts';
import { matcher } from './filters.ts';
import type { Address, Instance, NetworkInterface } from './types.ts';
import { fail, flagOf, required, tagSet, tagSpecification, textOf, textsOf, type Wire } from './wire.ts';
import { need, newEntity, visible, type World } from './world.ts';

/** 198.18.0.0/15 is set aside for benchmarks, so that a simulated public address never is somebody's. */
const publicRange = { first: 198 * 2 ** 24 + 18 * 2 ** 16, size: 2 ** 17 };

export function drawPublicIp(world: World): string {
  const taken = new Set([...world.addresses.values()].map((address) => address.publicIp));
  for (;;) {
    const ip = ipText(publicRange.first + Math.floor(world.names.next() * publicRange.size));
    if (!taken.has(ip)) return ip;
  }
}

const findAddress = (world: World, id: string) =>
  need(world, world.addresses, id, 'InvalidAllocationID.NotFound', 'allocation ID');

export function addressOf(world: World, networkInterface: NetworkInterface): Address | undefined {
  return [...world.addresses.values()].find((one) => one.association?.networkInterfaceId === networkInterface.id);
}

export function publicIpOf(world: World, networkInterface: NetworkInterface): string | undefined {
  return addressOf(world, networkInterface)?.publicIp ?? networkInterface.assignedPublicIp;
}

export function addAddress(world: World, by: Caller, tags: Map<string, string>): Address {
  if (world.addresses.size >= world.quotas.addresses) {
    fail('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
  }
  const created: Address = { ...newEntity(world, 'eipalloc', by, tags), publicIp: drawPublicIp(world) };
  world.addresses.set(created.id, created);
  return created;
}

export function allocateAddress(world: World, input: Wire, by: Caller): unknown {
  const created = addAddress(world, by, tagSpecification(input, 'elastic-ip'));
  return { publicIp: created.publicIp, domain: 'vpc', allocationId: created.id, networkBorderGroup: world.region };
}

/** @throws AwsError Resource.AlreadyAssociated unless reassociation is allowed, InvalidInstanceID */
export function associateAddress(world: World, input: Wire, by: Caller): unknown {
  const address = findAddress(world, required(input, 'AllocationId'));
  const target = targetInterface(world, input);
  const held = address.association;
  if (held && held.networkInterfaceId !== target.id && flagOf(input.AllowReassociation) === false) {
    fail('Resource.AlreadyAssociated', `resource ${address.id} is already associated with associate-id ${held.id}`);
  }
  const other = addressOf(world, target);
  if (other && other !== address) {
    if (flagOf(input.AllowReassociation) === false) {
      fail(
        'Resource.AlreadyAssociated',
        `resource ${target.id} is already associated with associate-id ${other.association?.id}`,
      );
    }
    disassociate(other);
  }
  const id = `eipassoc-${world.names.hex(17)}`;
  address.association = { id, networkInterfaceId: target.id, by, at: world.clock.now() };
  delete target.assignedPublicIp;
  return { return: true, associationId: id };
}

function targetInterface(world: World, input: Wire): NetworkInterface {
  const interfaceId = textOf(input.NetworkInterfaceId);
  if (interfaceId !== undefined) {
    return need(
      world,
      world.networkInterfaces,
      interfaceId,
      'InvalidNetworkInterfaceID.NotFound',
      'networkInterface ID',
    );
  }
  const instance: Instance = need(
    world,
    world.instances,
    required(input, 'InstanceId'),
    'InvalidInstanceID.NotFound',
    'instance ID',
  );
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    fail(
      'InvalidInstanceID',
      `The ${instance.state} instance '${instance.id}' is not in a valid state for this operation.`,
    );
  }
  return instance.networkInterface;
}

export function disassociate(address: Address): void {
  delete address.association;
}

export function disassociateAddress(world: World, input: Wire): unknown {
  const id = required(input, 'AssociationId');
  const address = [...world.addresses.values()].find((one) => one.association?.id === id);
  if (!address) return fail('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
  disassociate(address);
  return { return: true };
}

/** @throws AwsError InvalidIPAddress.InUse while it is associated */
export function releaseAddress(world: World, input: Wire): unknown {
  const address = findAddress(world, required(input, 'AllocationId'));
  if (address.association) {
    fail('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
  }
  world.addresses.delete(address.id);
  return { return: true };
}

export function describeAddresses(world: World, input: Wire): unknown {
  const ids = textsOf(input.AllocationId);
  const interfaceOf = (one: Address) => world.networkInterfaces.get(one.association?.networkInterfaceId ?? '');
  const matches = matcher<Address>(
    input,
    {
      'allocation-id': (one) => [one.id],
      'public-ip': (one) => [one.publicIp],
      'association-id': (one) => [one.association?.id],
      'instance-id': (one) => [interfaceOf(one)?.attachment?.instanceId],
      'network-interface-id': (one) => [one.association?.networkInterfaceId],
    },
    (one) => one.tags,
  );
  const named = ids.map((id) => findAddress(world, id));
  const found = (ids.length > 0 ? named : visible(world, world.addresses)).filter(matches);
  return { addressesSet: { item: found.map((one) => addressItem(one, interfaceOf(one))) } };
}

const addressItem = (address: Address, networkInterface: NetworkInterface | undefined) => ({
  allocationId: address.id,
  publicIp: address.publicIp,
  domain: 'vpc',
  associationId: address.association?.id,
  networkInterfaceId: networkInterface?.id,
  instanceId: networkInterface?.attachment?.instanceId,
  privateIpAddress: networkInterface?.privateIp,
  tagSet: tagSet(address.tags),
});
