import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type NodeRole, nodeRoles } from '../lambdas/contracts/cluster.ts';
import { tagKeys } from '../lambdas/contracts/tags.ts';
import { pascalCase } from './names.ts';
import { balancerPermissions, commonPermissions } from './node-policies.ts';
import { allow, type Conditions, explainWildcards, type Permission, statementOf } from './permissions.ts';

export interface NodeRolesProps {
  /** Part of the roles' path, and value of their stack tag. */
  readonly stackName: string;
  readonly signalsQueueArn: string;
  /**
   * Registries and images that nodes pull from. Only private ECR ones matter.
   * @default none
   */
  readonly images?: readonly string[];
}

/**
 * What bounds the roles that the loop makes for nodes: a path, a permissions boundary, and one managed policy per node role. The
 * functions that make roles can attach nothing else, so that no role of theirs can do more than this file's policies.
 */
export class NodeRoles extends Construct {
  /** IAM path of the roles and instance profiles, with slashes at both ends. */
  readonly path: string;
  readonly boundary: iam.ManagedPolicy;
  private readonly policies: Readonly<Record<NodeRole, iam.ManagedPolicy>>;
  private readonly stackName: string;

  constructor(scope: Construct, id: string, props: NodeRolesProps) {
    super(scope, id);
    this.stackName = props.stackName;
    this.path = `/mesoscale/${props.stackName}/`;
    const common = commonPermissions(this, props.signalsQueueArn, props.images ?? []);
    const balancer = balancerPermissions(this);
    this.boundary = this.addPolicy('Boundary', 'Most that a node may ever do', [...common, ...balancer]);
    const permissions = { master: common, slave: common, 'load-balancer': [...common, ...balancer] };
    this.policies = Object.fromEntries(
      nodeRoles.map((role) => [role, this.addPolicy(pascalCase(role), `What a ${role} may do`, permissions[role])]),
    ) as Record<NodeRole, iam.ManagedPolicy>;
  }

  /** The managed policy of a node role. */
  policyArn(role: NodeRole): string {
    return this.policies[role].managedPolicyArn;
  }

  /** Making roles and instance profiles, inside the path, under the boundary, with the three policies only. */
  grantCreate(grantee: iam.IGrantable): iam.Grant {
    const stackTag = { [`aws:RequestTag/${tagKeys.stack}`]: this.stackName };
    return allow(
      grantee,
      this.onRoles(['iam:CreateRole'], {
        StringEquals: { 'iam:PermissionsBoundary': this.boundary.managedPolicyArn, ...stackTag },
      }),
      this.onRoles(['iam:TagRole'], { StringEquals: stackTag }),
      this.onRoles(['iam:AttachRolePolicy'], { ArnEquals: { 'iam:PolicyARN': this.policyArns } }),
      this.onProfiles(['iam:CreateInstanceProfile', 'iam:TagInstanceProfile'], { StringEquals: stackTag }),
      this.onProfiles(['iam:AddRoleToInstanceProfile']),
      this.passing(),
    );
  }

  /** Giving the roles to instances, and to nothing else. */
  grantPass(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, this.passing());
  }

  /** Finding what there is, and removing it. */
  grantDelete(grantee: iam.IGrantable): iam.Grant {
    return allow(
      grantee,
      {
        actions: ['iam:ListRoles', 'iam:ListInstanceProfiles'],
        resources: ['*'],
        because: 'IAM lists by path prefix, not by resource',
      },
      this.onRoles(['iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:DeleteRolePolicy', 'iam:DeleteRole']),
      this.onRoles(['iam:DetachRolePolicy'], { ArnEquals: { 'iam:PolicyARN': this.policyArns } }),
      this.onProfiles(['iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile']),
    );
  }

  private get policyArns(): string[] {
    return nodeRoles.map((role) => this.policyArn(role));
  }

  private passing(): Permission {
    return this.onRoles(['iam:PassRole'], { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } });
  }

  private onRoles(actions: readonly string[], conditions?: Conditions): Permission {
    return this.underPath('role', actions, conditions);
  }

  private onProfiles(actions: readonly string[], conditions?: Conditions): Permission {
    return this.underPath('instance-profile', actions, conditions);
  }

  private underPath(resource: string, actions: readonly string[], conditions?: Conditions): Permission {
    const resourceName = `${this.path.slice(1)}*`;
    return {
      actions,
      resources: [Stack.of(this).formatArn({ service: 'iam', region: '', resource, resourceName })],
      ...(conditions ? { conditions } : {}),
      because: 'roles are made per cluster; all lie under the stack’s own path',
    };
  }

  private addPolicy(id: string, description: string, permissions: readonly Permission[]): iam.ManagedPolicy {
    const policy = new iam.ManagedPolicy(this, id, {
      description,
      path: this.path,
      statements: permissions.map(statementOf),
    });
    explainWildcards(policy, ...permissions);
    return policy;
  }
}
