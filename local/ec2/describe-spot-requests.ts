import { isShown } from './describe-instances.ts';
import { type FilterValues, matcher } from './filters.ts';
import type { Instance, SpotRequest } from './types.ts';
import { fail, numberOf, pageOf, textOf, textsOf, type Wire } from './wire.ts';
import type { World } from './world.ts';

type SpotInstance = Instance & { readonly spotRequest: SpotRequest };

const isSpot = (one: Instance): one is SpotInstance => one.spotRequest !== undefined;

const filters: FilterValues<SpotInstance> = {
  'instance-id': ({ id }) => [id],
  'spot-instance-request-id': ({ spotRequest }) => [spotRequest.id],
  state: ({ spotRequest }) => [spotRequest.state],
  'status-code': ({ spotRequest }) => [spotRequest.statusCode],
  'launched-availability-zone': ({ networkInterface }) => [networkInterface.subnet.zone],
};

/** Tags of instances are not those of their requests, which have none here. */
const noTags = new Map<string, string>();

export function describeSpotInstanceRequests(world: World, input: Wire): unknown {
  const ids = textsOf(input.SpotInstanceRequestId);
  const shown = [...world.instances.values()].filter(isSpot).filter((one) => isShown(world, one));
  const unknown = ids.find((id) => !shown.some(({ spotRequest }) => spotRequest.id === id));
  if (unknown !== undefined)
    fail('InvalidSpotInstanceRequestID.NotFound', `The spot instance request ID '${unknown}' does not exist`);
  const found = shown
    .filter(({ spotRequest }) => ids.length === 0 || ids.includes(spotRequest.id))
    .filter(matcher(input, filters, () => noTags));
  const { page, next } = pageOf(found, pageSize(input), textOf(input.NextToken));
  return { spotInstanceRequestSet: { item: page.map(requestItem) }, nextToken: next };
}

function pageSize(input: Wire): number {
  const asked = numberOf(input.MaxResults) ?? 1000;
  if (asked < 5 || asked > 1000)
    fail('InvalidParameterValue', `Value ( ${asked} ) for parameter maxResults is invalid. Expecting 5 to 1000.`);
  return asked;
}

function requestItem({ id, createdAt, networkInterface, instanceType, imageId, spotRequest }: SpotInstance): Wire {
  const { statusCode, statusAt, state } = spotRequest;
  return {
    spotInstanceRequestId: spotRequest.id,
    type: 'one-time',
    state,
    status: { code: statusCode, updateTime: new Date(statusAt).toISOString(), message: statusCode },
    instanceId: id,
    createTime: new Date(createdAt).toISOString(),
    launchedAvailabilityZone: networkInterface.subnet.zone,
    launchSpecification: { imageId, instanceType },
    productDescription: 'Linux/UNIX',
  };
}
