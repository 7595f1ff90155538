/**
 * The environment of every function: the schema that the function checks at its start, and that the constructs' types hold
 * the stack to. Keys are the environment variables' names.
 */
import * as z from 'zod';

const nonEmpty = z.string().min(1);
/** JSON in an environment variable. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

export const SubnetChoice = z.object({ id: nonEmpty, zone: nonEmpty });
export type SubnetChoice = z.infer<typeof SubnetChoice>;

/** Limits and patience, set at deploy time. Times in seconds. */
export const ControlRules = z.object({
  maxSlavesPerCluster: z.number().int().positive(),
  /** From launch until SSM sees the node. */
  bootTimeoutSeconds: z.number().int().positive(),
  /** From the start command until the node reports healthy. */
  startTimeoutSeconds: z.number().int().positive(),
  /** Start commands on one node before it is replaced. */
  startAttempts: z.number().int().positive(),
  /** Replacements per group (per slot for masters) while a deployment is in progress. */
  maxReplacements: z.number().int().min(0),
  /** How long an offering without capacity is left alone. */
  capacityHoldSeconds: z.number().int().positive(),
  /** How long a whole deployment may take unless the request says otherwise. */
  deploymentTimeoutSeconds: z.number().int().positive(),
  /** At most this many instances per CreateFleet call. */
  launchBatch: z.number().int().positive(),
  /** A settled cluster is looked at again after this long even if nothing was heard. */
  resyncSeconds: z.number().int().positive(),
  /** Elastic slaves: the part of what they offer that tasks may hold before more are launched; 1: no room is kept free. */
  targetAllocation: z.number().min(0.1).max(1),
  /** Elastic slaves: room of so many more is kept free in a group on which anything runs or waits, within its bounds. */
  spareSlaves: z.number().min(0).max(100),
  /** Elastic slaves: how long fewer must have been enough before any go. */
  scaleInSeconds: z.number().int().min(0).max(86_400),
});
export type ControlRules = z.infer<typeof ControlRules>;

/** Networks, as CIDRs, that callbacks may go to although their addresses are not public. */
export const AllowedNetworks = z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be a network such as 10.1.0.0/16'));

/** What one user may have and do, set at deploy time. */
export const ApiLimits = z.object({
  /** Deployments that exist at the same time. */
  deploymentsPerOwner: z.number().int().positive(),
  /** Requests of one caller that one instance of the function takes per second, and at once. */
  requestsPerSecond: z.number().positive(),
  requestBurst: z.number().int().positive(),
});
export type ApiLimits = z.infer<typeof ApiLimits>;

export const StoreEnv = z.object({ CLUSTER_TABLE: nonEmpty });
export const SignalEnv = z.object({ SIGNALS_QUEUE_URL: nonEmpty });
export const WorkflowEnv = z.object({
  ...StoreEnv.shape,
  RECONCILE_STATE_MACHINE_ARN: nonEmpty,
  RUN_WORKLOAD_STATE_MACHINE_ARN: nonEmpty,
});
/** Where and as what nodes are launched. */
export const NodeEnv = z.object({
  ...StoreEnv.shape,
  STACK_NAME: nonEmpty,
  AWS_REGION: nonEmpty,
  VPC_ID: nonEmpty,
  /** Subnets with a route to an internet gateway, one per zone. */
  PUBLIC_SUBNETS: json(z.array(SubnetChoice).min(1)),
  /** Subnets behind NAT, one per zone; empty: all nodes live in the public subnets. */
  PRIVATE_SUBNETS: json(z.array(SubnetChoice)),
  GATEWAY_SECURITY_GROUP_ID: nonEmpty,
  SIGNALS_QUEUE_URL: nonEmpty,
  /** IAM path of all that is made for clusters, with slashes at both ends. */
  NODE_ROLE_PATH: z.string().regex(/^\/.*\/$/),
  NODE_BOUNDARY_ARN: nonEmpty,
  MASTER_POLICY_ARN: nonEmpty,
  SLAVE_POLICY_ARN: nonEmpty,
  LOAD_BALANCER_POLICY_ARN: nonEmpty,
  /** AMI id, or `resolve:ssm:<parameter>`. */
  NODE_IMAGE: nonEmpty,
  NODE_ENCRYPTION_KEY_ID: z.string(),
});

/** An OpenID Connect provider whose access tokens the API takes. */
export const TrustedIssuer = z.object({
  issuer: z.url(),
  /** Required in the token's `aud` if given. */
  audience: z.string().min(1).optional(),
  /** Organization of users whose token names none: all users of the issuer then see each other's deployments. */
  organization: z.string().min(1).optional(),
});
export type TrustedIssuer = z.infer<typeof TrustedIssuer>;
export const AuthorizeRequestEnv = z.object({
  OIDC_ISSUERS: json(z.array(TrustedIssuer)),
});

