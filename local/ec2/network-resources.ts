/** CloudFormation's resource types of a VPC. */
import type { Caller, CreatedResource, ResourceToCreate, ResourceType, ResourceTypes } from '../types.ts';
import { addAddress } from './addresses.ts';
import { addSecurityGroup } from './security-groups.ts';
import type { RouteTable, Subnet, Vpc } from './types.ts';
import { flagOf, tagList, textOf } from './wire.ts';
import { newEntity, type World } from './world.ts';

export const cloudFormation: Caller = {
  accessKeyId: '',
  kind: 'service',
  roleName: 'cloudformation',
  arn: 'arn:aws:iam::aws:service/cloudformation',
};

type Make = (resource: ResourceToCreate) => CreatedResource;

const text = (resource: ResourceToCreate, name: string) => String(resource.properties[name]);
const base = (world: World, prefix: string, { properties }: ResourceToCreate) =>
  newEntity(world, prefix, cloudFormation, tagList(properties.Tags));

export function networkResourceTypes(world: World): ResourceTypes {
  return {
    'AWS::EC2::VPC': { properties: ['CidrBlock', 'Tags'], withoutEffect: dnsProperties, create: makeVpc(world) },
    'AWS::EC2::Subnet': {
      properties: ['AvailabilityZone', 'CidrBlock', 'MapPublicIpOnLaunch', 'VpcId', 'Tags'],
      create: makeSubnet(world),
    },
    'AWS::EC2::RouteTable': { properties: ['VpcId', 'Tags'], create: makeRouteTable(world) },
    'AWS::EC2::SubnetRouteTableAssociation': {
      properties: ['RouteTableId', 'SubnetId'],
      create: makeAssociation(world),
    },
    'AWS::EC2::Route': {
      properties: ['RouteTableId', 'DestinationCidrBlock', 'GatewayId', 'NatGatewayId'],
      create: makeRoute(world),
    },
    'AWS::EC2::InternetGateway': thing('igw', ['Tags'], 'InternetGatewayId'),
    'AWS::EC2::VPCGatewayAttachment': thing('vpc-attachment', ['VpcId', 'InternetGatewayId'], 'AttachmentType'),
    'AWS::EC2::NatGateway': thing('nat', ['AllocationId', 'SubnetId', 'Tags'], 'NatGatewayId', ['ConnectivityType']),
    'AWS::EC2::VPCEndpoint': thing('vpce', ['ServiceName', 'VpcId', 'Tags'], 'Id', endpointProperties),
    'AWS::EC2::EIP': { properties: ['Tags'], withoutEffect: ['Domain'], create: makeAddress(world) },
  };

  /** Something that is there and has an id, and that nothing here looks into. */
  function thing(prefix: string, properties: string[], attribute: string, withoutEffect: string[] = []): ResourceType {
    const create: Make = (resource) => {
      const { id } = base(world, prefix, resource);
      return { ref: id, attributes: { [attribute]: id } };
    };
    return { properties, withoutEffect, create };
  }
}

const dnsProperties = ['EnableDnsHostnames', 'EnableDnsSupport', 'InstanceTenancy'];
const endpointProperties = [
  'RouteTableIds',
  'SubnetIds',
  'SecurityGroupIds',
  'VpcEndpointType',
  'PolicyDocument',
  'PrivateDnsEnabled',
];

function makeVpc(world: World): Make {
  return (resource) => {
    const vpc: Vpc = { ...base(world, 'vpc', resource), cidr: text(resource, 'CidrBlock') };
    world.vpcs.set(vpc.id, vpc);
    const names = { name: 'default', description: 'default VPC security group' };
    const group = addSecurityGroup(world, cloudFormation, { ...names, vpcId: vpc.id, tags: new Map() }, 'none');
    return { ref: vpc.id, attributes: { VpcId: vpc.id, CidrBlock: vpc.cidr, DefaultSecurityGroup: group.id } };
  };
}

function makeSubnet(world: World): Make {
  return (resource) => {
    const subnet: Subnet = {
      ...base(world, 'subnet', resource),
      vpcId: text(resource, 'VpcId'),
      cidr: text(resource, 'CidrBlock'),
      zone: text(resource, 'AvailabilityZone'),
      mapPublicIp: flagOf(resource.properties.MapPublicIpOnLaunch) ?? false,
      used: new Set(),
      lowestFree: 0,
    };
    world.subnets.set(subnet.id, subnet);
    const { id, cidr, zone, vpcId } = subnet;
    return { ref: id, attributes: { SubnetId: id, CidrBlock: cidr, AvailabilityZone: zone, VpcId: vpcId } };
  };
}

function makeRouteTable(world: World): Make {
  return (resource) => {
    const table: RouteTable = { ...base(world, 'rtb', resource), vpcId: text(resource, 'VpcId'), routes: new Map() };
    world.routeTables.set(table.id, table);
    return { ref: table.id, attributes: { RouteTableId: table.id } };
  };
}

function makeAssociation(world: World): Make {
  return (resource) => {
    const subnet = world.subnets.get(text(resource, 'SubnetId'));
    if (!subnet) throw new Error(`${resource.logicalId}: there is no subnet ${text(resource, 'SubnetId')}`);
    subnet.routeTableId = text(resource, 'RouteTableId');
    const { id } = base(world, 'rtbassoc', resource);
    return { ref: id, attributes: { Id: id } };
  };
}

function makeRoute(world: World): Make {
  return (resource) => {
    const table = world.routeTables.get(text(resource, 'RouteTableId'));
    if (!table) throw new Error(`${resource.logicalId}: there is no route table ${text(resource, 'RouteTableId')}`);
    const { DestinationCidrBlock, GatewayId, NatGatewayId } = resource.properties;
    table.routes.set(String(DestinationCidrBlock), textOf(GatewayId) ?? String(NatGatewayId));
    return { ref: `${table.id}|${DestinationCidrBlock}`, attributes: {} };
  };
}

function makeAddress(world: World): Make {
  return (resource) => {
    const address = addAddress(world, cloudFormation, tagList(resource.properties.Tags));
    return { ref: address.publicIp, attributes: { AllocationId: address.id, PublicIp: address.publicIp } };
  };
}
