import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { SubnetChoice } from '../lambdas/contracts/functions.ts';
import { gatewayPorts } from '../lambdas/contracts/gateway.ts';
import type { FunctionNetwork } from './control-function.ts';

/** A new VPC has subnets in this many zones: masters live in three. */
export const zoneCount = 3;

export interface ExistingVpc {
  readonly vpcId: string;
  readonly publicSubnets: readonly SubnetChoice[];
  /** Empty: all nodes live in the public subnets. */
  readonly privateSubnets: readonly SubnetChoice[];
}

export interface NetworkProps {
  /** IPv4 range of the VPC. */
  readonly cidr: string;
  /** @default a new VPC is made */
  readonly existing?: ExistingVpc;
  /**
   * NAT gateways of a new VPC. Without them nodes live in public subnets, and nothing costs while nothing runs.
   * @default 0
   */
  readonly natGateways?: number;
  /** Of the flow log of a new VPC. */
  readonly logRetention: logs.RetentionDays;
}

/** Where nodes and the gateway function live: a new VPC in three zones, or a given one. */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly publicSubnets: readonly ec2.ISubnet[];
  /** Empty if all nodes live in the public subnets. */
  readonly privateSubnets: readonly ec2.ISubnet[];
  /** Of the gateway function; clusters' security groups let it in. */
  readonly gatewaySecurityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    if (props.existing === undefined) {
      const vpc = this.addVpc(props);
      // The CDK's own class misses its interface by an optional property that may be undefined.
      this.vpc = vpc as ec2.IVpc;
      this.publicSubnets = vpc.publicSubnets;
      this.privateSubnets = vpc.privateSubnets;
    } else {
      this.vpc = this.importVpc(props.existing, props.cidr);
      this.publicSubnets = this.importSubnets('PublicSubnet', props.existing.publicSubnets);
      this.privateSubnets = this.importSubnets('PrivateSubnet', props.existing.privateSubnets);
    }
    this.gatewaySecurityGroup = this.addGatewaySecurityGroup(props.cidr);
  }

  /** How the gateway function is attached. */
  get gatewayAttachment(): FunctionNetwork {
    const subnets = this.privateSubnets.length > 0 ? this.privateSubnets : this.publicSubnets;
    return { vpc: this.vpc, subnets: [...subnets], securityGroup: this.gatewaySecurityGroup };
  }

  /** Every subnet that nodes may live in. */
  get nodeSubnets(): readonly ec2.ISubnet[] {
    return [...this.publicSubnets, ...this.privateSubnets];
  }

  private addVpc(props: NetworkProps): ec2.Vpc {
    const natGateways = props.natGateways ?? 0;
    const cidrMask = Number(props.cidr.split('/')[1]) + 3;
    const subnets = (name: string, subnetType: ec2.SubnetType) => ({ name, subnetType, cidrMask });
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(props.cidr),
      availabilityZones: zonesOf(this),
      natGateways,
      // An eighth each, public ones first: adding NAT later renumbers nothing that exists.
      subnetConfiguration: [
        subnets('Public', ec2.SubnetType.PUBLIC),
        ...(natGateways > 0 ? [subnets('Private', ec2.SubnetType.PRIVATE_WITH_EGRESS)] : []),
      ],
      // The switch would need a custom resource. Nothing here ever uses the default security group.
      restrictDefaultSecurityGroup: false,
    });
    this.addFlowLog(vpc, props.logRetention);
    // Both cost nothing and keep images' layers and the functions' table traffic off NAT and the internet.
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    return vpc;
  }

  private addFlowLog(vpc: ec2.Vpc, retention: logs.RetentionDays): void {
    const logGroup = new logs.LogGroup(this, 'FlowLogs', { retention, removalPolicy: RemovalPolicy.DESTROY });
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup),
      // Accepted traffic between thousands of nodes would cost more than they tell.
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
  }

  private importVpc({ vpcId, publicSubnets }: ExistingVpc, vpcCidrBlock: string): ec2.IVpc {
    const availabilityZones = publicSubnets.map(({ zone }) => zone);
    return ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, vpcCidrBlock, availabilityZones });
  }

  private importSubnets(id: string, choices: readonly SubnetChoice[]): ec2.ISubnet[] {
    return choices.map((choice, index) =>
      ec2.Subnet.fromSubnetAttributes(this, `${id}${index + 1}`, {
        subnetId: choice.id,
        availabilityZone: choice.zone,
      }),
    );
  }

  private addGatewaySecurityGroup(cidr: string): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'GatewaySecurityGroup', {
      vpc: this.vpc,
      description: 'Gateway function: out to nodes, nothing in, no internet',
      allowAllOutbound: false,
    });
    for (const port of gatewayPorts) group.addEgressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(port), 'nodes');
    return group;
  }
}

/** The first zones of whatever region the stack is deployed to, so that synthesizing asks no account. */
function zonesOf(scope: Construct): string[] {
  return Array.from({ length: zoneCount }, (_, index) => Fn.select(index, Fn.getAzs(Stack.of(scope).region)));
}

/** Subnets as functions get them in their environment: JSON of `SubnetChoice[]`. */
export function subnetChoices(scope: Construct, subnets: readonly ec2.ISubnet[]): string {
  return Stack.of(scope).toJsonString(
    subnets.map(({ subnetId, availabilityZone }) => ({ id: subnetId, zone: availabilityZone })),
  );
}
