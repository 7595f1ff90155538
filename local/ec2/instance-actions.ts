import type { Caller } from '../types.ts';
import { findInstances, stateItem } from './describe-instances.ts';
import { start, stop, terminate } from './lifecycle.ts';
import type { Instance, InstanceState } from './types.ts';
import { fail, objectsOf, textsOf, type Wire } from './wire.ts';
import { isVisible, type World } from './world.ts';

const maxIds = 1000;

/** Changes all named instances, or none if one id is bad. */
function changeAll(world: World, input: Wire, change: (instance: Instance) => void): unknown {
  const ids = textsOf(input.InstanceId);
  if (ids.length === 0) fail('MissingParameter', 'The request must contain the parameter InstanceId');
  if (ids.length > maxIds)
    fail('InvalidParameterValue', `At most ${maxIds} instance ids may be given, not ${ids.length}`);
  const items = findInstances(world, ids).map((instance) => {
    const previousState = stateItem(instance.state);
    change(instance);
    return { instanceId: instance.id, previousState, currentState: stateItem(instance.state) };
  });
  return { instancesSet: { item: items } };
}

export function terminateInstances(world: World, input: Wire, by: Caller): unknown {
  return changeAll(world, input, (instance) => terminate(world, instance, by));
}
/** What is on its way already is left alone. */
export function stopInstances(world: World, input: Wire): unknown {
  refuseUnlessIn(world, input, ['running', 'stopping', 'stopped'], 'stopped');
  const spot = findInstances(world, textsOf(input.InstanceId)).find(({ market }) => market === 'spot');
  if (spot)
    fail(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${spot.id}' because it is associated with a one-time Spot Instance request.`,
    );
  return changeAll(world, input, (instance) => {
    if (instance.state === 'running') stop(world, instance);
  });
}

export function startInstances(world: World, input: Wire): unknown {
  refuseUnlessIn(world, input, ['stopped', 'pending', 'running'], 'started');
  for (const { instanceType, market, networkInterface, state } of findInstances(world, textsOf(input.InstanceId))) {
    const { zone } = networkInterface.subnet;
    if (state === 'stopped' && world.faults.lacksCapacity(instanceType, zone, market))
      fail(
        'InsufficientInstanceCapacity',
        `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}).`,
      );
  }
  return changeAll(world, input, (instance) => {
    if (instance.state === 'stopped') start(world, instance);
  });
}

/** @throws AwsError IncorrectInstanceState */
function refuseUnlessIn(world: World, input: Wire, states: readonly InstanceState[], done: string): void {
  const unfit = findInstances(world, textsOf(input.InstanceId)).find(({ state }) => !states.includes(state));
  if (!unfit) return;
  const why = `The instance '${unfit.id}' is not in a state from which it can be ${done}.`;
  fail('IncorrectInstanceState', why);
}

/** Sets tags on resources of any kind, or on none if one id is bad. */
export function createTags(world: World, input: Wire): unknown {
  const ids = textsOf(input.ResourceId);
  if (ids.length > maxIds)
    fail('InvalidParameterValue', `At most ${maxIds} resource ids may be given, not ${ids.length}`);
  const entities = ids.map((id) => findTagged(world, id));
  for (const tag of objectsOf(input.Tag)) {
    if (String(tag.Key).startsWith('aws:')) fail('InvalidParameterValue', 'Tag keys starting with aws: are reserved');
    for (const tags of entities) tags.set(String(tag.Key), String(tag.Value ?? ''));
  }
  return { return: true };
}

function findTagged(world: World, id: string): Map<string, string> {
  const kinds = [
    world.instances,
    world.volumes,
    world.networkInterfaces,
    world.securityGroups,
    world.addresses,
    world.launchTemplates,
    world.subnets,
    world.vpcs,
  ];
  const entity = kinds.map((kind) => kind.get(id)).find((found) => found !== undefined);
  if (!entity || !isVisible(world, entity)) return fail('InvalidID', `The ID '${id}' is not valid`);
  return entity.tags;
}
