import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentOf, FunctionName } from '../lambdas/contracts/functions.ts';
import { functionSettings } from './function-settings.ts';
import { allow } from './permissions.ts';

/** What all functions of the stack have in common. */
export interface FunctionDefaults {
  /** Directory with one directory per function, as `npm run bundle` makes it. */
  readonly functionsDir: string;
  readonly logRetention: logs.RetentionDays;
}

/** Where a function that must reach private addresses is attached. */
export interface FunctionNetwork {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
}

export interface ControlFunctionProps<F extends FunctionName> extends FunctionDefaults {
  /** Name of the handler file in `lambdas/handlers`. */
  readonly name: F;
  /** Every variable that the function's schema in `lambdas/contracts/functions.ts` names. */
  readonly environment: EnvironmentOf<F>;
  /**
   * Where events go that an asynchronously invoked function could not handle.
   * @default none: the function is invoked synchronously, and who invokes it retries
   */
  readonly deadLetters?: sqs.IQueue;
  /** @default outside any VPC */
  readonly network?: FunctionNetwork;
}

/**
 * One function of the control plane: its bundle, a role of its own and a log group of its own.
 *
 * No concurrency is reserved: it is taken from the account's pool, and in a new account, whose pool is 10, the stack could not
 * be deployed. What could run away is bounded where it is invoked (event source mapping, API throttling, Map concurrency).
 */
export class ControlFunction<F extends FunctionName = FunctionName> extends Construct implements iam.IGrantable {
  readonly name: F;
  readonly function: lambda.Function;
  readonly role: iam.Role;
  readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: ControlFunctionProps<F>) {
    super(scope, id);
    this.name = props.name;
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = this.addRole(logGroup, props.network !== undefined);
    this.grantPrincipal = this.role;
    this.function = this.addFunction(props, logGroup);
  }

  get functionArn(): string {
    return this.function.functionArn;
  }

  /** Invoking the unqualified function, which is the only version there is. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, { actions: ['lambda:InvokeFunction'], resources: [this.functionArn] });
  }

  /** Not the AWS managed policies: they allow writing to every log group of the account. */
  private addRole(logGroup: logs.LogGroup, inVpc: boolean): iam.Role {
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    allow(role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
      because: 'a log group’s ARN ends in :*, which stands for its streams',
    });
    if (inVpc)
      allow(role, {
        actions: [
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
        because: 'Lambda attaches functions to a VPC by the function’s role and accepts no narrower resource',
      });
    return role;
  }

  private addFunction(props: ControlFunctionProps<F>, logGroup: logs.LogGroup): lambda.Function {
    const directory = join(props.functionsDir, props.name);
    if (!existsSync(directory)) throw new Error(`${directory} does not exist: run "npm run bundle" first`);
    const { description, memoryMiB, timeoutSeconds } = functionSettings[props.name];
    return new lambda.Function(this, 'Function', {
      description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      // Source maps stay at home: they are three times the code, and would be loaded with it.
      code: lambda.Code.fromAsset(directory, { exclude: ['*.map'] }),
      memorySize: memoryMiB,
      timeout: Duration.seconds(timeoutSeconds),
      environment: { ...(props.environment as Record<string, string>) },
      role: this.role,
      logGroup,
      ...(props.deadLetters ? { deadLetterQueue: props.deadLetters } : {}),
      ...(props.network ? attachmentOf(props.network) : {}),
    });
  }
}

function attachmentOf({ vpc, subnets, securityGroup }: FunctionNetwork) {
  return {
    vpc,
    vpcSubnets: { subnets },
    securityGroups: [securityGroup],
    // In a public subnet a function has no way to the internet. That is what the only attached function needs: none.
    allowPublicSubnet: true,
  };
}
