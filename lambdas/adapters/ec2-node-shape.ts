/** What all nodes of a group have in common, in the words that RunInstances and launch templates share. */
import type { LaunchTemplateBlockDeviceMappingRequest } from '@aws-sdk/client-ec2';
import type { NodeRole } from '../contracts/cluster.ts';
import { Misconfigured } from '../contracts/error-names.ts';
import { subnetsOf } from '../domain/cluster/offerings.ts';
import type { Foundation } from '../domain/cluster/records.ts';
import type { NodeGroup, VolumeSpec } from '../domain/cluster/spec.ts';
import { renderUserData } from '../domain/release/user-data.ts';
import type { NodeSettings } from './node-settings.ts';

/** Root device of the Ubuntu images; the start scripts rely on the letters of the others, `f` being the first volume. */
const rootDevice = '/dev/sda1';
const firstVolumeLetter = 'f'.charCodeAt(0);

export interface ShapeContext {
  readonly settings: NodeSettings;
  readonly clusterId: string;
  readonly group: NodeGroup;
  readonly profile: string;
}

export function nodeShape({ settings, clusterId, group, profile }: ShapeContext) {
  return {
    ImageId: group.imageId ?? settings.image,
    IamInstanceProfile: { Name: profile },
    UserData: Buffer.from(userDataOf(settings, clusterId, group.role)).toString('base64'),
    BlockDeviceMappings: blockDevices(settings, group),
    // Containers share the node's network, so one hop is enough and keeps bridged containers away from the node's role. Tags stay
    // out of the metadata: nobody reads them there, and EC2 would refuse keys with blanks and slashes, which users may give.
    MetadataOptions: {
      HttpEndpoint: 'enabled' as const,
      HttpTokens: 'required' as const,
      HttpPutResponseHopLimit: 1,
    },
  };
}

function userDataOf({ signalsQueueUrl, region }: NodeSettings, clusterId: string, role: NodeRole): string {
  return renderUserData({ clusterId, role, signalsQueueUrl, region });
}

function blockDevices(settings: NodeSettings, group: NodeGroup): LaunchTemplateBlockDeviceMappingRequest[] {
  const root = { DeviceName: rootDevice, Ebs: ebs(settings, { sizeGiB: group.rootDiskGiB }) };
  const volumes = group.volumes.map((volume, n) => ({
    DeviceName: `/dev/sd${String.fromCharCode(firstVolumeLetter + n)}`,
    Ebs: ebs(settings, volume),
  }));
  return [root, ...volumes];
}

function ebs(
  settings: NodeSettings,
  { sizeGiB, type, snapshotId }: Pick<VolumeSpec, 'sizeGiB' | 'type' | 'snapshotId'>,
) {
  return {
    VolumeSize: sizeGiB,
    VolumeType: (type ?? 'gp3') as 'gp3',
    Encrypted: true,
    DeleteOnTermination: true,
    ...(settings.encryptionKeyId === '' ? {} : { KmsKeyId: settings.encryptionKeyId }),
    ...(snapshotId === undefined ? {} : { SnapshotId: snapshotId }),
  };
}

/** Nodes in a subnet with a route to the internet gateway reach AWS only with a public address of their own. */
export function hasPublicAddress(group: NodeGroup, settings: NodeSettings): boolean {
  return group.public || settings.subnets.private.length === 0;
}

export function securityGroupsOf(
  group: NodeGroup,
  foundation: Pick<Foundation, 'securityGroupId' | 'publicSecurityGroupIds'>,
): string[] {
  const open = foundation.publicSecurityGroupIds[group.name];
  return open === undefined ? [foundation.securityGroupId] : [foundation.securityGroupId, open];
}

/** The subnet that a group's nodes have in a zone. @throws Misconfigured */
export function subnetIn(zone: string, group: NodeGroup, settings: NodeSettings): string {
  const found = subnetsOf(group, settings.subnets).find((subnet) => subnet.zone === zone);
  if (found === undefined) throw new Misconfigured(`The stack has no subnet in zone ${zone} for group ${group.name}.`);
  return found.id;
}
