/** One launch template per slave group: CreateFleet can override neither profile nor security group. */
import { createHash } from 'node:crypto';
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type Filter,
  type LaunchTemplate,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { NotYetVisible } from '../contracts/error-names.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { DesiredCluster, Foundation } from '../domain/cluster/records.ts';
import type { SlaveGroup } from '../domain/cluster/spec.ts';
import { allPages } from './batches.ts';
import { hasPublicAddress, nodeShape, securityGroupsOf } from './ec2-node-shape.ts';
import { isAlreadyThere, translating } from './errors.ts';
import { type FoundationContext, making, removing, removingEach } from './foundation-context.ts';
import { clusterTags, tagFilters, tagSpecifications } from './tags.ts';

const pageSize = 200;

type Parts = Pick<Foundation, 'securityGroupId' | 'publicSecurityGroupIds' | 'instanceProfiles'>;
type TemplateReference = Foundation['launchTemplates'][string];

export async function prepareLaunchTemplates(
  context: FoundationContext,
  { clusterId, spec }: DesiredCluster,
  parts: Parts,
): Promise<Foundation['launchTemplates']> {
  const templates: Record<string, TemplateReference> = {};
  for (const group of spec.slaves) {
    const data = templateData(context, { clusterId, group, parts });
    templates[group.name] = await making('making a launch template', () =>
      ensureTemplate(context, { clusterId, group, data, fingerprint: fingerprintOf(data) }),
    );
  }
  return templates;
}

function templateData(
  { settings }: FoundationContext,
  { clusterId, group, parts }: { clusterId: string; group: SlaveGroup; parts: Parts },
): RequestLaunchTemplateData {
  const tags = clusterTags(settings.stackName, clusterId, { role: group.role, group: group.name, own: group.tags });
  return {
    ...nodeShape({ settings, clusterId, group, profile: parts.instanceProfiles.slave }),
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        DeleteOnTermination: true,
        AssociatePublicIpAddress: hasPublicAddress(group, settings),
        Groups: securityGroupsOf(group, parts),
      },
    ],
    TagSpecifications: tagSpecifications(['volume'], tags),
  };
}

/** A version is known again by the fingerprint of its content, so that nothing is made twice. */
function fingerprintOf(data: RequestLaunchTemplateData): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex');
}

interface WantedTemplate {
  readonly clusterId: string;
  readonly group: SlaveGroup;
  readonly data: RequestLaunchTemplateData;
  readonly fingerprint: string;
}

async function ensureTemplate(
  { ec2, settings }: FoundationContext,
  { clusterId, group, data, fingerprint }: WantedTemplate,
): Promise<TemplateReference> {
  const LaunchTemplateName = groupNameOf(clusterId, group.name);
  const tags = clusterTags(settings.stackName, clusterId, {
    role: group.role,
    group: group.name,
    name: LaunchTemplateName,
  });
  const content = { LaunchTemplateName, LaunchTemplateData: data, VersionDescription: fingerprint };
  const command = new CreateLaunchTemplateCommand({
    ...content,
    TagSpecifications: tagSpecifications(['launch-template'], tags),
  });
  try {
    const { LaunchTemplate: made } = await ec2.send(command);
    return reference(LaunchTemplateName, made?.LaunchTemplateId, made?.LatestVersionNumber);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
  const versions = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName }));
  const same = versions.LaunchTemplateVersions?.find((version) => version.VersionDescription === fingerprint);
  const version = same ?? (await ec2.send(new CreateLaunchTemplateVersionCommand(content))).LaunchTemplateVersion;
  return reference(LaunchTemplateName, version?.LaunchTemplateId, version?.VersionNumber);
}

function reference(name: string, id: string | undefined, version: number | undefined): TemplateReference {
  if (id === undefined || version === undefined)
    throw new NotYetVisible(`EC2 does not show launch template ${name} yet`);
  return { id, version: String(version) };
}

export function listLaunchTemplates({ ec2 }: FoundationContext, Filters: Filter[]): Promise<readonly LaunchTemplate[]> {
  return translating('listing launch templates', () =>
    allPages(
      (NextToken) =>
        ec2.send(
          new DescribeLaunchTemplatesCommand({ Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) }),
        ),
      (page) => ({ items: page.LaunchTemplates ?? [], next: page.NextToken }),
    ),
  );
}

export async function removeLaunchTemplates(context: FoundationContext, clusterId: string): Promise<readonly string[]> {
  const found = await listLaunchTemplates(context, tagFilters(context.settings.stackName, clusterId));
  return removingEach(found, ({ LaunchTemplateId }) =>
    removing(`launch template ${LaunchTemplateId}`, () =>
      context.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId })),
    ),
  );
}
