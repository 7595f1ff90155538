/** One launch template per slave group: CreateFleet can override neither profile nor security group. */
import { createHash } from 'node:crypto';
import {
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  DescribeLaunchTemplatesCommand,
  type Filter,
  type LaunchTemplate,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { NotYetVisible } from '../contracts/error-names.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { DesiredCluster, Foundation, LaunchTemplateReference } from '../domain/cluster/records.ts';
import { shapeOf } from '../domain/cluster/shape.ts';
import type { SlaveGroup } from '../domain/cluster/spec.ts';
import { allPages } from './batches.ts';
import { hasPublicAddress, nodeShape, securityGroupsOf } from './ec2-node-shape.ts';
import { isAlreadyThere, translating } from './errors.ts';
import { type FoundationContext, making, removing, removingEach } from './foundation-context.ts';
import { clusterTags, tagFilters, tagSpecifications } from './tags.ts';

const pageSize = 200;
/** Hexadecimal digits; a name has at most 128 characters. */
const fingerprintLength = 12;

type Parts = Pick<Foundation, 'securityGroupId' | 'publicSecurityGroupIds' | 'instanceProfiles'>;

export async function prepareLaunchTemplates(
  context: FoundationContext,
  { clusterId, spec }: DesiredCluster,
  parts: Parts,
): Promise<Foundation['launchTemplates']> {
  const templates: Record<string, LaunchTemplateReference> = {};
  for (const group of spec.slaves) {
    const data = templateData(context, { clusterId, group, parts });
    const template = await making('making a launch template', () =>
      ensureTemplate(context, { clusterId, group, data }),
    );
    templates[group.name] = { ...template, shape: shapeOf(group) };
  }
  return templates;
}

function templateData(
  { settings }: FoundationContext,
  { clusterId, group, parts }: { clusterId: string; group: SlaveGroup; parts: Parts },
): RequestLaunchTemplateData {
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
  };
}

interface WantedTemplate {
  readonly clusterId: string;
  readonly group: SlaveGroup;
  readonly data: RequestLaunchTemplateData;
}

/**
 * The name ends in a fingerprint of the content: the same content is found again under its name, another content is another
 * template, and nothing is ever changed.
 */
async function ensureTemplate(
  { ec2, settings }: FoundationContext,
  { clusterId, group, data }: WantedTemplate,
): Promise<LaunchTemplateReference> {
  const fingerprint = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, fingerprintLength);
  const LaunchTemplateName = `${groupNameOf(clusterId, group.name)}-${fingerprint}`;
  const tags = clusterTags(settings.stackName, clusterId, {
    role: group.role,
    group: group.name,
    name: LaunchTemplateName,
  });
  const command = new CreateLaunchTemplateCommand({
    LaunchTemplateName,
    LaunchTemplateData: data,
    TagSpecifications: tagSpecifications(['launch-template'], tags),
  });
  try {
    const { LaunchTemplate: made } = await ec2.send(command);
    return reference(LaunchTemplateName, made);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
  const { LaunchTemplates } = await ec2.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] }),
  );
  return reference(LaunchTemplateName, LaunchTemplates?.[0]);
}

function reference(name: string, template: LaunchTemplate | undefined): LaunchTemplateReference {
  const { LaunchTemplateId: id, LatestVersionNumber: version } = template ?? {};
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
  return releaseLaunchTemplates(context, clusterId, []);
}

/** Those of the cluster that are not among `kept`. */
export async function releaseLaunchTemplates(
  context: FoundationContext,
  clusterId: string,
  kept: readonly string[],
): Promise<readonly string[]> {
  const found = await listLaunchTemplates(context, tagFilters(context.settings.stackName, clusterId));
  const left = found.filter(({ LaunchTemplateId = '' }) => !kept.includes(LaunchTemplateId));
  return removingEach(left, ({ LaunchTemplateId }) =>
    removing(`launch template ${LaunchTemplateId}`, () =>
      context.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId })),
    ),
  );
}
