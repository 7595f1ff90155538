/** CloudFormation's resource types of security groups. */
import type { CreatedResource, ResourceToCreate, ResourceTypes } from '../types.ts';
import { cloudFormation } from './network-resources.ts';
import { portsOf } from './permissions.ts';
import { addSecurityGroup } from './security-groups.ts';
import type { Rule, SecurityGroup } from './types.ts';
import { fail, objectsOf, tagList, textOf, type Wire } from './wire.ts';
import type { World } from './world.ts';

const rulePeers = ['CidrIp', 'CidrIpv6', 'IpProtocol', 'FromPort', 'ToPort', 'Description', 'GroupId'];

export function securityGroupResourceTypes(world: World): ResourceTypes {
  return {
    'AWS::EC2::SecurityGroup': {
      properties: ['GroupDescription', 'GroupName', 'VpcId', 'SecurityGroupIngress', 'SecurityGroupEgress', 'Tags'],
      create: (resource) => makeGroup(world, resource),
    },
    'AWS::EC2::SecurityGroupIngress': {
      properties: [...rulePeers, 'SourceSecurityGroupId'],
      withoutEffect: ['SourceSecurityGroupOwnerId'],
      create: (resource) => makeRule(world, resource, 'ingress'),
    },
    'AWS::EC2::SecurityGroupEgress': {
      properties: [...rulePeers, 'DestinationSecurityGroupId'],
      create: (resource) => makeRule(world, resource, 'egress'),
    },
  };
}

function makeGroup(world: World, { properties, logicalId, stackName }: ResourceToCreate): CreatedResource {
  const vpcId = String(properties.VpcId);
  const group = addSecurityGroup(
    world,
    cloudFormation,
    {
      name: textOf(properties.GroupName) ?? `${stackName}-${logicalId}-${world.names.hex(12)}`,
      description: String(properties.GroupDescription),
      vpcId,
      tags: tagList(properties.Tags),
    },
    'none',
  );
  group.ingress = objectsOf(properties.SecurityGroupIngress).map((rule) => ruleOf(world, rule));
  // A template that says something about egress replaces the rule that lets everything out.
  if (properties.SecurityGroupEgress !== undefined) {
    group.egress = objectsOf(properties.SecurityGroupEgress).map((rule) => ruleOf(world, rule));
  }
  return { ref: group.id, attributes: { GroupId: group.id, Id: group.id, VpcId: vpcId } };
}

function makeRule(world: World, { properties }: ResourceToCreate, direction: 'ingress' | 'egress'): CreatedResource {
  const id = String(properties.GroupId);
  const group: SecurityGroup =
    world.securityGroups.get(id) ?? fail('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
  const rule = ruleOf(world, properties);
  group[direction].push(rule);
  return { ref: rule.id, attributes: { Id: rule.id } };
}

function ruleOf(world: World, properties: Wire): Rule {
  const group = textOf(properties.SourceSecurityGroupId) ?? textOf(properties.DestinationSecurityGroupId);
  const cidr = textOf(properties.CidrIp);
  const peer =
    group !== undefined
      ? ({ peerKind: 'group', peer: group } as const)
      : cidr !== undefined
        ? ({ peerKind: 'cidr', peer: cidr } as const)
        : ({ peerKind: 'cidr6', peer: String(properties.CidrIpv6) } as const);
  return { id: `sgr-${world.names.hex(17)}`, ...portsOf(properties), ...peer };
}
