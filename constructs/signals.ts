import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ControlFunction } from './control-function.ts';
import { functionSettings } from './function-settings.ts';
import { allow } from './permissions.ts';

const maxReceiveCount = 5;

export interface SignalSources {
  /** Names of the stack's documents: only their commands are signals. */
  readonly documentNames: readonly string[];
  /** Of the loops: a run that ends badly is a signal. */
  readonly stateMachineArns: readonly string[];
  /** What the names of clusters' alarms begin with: their changes of state are signals, whatever made them. */
  readonly alarmPrefix: string;
}

/** The queue of hints that wake clusters' and workloads' loops, what feeds it, and where undeliverable ones end. */
export class Signals extends Construct {
  readonly queue: sqs.Queue;
  /** Signals that could not be handled, and events that could not be delivered. */
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      // Keys that SQS manages, here as below: nodes and EventBridge need no KMS permission to send.
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Six times the consumer's timeout, as SQS event sources need it.
      visibilityTimeout: Duration.seconds(6 * functionSettings['wake-cluster'].timeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }

  grantSend(grantee: iam.IGrantable): iam.Grant {
    return allow(grantee, { actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] });
  }

  /** The function that handles signals, in batches: a thousand nodes that come up together are a few invocations. */
  addConsumer(consumer: ControlFunction<'wake-cluster'>): void {
    consumer.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        maxConcurrency: 10,
        reportBatchItemFailures: true,
      }),
    );
  }

  /** The AWS events that are signals. They carry no decision; which cluster they are about is found out by the consumer. */
  addSources(sources: SignalSources): void {
    this.addRule('InstanceStopsRule', 'An instance stops or terminates', {
      source: ['aws.ec2'],
      detailType: ['EC2 Instance State-change Notification'],
      detail: { state: ['shutting-down', 'terminated', 'stopping', 'stopped'] },
    });
    this.addRule('SpotInterruptionRule', 'EC2 takes a spot instance back', {
      source: ['aws.ec2'],
      detailType: ['EC2 Spot Instance Interruption Warning'],
    });
    this.addRule('CommandEndedRule', 'A command of the stack has ended on a node', {
      source: ['aws.ssm'],
      detailType: ['EC2 Command Invocation Status-change Notification'],
      detail: {
        'document-name': [...sources.documentNames],
        // All but these are final, among them names that SSM added over time.
        status: [{ 'anything-but': ['Pending', 'InProgress', 'Delayed', 'Cancelling'] }],
      },
    });
    this.addRule('RunFailedRule', 'A run of a loop failed, timed out or was aborted', {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [...sources.stateMachineArns], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
    this.addRule('ClusterAlarmRule', 'An alarm of a cluster has changed its state', {
      source: ['aws.cloudwatch'],
      detailType: ['CloudWatch Alarm State Change'],
      detail: { alarmName: [{ prefix: sources.alarmPrefix }] },
    });
  }

  private addRule(id: string, description: string, eventPattern: events.EventPattern): void {
    new events.Rule(this, id, {
      description,
      eventPattern,
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });
  }
}
