import type { Caller } from '../types.ts';
import { reservationItem } from './describe-instances.ts';
import { checkQuota, launchOne, newReservationId, tagsOfOrder, zoneOf } from './launch.ts';
import { readLaunch } from './launch-request.ts';
import { findTemplate, templateVersion } from './launch-templates.ts';
import { freeAddresses } from './subnets.ts';
import type { Instance } from './types.ts';
import { fail, numberOf, objectOf, textOf, type Wire } from './wire.ts';
import { once, type World } from './world.ts';

/** @throws AwsError InsufficientInstanceCapacity, RequestLimitExceeded, and what `readLaunch` finds */
export function runInstances(world: World, input: Wire, by: Caller): unknown {
  return once(world, 'RunInstances', textOf(input.ClientToken), input, () => {
    const instances = launch(world, input, by);
    return () => reservationItem(world, instances);
  });
}

function launch(world: World, input: Wire, by: Caller): Instance[] {
  const { min, max } = countsOf(input);
  const merged = { ...templateOf(world, input), ...input };
  const request = readLaunch(world, merged);
  if (request.network.existing && max > 1) {
    fail('InvalidParameterCombination', 'A network interface ID may be specified for one instance only');
  }
  const zone = zoneOf(request);
  if (world.faults.lacksCapacity(request.instanceType, zone, request.market)) {
    fail(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${request.instanceType} capacity in the Availability Zone you requested (${zone}).`,
      500,
    );
  }
  checkQuota(world, min);
  const room = request.network.existing ? 1 : freeAddresses(request.network.subnet);
  if (room < min) fail('InsufficientFreeAddressesInSubnet', 'Insufficient free addresses in the subnet.');
  const granted = world.launchBucket.take(Math.min(max, room), min);
  if (granted < min) fail('RequestLimitExceeded', 'Request limit exceeded.', 503);
  const order = { request, ...tagsOfOrder(merged), clientToken: textOf(input.ClientToken) ?? '', by };
  const reservationId = newReservationId(world);
  return Array.from({ length: granted }, () => launchOne(world, { ...order, reservationId }));
}

function templateOf(world: World, input: Wire): Wire {
  const named = objectOf(input.LaunchTemplate);
  if (Object.keys(named).length === 0) return {};
  return templateVersion(findTemplate(world, named), textOf(named.Version));
}

function countsOf(input: Wire): { min: number; max: number } {
  const min = numberOf(input.MinCount) ?? fail('MissingParameter', 'The request must contain the parameter MinCount');
  const max = numberOf(input.MaxCount) ?? fail('MissingParameter', 'The request must contain the parameter MaxCount');
  if (!(min >= 1 && max >= min)) fail('InvalidParameterValue', `Invalid value for MinCount ${min} and MaxCount ${max}`);
  return { min, max };
}
