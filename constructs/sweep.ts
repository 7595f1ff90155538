import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { type Capabilities, nodeEnvironment, workflowEnvironment } from './capabilities.ts';
import { ControlFunction } from './control-function.ts';
import { grantCleanUp, grantWake } from './reconciler.ts';

/** Every five minutes: wakes loops that are overdue, and removes what belongs to no cluster or workload. */
export class Sweep extends Construct {
  readonly function: ControlFunction<'sweep-clusters'>;

  constructor(scope: Construct, id: string, to: Capabilities) {
    super(scope, id);
    this.function = new ControlFunction(this, 'SweepClusters', {
      ...to.functionDefaults,
      name: 'sweep-clusters',
      environment: { ...nodeEnvironment(to), ...workflowEnvironment(to) },
      deadLetters: to.signals.deadLetters,
    });
    this.grantAll(to);
    new events.Rule(this, 'Schedule', {
      description: 'Wakes overdue loops and removes orphans',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [new targets.LambdaFunction(this.function.function, { deadLetterQueue: to.signals.deadLetters })],
    });
  }

  private grantAll(to: Capabilities): void {
    to.store.grantRead(this.function);
    to.store.grantUpdate(this.function);
    to.fleet.grantTerminate(this.function);
    grantCleanUp(this.function, to);
    to.secrets.grantList(this.function);
    to.alarms.grantList(this.function);
    grantWake(this.function, to);
  }
}
