/** Making instances of a checked request. */
import type { Caller } from '../types.ts';
import { drawPublicIp } from './addresses.ts';
import type { LaunchRequest } from './launch-request.ts';
import { enterPending } from './lifecycle.ts';
import { addInterface } from './network-interfaces.ts';
import { newSpotRequest } from './spot-requests.ts';
import type { Instance, NetworkInterface, Volume } from './types.ts';
import { fail, tagSpecification, type Wire } from './wire.ts';
import { newEntity, type World } from './world.ts';

export interface LaunchOrder {
  readonly request: LaunchRequest;
  readonly tags: ReadonlyMap<string, string>;
  readonly volumeTags: ReadonlyMap<string, string>;
  readonly interfaceTags: ReadonlyMap<string, string>;
  readonly clientToken: string;
  readonly reservationId: string;
  readonly by: Caller;
}

export function tagsOfOrder(input: Wire): Pick<LaunchOrder, 'tags' | 'volumeTags' | 'interfaceTags'> {
  return {
    tags: tagSpecification(input, 'instance'),
    volumeTags: tagSpecification(input, 'volume'),
    interfaceTags: tagSpecification(input, 'network-interface'),
  };
}

export function newReservationId(world: World): string {
  return `r-${world.names.hex(17)}`;
}

/** Whether the account may hold `count` more. @throws AwsError InstanceLimitExceeded */
export function checkQuota(world: World, count: number): void {
  const alive = [...world.instances.values()].filter((one) => one.state !== 'terminated').length;
  if (alive + count > world.quotas.instances) {
    fail(
      'InstanceLimitExceeded',
      `You have requested more instances (${alive + count}) than your current instance limit of ${world.quotas.instances} allows.`,
    );
  }
}

export function zoneOf(request: LaunchRequest): string {
  const { network } = request;
  return network.existing ? network.existing.subnet.zone : network.subnet.zone;
}

export function launchOne(world: World, order: LaunchOrder): Instance {
  const { request, by } = order;
  const entity = newEntity(world, 'i', by, new Map(order.tags), 'instance');
  const networkInterface = attach(world, order, entity.id);
  const volumes = request.volumes.map((volume): Volume => {
    const created = { ...newEntity(world, 'vol', by, new Map(order.volumeTags)), ...volume, instanceId: entity.id };
    world.volumes.set(created.id, created);
    return created;
  });
  const instance: Instance = {
    ...entity,
    reservationId: order.reservationId,
    clientToken: order.clientToken,
    imageId: request.imageId,
    instanceType: request.instanceType,
    market: request.market,
    ...(request.market === 'spot' ? { spotRequest: newSpotRequest(world) } : {}),
    networkInterface,
    ...(request.profileName === undefined ? {} : { profileName: request.profileName }),
    userData: request.userData,
    volumes,
    state: 'pending',
  };
  world.instances.set(instance.id, instance);
  enterPending(world, instance);
  return instance;
}

function attach(world: World, order: LaunchOrder, instanceId: string): NetworkInterface {
  const { network } = order.request;
  const attachment = { id: `eni-attach-${world.names.hex(17)}`, instanceId };
  if (network.existing) {
    network.existing.attachment = { ...attachment, deleteOnTermination: network.deleteOnTermination };
    return network.existing;
  }
  const created = addInterface(
    world,
    order.by,
    { ...network, description: '', tags: new Map(order.interfaceTags) },
    'none',
  );
  created.attachment = { ...attachment, deleteOnTermination: true };
  if (network.publicAddress) created.assignedPublicIp = drawPublicIp(world);
  return created;
}
