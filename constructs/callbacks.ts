import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { callbackReceipts } from '../lambdas/contracts/callback.ts';
import type { ClusterStore } from './cluster-store.ts';
import { ControlFunction, type FunctionDefaults, type FunctionNetwork } from './control-function.ts';
import { functionSettings } from './function-settings.ts';
import type { Network } from './network.ts';
import { allow } from './permissions.ts';

/** The queue of what deployments' callbacks are to be told, and where that ends which could not be handled. */
export class Callbacks extends Construct {
  readonly queue: sqs.Queue;
  /** Callbacks that failed for reasons of our own. Those whose receiver fails are dropped, and told in the activity log. */
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const common = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new sqs.Queue(this, 'Queue', {
      ...common,
      // Six times the consumer's timeout, as SQS event sources need it.
      visibilityTimeout: Duration.seconds(6 * functionSettings['deliver-callback'].timeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: callbackReceipts },
    });
  }

  grantSend(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, { actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] });
  }
}

export interface CallbackDeliveryProps {
  readonly functionDefaults: FunctionDefaults;
  readonly store: ClusterStore;
  readonly callbacks: Callbacks;
  readonly network: Network;
  /**
   * CIDRs of receivers that are allowed although they are not public. If there are any, and the VPC has private subnets, which
   * lead to the internet as well, the function is attached to them.
   */
  readonly allowedNetworks: readonly string[];
}

/**
 * Who talks to the receivers: the only function that sends requests to where users say. It is outside the VPC unless private
 * receivers are allowed, and besides its queue it may only read single records and write lines of the activity log.
 */
export class CallbackDelivery extends Construct {
  readonly function: ControlFunction<'deliver-callback'>;

  constructor(scope: Construct, id: string, props: CallbackDeliveryProps) {
    super(scope, id);
    const { functionDefaults, store } = props;
    const { queue } = props.callbacks;
    const attachment = this.findAttachment(props);
    this.function = new ControlFunction<'deliver-callback'>(this, 'DeliverCallback', {
      ...functionDefaults,
      name: 'deliver-callback',
      environment: {
        CLUSTER_TABLE: store.tableName,
        CALLBACKS_QUEUE_URL: queue.queueUrl,
        CALLBACK_ALLOWED_NETWORKS: JSON.stringify(props.allowedNetworks),
      },
      ...(attachment ? { network: attachment } : {}),
    });
    store.grantTell(this.function);
    // Receivers that hang hold ten callbacks each for ten seconds: others' still get through.
    const source = { batchSize: 10, maxConcurrency: 10, reportBatchItemFailures: true };
    this.function.function.addEventSource(new SqsEventSource(queue, source));
  }

  private findAttachment({ allowedNetworks, network }: CallbackDeliveryProps): FunctionNetwork | undefined {
    const { vpc, privateSubnets } = network;
    if (allowedNetworks.length === 0 || privateSubnets.length === 0) return undefined;
    const description = 'The function that tells callbacks: nothing comes in';
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, description, allowAllOutbound: true });
    return { vpc, subnets: [...privateSubnets], securityGroup };
  }
}
