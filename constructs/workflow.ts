import { readFileSync } from 'node:fs';
import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ControlFunction } from './control-function.ts';
import { functionPlaceholder } from './names.ts';

export interface WorkflowProps {
  /** Path of the definition, in the Amazon States Language. */
  readonly file: string;
  /** Physical name: functions inside the machine must know its ARN before it exists. */
  readonly stateMachineName: string;
  /** Functions that the definition names, each by the placeholder of its name. */
  readonly functions: readonly ControlFunction[];
  readonly logRetention: logs.RetentionDays;
}

/** One state machine from one file in `state-machines/`. */
export class Workflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    for (const invoked of props.functions) invoked.grantInvoke(role);
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: props.stateMachineName,
      stateMachineType: sfn.StateMachineType.STANDARD,
      // Not fromFile: it makes an S3 asset, in which nobody sees an unfilled placeholder.
      definitionBody: sfn.DefinitionBody.fromString(readFileSync(props.file, 'utf8')),
      definitionSubstitutions: Object.fromEntries(
        props.functions.map((invoked) => [functionPlaceholder(invoked.name), invoked.functionArn]),
      ),
      role,
      logs: {
        destination: this.addLogGroup(props.logRetention),
        level: sfn.LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    this.explain(role);
  }

  private addLogGroup(retention: logs.RetentionDays): logs.LogGroup {
    return new logs.LogGroup(this, 'Logs', { retention, removalPolicy: RemovalPolicy.DESTROY });
  }

  private explain(role: iam.Role): void {
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'log delivery is set up by actions of CloudWatch Logs that know no resources; the CDK adds them',
    });
    Validations.of(this.stateMachine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason: 'Step Functions keeps each execution’s whole history for 90 days; the log holds failures, without data',
      },
      {
        id: 'AwsSolutions-SF2',
        reason: 'nobody reads traces: one execution’s history already shows every call, its input and its time',
      },
    );
  }
}

/** ARN of a state machine of this stack by its physical name. */
export function stateMachineArn(scope: Construct, stateMachineName: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: stateMachineName,
  });
}
