import { join } from 'node:path';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { EnvironmentOf, FunctionName } from '../lambdas/contracts/functions.ts';
import { type Capabilities, nodeEnvironment, subnetEnvironment, workflowEnvironment } from './capabilities.ts';
import { ControlFunction } from './control-function.ts';
import { pascalCase } from './names.ts';
import { allow } from './permissions.ts';
import { Workflow } from './workflow.ts';

export interface ReconcilerProps extends Capabilities {
  /** Physical name of the state machine whose ARN is `reconcileStateMachineArn`. */
  readonly stateMachineName: string;
}

const definition = join(import.meta.dirname, '..', 'state-machines', 'reconcile-cluster.asl.json');

/** The loop: its state machine, and the functions that are its tasks. */
export class Reconciler extends Construct {
  readonly workflow: Workflow;
  readonly functions: readonly ControlFunction[];
  /** Those that every loop needs. */
  readonly shared: readonly ControlFunction[];
  private readonly props: ReconcilerProps;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    this.props = props;
    this.shared = [...this.addRunFunctions(), this.addSendCallback()];
    this.functions = [
      this.addPlanCluster(),
      ...this.shared,
      this.addPrepareCluster(),
      ...this.addLaunchFunctions(),
      this.addStartContainers(),
      ...this.addSmallActions(),
      this.addCleanUpCluster(),
      ...this.addAddOnFunctions(),
      ...this.addDrainFunctions(),
      ...this.addPowerFunctions(),
      this.addSetAlarms(),
    ];
    this.workflow = new Workflow(this, 'Workflow', {
      file: definition,
      stateMachineName: props.stateMachineName,
      functions: this.functions,
      logRetention: props.functionDefaults.logRetention,
    });
  }

  private addPlanCluster(): ControlFunction {
    const { config, store, signals, fleet, documents, secrets, gateway } = this.props;
    const plan = this.addFunction('plan-cluster', {
      CLUSTER_TABLE: store.tableName,
      SIGNALS_QUEUE_URL: signals.queue.queueUrl,
      STACK_NAME: config.stackName,
      ...subnetEnvironment(this.props),
      GATEWAY_FUNCTION_NAME: gateway.function.functionName,
      CONTROL_RULES: JSON.stringify(config.rules),
    });
    store.grantReadWrite(plan);
    signals.grantSend(plan);
    fleet.grantDescribe(plan);
    fleet.grantDescribeInterruptions(plan);
    documents.grantObserve(plan);
    secrets.grantRead(plan);
    gateway.grantInvoke(plan);
    return plan;
  }

  private addRunFunctions(): ControlFunction[] {
    const { store } = this.props;
    const environment = workflowEnvironment(this.props);
    const awaitSignal = this.addFunction('await-signal', environment);
    const endRun = this.addFunction('end-run', environment);
    for (const each of [awaitSignal, endRun]) {
      store.grantUpdate(each);
      grantWake(each, this.props);
    }
    return [awaitSignal, endRun];
  }

  private addPrepareCluster(): ControlFunction {
    const { store, fleet, foundations, roles, secrets } = this.props;
    const prepare = this.addFunction('prepare-cluster', nodeEnvironment(this.props));
    store.grantRead(prepare);
    store.grantUpdate(prepare);
    foundations.grantDescribe(prepare);
    foundations.grantPrepare(prepare);
    fleet.grantReadImage(prepare);
    roles.grantCreate(prepare);
    secrets.grantDescribe(prepare);
    return prepare;
  }

  private addLaunchFunctions(): ControlFunction[] {
    const { config, store, fleet } = this.props;
    const environment = { ...nodeEnvironment(this.props), CONTROL_RULES: JSON.stringify(config.rules) };
    const master = this.addFunction('launch-master', environment);
    const loadBalancer = this.addFunction('launch-load-balancer', environment);
    const slaves = this.addFunction('launch-slaves', environment);
    for (const each of [master, loadBalancer, slaves]) {
      store.grantReadWrite(each);
      fleet.grantDescribe(each);
    }
    fleet.grantLaunch(master);
    fleet.grantLaunch(loadBalancer);
    fleet.grantLaunchFleet(slaves);
    return [master, loadBalancer, slaves];
  }

  private addStartContainers(): ControlFunction {
    const { config, store, signals, fleet, documents } = this.props;
    const start = this.addFunction('start-containers', {
      CLUSTER_TABLE: store.tableName,
      SIGNALS_QUEUE_URL: signals.queue.queueUrl,
      START_MASTER_DOCUMENT: documents.startDocumentName('master'),
      START_SLAVE_DOCUMENT: documents.startDocumentName('slave'),
      START_LOAD_BALANCER_DOCUMENT: documents.startDocumentName('load-balancer'),
      IMAGE_REGISTRY: config.imageRegistry,
      IMAGE_OVERRIDES: JSON.stringify(config.imageOverrides),
      CONTROL_RULES: JSON.stringify(config.rules),
    });
    store.grantReadWrite(start);
    fleet.grantDescribe(start);
    documents.grantObserve(start);
    documents.grantStart(start);
    return start;
  }

  private addSmallActions(): ControlFunction[] {
    const { store, fleet } = this.props;
    const environment = { CLUSTER_TABLE: store.tableName };
    const terminate = this.addFunction('terminate-nodes', environment);
    fleet.grantTerminate(terminate);
    const move = this.addFunction('move-virtual-address', environment);
    fleet.grantAssociateAddress(move);
    const publish = this.addFunction('publish-outputs', environment);
    for (const each of [move, publish]) store.grantRead(each);
    store.grantUpdate(publish);
    fleet.grantDescribe(terminate);
    return [terminate, move, publish];
  }

  private addCleanUpCluster(): ControlFunction {
    const cleanUp = this.addFunction('clean-up-cluster', nodeEnvironment(this.props));
    this.props.store.grantReadWrite(cleanUp);
    grantCleanUp(cleanUp, this.props);
    return cleanUp;
  }

  private addSendCallback(): ControlFunction {
    const { store, callbacks } = this.props;
    const send = this.addFunction('send-callback', {
      CLUSTER_TABLE: store.tableName,
      CALLBACKS_QUEUE_URL: callbacks.queue.queueUrl,
    });
    store.grantRead(send);
    callbacks.grantSend(send);
    return send;
  }

  private addDrainFunctions(): ControlFunction[] {
    const { config, store, signals, documents, secrets, gateway } = this.props;
    const environment = { CLUSTER_TABLE: store.tableName, SIGNALS_QUEUE_URL: signals.queue.queueUrl };
    const cordon = this.addFunction('cordon-nodes', {
      ...environment,
      CORDON_NODES_DOCUMENT: documents.upkeepDocumentName('cordon-nodes'),
    });
    const stop = this.addFunction('stop-agents', {
      ...environment,
      STOP_AGENT_DOCUMENT: documents.upkeepDocumentName('stop-agent'),
    });
    documents.grantUpkeep(cordon, 'cordon-nodes');
    documents.grantUpkeep(stop, 'stop-agent');
    for (const each of [cordon, stop]) documents.grantObserve(each);
    const move = this.addFunction('move-services', {
      CLUSTER_TABLE: store.tableName,
      STACK_NAME: config.stackName,
      GATEWAY_FUNCTION_NAME: gateway.function.functionName,
    });
    secrets.grantRead(move);
    gateway.grantInvoke(move);
    for (const each of [cordon, stop, move]) store.grantReadWrite(each);
    return [cordon, stop, move];
  }

  private addPowerFunctions(): ControlFunction[] {
    const { store, fleet } = this.props;
    const environment = { CLUSTER_TABLE: store.tableName };
    const stop = this.addFunction('stop-instances', environment);
    fleet.grantStop(stop);
    const start = this.addFunction('start-instances', environment);
    fleet.grantStart(start);
    for (const each of [stop, start]) {
      store.grantRead(each);
      fleet.grantDescribe(each);
    }
    return [stop, start];
  }

  private addSetAlarms(): ControlFunction {
    const { config, store, alarms } = this.props;
    const set = this.addFunction('set-alarms', { CLUSTER_TABLE: store.tableName, STACK_NAME: config.stackName });
    store.grantRead(set);
    alarms.grantSet(set);
    alarms.grantDelete(set);
    return set;
  }

  private addAddOnFunctions(): ControlFunction[] {
    const { config, store, secrets, gateway } = this.props;
    const environment = {
      CLUSTER_TABLE: store.tableName,
      STACK_NAME: config.stackName,
      GATEWAY_FUNCTION_NAME: gateway.function.functionName,
    };
    const deploy = this.addFunction('deploy-add-on', environment);
    const remove = this.addFunction('remove-add-on', environment);
    for (const each of [deploy, remove]) {
      store.grantRead(each);
      secrets.grantRead(each);
      gateway.grantInvoke(each);
    }
    return [deploy, remove];
  }

  private addFunction<F extends FunctionName>(name: F, environment: EnvironmentOf<F>): ControlFunction {
    const { functionDefaults } = this.props;
    return new ControlFunction<F>(this, pascalCase(name), { ...functionDefaults, name, environment });
  }
}

/** Starting runs of the loops and waking waiting ones. */
export function grantWake(
  grantee: iam.IGrantable,
  to: Pick<Capabilities, 'reconcileStateMachineArn' | 'runWorkloadStateMachineArn'>,
): iam.Grant {
  return allow(grantee, {
    actions: ['states:StartExecution', 'states:SendTaskSuccess'],
    resources: [to.reconcileStateMachineArn, to.runWorkloadStateMachineArn],
  });
}

/** Finding and removing whatever was made for a cluster, except its instances. */
export function grantCleanUp(grantee: iam.IGrantable, { foundations, roles, secrets, alarms }: Capabilities): void {
  foundations.grantDescribe(grantee);
  foundations.grantCleanUp(grantee);
  roles.grantDelete(grantee);
  secrets.grantDelete(grantee);
  alarms.grantDelete(grantee);
}
