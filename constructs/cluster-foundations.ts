import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Ec2Permissions } from './ec2-permissions.ts';
import type { Network } from './network.ts';
import { allow } from './permissions.ts';

export interface ClusterFoundationsProps {
  /** Value of the stack tag: what carries it is the control plane's own. */
  readonly stackName: string;
  readonly network: Network;
}

/** Permissions on what clusters need of EC2 besides instances: security groups, interfaces, addresses, launch templates. */
export class ClusterFoundations extends Construct {
  private readonly network: Network;
  private readonly ec2: Ec2Permissions;

  constructor(scope: Construct, id: string, props: ClusterFoundationsProps) {
    super(scope, id);
    this.network = props.network;
    this.ec2 = new Ec2Permissions(this, props.stackName);
  }

  /** Seeing what there is. */
  grantDescribe(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: [
        'ec2:DescribeAddresses',
        'ec2:DescribeInstances',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
      ],
      resources: ['*'],
      because: 'EC2’s Describe actions know no resources',
    });
  }

  /**
   * Making what is missing, and releasing what an update leaves over. A slot that moves to another zone gets a new interface,
   * hence its deletion.
   */
  grantPrepare(grantee: iam.IGrantable): iam.Grant {
    const { ec2, network } = this;
    const subnets = network.nodeSubnets.map(({ subnetId }) => ec2.arn('subnet', subnetId));
    return allow(
      grantee,
      ec2.onNew(['ec2:CreateSecurityGroup'], 'security-group'),
      { actions: ['ec2:CreateSecurityGroup'], resources: [ec2.arn('vpc', network.vpc.vpcId)] },
      ec2.onTagged(
        ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress', 'ec2:DeleteSecurityGroup'],
        'security-group',
      ),
      ec2.onNew(['ec2:CreateNetworkInterface'], 'network-interface'),
      ec2.onTagged(['ec2:CreateNetworkInterface'], 'security-group'),
      { actions: ['ec2:CreateNetworkInterface'], resources: subnets },
      ec2.onTagged(['ec2:DeleteNetworkInterface'], 'network-interface'),
      ec2.onNew(['ec2:AllocateAddress'], 'elastic-ip'),
      // Allocating knows no idempotency token: what a broken try left over is given back.
      ec2.onTagged(['ec2:ReleaseAddress'], 'elastic-ip'),
      ec2.onTagged(['ec2:AssociateAddress'], 'elastic-ip', 'network-interface'),
      ec2.onNew(['ec2:CreateLaunchTemplate'], 'launch-template'),
      ec2.onTagged(['ec2:DeleteLaunchTemplate'], 'launch-template'),
      ec2.tagging(['CreateSecurityGroup', 'CreateNetworkInterface', 'AllocateAddress', 'CreateLaunchTemplate']),
    );
  }

  /** Removing all of it. */
  grantCleanUp(grantee: iam.IGrantable): iam.Grant {
    const { ec2 } = this;
    return allow(
      grantee,
      ec2.onTagged(['ec2:DeleteLaunchTemplate'], 'launch-template'),
      ec2.onTagged(['ec2:DisassociateAddress'], 'elastic-ip', 'network-interface', 'instance'),
      ec2.onTagged(['ec2:ReleaseAddress'], 'elastic-ip'),
      ec2.onTagged(['ec2:DeleteNetworkInterface'], 'network-interface'),
      ec2.onTagged(['ec2:DeleteSecurityGroup'], 'security-group'),
    );
  }
}
