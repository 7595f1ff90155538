/** The masters' slots: one network interface each, whose private address never changes. */
import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  type Filter,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { NotYetVisible } from '../contracts/error-names.ts';
import { tagKeys } from '../contracts/tags.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { DesiredCluster, Foundation, MasterInterface } from '../domain/cluster/records.ts';
import { allPages } from './batches.ts';
import { securityGroupsOf, subnetIn } from './ec2-node-shape.ts';
import { codeOf, translating } from './errors.ts';
import { type FoundationContext, making, removing, removingEach } from './foundation-context.ts';
import { clusterTags, tagFilters, tagOf, tagSpecifications } from './tags.ts';

const pageSize = 1000;

type Groups = Pick<Foundation, 'securityGroupId' | 'publicSecurityGroupIds'>;

export interface SlotsToPrepare {
  readonly desired: DesiredCluster;
  readonly masterZones: readonly string[];
  readonly groups: Groups;
  /** What was prepared earlier. */
  readonly before?: Foundation | undefined;
}

export async function prepareInterfaces(
  context: FoundationContext,
  { desired, masterZones, groups, before }: SlotsToPrepare,
): Promise<readonly MasterInterface[]> {
  const found = await listInterfaces(context, tagFilters(context.settings.stackName, desired.clusterId));
  const slots: MasterInterface[] = [];
  for (const [index, zone] of masterZones.entries()) {
    const own = found.filter((each) => tagOf(each.TagSet, tagKeys.slot) === String(index + 1));
    const earlier = before?.masterInterfaces.find(({ slot }) => slot === index + 1);
    slots.push(await prepareSlot(context, { desired, groups, slot: index + 1, zone, own, earlier }));
  }
  return slots;
}

interface Slot {
  readonly desired: DesiredCluster;
  readonly groups: Groups;
  readonly slot: number;
  readonly zone: string;
  /** Interfaces with the slot's tag. */
  readonly own: readonly NetworkInterface[];
  readonly earlier: MasterInterface | undefined;
}

/** Keeps the attached interface, else the first in the right zone; the others are free ones of another zone or of a broken try. */
async function prepareSlot(context: FoundationContext, wanted: Slot): Promise<MasterInterface> {
  const sorted = wanted.own.toSorted((a, b) => idOf(a).localeCompare(idOf(b)));
  const kept = sorted.find(isAttached) ?? sorted.find((each) => each.AvailabilityZone === wanted.zone);
  await removingEach(
    sorted.filter((each) => each !== kept && !isAttached(each)),
    (each) => removeInterface(context, each),
  );
  const made = kept ?? (await createInterface(context, wanted));
  if (!made?.NetworkInterfaceId || !made.PrivateIpAddress) {
    throw new NotYetVisible(
      `EC2 does not show the interface of slot ${wanted.slot} of ${wanted.desired.clusterId} yet`,
    );
  }
  return {
    slot: wanted.slot,
    networkInterfaceId: made.NetworkInterfaceId,
    privateIp: made.PrivateIpAddress,
    zone: made.AvailabilityZone ?? wanted.zone,
    subnetId: made.SubnetId ?? '',
  };
}

const idOf = (each: NetworkInterface): string => each.NetworkInterfaceId ?? '';
const isAttached = (each: NetworkInterface): boolean => each.Status === 'in-use' || each.Attachment !== undefined;

async function createInterface(
  { ec2, settings }: FoundationContext,
  { desired, groups, slot, zone, earlier }: Slot,
): Promise<NetworkInterface | undefined> {
  const { clusterId, spec } = desired;
  const { masters } = spec;
  const tags = clusterTags(settings.stackName, clusterId, {
    role: 'master',
    group: masters.name,
    slot,
    name: `${groupNameOf(clusterId, masters.name)}-${slot}`,
  });
  const SubnetId = subnetIn(zone, masters, settings);
  const command = new CreateNetworkInterfaceCommand({
    SubnetId,
    ...(earlier?.subnetId === SubnetId ? { PrivateIpAddress: earlier.privateIp } : {}),
    Description: `Master ${slot} of cluster ${clusterId}`,
    Groups: securityGroupsOf(masters, groups),
    TagSpecifications: tagSpecifications(['network-interface'], tags),
  });
  const made = await making("making a master's interface", () => ec2.send(command));
  return made.NetworkInterface && { AvailabilityZone: zone, ...made.NetworkInterface };
}

/** Only the masters': those of other nodes are tagged too, but come and go with their instances. */
export function listInterfaces({ ec2 }: FoundationContext, filters: Filter[]): Promise<readonly NetworkInterface[]> {
  const Filters = [...filters, { Name: `tag:${tagKeys.role}`, Values: ['master'] }];
  return translating('listing network interfaces', () =>
    allPages(
      (NextToken) =>
        ec2.send(
          new DescribeNetworkInterfacesCommand({ Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) }),
        ),
      (page) => ({ items: page.NetworkInterfaces ?? [], next: page.NextToken }),
    ),
  );
}

function removeInterface({ ec2 }: FoundationContext, each: NetworkInterface): Promise<readonly string[]> {
  const NetworkInterfaceId = idOf(each);
  const what = `network interface ${NetworkInterfaceId}`;
  return removing(what, () => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))).catch((error) => {
    // EC2 has two codes for an interface in use, of which this one may mean anything else as well.
    if (codeOf(error) === 'InvalidParameterValue' && isAttached(each)) return [what];
    throw error;
  });
}

export async function removeInterfaces(context: FoundationContext, clusterId: string): Promise<readonly string[]> {
  const found = await listInterfaces(context, tagFilters(context.settings.stackName, clusterId));
  return removingEach(found, (each) => removeInterface(context, each));
}
