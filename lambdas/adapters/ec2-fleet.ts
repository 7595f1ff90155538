/** Launches of slaves: CreateFleet of type instant, one call per zone so that nodes spread evenly over the zones. */
import {
  type _InstanceType,
  CreateFleetCommand,
  type CreateFleetError,
  type CreateFleetInstance,
  type CreateFleetRequest,
  type CreateFleetResult,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { type Offering, offeringKey } from '../contracts/cluster.ts';
import { CapacityUnavailable, InvariantBroken } from '../contracts/error-names.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { LaunchContext, LaunchedInstance, LaunchedSlaves, Machines } from '../ports/machines.ts';
import { fleetErrorName } from './ec2-fleet-errors.ts';
import { findByToken, translateLaunchError } from './ec2-launch.ts';
import { subnetIn } from './ec2-node-shape.ts';
import { codeOf, isCapacityCode, isInstanceQuotaCode, isTokenMismatch } from './errors.ts';
import type { NodeSettings } from './node-settings.ts';
import { clusterTags, tagSpecifications } from './tags.ts';

interface ZoneShare {
  readonly context: LaunchContext;
  /** All in one zone and one market. */
  readonly offerings: readonly Offering[];
  readonly count: number;
  readonly clientToken: string;
}

interface ShareResult extends LaunchedSlaves {
  /** The account may hold no more instances of this market. */
  readonly isQuotaUsedUp?: boolean;
}

export function ec2Fleet(client: EC2Client, settings: NodeSettings): Pick<Machines, 'launchSlaves'> {
  return {
    launchSlaves: async (context, count, offerings) => {
      const shares = shareOut(context, count, offerings);
      const results: ShareResult[] = [];
      for (const share of shares) {
        const result = await launchShare(client, settings, share);
        results.push(result);
        // What one zone does not see yet, the others do not either, and a quota is that of all zones.
        if (results.every(isTooEarly) || result.isQuotaUsedUp) break;
      }
      return join(results, inMarketOfFirst(offerings));
    },
  };
}

const isTooEarly = ({ launched, error }: LaunchedSlaves): boolean =>
  launched.length === 0 && error?.name === 'NotYetVisible';

const inMarketOfFirst = (offerings: readonly Offering[]): readonly Offering[] =>
  offerings.filter(({ market }) => market === offerings[0]?.market);

/** Even shares, zones in order of preference; the same launch always yields the same shares and tokens. */
function shareOut(context: LaunchContext, count: number, offerings: readonly Offering[]): readonly ZoneShare[] {
  const usable = inMarketOfFirst(offerings);
  const zones = [...new Set(usable.map((offering) => offering.zone))];
  const token = context.emptyFleets ? `${context.token}-${context.emptyFleets}` : context.token;
  return zones
    .map((zone, n) => ({
      context,
      offerings: usable.filter((offering) => offering.zone === zone),
      count: Math.floor(count / zones.length) + (n < count % zones.length ? 1 : 0),
      clientToken: `${token}-z${n + 1}`,
    }))
    .filter((share) => share.count > 0);
}

async function launchShare(client: EC2Client, settings: NodeSettings, share: ZoneShare): Promise<ShareResult> {
  try {
    const result = resultOf(share, await client.send(new CreateFleetCommand(requestFor(settings, share))));
    // Neither instances nor a reason: a repeated call that EC2 answers by the fleet's id alone.
    if (result.launched.length > 0 || result.exhausted.length > 0 || result.error !== nothingTold) return result;
    return { ...result, launched: await findByToken(client, settings, share.context) };
  } catch (error) {
    // The token was used with other settings: what it launched then is the result.
    if (isTokenMismatch(error)) {
      return { launched: await findByToken(client, settings, share.context), exhausted: [] };
    }
    return lackOrThrow(share, error);
  }
}

/** A refused call is as one that lists the same error: what other zones have launched still counts. */
function lackOrThrow({ offerings }: ZoneShare, error: unknown): ShareResult {
  const translated = translateLaunchError(error, 'launching slaves');
  if (!(translated instanceof CapacityUnavailable)) throw translated;
  const { name, message } = translated;
  const isQuotaUsedUp = isInstanceQuotaCode(codeOf(error));
  return { launched: [], exhausted: offerings, isQuotaUsedUp, error: { name, message } };
}

function requestFor(settings: NodeSettings, { context, offerings, count, clientToken }: ZoneShare): CreateFleetRequest {
  const { clusterId, group, foundation, token } = context;
  const template = foundation.launchTemplates[group.name];
  if (template === undefined) throw new InvariantBroken(`Group ${group.name} of ${clusterId} has no launch template.`);
  const market = offerings[0]?.market ?? 'on-demand';
  const overrides = offerings.map(({ instanceType, zone }, n) => ({
    InstanceType: instanceType as _InstanceType,
    SubnetId: subnetIn(zone, group, settings),
    // Prices and capacity of the moment order spot offerings.
    ...(market === 'spot' ? {} : { Priority: n }),
  }));
  const name = groupNameOf(clusterId, group.name);
  const tags = clusterTags(settings.stackName, clusterId, {
    role: group.role,
    group: group.name,
    launch: token,
    name,
    own: group.tags,
  });
  return {
    Type: 'instant',
    ClientToken: clientToken,
    LaunchTemplateConfigs: [
      {
        LaunchTemplateSpecification: { LaunchTemplateId: template.id, Version: template.version },
        Overrides: overrides,
      },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: count, DefaultTargetCapacityType: market },
    ...(market === 'spot'
      ? { SpotOptions: { AllocationStrategy: 'price-capacity-optimized' } }
      : { OnDemandOptions: { AllocationStrategy: 'prioritized' } }),
    TagSpecifications: tagSpecifications(['instance', 'volume', 'network-interface', 'fleet'], tags),
  };
}

function resultOf(share: ZoneShare, { Instances = [], Errors = [] }: CreateFleetResult): ShareResult {
  const launched = Instances.flatMap((set) => launchedOf(share, set));
  const error = launched.length < share.count ? worstOf(Errors) : undefined;
  const isQuotaUsedUp = Errors.some(({ ErrorCode = '' }) => isInstanceQuotaCode(ErrorCode));
  return {
    launched,
    exhausted: exhaustedOf(share, Errors, error),
    isQuotaUsedUp,
    ...(error === undefined ? {} : { error }),
  };
}

/** Those that EC2 names; if it lacks capacity for all spot instances, all: it has tried each, whether it names it or not. */
function exhaustedOf(
  { offerings }: ZoneShare,
  errors: readonly CreateFleetError[],
  error: LaunchedSlaves['error'],
): readonly Offering[] {
  const isSpot = offerings[0]?.market === 'spot';
  const lacking = errors.filter(({ ErrorCode = '' }) => isCapacityCode(ErrorCode));
  if (isSpot && lacking.length > 0 && error?.name === 'CapacityUnavailable') return offerings;
  return lacking.flatMap(({ LaunchTemplateAndOverrides }) => {
    const type = LaunchTemplateAndOverrides?.Overrides?.InstanceType;
    return type === undefined ? offerings : offerings.filter(({ instanceType }) => instanceType === type);
  });
}

function launchedOf({ offerings }: ZoneShare, set: CreateFleetInstance): readonly LaunchedInstance[] {
  const [{ zone, market, instanceType } = { zone: '', market: 'on-demand' as const, instanceType: '' }] = offerings;
  return (set.InstanceIds ?? []).map((instanceId) => ({
    instanceId,
    instanceType: set.InstanceType ?? set.LaunchTemplateAndOverrides?.Overrides?.InstanceType ?? instanceType,
    zone,
    market,
  }));
}

/** No offering is known to be short, so it is not taken for a lack of capacity. */
const nothingTold = { name: 'DependencyUnavailable', message: 'EC2 launched fewer instances than asked for' } as const;

/** What kept the fleet from launching all: anything that is not lack of capacity tells more. */
function worstOf(errors: readonly CreateFleetError[]): LaunchedSlaves['error'] {
  const told = errors.find((error) => !isCapacityCode(error.ErrorCode ?? '')) ?? errors[0];
  if (told === undefined) return nothingTold;
  const code = told.ErrorCode ?? 'Unknown';
  return { name: fleetErrorName(code), message: `${code}: ${told.ErrorMessage ?? 'no message'}` };
}

/** @param offerings all of the launch, which a quota concerns whatever their zone */
function join(results: readonly ShareResult[], offerings: readonly Offering[]): LaunchedSlaves {
  const launched = new Map(results.flatMap((result) => result.launched).map((one) => [one.instanceId, one]));
  const lacking = results.some(({ isQuotaUsedUp }) => isQuotaUsedUp)
    ? offerings
    : results.flatMap((result) => result.exhausted);
  const exhausted = new Map(lacking.map((one) => [offeringKey(one), one]));
  const error = results.find((result) => result.error !== undefined)?.error;
  return { launched: [...launched.values()], exhausted: [...exhausted.values()], ...(error ? { error } : {}) };
}
