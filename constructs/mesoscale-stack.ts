import { Annotations, CfnOutput, CfnParameter, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BuildInfo } from '../lambdas/contracts/functions.ts';
import { Api } from './api.ts';
import { CallbackDelivery, Callbacks } from './callbacks.ts';
import { type Capabilities, workflowEnvironment } from './capabilities.ts';
import { ClusterAlarms } from './cluster-alarms.ts';
import { ClusterFoundations } from './cluster-foundations.ts';
import { ClusterSecrets } from './cluster-secrets.ts';
import { ClusterStore } from './cluster-store.ts';
import type { Config } from './config.ts';
import { ControlFunction } from './control-function.ts';
import { LoadCollection } from './load-collection.ts';
import { Network, zoneCount } from './network.ts';
import { NodeDocuments } from './node-documents.ts';
import { NodeFleet } from './node-fleet.ts';
import { NodeRoles } from './node-roles.ts';
import { Observability } from './observability.ts';
import { grantWake, Reconciler } from './reconciler.ts';
import { Signals } from './signals.ts';
import { Sweep } from './sweep.ts';
import { stateMachineArn } from './workflow.ts';
import { WorkloadRunner } from './workload-runner.ts';

export interface MesoscaleStackProps extends StackProps {
  readonly config: Config;
  /** What `/info` tells of the build. */
  readonly build: BuildInfo;
  /** Directory with one directory per function, as `npm run bundle` makes it. */
  readonly functionsDir: string;
}

/** The whole control plane. It names no account and no region: one synthesized template fits all. */
export class MesoscaleStack extends Stack {
  constructor(scope: Construct, id: string, props: MesoscaleStackProps) {
    super(scope, id, props);
    const to = this.addCapabilities(props);
    const stateMachineName = reconcileName(props.config);
    const reconciler = new Reconciler(this, 'Reconciler', { ...to, stateMachineName });
    const workloads = new WorkloadRunner(this, 'WorkloadRunner', {
      ...to,
      stateMachineName: runWorkloadName(props.config),
      shared: reconciler.shared,
    });
    const sweep = new Sweep(this, 'Sweep', to);
    const loadCollection = new LoadCollection(this, 'LoadCollection', to);
    const wakeCluster = this.addWakeCluster(to);
    const delivery = new CallbackDelivery(this, 'CallbackDelivery', {
      ...to,
      allowedNetworks: props.config.callbackAllowedNetworks,
    });
    to.signals.addSources({
      documentNames: to.documents.documentNames,
      stateMachineArns: [to.reconcileStateMachineArn, to.runWorkloadStateMachineArn],
      alarmPrefix: to.alarms.prefix,
    });
    const api = new Api(this, 'Api', {
      ...to,
      build: props.build,
      oidcIssuers: this.addIssuersParameter(props.config),
    });
    new Observability(this, 'Observability', {
      signals: to.signals,
      callbacks: to.callbacks,
      api,
      stateMachines: [reconciler.workflow.stateMachine, workloads.workflow.stateMachine],
      functions: [
        ...api.functions,
        ...[wakeCluster, sweep.function, loadCollection.function, delivery.function],
        ...reconciler.functions,
        ...workloads.functions,
        to.gateway,
      ],
      ...(props.config.alarmEmail === undefined ? {} : { alarmEmail: props.config.alarmEmail }),
    });
    this.addOutputs(to, api);
  }

  /** The first zones of whatever region the stack is deployed to: synthesizing asks no account. */
  override get availabilityZones(): string[] {
    return Array.from({ length: zoneCount }, (_, index) => Fn.select(index, Fn.getAzs()));
  }

