/** What exists of the stack's clusters, by whose tags or names and since when: for the sweep. */
import { tagKeys } from '../contracts/tags.ts';
import { findClusterOfName } from '../domain/cluster/names.ts';
import type { Foundations } from '../ports/foundations.ts';
import { describeInstances } from './ec2-inventory.ts';
import { listAddresses } from './foundation-addresses.ts';
import type { FoundationContext } from './foundation-context.ts';
import { listInterfaces } from './foundation-interfaces.ts';
import { listLaunchTemplates } from './foundation-launch-templates.ts';
import { listRoles } from './foundation-roles.ts';
import { listSecrets } from './foundation-secret.ts';
import { listSecurityGroups } from './foundation-security-groups.ts';
import { tagFilters, tagOf } from './tags.ts';

interface Found {
  readonly clusterId: string | undefined;
  readonly instanceId?: string;
  readonly since?: Date | undefined;
}
type Clusters = Awaited<ReturnType<Foundations['listClusterIds']>>;

export async function listClusterIds(context: FoundationContext): Promise<Clusters> {
  const parts = await Promise.all([
    findInstances(context),
    findTagged(context),
    findRoles(context),
    findSecrets(context),
  ]);
  const clusters = new Map<string, { readonly instanceIds: readonly string[]; readonly youngest?: Date }>();
  for (const { clusterId, instanceId, since } of parts.flat()) {
    if (clusterId === undefined) continue;
    const { instanceIds = [], youngest } = clusters.get(clusterId) ?? {};
    const newest = latest(youngest, since);
    clusters.set(clusterId, {
      instanceIds: instanceId === undefined ? instanceIds : [...instanceIds, instanceId],
      ...(newest ? { youngest: newest } : {}),
    });
  }
  return clusters;
}

function latest(a: Date | undefined, b: Date | undefined): Date | undefined {
  const times = [a, b].flatMap((date) => (date === undefined ? [] : [date.getTime()]));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

async function findInstances({ ec2, settings }: FoundationContext): Promise<readonly Found[]> {
  const alive = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] };
  const found = await describeInstances(ec2, [...tagFilters(settings.stackName), alive]);
  return found.map(({ Tags, InstanceId = '', LaunchTime }) => ({
    clusterId: tagOf(Tags, tagKeys.clusterId),
    instanceId: InstanceId,
    since: LaunchTime,
  }));
}

/** EC2 does not tell since when these exist, launch templates excepted. */
async function findTagged(context: FoundationContext): Promise<readonly Found[]> {
  const filters = tagFilters(context.settings.stackName);
  const groups = await listSecurityGroups(context, filters);
  const interfaces = await listInterfaces(context, filters);
  const addresses = await listAddresses(context, filters);
  const templates = await listLaunchTemplates(context, filters);
  const tagSets = [...groups, ...addresses].map(({ Tags }) => Tags);
  const tagged = [...tagSets, ...interfaces.map(({ TagSet }) => TagSet)];
  return [
    ...tagged.map((tags) => ({ clusterId: tagOf(tags, tagKeys.clusterId) })),
    ...templates.map(({ Tags, CreateTime }) => ({ clusterId: tagOf(Tags, tagKeys.clusterId), since: CreateTime })),
  ];
}

async function findRoles(context: FoundationContext): Promise<readonly Found[]> {
  const roles = await listRoles(context);
  return roles.map(({ RoleName = '', CreateDate }) => ({ clusterId: findClusterOfName(RoleName), since: CreateDate }));
}

/** A secret is made before the cluster's record, so its age matters. */
async function findSecrets(context: FoundationContext): Promise<readonly Found[]> {
  const secrets = await listSecrets(context);
  return secrets.map(({ Name = '', CreatedDate }) => ({ clusterId: findClusterOfName(Name), since: CreatedDate }));
}
