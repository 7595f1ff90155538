import type { EnvironmentOf } from '../lambdas/contracts/functions.ts';
import type { Callbacks } from './callbacks.ts';
import type { ClusterAlarms } from './cluster-alarms.ts';
import type { ClusterFoundations } from './cluster-foundations.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';
import type { ClusterStore } from './cluster-store.ts';
import type { Config } from './config.ts';
import type { ControlFunction, FunctionDefaults } from './control-function.ts';
import { type Network, subnetChoices } from './network.ts';
import type { NodeDocuments } from './node-documents.ts';
import type { NodeFleet } from './node-fleet.ts';
import type { NodeRoles } from './node-roles.ts';
import type { Signals } from './signals.ts';

/** What the stack's functions are wired to. */
export interface Capabilities {
  readonly config: Config;
  readonly functionDefaults: FunctionDefaults;
  readonly store: ClusterStore;
  readonly signals: Signals;
  readonly callbacks: Callbacks;
  readonly network: Network;
  /** The one function in the VPC, and the one way to clusters' Mesos, Marathon and Chronos. */
  readonly gateway: ControlFunction<'query-mesos'>;
  readonly roles: NodeRoles;
  readonly fleet: NodeFleet;
  readonly foundations: ClusterFoundations;
  readonly documents: NodeDocuments;
  readonly secrets: ClusterSecrets;
  readonly alarms: ClusterAlarms;
  /** Of the loops; known before the machines exist, since functions inside them start and wake their executions. */
  readonly reconcileStateMachineArn: string;
  readonly runWorkloadStateMachineArn: string;
}

/** Variables of functions that signal loops. */
export function workflowEnvironment(to: Capabilities): EnvironmentOf<'await-signal'> {
  return {
    CLUSTER_TABLE: to.store.tableName,
    RECONCILE_STATE_MACHINE_ARN: to.reconcileStateMachineArn,
    RUN_WORKLOAD_STATE_MACHINE_ARN: to.runWorkloadStateMachineArn,
  };
}

/** Subnets by kind, as JSON. */
export function subnetEnvironment({ network }: Capabilities): Record<'PUBLIC_SUBNETS' | 'PRIVATE_SUBNETS', string> {
  return {
    PUBLIC_SUBNETS: subnetChoices(network, network.publicSubnets),
    PRIVATE_SUBNETS: subnetChoices(network, network.privateSubnets),
  };
}

/** Variables of functions that make, launch or remove what clusters consist of. */
export function nodeEnvironment(to: Capabilities): EnvironmentOf<'prepare-cluster'> {
  return {
    CLUSTER_TABLE: to.store.tableName,
    STACK_NAME: to.config.stackName,
    VPC_ID: to.network.vpc.vpcId,
    ...subnetEnvironment(to),
    GATEWAY_SECURITY_GROUP_ID: to.network.gatewaySecurityGroup.securityGroupId,
    SIGNALS_QUEUE_URL: to.signals.queue.queueUrl,
    NODE_ROLE_PATH: to.roles.path,
    NODE_BOUNDARY_ARN: to.roles.boundary.managedPolicyArn,
    MASTER_POLICY_ARN: to.roles.policyArn('master'),
    SLAVE_POLICY_ARN: to.roles.policyArn('slave'),
    LOAD_BALANCER_POLICY_ARN: to.roles.policyArn('load-balancer'),
    NODE_IMAGE: to.config.nodeImage,
    NODE_ENCRYPTION_KEY_ID: to.config.nodeEncryptionKeyArn ?? '',
  };
}
