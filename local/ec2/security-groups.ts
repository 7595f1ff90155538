/** Security groups as objects of the API. What they let through is in firewall.ts. */
import type { Caller } from '../types.ts';
import { matcher } from './filters.ts';
import { grantsOf, permissionItems, sameRule } from './permissions.ts';
import type { Rule, SecurityGroup } from './types.ts';
import { fail, objectsOf, pageOf, required, tagSet, tagSpecification, textOf, textsOf, type Wire } from './wire.ts';
import { arnOf, need, newEntity, visible, type World } from './world.ts';

/** Default quota of rules in each direction of a group. */
const maxRules = 60;

export const findGroup = (world: World, id: string) =>
  need(world, world.securityGroups, id, 'InvalidGroup.NotFound', 'security group');

export function addSecurityGroup(
  world: World,
  by: Caller,
  group: { name: string; description: string; vpcId: string; tags: Map<string, string> },
  late: 'none' | 'configuration',
): SecurityGroup {
  const entity = newEntity(world, 'sg', by, group.tags, late);
  const everywhere: Rule = { id: `sgr-${world.names.hex(17)}`, protocol: '-1', peerKind: 'cidr', peer: '0.0.0.0/0' };
  const created: SecurityGroup = { ...entity, ...group, ingress: [], egress: [everywhere] };
  world.securityGroups.set(created.id, created);
  return created;
}

export function createSecurityGroup(world: World, input: Wire, by: Caller): unknown {
  const name = required(input, 'GroupName');
  const vpcId = required(input, 'VpcId');
  need(world, world.vpcs, vpcId, 'InvalidVpcID.NotFound', 'vpc ID');
  if ([...world.securityGroups.values()].some((group) => group.name === name && group.vpcId === vpcId)) {
    fail('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`);
  }
  const description = required(input, 'GroupDescription');
  const tags = tagSpecification(input, 'security-group');
  const group = addSecurityGroup(world, by, { name, description, vpcId, tags }, 'configuration');
  return {
    return: true,
    groupId: group.id,
    tagSet: tagSet(tags),
    securityGroupArn: arnOf(world, 'security-group', group.id),
  };
}

/** @throws AwsError InvalidPermission.Duplicate, RulesPerSecurityGroupLimitExceeded; then nothing is changed */
export function authorize(world: World, input: Wire, direction: 'ingress' | 'egress'): unknown {
  const group = findGroup(world, required(input, 'GroupId'));
  const rules = grantsOf(world, objectsOf(input.IpPermissions));
  const duplicate = rules.find((rule) => group[direction].some((known) => sameRule(known, rule)));
  if (duplicate) {
    fail(
      'InvalidPermission.Duplicate',
      `the specified rule "peer: ${duplicate.peer}, ${duplicate.protocol}, from port: ${duplicate.from}, to port: ${duplicate.to}, ALLOW" already exists`,
    );
  }
  if (group[direction].length + rules.length > maxRules) {
    fail('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.');
  }
  group[direction].push(...rules);
  return { return: true, securityGroupRuleSet: { item: rules.map((rule) => ruleItem(group, rule, direction)) } };
}

export function revoke(world: World, input: Wire, direction: 'ingress' | 'egress'): unknown {
  const group = findGroup(world, required(input, 'GroupId'));
  const ids = textsOf(input.SecurityGroupRuleId);
  const unknownId = ids.find((id) => !group[direction].some((rule) => rule.id === id));
  if (unknownId) {
    fail('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${unknownId}' does not exist`);
  }
  const rules = grantsOf(world, objectsOf(input.IpPermissions));
  const missing = rules.find((rule) => !group[direction].some((known) => sameRule(known, rule)));
  if (missing) fail('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
  group[direction] = group[direction].filter(
    (known) => !ids.includes(known.id) && !rules.some((rule) => sameRule(known, rule)),
  );
  return { return: true };
}

function ruleItem(group: SecurityGroup, rule: Rule, direction: 'ingress' | 'egress'): Wire {
  return {
    securityGroupRuleId: rule.id,
    groupId: group.id,
    isEgress: direction === 'egress',
    ipProtocol: rule.protocol,
    fromPort: rule.from ?? -1,
    toPort: rule.to ?? -1,
    ...(rule.peerKind === 'cidr' ? { cidrIpv4: rule.peer } : {}),
    ...(rule.peerKind === 'group' ? { referencedGroupInfo: { groupId: rule.peer } } : {}),
    description: rule.description,
  };
}

/** @throws AwsError DependencyViolation while an interface or another group's rule refers to it */
export function deleteSecurityGroup(world: World, input: Wire): unknown {
  const group = findGroup(world, required(input, 'GroupId'));
  const usedByInterface = [...world.networkInterfaces.values()].some((one) => one.groups.includes(group));
  const usedByRule = [...world.securityGroups.values()].some(
    (other) => other !== group && [...other.ingress, ...other.egress].some((rule) => rule.peer === group.id),
  );
  if (usedByInterface || usedByRule) fail('DependencyViolation', `resource ${group.id} has a dependent object`);
  world.securityGroups.delete(group.id);
  return { return: true, groupId: group.id };
}

export function describeSecurityGroups(world: World, input: Wire): unknown {
  const ids = textsOf(input.GroupId);
  const matches = matcher<SecurityGroup>(
    input,
    { 'group-id': (one) => [one.id], 'group-name': (one) => [one.name], 'vpc-id': (one) => [one.vpcId] },
    (one) => one.tags,
  );
  const named = ids.map((id) => findGroup(world, id));
  const found = (ids.length > 0 ? named : visible(world, world.securityGroups)).filter(matches);
  const { page, next } = pageOf(found, Number(input.MaxResults ?? 1000), textOf(input.NextToken));
  return { securityGroupInfo: { item: page.map((group) => groupItem(world, group)) }, nextToken: next };
}

const groupItem = (world: World, group: SecurityGroup) => ({
  ownerId: world.accountId,
  groupId: group.id,
  groupName: group.name,
  groupDescription: group.description,
  vpcId: group.vpcId,
  ipPermissions: { item: permissionItems(world, group.ingress) },
  ipPermissionsEgress: { item: permissionItems(world, group.egress) },
  tagSet: tagSet(group.tags),
});
