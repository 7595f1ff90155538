/** Requests for spot instances, one per instance: what EC2 is about to do with the instance is told there only. */
import type { Instance, SpotRequest } from './types.ts';
import type { World } from './world.ts';

const marked = 'marked-for-termination';
/** Why EC2 ends an instance. */
const endedByEc2 = 'instance-terminated-no-capacity';

export function newSpotRequest(world: World): SpotRequest {
  const statusAt = world.clock.now();
  return { id: `sir-${world.names.hex(8)}`, state: 'active', statusCode: 'fulfilled', statusAt };
}

function enter(world: World, request: SpotRequest, change: Pick<SpotRequest, 'state' | 'statusCode'>): void {
  Object.assign(request, change, { statusAt: world.clock.now() });
}

/** @throws Error if it is no spot instance that is up */
export function markForTermination(world: World, { id, spotRequest }: Instance): void {
  if (spotRequest?.state !== 'active') throw new Error(`${id} is no spot instance, or has ended`);
  enter(world, spotRequest, { state: 'active', statusCode: marked });
}

/** When its instance shuts down, whoever has asked for that. */
export function closeSpotRequest(world: World, { spotRequest, terminatedBy }: Instance): void {
  if (spotRequest === undefined) return;
  const isTakenBack = spotRequest.statusCode === marked && terminatedBy?.kind === 'service';
  const statusCode = isTakenBack ? endedByEc2 : 'instance-terminated-by-user';
  enter(world, spotRequest, { state: 'closed', statusCode });
}

/** Whether EC2 has taken the instance back. */
export function wasTakenBack({ spotRequest }: Instance): boolean {
  return spotRequest?.statusCode === endedByEc2;
}
