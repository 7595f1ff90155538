/**
 * What policies are asked about EC2's calls: each object that a call makes or touches, with its own tags, and what EC2 checks
 * besides as the caller. All is told: a condition on a tag that nobody set does not hold, as on AWS.
 */
import type { AuthorizationContext, AwsCall } from '../types.ts';
import { launchParts } from './authorization-launch.ts';
import { contextOf, made, named, type Part, parameterCheck, subnetOf, taggingChecks } from './authorization-parts.ts';
import { objectOf, objectsOf, textOf, textsOf, type Wire } from './wire.ts';
import type { World } from './world.ts';

type Parts = (world: World, input: Wire) => readonly Part[];

/** By action, where ids in the request do not tell all. */
const partsByAction: Readonly<Record<string, Parts>> = {
  CreateSecurityGroup: (world, input) => [
    made(world, 'security-group', input),
    ...named(world, [textOf(input.VpcId) ?? '']),
  ],
  CreateNetworkInterface: (world, input) => [
    made(world, 'network-interface', input),
    subnetOf(world, input),
    ...named(world, textsOf(input.SecurityGroupId)),
  ],
  AllocateAddress: (world, input) => [made(world, 'elastic-ip', input)],
  CreateLaunchTemplate: (world, input) => [made(world, 'launch-template', input)],
  AssociateAddress: (world, input) => [
    ...named(world, idsOf(input)),
    ...interfacesOf(world, textsOf(input.InstanceId)),
  ],
  DisassociateAddress: (world, input) => associationParts(world, textOf(input.AssociationId)),
};

export function authorizationOf(world: World, { action, input }: AwsCall): AuthorizationContext {
  if (action.startsWith('Describe')) return {};
  if (action === 'RunInstances') return launching(world, input);
  if (action === 'CreateFleet') return launchingFleet(world, input);
  const parts = (partsByAction[action] ?? ((_: World, given: Wire) => named(world, idsOf(given))))(world, input);
  const image = textOf(objectOf(input.LaunchTemplateData).ImageId);
  return contextOf(parts, [...taggingChecks(world, action, input), ...parameterCheck(world, image)]);
}

function launching(world: World, input: Wire): AuthorizationContext {
  const { parts, checks } = launchParts(world, input);
  return contextOf(parts, [...taggingChecks(world, 'RunInstances', input), ...checks]);
}

/** EC2 looks at a fleet twice: may the caller make it, and may the caller run these instances. */
function launchingFleet(world: World, input: Wire): AuthorizationContext {
  const launches = objectsOf(input.LaunchTemplateConfigs).flatMap((config) => {
    const specification = objectOf(config.LaunchTemplateSpecification);
    const template = world.launchTemplates.get(textOf(specification.LaunchTemplateId) ?? '');
    const data = template?.versions[Number(specification.Version) - 1] ?? {};
    const overrides = objectsOf(config.Overrides);
    const tags = { TagSpecification: [...objectsOf(data.TagSpecification), ...objectsOf(input.TagSpecification)] };
    const templates = named(world, template ? [template.id] : []);
    return (overrides.length > 0 ? overrides : [{}]).map((override) => {
      const launch = launchParts(world, { ...data, ...tags, ...spotOf(input) }, textOf(override.SubnetId));
      return { parts: [...templates, ...launch.parts], checks: launch.checks };
    });
  });
  const parts = launches.flatMap((launch) => launch.parts);
  const instances = { action: 'ec2:RunInstances', context: contextOf(parts) };
  const checks = [...taggingChecks(world, 'CreateFleet', input), ...launches.flatMap((launch) => launch.checks)];
  return contextOf([made(world, 'fleet', input), ...parts], [instances, ...checks]);
}

function spotOf(input: Wire): Wire {
  const market = textOf(objectOf(input.TargetCapacitySpecification).DefaultTargetCapacityType);
  return market === 'spot' ? { InstanceMarketOptions: { MarketType: 'spot' } } : {};
}

const idKeys = ['NetworkInterfaceId', 'AllocationId', 'LaunchTemplateId', 'SubnetId', 'VpcId'];

function idsOf(input: Wire): readonly string[] {
  const single = idKeys.flatMap((key) => textOf(input[key]) ?? []);
  return [...single, ...['InstanceId', 'GroupId', 'SecurityGroupId'].flatMap((key) => textsOf(input[key]))];
}

function interfacesOf(world: World, instanceIds: readonly string[]): readonly Part[] {
  return named(
    world,
    instanceIds.flatMap((id) => world.instances.get(id)?.networkInterface.id ?? []),
  );
}

function associationParts(world: World, id: string | undefined): readonly Part[] {
  const address = [...world.addresses.values()].find(({ association }) => association?.id === id);
  const holder = address?.association?.networkInterfaceId;
  return named(world, address && holder ? [address.id, holder] : []);
}
