import { ArnFormat, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { alarmPrefixOf, metricNamespace } from '../lambdas/contracts/load.ts';
import { allow } from './permissions.ts';

export interface ClusterAlarmsProps {
  readonly stackName: string;
}

/** Permissions on clusters' metrics and alarms, named `<stackName>/<clusterId>/<kind>`; the alarms are made per cluster. */
export class ClusterAlarms extends Construct {
  /** What the name of every alarm of a cluster begins with. */
  readonly prefix: string;

  constructor(scope: Construct, id: string, { stackName }: ClusterAlarmsProps) {
    super(scope, id);
    this.prefix = alarmPrefixOf(stackName);
  }

  grantSet(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'cloudwatch:PutMetricAlarm', 'cloudwatch:TagResource');
  }

  grantDelete(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, 'cloudwatch:DeleteAlarms');
  }

  /** Finding alarms whose cluster is gone. */
  grantList(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
      because: 'alarms are asked for by a part of their names, which DescribeAlarms allows for all or for none',
    });
  }

  grantPublish(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': metricNamespace } },
      because: 'PutMetricData knows no resources; the condition leaves it the one namespace',
    });
  }

  private allow(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const resourceName = `${this.prefix}*`;
    return allow(grantee, {
      actions,
      resources: [Stack.of(this).formatArn({ service: 'cloudwatch', resource: 'alarm', arnFormat, resourceName })],
      because: 'alarms are made per cluster, under names that start with the stack’s',
    });
  }
}
