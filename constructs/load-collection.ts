import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Capabilities } from './capabilities.ts';
import { ControlFunction } from './control-function.ts';

const period = Duration.minutes(1);
/** A minute that is missed is not made up for: the next one sees the same. */
const missed = { retryAttempts: 0, maxEventAge: period };

/** Each minute: looks at the clusters that workloads wait on, and signals the loops of those that show something new. */
export class LoadCollection extends Construct {
  readonly function: ControlFunction<'collect-load'>;

  constructor(scope: Construct, id: string, to: Capabilities) {
    super(scope, id);
    const { config, store, signals, secrets, gateway } = to;
    this.function = new ControlFunction(this, 'CollectLoad', {
      ...to.functionDefaults,
      name: 'collect-load',
      environment: {
        CLUSTER_TABLE: store.tableName,
        STACK_NAME: config.stackName,
        GATEWAY_FUNCTION_NAME: gateway.function.functionName,
        SIGNALS_QUEUE_URL: signals.queue.queueUrl,
      },
    });
    store.grantRead(this.function);
    secrets.grantRead(this.function);
    gateway.grantInvoke(this.function);
    signals.grantSend(this.function);
    this.function.function.configureAsyncInvoke(missed);
    new events.Rule(this, 'Schedule', {
      description: 'Looks at what waits on clusters',
      schedule: events.Schedule.rate(period),
      targets: [
        new targets.LambdaFunction(this.function.function, { ...missed, deadLetterQueue: signals.deadLetters }),
      ],
    });
  }
}
