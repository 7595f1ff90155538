/** Objects that a call makes or touches, as policies see them. */
import type { AuthorizationCheck, AuthorizationContext } from '../types.ts';
import { objectsOf, tagSpecification, textOf, type Wire } from './wire.ts';
import { arnOf, type World } from './world.ts';

/** One object with what conditions may ask about it. */
export interface Part {
  readonly arn: string;
  readonly conditions: Readonly<Record<string, string>>;
}

/** Condition keys about which these contexts tell everything. */
const told = ['aws:RequestTag/', 'aws:ResourceTag/', 'ec2:CreateAction', 'iam:PassedToService'];

/** Type of the resource that an id names, by its prefix. */
const typesByPrefix: Readonly<Record<string, string>> = {
  i: 'instance',
  sg: 'security-group',
  eni: 'network-interface',
  eipalloc: 'elastic-ip',
  lt: 'launch-template',
  subnet: 'subnet',
  vpc: 'vpc',
};

export function contextOf(parts: readonly Part[], also: readonly AuthorizationCheck[] = []): AuthorizationContext {
  const resources = [...new Set(parts.map(({ arn }) => arn))];
  const ofResource = Object.fromEntries(parts.map(({ arn, conditions }) => [arn, conditions]));
  return resources.length > 0 ? { resources, ofResource, told, also } : { also };
}

/** Something new, with the tags that the request gives it. */
export function made(world: World, type: string, input: Wire): Part {
  return { arn: arnOf(world, type, '*'), conditions: tagConditions('RequestTag', tagSpecification(input, type)) };
}

/** Objects by id, with the tags that they have. Ids of nothing known are left out: EC2 answers them by what they are not. */
export function named(world: World, ids: readonly string[]): readonly Part[] {
  return ids.flatMap((id) => {
    const type = typesByPrefix[id.slice(0, id.indexOf('-'))];
    const tags = tagsOf(world, id);
    if (type === undefined || tags === undefined) return [];
    return [{ arn: arnOf(world, type, id), conditions: tagConditions('ResourceTag', tags) }];
  });
}

export function subnetOf(world: World, input: Wire, subnetId = textOf(input.SubnetId)): Part {
  return { arn: arnOf(world, 'subnet', subnetId ?? '*'), conditions: {} };
}

/** Whoever tags while making must be allowed to tag, each type that the call tags. */
export function taggingChecks(world: World, action: string, input: Wire): readonly AuthorizationCheck[] {
  return objectsOf(input.TagSpecification).map((specification) => {
    const { arn, conditions } = made(world, String(specification.ResourceType), input);
    return {
      action: 'ec2:CreateTags',
      context: { resources: [arn], conditions: { ...conditions, 'ec2:CreateAction': action }, told },
    };
  });
}

/** A parameter in place of an image is read as the caller. */
export function parameterCheck(world: World, image: string | undefined): readonly AuthorizationCheck[] {
  const [, name] = /^resolve:ssm:\/?(.+)$/.exec(image ?? '') ?? [];
  if (name === undefined) return [];
  const account = name.startsWith('aws/') ? '' : world.accountId;
  const resource = `arn:aws:ssm:${world.region}:${account}:parameter/${name}`;
  return [{ action: 'ssm:GetParameters', context: { resources: [resource] } }];
}

export function passRoleCheck(roleArn: string): AuthorizationCheck {
  const conditions = { 'iam:PassedToService': 'ec2.amazonaws.com' };
  return { action: 'iam:PassRole', context: { resources: [roleArn], conditions, told } };
}

function tagConditions(key: 'RequestTag' | 'ResourceTag', tags: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...tags].map(([name, value]) => [`aws:${key}/${name}`, value]));
}

function tagsOf(world: World, id: string): ReadonlyMap<string, string> | undefined {
  const kinds = [
    world.instances,
    world.securityGroups,
    world.networkInterfaces,
    world.addresses,
    world.launchTemplates,
    world.subnets,
    world.vpcs,
  ];
  return kinds.map((kind) => kind.get(id)).find((one) => one !== undefined)?.tags;
}
