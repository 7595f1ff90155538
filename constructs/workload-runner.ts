import { join } from 'node:path';
import { Construct } from 'constructs';
import type { EnvironmentOf, FunctionName } from '../lambdas/contracts/functions.ts';
import type { Capabilities } from './capabilities.ts';
import { ControlFunction } from './control-function.ts';
import { pascalCase } from './names.ts';
import { Workflow } from './workflow.ts';

export interface WorkloadRunnerProps extends Capabilities {
  /** Physical name of the state machine whose ARN is `runWorkloadStateMachineArn`. */
  readonly stateMachineName: string;
  /** Functions that every loop needs. */
  readonly shared: readonly ControlFunction[];
}

const definition = join(import.meta.dirname, '..', 'state-machines', 'run-workload.asl.json');

/** The loop of services and jobs: its state machine, and the functions that are its tasks alone. */
export class WorkloadRunner extends Construct {
  readonly workflow: Workflow;
  readonly functions: readonly ControlFunction[];
  private readonly props: WorkloadRunnerProps;

  constructor(scope: Construct, id: string, props: WorkloadRunnerProps) {
    super(scope, id);
    this.props = props;
    this.functions = [...this.addTalkers(), this.addEndWorkload()];
    this.workflow = new Workflow(this, 'Workflow', {
      file: definition,
      stateMachineName: props.stateMachineName,
      functions: [...this.functions, ...props.shared],
      logRetention: props.functionDefaults.logRetention,
    });
  }

  /** Those that ask Marathon and Chronos, with the credentials that the secrets hold. */
  private addTalkers(): ControlFunction[] {
    const { config, store, secrets, signals, gateway } = this.props;
    const environment = {
      CLUSTER_TABLE: store.tableName,
      STACK_NAME: config.stackName,
      GATEWAY_FUNCTION_NAME: gateway.function.functionName,
    };
    const plan = this.addFunction('plan-workload', { ...environment, SIGNALS_QUEUE_URL: signals.queue.queueUrl });
    const publish = this.addFunction('publish-workload', environment);
    const submit = this.addFunction('submit-workload', environment);
    const withdraw = this.addFunction('withdraw-workload', environment);
    store.grantReadWrite(plan);
    signals.grantSend(plan);
    // A status that a stopped pass announced is written by whoever reads it.
    for (const each of [publish, submit, withdraw]) {
      store.grantRead(each);
      store.grantUpdate(each);
    }
    for (const each of [plan, publish, submit, withdraw]) {
      secrets.grantRead(each);
      gateway.grantInvoke(each);
    }
    return [plan, submit, withdraw, publish];
  }

  private addEndWorkload(): ControlFunction {
    const { config, store, secrets } = this.props;
    const end = this.addFunction('end-workload', { CLUSTER_TABLE: store.tableName, STACK_NAME: config.stackName });
    store.grantReadWrite(end);
    secrets.grantDelete(end);
    return end;
  }

  private addFunction<F extends FunctionName>(name: F, environment: EnvironmentOf<F>): ControlFunction {
    const { functionDefaults } = this.props;
    return new ControlFunction<F>(this, pascalCase(name), { ...functionDefaults, name, environment });
  }
}
