/** CreateFleet of type `instant`: answers at once with what could be launched and why the rest could not. */
import { AwsError, type Caller } from '../types.ts';
import { checkQuota, launchOne, newReservationId, tagsOfOrder, zoneOf } from './launch.ts';
import { type LaunchRequest, readLaunch } from './launch-request.ts';
import { findTemplate, templateVersion } from './launch-templates.ts';
import { freeAddresses } from './subnets.ts';
import type { Instance } from './types.ts';
import { fail, numberOf, objectOf, objectsOf, textOf, type Wire } from './wire.ts';
import { once, type World } from './world.ts';

/** One override of a launch template: what may be launched, in which order of preference. */
interface Pool {
  readonly override: Wire;
  readonly priority: number;
  readonly specification: Wire;
  readonly data: Wire;
  readonly instanceType: string;
  readonly instances: Instance[];
}
interface Shortfall {
  readonly pool: Pool;
  readonly code: string;
  readonly message: string;
}
type Market = LaunchRequest['market'];

export function createFleet(world: World, input: Wire, by: Caller): unknown {
  return once(world, 'CreateFleet', textOf(input.ClientToken), input, () => {
    if (input.Type !== 'instant') fail('Unsupported', 'The local cloud knows fleets of type instant only');
    const fleetId = `fleet-${world.names.hex(8)}-${world.names.hex(4)}-${world.names.hex(4)}-${world.names.hex(4)}-${world.names.hex(12)}`;
    const pools = poolsOf(world, input);
    const market = marketOf(input);
    const shortfalls = fill(world, { pools, market, input, by, fleetId, count: capacityOf(input) });
    return () => answer(fleetId, pools, market, shortfalls);
  });
}

function capacityOf(input: Wire): number {
  const total = numberOf(objectOf(input.TargetCapacitySpecification).TotalTargetCapacity);
  if (total === undefined || !Number.isInteger(total) || total < 1) {
    return fail('InvalidParameterValue', 'TotalTargetCapacity must be a positive number');
  }
  return total;
}

function marketOf(input: Wire): Market {
  return objectOf(input.TargetCapacitySpecification).DefaultTargetCapacityType === 'spot' ? 'spot' : 'on-demand';
}

function poolsOf(world: World, input: Wire): Pool[] {
  const pools = objectsOf(input.LaunchTemplateConfigs).flatMap((config) => {
    const specification = objectOf(config.LaunchTemplateSpecification);
    const data = templateVersion(findTemplate(world, specification), textOf(specification.Version));
    const overrides = objectsOf(config.Overrides);
    return (overrides.length > 0 ? overrides : [{}]).map((override: Wire) => ({
      override,
      priority: numberOf(override.Priority) ?? Number.POSITIVE_INFINITY,
      specification,
      data,
      instanceType: textOf(override.InstanceType) ?? textOf(data.InstanceType) ?? '',
      instances: [],
    }));
  });
  if (pools.length > 300) fail('InvalidParameterValue', 'A fleet request may have at most 300 overrides');
  return pools.sort((a, b) => a.priority - b.priority);
}

interface Order {
  readonly pools: readonly Pool[];
  readonly market: Market;
  readonly input: Wire;
  readonly by: Caller;
  readonly fleetId: string;
  readonly count: number;
}

