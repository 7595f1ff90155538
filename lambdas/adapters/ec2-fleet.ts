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
import { InvariantBroken } from '../contracts/error-names.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { LaunchContext, LaunchedInstance, LaunchedSlaves, Machines } from '../ports/machines.ts';
import { fleetErrorName } from './ec2-fleet-errors.ts';
import { findByToken, translateLaunchError } from './ec2-launch.ts';
import { subnetIn } from './ec2-node-shape.ts';
import { isCapacityCode, isTokenMismatch } from './errors.ts';
import type { NodeSettings } from './node-settings.ts';
import { clusterTags, tagSpecifications } from './tags.ts';

interface ZoneShare {
  readonly context: LaunchContext;
  /** All in one zone and one market. */
  readonly offerings: readonly Offering[];
  readonly count: number;
  readonly clientToken: string;
}

export function ec2Fleet(client: EC2Client, settings: NodeSettings): Pick<Machines, 'launchSlaves'> {
  return {
    launchSlaves: async (context, count, offerings) => {
      const shares = shareOut(context, count, offerings);
      const results: LaunchedSlaves[] = [];
      for (const share of shares) {
        results.push(await launchShare(client, settings, share));
        // What one zone does not see yet, the others do not either.
        if (results.every(isTooEarly)) break;
      }
      return join(results);
    },
  };
}

const isTooEarly = ({ launched, error }: LaunchedSlaves): boolean =>
  launched.length === 0 && error?.name === 'NotYetVisible';

/** Even shares, zones in order of preference; the same launch always yields the same shares and tokens. */
function shareOut(context: LaunchContext, count: number, offerings: readonly Offering[]): readonly ZoneShare[] {
  const market = offerings[0]?.market;
  const usable = offerings.filter((offering) => offering.market === market);
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

async function launchShare(client: EC2Client, settings: NodeSettings, share: ZoneShare): Promise<LaunchedSlaves> {
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
    throw translateLaunchError(error, 'launching slaves');
  }
}

function requestFor(settings: NodeSettings, { context, offerings, count, clientToken }: ZoneShare): CreateFleetRequest {
  const { clusterId, group, foundation, token } = context;
  const template = foundation.launchTemplates[group.name];
  if (template === undefined) throw new InvariantBroken(`Group ${group.name} of ${clusterId} has no launch template.`);
  const market = offerings[0]?.market ?? 'on-demand';
  const overrides = offerings.map(({ instanceType, zone }, n) => ({
    InstanceType: instanceType as _InstanceType,
    SubnetId: subnetIn(zone, group, settings),
    Priority: n,
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
      ? { SpotOptions: { AllocationStrategy: 'capacity-optimized-prioritized' } }
      : { OnDemandOptions: { AllocationStrategy: 'prioritized' } }),
    TagSpecifications: tagSpecifications(['instance', 'volume', 'network-interface', 'fleet'], tags),
  };
}

function resultOf(share: ZoneShare, { Instances = [], Errors = [] }: CreateFleetResult): LaunchedSlaves {
  const launched = Instances.flatMap((set) => launchedOf(share, set));
  const exhausted = Errors.filter((error) => isCapacityCode(error.ErrorCode ?? '')).flatMap((error) => {
    const type = error.LaunchTemplateAndOverrides?.Overrides?.InstanceType;
    return type === undefined ? share.offerings : share.offerings.filter(({ instanceType }) => instanceType === type);
  });
  const error = launched.length < share.count ? worstOf(Errors) : undefined;
  return { launched, exhausted, ...(error === undefined ? {} : { error }) };
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

const nothingTold = { name: 'CapacityUnavailable', message: 'EC2 launched fewer instances than asked for' } as const;

/** What kept the fleet from launching all: anything that is not lack of capacity tells more. */
function worstOf(errors: readonly CreateFleetError[]): LaunchedSlaves['error'] {
  const told = errors.find((error) => !isCapacityCode(error.ErrorCode ?? '')) ?? errors[0];
  if (told === undefined) return nothingTold;
  const code = told.ErrorCode ?? 'Unknown';
  return { name: fleetErrorName(code), message: `${code}: ${told.ErrorMessage ?? 'no message'}` };
}

function join(results: readonly LaunchedSlaves[]): LaunchedSlaves {
  const launched = new Map(results.flatMap((result) => result.launched).map((one) => [one.instanceId, one]));
  const exhausted = new Map(results.flatMap((result) => result.exhausted).map((one) => [offeringKey(one), one]));
  const error = results.find((result) => result.error !== undefined)?.error;
  return { launched: [...launched.values()], exhausted: [...exhausted.values()], ...(error ? { error } : {}) };
}