/** Who may do more, and what tokens must allow, set at deploy time. */
export const ApiAccess = z.object({
  /** Each `subject@issuer`: they list the deployments of their whole organization. */
  administrators: z.array(nonEmpty),
  /** A token must hold one of the scopes; none are asked for where the list is empty. */
  requiredScopes: z.object({
    /** To create, update, reset and delete deployments. */
    change: z.array(nonEmpty),
    /** For actions on resources. */
    act: z.array(nonEmpty),
  }),
});
export type ApiAccess = z.infer<typeof ApiAccess>;

/** On slaves, in front of the ids of what uses them: directories of local volumes of services and jobs. */
export const VolumeBase = z.string().regex(/^\/([A-Za-z0-9._-]+\/)+$/, 'must be an absolute path with / at its end');

/** The Onedata that services and jobs use. */
export const OnedataProvider = z.object({
  /** Host name or URL of the Onezone. */
  onezone: nonEmpty,
  /** Host name of the Oneprovider. */
  provider: nonEmpty,
  /** For templates that leave the space to the orchestrator: its name, and the path in it. */
  space: nonEmpty.optional(),
  path: nonEmpty.optional(),
});
export type OnedataProvider = z.infer<typeof OnedataProvider>;

/** Which build of the product is deployed; `unknown` where it was built outside a git work tree. */
export const BuildInfo = z.object({
  /** Id of the commit, ending in `-dirty` if files differed from it. */
  revision: nonEmpty,
  branch: nonEmpty,
  /** Time of the commit, as `2024-03-01T00:00Z`. */
  time: nonEmpty,
});
export type BuildInfo = z.infer<typeof BuildInfo>;
export const ServeApiEnv = z.object({
  ...StoreEnv.shape,
  ...SignalEnv.shape,
  /** Tags the secrets that POST creates. */
  STACK_NAME: nonEmpty,
  AWS_REGION: nonEmpty,
  /** Their zones are those that a template may place nodes in. */
  PUBLIC_SUBNETS: NodeEnv.shape.PUBLIC_SUBNETS,
  CONTROL_RULES: json(ControlRules),
  MAX_TEMPLATE_BYTES: z.coerce.number().int().positive(),
  API_LIMITS: json(ApiLimits),
  CALLBACK_ALLOWED_NETWORKS: json(AllowedNetworks),
  API_ACCESS: json(ApiAccess),
  BUILD_INFO: json(BuildInfo),
  /** Shows which clusters have room for services and jobs. */
  GATEWAY_FUNCTION_NAME: nonEmpty,
  WORKLOAD_VOLUME_BASE: VolumeBase,
  ONEDATA_PROVIDER: json(OnedataProvider.nullable()),
});
export const CallbackEnv = z.object({ ...StoreEnv.shape, CALLBACKS_QUEUE_URL: nonEmpty });
export const WakeClusterEnv = WorkflowEnv;
export const SweepClustersEnv = z.object({ ...NodeEnv.shape, ...WorkflowEnv.shape });
export const PlanClusterEnv = z.object({
  ...StoreEnv.shape,
  ...SignalEnv.shape,
  STACK_NAME: nonEmpty,
  AWS_REGION: nonEmpty,
  PUBLIC_SUBNETS: NodeEnv.shape.PUBLIC_SUBNETS,
  PRIVATE_SUBNETS: NodeEnv.shape.PRIVATE_SUBNETS,
  GATEWAY_FUNCTION_NAME: nonEmpty,
  CONTROL_RULES: json(ControlRules),
});
export const AwaitSignalEnv = WorkflowEnv;
export const EndRunEnv = WorkflowEnv;
export const PrepareClusterEnv = NodeEnv;
/** Launches need the rules to know how long an offering without capacity is left alone. */
export const LaunchEnv = z.object({ ...NodeEnv.shape, CONTROL_RULES: json(ControlRules) });
export const LaunchMasterEnv = LaunchEnv;
export const LaunchLoadBalancerEnv = LaunchEnv;
export const LaunchSlavesEnv = LaunchEnv;
export const StartContainersEnv = z.object({
  ...StoreEnv.shape,
  SIGNALS_QUEUE_URL: nonEmpty,
  START_MASTER_DOCUMENT: nonEmpty,
  START_SLAVE_DOCUMENT: nonEmpty,
  START_LOAD_BALANCER_DOCUMENT: nonEmpty,
  /** Registry and path in front of every image, without a trailing slash; empty: each image's own. */
  IMAGE_REGISTRY: z.string(),
  /** Per release and component, images that replace the catalogue's. */
  IMAGE_OVERRIDES: json(z.record(z.string(), z.record(z.string(), z.string()))),
  CONTROL_RULES: json(ControlRules),
});
export const TerminateNodesEnv = StoreEnv;
export const MoveVirtualAddressEnv = StoreEnv;
export const PublishOutputsEnv = StoreEnv;
/** Both read the cluster's secret and talk to Marathon through the gateway. */
export const AddOnEnv = z.object({ ...StoreEnv.shape, STACK_NAME: nonEmpty, GATEWAY_FUNCTION_NAME: nonEmpty });
/** Sending one document to nodes. */
const UpkeepEnv = z.object({ ...StoreEnv.shape, ...SignalEnv.shape });
export const CordonNodesEnv = z.object({ ...UpkeepEnv.shape, CORDON_NODES_DOCUMENT: nonEmpty });
export const StopAgentsEnv = z.object({ ...UpkeepEnv.shape, STOP_AGENT_DOCUMENT: nonEmpty });
/** As for add-ons; besides, it concludes as PlanCluster does, signals loops, and hands clusters on to itself. */
export const CollectLoadEnv = z.object({
  ...AddOnEnv.shape,
  ...SignalEnv.shape,
  CONTROL_RULES: json(ControlRules),
  AWS_LAMBDA_FUNCTION_NAME: nonEmpty,
});
export const SetAlarmsEnv = z.object({ ...StoreEnv.shape, STACK_NAME: nonEmpty });
/** As for add-ons: Marathon is asked through the gateway. */
export const MoveServicesEnv = AddOnEnv;
export const StopInstancesEnv = StoreEnv;
export const StartInstancesEnv = StoreEnv;
export const CleanUpClusterEnv = NodeEnv;
export const SendCallbackEnv = CallbackEnv;
/** All of a workload's loop that asks Marathon or Chronos. */
export const WorkloadEnv = AddOnEnv;
/** It signals the loop of the workload's cluster, too. */
export const PlanWorkloadEnv = z.object({ ...WorkloadEnv.shape, ...SignalEnv.shape });
export const EndWorkloadEnv = z.object({ ...StoreEnv.shape, STACK_NAME: nonEmpty });
export const DeliverCallbackEnv = z.object({
  ...CallbackEnv.shape,
  AWS_REGION: nonEmpty,
  /** CIDRs of receivers that are allowed although they are not public. */
  CALLBACK_ALLOWED_NETWORKS: json(AllowedNetworks),
});
/** The gateway is in the VPC and uses no AWS API. */
export const QueryMesosEnv = z.object({});