/** Fills up from the preferred instance type, evenly over its zones, then the next type. @returns what was lacking */
function fill(world: World, order: Order): Shortfall[] {
  const shortfalls: Shortfall[] = [];
  let missing = order.count;
  for (const sameType of Map.groupBy(order.pools, (pool) => pool.instanceType).values()) {
    if (missing === 0) break;
    const usable = sameType.flatMap((pool) => tryPool(world, order, pool, shortfalls));
    const room = Math.min(
      missing,
      usable.reduce((sum, { request }) => sum + roomFor(request), 0),
    );
    const granted = world.launchBucket.take(room);
    launchEvenly(world, order, usable, granted);
    missing -= granted;
    if (granted < room) {
      shortfalls.push({ pool: sameType[0] as Pool, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' });
      break;
    }
  }
  return shortfalls;
}

const roomFor = ({ network }: LaunchRequest) => (network.existing ? 1 : freeAddresses(network.subnet));

interface UsablePool {
  readonly pool: Pool;
  readonly request: LaunchRequest;
}

function tryPool(world: World, order: Order, pool: Pool, shortfalls: Shortfall[]): UsablePool[] {
  try {
    const request = { ...readLaunch(world, launchInput(pool)), market: order.market };
    checkQuota(world, 1);
    if (roomFor(request) === 0) fail('InsufficientFreeAddressesInSubnet', 'The subnet has no free addresses.');
    if (!world.faults.lacksCapacity(request.instanceType, zoneOf(request), order.market)) return [{ pool, request }];
    shortfalls.push({ pool, ...lackOfCapacity(request, order.market) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    shortfalls.push({ pool, code: error.code, message: error.message });
  }
  return [];
}

function lackOfCapacity(request: LaunchRequest, market: Market): { code: string; message: string } {
  if (market === 'spot') {
    return {
      code: 'UnfulfillableCapacity',
      message:
        'Unable to fulfill capacity due to your request configuration. Please adjust your request and try again.',
    };
  }
  return {
    code: 'InsufficientInstanceCapacity',
    message: `We currently do not have sufficient ${request.instanceType} capacity in the Availability Zone you requested (${zoneOf(request)}).`,
  };
}

/** An override replaces type and subnet; the subnet goes to where the template names its network. */
function launchInput(pool: Pool): Wire {
  const { data, override } = pool;
  const merged = { ...data, InstanceType: pool.instanceType };
  const subnet = textOf(override.SubnetId);
  if (subnet === undefined) return merged;
  const [first] = objectsOf(data.NetworkInterface);
  return first ? { ...merged, NetworkInterface: [{ ...first, SubnetId: subnet }] } : { ...merged, SubnetId: subnet };
}

function launchEvenly(world: World, order: Order, usable: readonly UsablePool[], count: number): void {
  const reservationId = newReservationId(world);
  for (let k = 0, launched = 0; launched < count; k += 1) {
    const { pool, request } = usable[k % usable.length] as UsablePool;
    if (roomFor(request) === 0) continue;
    launched += 1;
    const templateTags = tagsOfOrder(pool.data);
    const fleetTags = tagsOfOrder(order.input);
    const own: [string, string][] = [['aws:ec2:fleet-id', order.fleetId]];
    pool.instances.push(
      launchOne(world, {
        request,
        tags: new Map([...templateTags.tags, ...fleetTags.tags, ...own]),
        volumeTags: new Map([...templateTags.volumeTags, ...fleetTags.volumeTags]),
        interfaceTags: new Map([...templateTags.interfaceTags, ...fleetTags.interfaceTags]),
        clientToken: textOf(order.input.ClientToken) ?? '',
        reservationId,
        by: order.by,
      }),
    );
  }
}

function answer(fleetId: string, pools: readonly Pool[], market: Market, shortfalls: readonly Shortfall[]): unknown {
  const lifecycle = market === 'spot' ? 'spot' : 'on-demand';
  const launched = pools.filter((pool) => pool.instances.length > 0);
  return {
    fleetId,
    fleetInstanceSet: {
      item: launched.map((pool) => ({
        launchTemplateAndOverrides: templateAndOverrides(pool),
        lifecycle,
        instanceIds: { item: pool.instances.map((instance) => instance.id) },
        instanceType: pool.instanceType,
      })),
    },
    errorSet: {
      item: shortfalls.map(({ pool, code, message }) => ({
        launchTemplateAndOverrides: templateAndOverrides(pool),
        lifecycle,
        errorCode: code,
        errorMessage: message,
      })),
    },
  };
}

const templateAndOverrides = (pool: Pool) => ({
  launchTemplateSpecification: {
    launchTemplateId: textOf(pool.specification.LaunchTemplateId),
    launchTemplateName: textOf(pool.specification.LaunchTemplateName),
    version: textOf(pool.specification.Version),
  },
  overrides: {
    instanceType: textOf(pool.override.InstanceType),
    subnetId: textOf(pool.override.SubnetId),
    availabilityZone: textOf(pool.override.AvailabilityZone),
    priority: textOf(pool.override.Priority),
  },
});