  private addCapabilities({ config, functionsDir }: MesoscaleStackProps): Capabilities {
    const { stackName } = config;
    const signals = new Signals(this, 'Signals');
    const network = new Network(this, 'Network', networkProps(config));
    const images = [config.imageRegistry, ...Object.values(config.imageOverrides).flatMap(Object.values<string>)];
    const functionDefaults = { functionsDir, logRetention: config.logRetentionDays };
    const roles = new NodeRoles(this, 'NodeRoles', { stackName, signalsQueueArn: signals.queue.queueArn, images });
    return {
      config,
      functionDefaults,
      store: new ClusterStore(this, 'ClusterStore', { removalPolicy: config.tableRemovalPolicy }),
      signals,
      callbacks: new Callbacks(this, 'Callbacks'),
      network,
      gateway: new ControlFunction(this, 'QueryMesos', {
        ...functionDefaults,
        name: 'query-mesos',
        environment: {},
        network: network.gatewayAttachment,
      }),
      roles,
      fleet: new NodeFleet(this, 'NodeFleet', {
        stackName,
        network,
        roles,
        nodeImage: config.nodeImage,
        ...(config.nodeEncryptionKeyArn === undefined ? {} : { encryptionKeyArn: config.nodeEncryptionKeyArn }),
      }),
      foundations: new ClusterFoundations(this, 'ClusterFoundations', { stackName, network }),
      documents: new NodeDocuments(this, 'NodeDocuments', { stackName }),
      secrets: new ClusterSecrets(this, 'ClusterSecrets'),
      alarms: new ClusterAlarms(this, 'ClusterAlarms', { stackName }),
      reconcileStateMachineArn: stateMachineArn(this, reconcileName(config)),
      runWorkloadStateMachineArn: stateMachineArn(this, runWorkloadName(config)),
    };
  }

  private addWakeCluster(to: Capabilities): ControlFunction<'wake-cluster'> {
    const wakeCluster = new ControlFunction<'wake-cluster'>(this, 'WakeCluster', {
      ...to.functionDefaults,
      name: 'wake-cluster',
      environment: workflowEnvironment(to),
    });
    to.store.grantRead(wakeCluster);
    to.store.grantUpdate(wakeCluster);
    grantWake(wakeCluster, to);
    to.signals.addConsumer(wakeCluster);
    return wakeCluster;
  }

  /** A parameter, so that the issuers can also be given, or changed, when an already synthesized stack is deployed. */
  private addIssuersParameter({ oidcIssuers }: Config): string {
    if (oidcIssuers.length === 0)
      Annotations.of(this).addWarningV2(
        'mesoscale:noIssuers',
        'no OIDC issuer is configured: the API refuses every request until the context key oidcIssuers or the parameter ' +
          'OidcIssuers names one',
      );
    const parameter = new CfnParameter(this, 'OidcIssuers', {
      type: 'String',
      description:
        'JSON list of {"issuer": url, "audience": optional, "organization": optional}: whose tokens the API takes',
      default: JSON.stringify(oidcIssuers),
    });
    return parameter.valueAsString;
  }

  private addOutputs({ store, signals, callbacks, ...to }: Capabilities, api: Api): void {
    const output = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value });
    output('ApiUrl', 'Where the API answers', api.url);
    output('TableName', 'Table of all records', store.tableName);
    output('SignalsQueueUrl', 'Queue of signals', signals.queue.queueUrl);
    output('DeadLettersQueueUrl', 'Queue of what could not be handled', signals.deadLetters.queueUrl);
    output(
      'CallbackDeadLettersQueueUrl',
      'Queue of callbacks that could not be handled',
      callbacks.deadLetters.queueUrl,
    );
    output('ReconcileStateMachineArn', 'The loop of clusters', to.reconcileStateMachineArn);
    output('RunWorkloadStateMachineArn', 'The loop of services and jobs', to.runWorkloadStateMachineArn);
  }
}

function reconcileName({ stackName }: Config): string {
  return `${stackName}-reconcile-cluster`;
}

function runWorkloadName({ stackName }: Config): string {
  return `${stackName}-run-workload`;
}

function networkProps(config: Config) {
  const { vpcId, vpcCidr, publicSubnets, privateSubnets, natGateways, logRetentionDays } = config;
  return {
    cidr: vpcCidr ?? '10.0.0.0/16',
    natGateways,
    logRetention: logRetentionDays,
    ...(vpcId === undefined ? {} : { existing: { vpcId, publicSubnets, privateSubnets } }),
  };
}
