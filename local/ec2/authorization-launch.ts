import type { AuthorizationCheck } from '../types.ts';
import { made, named, type Part, parameterCheck, passRoleCheck, subnetOf } from './authorization-parts.ts';
import { objectOf, objectsOf, textOf, textsOf, type Wire } from './wire.ts';
import type { World } from './world.ts';

/** Everything that one launch makes or touches. @param subnetId in place of the subnet that `input` names */
export function launchParts(
  world: World,
  input: Wire,
  subnetId?: string,
): { readonly parts: readonly Part[]; readonly checks: readonly AuthorizationCheck[] } {
  const parts = [
    made(world, 'instance', input),
    made(world, 'volume', input),
    ...ofAnyAccount(world, input),
    ...networkParts(world, input, subnetId),
    ...spotParts(world, input),
    ...named(world, [textOf(objectOf(input.LaunchTemplate).LaunchTemplateId) ?? '']),
  ];
  return { parts, checks: [...roleChecks(world, input), ...parameterCheck(world, textOf(input.ImageId))] };
}

/** Images and snapshots are named without an account. */
function ofAnyAccount(world: World, input: Wire): readonly Part[] {
  const snapshots = objectsOf(input.BlockDeviceMapping).flatMap(({ Ebs }) => textOf(objectOf(Ebs).SnapshotId) ?? []);
  const names = ['image/*', ...snapshots.map((id) => `snapshot/${id}`)];
  return names.map((name) => ({ arn: `arn:aws:ec2:${world.region}::${name}`, conditions: {} }));
}

/** The interface that is given, or a new one with its subnet and security groups. */
function networkParts(world: World, input: Wire, subnetId: string | undefined): readonly Part[] {
  const [network = input] = objectsOf(input.NetworkInterface);
  const existing = textOf(network.NetworkInterfaceId);
  if (existing !== undefined) return named(world, [existing]);
  return [
    made(world, 'network-interface', input),
    subnetOf(world, network, subnetId ?? textOf(network.SubnetId)),
    ...named(world, textsOf(network.SecurityGroupId)),
  ];
}

function spotParts(world: World, input: Wire): readonly Part[] {
  if (objectOf(input.InstanceMarketOptions).MarketType !== 'spot') return [];
  return [made(world, 'spot-instances-request', input)];
}

function roleChecks(world: World, input: Wire): readonly AuthorizationCheck[] {
  const { Name, Arn } = objectOf(input.IamInstanceProfile);
  const profile = world.iam.findUsableProfile(textOf(Arn) ?? textOf(Name) ?? '');
  const role = world.iam.roleByName(profile?.roleName ?? '');
  return role === undefined ? [] : [passRoleCheck(role.arn)];
}
