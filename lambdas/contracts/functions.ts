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
});
export type ControlRules = z.infer<typeof ControlRules>;

export const StoreEnv = z.object({ CLUSTER_TABLE: nonEmpty });
export const SignalEnv = z.object({ SIGNALS_QUEUE_URL: nonEmpty });
export const WorkflowEnv = z.object({ ...StoreEnv.shape, RECONCILE_STATE_MACHINE_ARN: nonEmpty });
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

export const AuthorizeRequestEnv = z.object({
  OIDC_ISSUERS: json(z.array(z.object({ issuer: z.url(), audience: z.string().optional() }))),
});
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
});
export const WakeClusterEnv = WorkflowEnv;
export const SweepClustersEnv = z.object({ ...NodeEnv.shape, ...WorkflowEnv.shape });
export const PlanClusterEnv = z.object({
  ...StoreEnv.shape,
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
export const CleanUpClusterEnv = NodeEnv;
/** The gateway is in the VPC and uses no AWS API. */
export const QueryMesosEnv = z.object({});

/** Every function by the name of its handler file. */
export const functionEnvs = {
  'authorize-request': AuthorizeRequestEnv,
  'serve-api': ServeApiEnv,
  'wake-cluster': WakeClusterEnv,
  'sweep-clusters': SweepClustersEnv,
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
  'query-mesos': QueryMesosEnv,
} as const;
export type FunctionName = keyof typeof functionEnvs;

/** Variables that Lambda itself sets. */
type SetByLambda = 'AWS_REGION';
/** The environment that a construct must give a function: all keys of its schema, as text. */
export type EnvironmentOf<F extends FunctionName> = {
  [K in Exclude<keyof z.input<(typeof functionEnvs)[F]>, SetByLambda>]: string;
};
