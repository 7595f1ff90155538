import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { tagKeys } from '../lambdas/contracts/tags.ts';
import type { Permission } from './permissions.ts';

const perCluster = 'made per cluster; the tag condition leaves what this stack makes and owns';

/**
 * Permissions on EC2's resources by the stack's tag: everything that EC2 makes must be tagged in the very call that makes it,
 * and nothing without the tag can be changed or removed.
 */
export class Ec2Permissions {
  private readonly stack: Stack;
  private readonly stackName: string;

  /** @param stackName value of the stack tag */
  constructor(scope: Construct, stackName: string) {
    this.stack = Stack.of(scope);
    this.stackName = stackName;
  }

  /** Making resources of these types. */
  onNew(actions: readonly string[], ...types: readonly string[]): Permission {
    return this.onAll(actions, types, 'RequestTag');
  }

  /** Using, changing or removing resources of these types. */
  onTagged(actions: readonly string[], ...types: readonly string[]): Permission {
    return this.onAll(actions, types, 'ResourceTag');
  }

  /** Tagging as part of making, never afterwards: no other resource can be given the tag. */
  tagging(createActions: readonly string[]): Permission {
    return {
      actions: ['ec2:CreateTags'],
      resources: [this.arn('*', '*')],
      conditions: {
        StringEquals: {
          'ec2:CreateAction': [...createActions],
          [`aws:RequestTag/${tagKeys.stack}`]: this.stackName,
        },
      },
      because: 'only in the call that makes the resource, which ec2:CreateAction holds to these',
    };
  }

  arn(resource: string, resourceName: string): string {
    return this.stack.formatArn({ service: 'ec2', resource, resourceName });
  }

  /** Images and snapshots are named without an account. */
  arnOfAnyAccount(resource: string): string {
    return this.stack.formatArn({ service: 'ec2', account: '', resource, resourceName: '*' });
  }

  private onAll(actions: readonly string[], types: readonly string[], key: 'RequestTag' | 'ResourceTag'): Permission {
    return {
      actions,
      resources: types.map((type) => this.arn(type, '*')),
      conditions: { StringEquals: { [`aws:${key}/${tagKeys.stack}`]: this.stackName } },
      because: perCluster,
    };
  }
}