/** Every function by the name of its handler file. */
export const functionEnvs = {
  'authorize-request': AuthorizeRequestEnv,
  'serve-api': ServeApiEnv,
  'wake-cluster': WakeClusterEnv,
  'sweep-clusters': SweepClustersEnv,
  'collect-load': CollectLoadEnv,
  'plan-cluster': PlanClusterEnv,
  'await-signal': AwaitSignalEnv,
  'end-run': EndRunEnv,
  'prepare-cluster': PrepareClusterEnv,
  'launch-master': LaunchMasterEnv,
  'launch-load-balancer': LaunchLoadBalancerEnv,
  'launch-slaves': LaunchSlavesEnv,
  'start-containers': StartContainersEnv,
  'terminate-nodes': TerminateNodesEnv,
  'move-virtual-address': MoveVirtualAddressEnv,
  'publish-outputs': PublishOutputsEnv,
  'clean-up-cluster': CleanUpClusterEnv,
  'deploy-add-on': AddOnEnv,
  'remove-add-on': AddOnEnv,
  'send-callback': SendCallbackEnv,
  'plan-workload': PlanWorkloadEnv,
  'submit-workload': WorkloadEnv,
  'withdraw-workload': WorkloadEnv,
  'publish-workload': WorkloadEnv,
  'end-workload': EndWorkloadEnv,
  'cordon-nodes': CordonNodesEnv,
  'move-services': MoveServicesEnv,
  'stop-agents': StopAgentsEnv,
  'stop-instances': StopInstancesEnv,
  'start-instances': StartInstancesEnv,
  'set-alarms': SetAlarmsEnv,
  'deliver-callback': DeliverCallbackEnv,
  'query-mesos': QueryMesosEnv,
} as const;
export type FunctionName = keyof typeof functionEnvs;

/** Variables that Lambda itself sets. */
export const setByLambda = ['AWS_REGION', 'AWS_LAMBDA_FUNCTION_NAME'] as const;
type SetByLambda = (typeof setByLambda)[number];
/** The environment that a construct must give a function: all keys of its schema, as text. */
export type EnvironmentOf<F extends FunctionName> = {
  [K in Exclude<keyof z.input<(typeof functionEnvs)[F]>, SetByLambda>]: string;
};
