/** What policies are asked about EC2's calls: which objects they make or touch, and with which tags. */
import type { AuthorizationContext, AwsCall } from '../types.ts';
import { objectOf, objectsOf, textOf, textsOf, type Wire } from './wire.ts';
import { arnOf, type World } from './world.ts';

/** What the creating actions make. */
const makes: Readonly<Record<string, readonly string[]>> = {
  RunInstances: ['instance'],
  CreateFleet: ['fleet', 'instance'],
  CreateSecurityGroup: ['security-group'],
  CreateNetworkInterface: ['network-interface'],
  AllocateAddress: ['elastic-ip'],
  CreateLaunchTemplate: ['launch-template'],
};

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

export function authorizationOf(world: World, { action, input }: AwsCall): AuthorizationContext {
  if (action.startsWith('Describe')) return {};
  const made = (makes[action] ?? []).map((type) => arnOf(world, type, '*'));
  const named = namedIds(input, action);
  const resources = [...made, ...named.flatMap((id) => arnOfId(world, id))];
  return {
    ...(resources.length > 0 ? { resources } : {}),
    conditions: { ...requestTags(input), ...resourceTags(world, named), 'ec2:CreateAction': action },
  };
}

function namedIds(input: Wire, action: string): string[] {
  const [network = {}] = objectsOf(input.NetworkInterface);
  const template = objectOf(objectOf(objectsOf(input.LaunchTemplateConfigs)[0]).LaunchTemplateSpecification);
  const instances = action === 'RunInstances' ? [] : textsOf(input.InstanceId);
  return [
    ...instances,
    ...[input, network, template].flatMap((part) =>
      ['NetworkInterfaceId', 'AllocationId', 'LaunchTemplateId', 'SubnetId', 'VpcId'].map((key) => textOf(part[key])),
    ),
    ...textsOf(input.GroupId),
    ...textsOf(input.SecurityGroupId),
    ...textsOf(network.SecurityGroupId),
  ].filter((id) => id !== undefined);
}

function arnOfId(world: World, id: string): string[] {
  const type = typesByPrefix[id.slice(0, id.indexOf('-'))];
  return type === undefined ? [] : [arnOf(world, type, id)];
}

function requestTags(input: Wire): Record<string, string> {
  const tags = objectsOf(input.TagSpecification).flatMap((specification) => objectsOf(specification.Tag));
  return Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, String(tag.Value ?? '')]));
}

/** Tags that all named objects agree on; where they differ, a value that no policy names. */
function resourceTags(world: World, ids: readonly string[]): Record<string, string> {
  const kinds = [
    world.instances,
    world.securityGroups,
    world.networkInterfaces,
    world.addresses,
    world.launchTemplates,
  ];
  const tagged = ids
    .map((id) => kinds.map((kind) => kind.get(id)).find((one) => one !== undefined))
    .filter((one) => one !== undefined);
  const keys = new Set(tagged.flatMap((one) => [...one.tags.keys()]));
  return Object.fromEntries(
    [...keys].map((key) => {
      const [value = '', ...others] = new Set(tagged.map((one) => one.tags.get(key) ?? ''));
      return [`aws:ResourceTag/${key}`, others.length === 0 ? value : ''];
    }),
  );
}
