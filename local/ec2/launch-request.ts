/** What is to be launched, read from a request or a launch template, and checked as EC2 checks it. */
import { checkUserData } from './launch-templates.ts';
import { findInterface, findSubnet } from './network-interfaces.ts';
import { findGroup } from './security-groups.ts';
import type { NetworkInterface, SecurityGroup, Subnet } from './types.ts';
import { fail, flagOf, numberOf, objectOf, objectsOf, textOf, textsOf, type Wire } from './wire.ts';
import type { World } from './world.ts';

export interface LaunchRequest {
  readonly imageId: string;
  readonly instanceType: string;
  readonly market: 'on-demand' | 'spot';
  readonly profileName?: string;
  readonly userData: string;
  readonly volumes: readonly VolumeRequest[];
  /** A network interface that exists, or what one is made of. */
  readonly network: { readonly existing: NetworkInterface; readonly deleteOnTermination: boolean } | NewNetwork;
}
export interface NewNetwork {
  readonly existing?: undefined;
  readonly subnet: Subnet;
  readonly groups: readonly SecurityGroup[];
  readonly publicAddress: boolean;
  readonly privateIp?: string;
}
export interface VolumeRequest {
  readonly device: string;
  readonly sizeGiB: number;
  readonly deleteOnTermination: boolean;
}

/** @throws AwsError for every fault that RunInstances itself reports */
export function readLaunch(world: World, input: Wire): LaunchRequest {
  const profileName = profileOf(world, objectOf(input.IamInstanceProfile));
  checkUserData(textOf(input.UserData));
  checkMetadataOptions(objectOf(input.MetadataOptions));
  const market = objectOf(input.InstanceMarketOptions).MarketType === 'spot' ? 'spot' : 'on-demand';
  return {
    imageId: imageOf(textOf(input.ImageId)),
    instanceType: typeOf(textOf(input.InstanceType)),
    market,
    ...(profileName === undefined ? {} : { profileName }),
    userData: Buffer.from(textOf(input.UserData) ?? '', 'base64').toString(),
    volumes: volumesOf(objectsOf(input.BlockDeviceMapping)),
    network: networkOf(world, input),
  };
}

function imageOf(image: string | undefined): string {
  if (image === undefined) return fail('MissingParameter', 'The request must contain the parameter ImageId');
  if (/^ami-[0-9a-f]{8,17}$/.test(image)) return image;
  // The local cloud has one image for all parameters that name one.
  if (/^resolve:ssm:[A-Za-z0-9._/-]+$/.test(image)) return 'ami-0a1b2c3d4e5f60718';
  return fail('InvalidAMIID.Malformed', `Invalid id: "${image}" (expecting "ami-...")`);
}

function typeOf(type: string | undefined): string {
  if (type === undefined) return fail('MissingParameter', 'The request must contain the parameter InstanceType');
  if (/^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|metal|\d*xlarge|metal-\d+xl)$/.test(type)) return type;
  return fail('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`);
}

function profileOf(world: World, profile: Wire): string | undefined {
  const name = textOf(profile.Name);
  const arn = textOf(profile.Arn);
  const asked = arn ?? name;
  if (asked === undefined) return undefined;
  const found = world.iam.findUsableProfile(asked);
  if (found) return found.name;
  const [key, noun] = arn === undefined ? ['name', 'name'] : ['arn', 'ARN'];
  const where = `Value (${asked}) for parameter iamInstanceProfile.${key} is invalid.`;
  return fail('InvalidParameterValue', `${where} Invalid IAM Instance Profile ${noun}`);
}

function checkMetadataOptions(options: Wire): void {
  const hops = numberOf(options.HttpPutResponseHopLimit);
  if (hops !== undefined && !(hops >= 1 && hops <= 64)) {
    fail('InvalidParameterValue', 'HttpPutResponseHopLimit must be between 1 and 64');
  }
}

/** Root disks go with their instance unless told otherwise; others stay unless told otherwise. */
function volumesOf(mappings: readonly Wire[]): VolumeRequest[] {
  return mappings.map((mapping) => {
    const device =
      textOf(mapping.DeviceName) ?? fail('MissingParameter', 'A block device mapping must have a DeviceName');
    const ebs = objectOf(mapping.Ebs);
    const sizeGiB = numberOf(ebs.VolumeSize) ?? 8;
    if (!Number.isInteger(sizeGiB) || sizeGiB < 1 || sizeGiB > 16_384) {
      fail('InvalidParameterValue', `Volume size ${sizeGiB} of ${device} must be between 1 and 16384 GiB`);
    }
    const isRoot = /^\/dev\/(sda1|xvda)$/.test(device);
    return { device, sizeGiB, deleteOnTermination: flagOf(ebs.DeleteOnTermination) ?? isRoot };
  });
}

function networkOf(world: World, input: Wire): LaunchRequest['network'] {
  const groupIds = textsOf(input.SecurityGroupId);
  const [first, ...others] = objectsOf(input.NetworkInterface);
  if (others.length > 0) fail('Unsupported', 'The local cloud attaches one network interface per instance');
  if (!first) return newNetwork(world, { SubnetId: input.SubnetId, SecurityGroupId: groupIds });
  if (groupIds.length > 0 || textOf(input.SubnetId) !== undefined) {
    fail(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request',
    );
  }
  const id = textOf(first.NetworkInterfaceId);
  return id === undefined ? newNetwork(world, first) : existingNetwork(world, id, first);
}

function existingNetwork(world: World, id: string, asked: Wire): LaunchRequest['network'] {
  if (textOf(asked.SubnetId) !== undefined || textsOf(asked.SecurityGroupId).length > 0) {
    fail(
      'InvalidParameterCombination',
      'A network interface may not specify a network interface ID and delete on termination, subnet or security groups',
    );
  }
  if (flagOf(asked.DeleteOnTermination) || flagOf(asked.AssociatePublicIpAddress) !== undefined) {
    fail(
      'InvalidParameterCombination',
      'A network interface ID may not be specified together with DeleteOnTermination=true or AssociatePublicIpAddress',
    );
  }
  const existing = findInterface(world, id);
  if (existing.attachment) {
    fail('InvalidNetworkInterface.InUse', `Interface: [${id}] in use.`);
  }
  return { existing, deleteOnTermination: false };
}

function newNetwork(world: World, asked: Wire): NewNetwork {
  const subnetId = textOf(asked.SubnetId);
  if (subnetId === undefined) return fail('VPCIdNotSpecified', 'No default VPC for this user. Specify a subnet.');
  const subnet = findSubnet(world, subnetId);
  const groups = textsOf(asked.SecurityGroupId).map((id) => findGroup(world, id));
  if (groups.some((group) => group.vpcId !== subnet.vpcId)) {
    fail('InvalidParameter', `Security group and subnet ${subnetId} belong to different networks.`);
  }
  const privateIp = textOf(asked.PrivateIpAddress);
  return {
    subnet,
    groups,
    publicAddress: flagOf(asked.AssociatePublicIpAddress) ?? subnet.mapPublicIp,
    ...(privateIp === undefined ? {} : { privateIp }),
  };
}
