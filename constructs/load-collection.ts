import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { lookSeconds } from '../lambdas/contracts/load.ts';
import type { Capabilities } from './capabilities.ts';
import { ControlFunction } from './control-function.ts';
import { statementOf } from './permissions.ts';

const period = Duration.seconds(lookSeconds);
/** A minute that is missed is not made up for: the next one sees the same. */
const missed = { retryAttempts: 0, maxEventAge: period };

/** Each minute: looks at elastic clusters and at those that workloads wait on, and signals the loops of what shows something new. */
export class LoadCollection extends Construct {
  readonly function: ControlFunction<'collect-load'>;

  constructor(scope: Construct, id: string, to: Capabilities) {
    super(scope, id);
    const { config, store, signals, secrets, gateway, alarms } = to;
    this.function = new ControlFunction(this, 'CollectLoad', {
      ...to.functionDefaults,
      name: 'collect-load',
      environment: {
        CLUSTER_TABLE: store.tableName,
        STACK_NAME: config.stackName,
        GATEWAY_FUNCTION_NAME: gateway.function.functionName,
        SIGNALS_QUEUE_URL: signals.queue.queueUrl,
        CONTROL_RULES: JSON.stringify(config.rules),
      },
    });
    store.grantRead(this.function);
    // A status that a stopped pass announced is written by whoever reads it.
    store.grantUpdate(this.function);
    secrets.grantRead(this.function);
    gateway.grantInvoke(this.function);
    signals.grantSend(this.function);
    alarms.grantPublish(this.function);
    this.grantInvokeItself();
    this.function.function.configureAsyncInvoke(missed);
    new events.Rule(this, 'Schedule', {
      description: 'Looks at the load of clusters and at what waits on them',
      schedule: events.Schedule.rate(period),
      targets: [
        new targets.LambdaFunction(this.function.function, { ...missed, deadLetterQueue: signals.deadLetters }),
      ],
    });
  }
  /** Very many clusters it hands on. A policy of its own: the function depends on its role's, which cannot name it. */
  private grantInvokeItself(): void {
    const { role, functionArn } = this.function;
    new iam.Policy(this, 'InvokeItself', {
      roles: [role],
      statements: [statementOf({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })],
    });
  }
}
