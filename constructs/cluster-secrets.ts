import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './permissions.ts';

const because = 'secrets are made per cluster, under names that start with mesoscale/ and the cluster’s id';

/** Permissions on the secrets of clusters, named `mesoscale/<clusterId>`; the secrets themselves are made per cluster. */
export class ClusterSecrets extends Construct {
  /** The content passes through the API when a cluster is made. */
  grantCreate(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'secretsmanager:CreateSecret', 'secretsmanager:TagResource');
  }

  /** An update's content lies beside the first as a version of its own. */
  grantAddVersions(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage');
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'secretsmanager:GetSecretValue');
  }

  /** Whether a secret exists, not what it holds. */
  grantDescribe(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'secretsmanager:DescribeSecret');
  }

  grantDelete(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'secretsmanager:DeleteSecret');
  }

  /** Finding secrets whose cluster is gone. */
  grantList(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['secretsmanager:ListSecrets'],
      resources: ['*'],
      because: 'ListSecrets knows no resources; it shows names and tags, no content',
    });
  }

  private allow(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return allow(grantee, { actions, resources: [secretArn(this, '*')], because });
  }
}

/** ARN of a cluster's secret. Secrets Manager appends six characters to names, which `-??????` stands for. */
export function secretArn(scope: Construct, clusterId: string): string {
  const suffix = clusterId === '*' ? '' : '-??????';
  return `${Stack.of(scope).formatArn({ service: 'secretsmanager', resource: 'secret' })}:mesoscale/${clusterId}${suffix}`;
}
