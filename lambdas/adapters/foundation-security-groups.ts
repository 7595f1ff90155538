/** One security group in which all nodes of the cluster are, and one per node group, in which its open ports are. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type Filter,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { NotYetVisible } from '../contracts/error-names.ts';
import { gatewayPorts } from '../contracts/gateway.ts';
import { clusterNameOf, groupNameOf } from '../domain/cluster/names.ts';
import type { DesiredCluster, Foundation } from '../domain/cluster/records.ts';
import { groupsOf, type NodeGroup, type PortRule } from '../domain/cluster/spec.ts';
import { allPages } from './batches.ts';
import { isAlreadyThere, translating } from './errors.ts';
import { type FoundationContext, making, removing, removingEach } from './foundation-context.ts';
import { clusterTags, tagFilters, tagSpecifications } from './tags.ts';

const pageSize = 1000;

type SecurityGroups = Pick<Foundation, 'securityGroupId' | 'publicSecurityGroupIds'>;

export async function prepareSecurityGroups(
  context: FoundationContext,
  { clusterId, spec }: DesiredCluster,
): Promise<SecurityGroups> {
  const { id: securityGroupId } = await ensureGroup(context, clusterId, { name: clusterNameOf(clusterId) });
  await allow(context, securityGroupId, innerPermissions(context, securityGroupId));
  const publicSecurityGroupIds: Record<string, string> = {};
  // Also for groups without open ports: an update that opens some must not have to change the nodes.
  for (const group of groupsOf(spec)) {
    const found = await ensureGroup(context, clusterId, { name: groupNameOf(clusterId, group.name), group });
    await openPorts(context, found, group.openPorts);
    publicSecurityGroupIds[group.name] = found.id;
  }
  return { securityGroupId, publicSecurityGroupIds };
}

interface WantedGroup {
  readonly name: string;
  readonly group?: NodeGroup;
}

interface FoundGroup {
  readonly id: string;
  /** What it lets in; empty if it was just made. */
  readonly permissions: readonly IpPermission[];
}

/** Found by its name, which is unique in the VPC, or made. */
async function ensureGroup(
  { ec2, settings }: FoundationContext,
  clusterId: string,
  { name, group }: WantedGroup,
): Promise<FoundGroup> {
  const find = async (): Promise<SecurityGroup | undefined> => {
    const Filters = [
      { Name: 'vpc-id', Values: [settings.vpcId] },
      { Name: 'group-name', Values: [name] },
    ];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    return SecurityGroups?.[0];
  };
  const tags = clusterTags(settings.stackName, clusterId, {
    name,
    ...(group ? { role: group.role, group: group.name } : {}),
  });
  const create = (): Promise<SecurityGroup> =>
    ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: group ? `Open ports of ${group.name} of cluster ${clusterId}` : `Nodes of cluster ${clusterId}`,
        VpcId: settings.vpcId,
        TagSpecifications: tagSpecifications(['security-group'], tags),
      }),
    );
  const made = await making('making a security group', async () => {
    const found = await find();
    if (found !== undefined) return found;
    return create().catch((error) => (isAlreadyThere(error) ? undefined : Promise.reject(error)));
  });
  const { GroupId: id, IpPermissions: permissions = [] } = made ?? {};
  if (id === undefined) throw new NotYetVisible(`EC2 does not show security group ${name} yet`);
  return { id, permissions };
}

function innerPermissions({ settings }: FoundationContext, securityGroupId: string): readonly IpPermission[] {
  const within = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: securityGroupId, Description: 'between nodes' }] };
  const gateway = { GroupId: settings.gatewaySecurityGroupId, Description: 'from the gateway' };
  const fromGateway = gatewayPorts.map((port) => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    UserIdGroupPairs: [gateway],
  }));
  return [within, ...fromGateway];
}

function openPermission({ protocol, from, to, cidr }: PortRule): IpPermission {
  const range = cidr.includes(':') ? { Ipv6Ranges: [{ CidrIpv6: cidr }] } : { IpRanges: [{ CidrIp: cidr }] };
  return { IpProtocol: protocol, FromPort: from, ToPort: to, ...range };
}

/** Closes what is not wanted any more, opens what is missing. */
async function openPorts(context: FoundationContext, { id, permissions }: FoundGroup, rules: readonly PortRule[]) {
  const wanted = new Map(rules.map(openPermission).map((permission) => [ruleKey(permission), permission]));
  const known = new Map(permissions.flatMap(singleRules).map((permission) => [ruleKey(permission), permission]));
  const extra = [...known].filter(([key]) => !wanted.has(key)).map(([, permission]) => permission);
  const missing = [...wanted].filter(([key]) => !known.has(key)).map(([, permission]) => permission);
  const { ec2 } = context;
  await removingEach(extra, (permission) =>
    removing('an open port', () =>
      ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [permission] })),
    ),
  );
  if (missing.length > 0) await allow(context, id, missing);
}

/** EC2 shows ports that are open to several networks as one permission. */
function singleRules({ IpProtocol, FromPort, ToPort, ...peers }: IpPermission): readonly IpPermission[] {
  const ports = { IpProtocol, FromPort, ToPort };
  return [
    ...(peers.IpRanges ?? []).map(({ CidrIp }) => ({ ...ports, IpRanges: [{ CidrIp }] })),
    ...(peers.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => ({ ...ports, Ipv6Ranges: [{ CidrIpv6 }] })),
  ];
}

function ruleKey({ IpProtocol, FromPort, ToPort, IpRanges, Ipv6Ranges }: IpPermission): string {
  const cidr = IpRanges?.[0]?.CidrIp ?? Ipv6Ranges?.[0]?.CidrIpv6;
  return `${IpProtocol} ${FromPort} ${ToPort} ${cidr}`;
}

/** All in one call; if one is there already the whole call fails, and the rest is added one by one. */
async function allow({ ec2 }: FoundationContext, GroupId: string, permissions: readonly IpPermission[]): Promise<void> {
  const authorize = (IpPermissions: IpPermission[]) =>
    ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  await making('opening ports', async () => {
    try {
      await authorize([...permissions]);
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
      for (const permission of permissions) {
        await authorize([permission]).catch((one) => (isAlreadyThere(one) ? undefined : Promise.reject(one)));
      }
    }
  });
}

export function listSecurityGroups({ ec2 }: FoundationContext, Filters: Filter[]): Promise<readonly SecurityGroup[]> {
  return translating('listing security groups', () =>
    allPages(
      (NextToken) =>
        ec2.send(new DescribeSecurityGroupsCommand({ Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) })),
      (page) => ({ items: page.SecurityGroups ?? [], next: page.NextToken }),
    ),
  );
}

export async function removeSecurityGroups(context: FoundationContext, clusterId: string): Promise<readonly string[]> {
  return releaseSecurityGroups(context, clusterId, []);
}

/** Those of the cluster that are not among `kept`. */
export async function releaseSecurityGroups(
  context: FoundationContext,
  clusterId: string,
  kept: readonly string[],
): Promise<readonly string[]> {
  const groups = await listSecurityGroups(context, tagFilters(context.settings.stackName, clusterId));
  const left = groups.filter(({ GroupId = '' }) => !kept.includes(GroupId));
  return removingEach(left, ({ GroupId = '' }) =>
    removing(`security group ${GroupId}`, () => context.ec2.send(new DeleteSecurityGroupCommand({ GroupId }))),
  );
}
