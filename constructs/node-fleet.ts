import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Ec2Permissions } from './ec2-permissions.ts';
import type { Network } from './network.ts';
import type { NodeRoles } from './node-roles.ts';
import { allow, type Permission } from './permissions.ts';

export interface NodeFleetProps {
  /** Value of the stack tag: what carries it is the control plane's own. */
  readonly stackName: string;
  readonly network: Network;
  readonly roles: NodeRoles;
  /** AMI id, or `resolve:ssm:` and a parameter's name. */
  readonly nodeImage: string;
  /** @default disks are encrypted with the account's EBS default key */
  readonly encryptionKeyArn?: string;
}

const runInstances = 'ec2:RunInstances';
/** EC2 checks what a fleet launches against the caller's permission to run instances, too. */
const createFleet = [runInstances, 'ec2:CreateFleet'];

/** Permissions on the clusters' instances and addresses. */
export class NodeFleet extends Construct {
  private readonly props: NodeFleetProps;
  private readonly ec2: Ec2Permissions;

  constructor(scope: Construct, id: string, props: NodeFleetProps) {
    super(scope, id);
    this.props = props;
    this.ec2 = new Ec2Permissions(this, props.stackName);
  }

  /** Seeing instances and addresses. */
  grantDescribe(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['ec2:DescribeAddresses', 'ec2:DescribeInstances'],
      resources: ['*'],
      because: 'EC2’s Describe actions know no resources',
    });
  }

  /** Seeing which spot instances EC2 takes back. */
  grantDescribeInterruptions(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['ec2:DescribeSpotInstanceRequests'],
      resources: ['*'],
      because: 'EC2’s Describe actions know no resources',
    });
  }

  /** Launching single instances: masters, into the interfaces that are their slots, and load balancers. */
  grantLaunch(grantee: iam.IGrantable): iam.Grant {
    this.grantLaunchBy(grantee, [runInstances], ['RunInstances']);
    return allow(grantee, this.ec2.onTagged([runInstances], 'network-interface'));
  }

  /** Launching many at once, from the launch templates of clusters. */
  grantLaunchFleet(grantee: iam.IGrantable): iam.Grant {
    this.grantLaunchBy(grantee, createFleet, ['RunInstances', 'CreateFleet']);
    return allow(
      grantee,
      this.ec2.onNew(createFleet, 'fleet'),
      this.ec2.onTagged(createFleet, 'launch-template'),
      this.serviceLinkedRoles(),
    );
  }

  /** Naming the node image in a launch template: EC2 checks a parameter as the caller. */
  grantReadImage(grantee: iam.IGrantable): void {
    const permissions = this.imageParameter();
    if (permissions.length > 0) allow(grantee, ...permissions);
  }

  grantTerminate(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, this.ec2.onTagged(['ec2:TerminateInstances'], 'instance'));
  }

  grantStop(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, this.ec2.onTagged(['ec2:StopInstances'], 'instance'));
  }

  /** EC2 opens encrypted disks as who powers the instance on. */
  grantStart(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, this.ec2.onTagged(['ec2:StartInstances'], 'instance'), ...this.diskEncryption());
  }

  /** Giving elastic IPs of clusters to instances and interfaces of clusters. */
  grantAssociateAddress(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, this.ec2.onTagged(['ec2:AssociateAddress'], 'elastic-ip', 'instance', 'network-interface'));
  }

  private grantLaunchBy(
    grantee: iam.IGrantable,
    actions: readonly string[],
    createActions: readonly string[],
  ): iam.Grant {
    this.props.roles.grantPass(grantee);
    return allow(
      grantee,
      this.ec2.onNew(actions, 'instance', 'volume', 'network-interface'),
      this.ec2.onTagged(actions, 'security-group'),
      this.placing(actions),
      this.starting(actions),
      this.ec2.tagging(createActions),
      ...this.imageParameter(),
      ...this.diskEncryption(),
    );
  }

  private placing(actions: readonly string[]): Permission {
    const subnets = this.props.network.nodeSubnets.map(({ subnetId }) => this.ec2.arn('subnet', subnetId));
    return { actions, resources: subnets };
  }

  private starting(actions: readonly string[]): Permission {
    return {
      actions,
      resources: [
        this.ec2.arnOfAnyAccount('image'),
        this.ec2.arnOfAnyAccount('snapshot'),
        this.ec2.arn('spot-instances-request', '*'),
      ],
      because: 'a template may name any image and snapshot that the account may use, and ask for spot instances',
    };
  }

  /** EC2 makes these roles of its own for a first fleet and a first spot instance, on behalf of who launches it. */
  private serviceLinkedRoles(): Permission {
    const roles = {
      'spot.amazonaws.com': 'AWSServiceRoleForEC2Spot',
      'ec2fleet.amazonaws.com': 'AWSServiceRoleForEC2Fleet',
    };
    const resources = Object.entries(roles).map(([service, role]) =>
      Stack.of(this).formatArn({
        service: 'iam',
        region: '',
        resource: 'role',
        resourceName: `aws-service-role/${service}/${role}`,
      }),
    );
    return {
      actions: ['iam:CreateServiceLinkedRole'],
      resources,
      conditions: { StringEquals: { 'iam:AWSServiceName': Object.keys(roles) } },
    };
  }

  /** EC2 resolves `resolve:ssm:` as the caller. Parameters under /aws/ belong to no account. */
  private imageParameter(): Permission[] {
    const [, name] = /^resolve:ssm:\/(.+)$/.exec(this.props.nodeImage) ?? [];
    if (name === undefined) return [];
    const account = name.startsWith('aws/') ? { account: '' } : {};
    const arn = Stack.of(this).formatArn({ service: 'ssm', ...account, resource: 'parameter', resourceName: name });
    return [{ actions: ['ssm:GetParameters'], resources: [arn] }];
  }

  /** What EBS needs of a customer's key, on behalf of who launches. */
  private diskEncryption(): Permission[] {
    const key = this.props.encryptionKeyArn;
    if (key === undefined) return [];
    return [
      {
        actions: [
          'kms:DescribeKey',
          'kms:Decrypt',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: [key],
        conditions: { StringEquals: { 'kms:ViaService': `ec2.${Stack.of(this).region}.amazonaws.com` } },
      },
      { actions: ['kms:CreateGrant'], resources: [key], conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } },
    ];
  }
}
