/**
 * All that can be configured, by CDK context: `cdk.json`, or `-c key=value` where lists and objects are written as JSON.
 * Every fault is reported at once, by key.
 */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { ReleaseName } from '../lambdas/contracts/cluster.ts';
import {
  AllowedNetworks,
  ApiAccess,
  ApiLimits,
  ControlRules,
  OnedataProvider,
  TrustedIssuer,
  VolumeBase,
} from '../lambdas/contracts/functions.ts';

const retentionDays = Object.values(RetentionDays).filter((days) => typeof days === 'number');

/** What three subnets per kind, each an eighth of the VPC, leave room for: /16 (EC2's largest) to /25. */
const VpcCidr = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-5])$/, 'must be an IPv4 range from /16 to /25, such as 10.0.0.0/16');

const SubnetConfig = z.strictObject({
  id: z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must look like subnet-0123456789abcdef0'),
  zone: z.string().regex(/^[a-z0-9-]+[a-z]$/, 'must be the name of a zone, such as eu-west-1a'),
});

/** Every rule has a default, so that a configuration names only those it changes. Times in seconds. */
export const RulesConfig = z
  .strictObject({
    maxSlavesPerCluster: ControlRules.shape.maxSlavesPerCluster.default(5000),
    bootTimeoutSeconds: ControlRules.shape.bootTimeoutSeconds.default(420),
    startTimeoutSeconds: ControlRules.shape.startTimeoutSeconds.default(900),
    startAttempts: ControlRules.shape.startAttempts.default(2),
    maxReplacements: ControlRules.shape.maxReplacements.default(3),
    capacityHoldSeconds: ControlRules.shape.capacityHoldSeconds.default(180),
    deploymentTimeoutSeconds: ControlRules.shape.deploymentTimeoutSeconds.default(3600),
    launchBatch: ControlRules.shape.launchBatch.max(1000, 'EC2 launches at most 1000 instances at once').default(500),
    resyncSeconds: ControlRules.shape.resyncSeconds.default(900),
    targetAllocation: ControlRules.shape.targetAllocation.default(1),
    spareSlaves: ControlRules.shape.spareSlaves.default(0),
    scaleInSeconds: ControlRules.shape.scaleInSeconds.default(300),
  })
  .refine((rules) => rules.bootTimeoutSeconds + rules.startTimeoutSeconds < rules.deploymentTimeoutSeconds, {
    path: ['deploymentTimeoutSeconds'],
    message: 'must be longer than bootTimeoutSeconds and startTimeoutSeconds together',
  });

/** What one user may have and do at most; every limit has a default. */
export const LimitsConfig = z.strictObject({
  // All that an owner has is one item of the table, which has room for some six thousand.
  deploymentsPerOwner: ApiLimits.shape.deploymentsPerOwner.max(5000).default(100),
  requestsPerSecond: ApiLimits.shape.requestsPerSecond.default(20),
  requestBurst: ApiLimits.shape.requestBurst.default(200),
});

const Settings = z.object({
  /** Name of the CloudFormation stack; part of role paths and of the tags on all that is made for clusters. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,40}$/, 'must be up to 41 letters, digits and hyphens')
    .default('mesoscale'),
  /** An existing VPC; without it a new one is made. */
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]{8,17}$/, 'must look like vpc-0123456789abcdef0')
    .optional(),
  /** Range of the VPC: of a new one 10.0.0.0/16 unless given, of an existing one what it has, for the gateway's way to masters. */
  vpcCidr: VpcCidr.optional(),
  /** Of an existing VPC: subnets with a route to an internet gateway, one per zone. */
  publicSubnets: z.array(SubnetConfig).default([]),
  /** Of an existing VPC: subnets behind NAT, one per zone. Empty: all nodes live in the public subnets. */
  privateSubnets: z.array(SubnetConfig).default([]),
  /** Of a new VPC. 0: nodes live in public subnets, and nothing costs while nothing runs. */
  natGateways: z.number().int().min(0).max(3, 'one per zone at most: 3').default(0),
  /** Whose tokens the API takes; the default of the stack parameter OidcIssuers. */
  oidcIssuers: z.array(z.strictObject(TrustedIssuer.shape)).default([]),
  /** Each `subject@issuer`: who may list the deployments of their whole organization. */
  apiAdministrators: z
    .array(z.string().regex(/^.+@https?:\/\/\S+$/, 'must be <subject>@<issuer>, the issuer as a URL'))
    .default([]),
  /** Scopes that tokens must hold, one of each list that is not empty. INDIGO's: see docs/api.md. */
  requiredScopes: z
    .strictObject({
      change: ApiAccess.shape.requiredScopes.shape.change.default([]),
      act: ApiAccess.shape.requiredScopes.shape.act.default([]),
    })
    .prefault({}),
  /** Image of nodes whose template names none: an AMI id, or `resolve:ssm:` and a public parameter's name. */
  nodeImage: z
    .string()
    .regex(/^(ami-[0-9a-f]{8,17}|resolve:ssm:\/[A-Za-z0-9._/-]+)$/, 'must be an AMI id or resolve:ssm:/<parameter>')
    .default('resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id'),
  /** KMS key for the nodes' disks; the default is the account's EBS default key. */
  nodeEncryptionKeyArn: z
    .string()
    .regex(/^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, 'must be the ARN of a KMS key')
    .optional(),
  /** Registry and path in front of every container image, a mirror for instance; empty: each image's own registry. */
  imageRegistry: z
    .string()
    .regex(/^([A-Za-z0-9][A-Za-z0-9._:/-]*[A-Za-z0-9])?$/, 'must be host[:port][/path], no slash at the end')
    .default(''),
  /** By release and component: images that replace the catalogue's. */
  imageOverrides: z.partialRecord(ReleaseName, z.record(z.string(), z.string().min(1))).default({}),
  rules: RulesConfig.prefault({}),
  /** Templates beyond this are refused. A deployment is one DynamoDB item (400 KB), of which the template is the bulk. */
  maxTemplateBytes: z
    .number()
    .int()
    .min(1024)
    .max(300 * 1024)
    .default(256 * 1024),
  /** What all callers together may ask of the API: beyond it is status 429. */
  apiThrottle: z
    .strictObject({
      requestsPerSecond: z.number().int().positive().max(10_000, 'API Gateway serves at most 10000').default(100),
      /** At once, after a while of quiet. */
      burst: z.number().int().positive().max(5_000, 'API Gateway serves at most 5000').default(400),
    })
    .prefault({}),
  /**
   * Whether the stack sets the role by which API Gateway writes logs, a setting of the whole account and region. Without one the
   * API cannot be deployed; false: it is looked after elsewhere.
   */
  apiAccountRole: z.boolean().default(true),
  /** What one user may have and do; every limit has a default. */
  limits: LimitsConfig.prefault({}),
  /** Directory of the slaves below which local volumes of services and jobs lie, with a slash at its end. */
  workloadVolumeBase: VolumeBase.default('/var/lib/mesoscale/volumes/'),
  /** The Onedata that services and jobs read `onezone`, `selected_provider`, `space` and `path` of; by default there is none. */
  onedataProvider: z.strictObject(OnedataProvider.shape).optional(),
  /** Networks, such as `10.1.0.0/16`, that callbacks may go to although they are not public; by default there are none. */
  callbackAllowedNetworks: AllowedNetworks.default([]),
  /** Of all log groups. */
  logRetentionDays: z
    .number()
    .refine((days) => retentionDays.includes(days), { error: 'must be a retention CloudWatch knows, such as 30' })
    .default(30),
  /** Who is mailed when an alarm goes off; nobody by default. */
  alarmEmail: z.email().optional(),
  /** What becomes of the table when the stack is deleted. */
  tableRemovalPolicy: z.enum(['retain', 'destroy']).default('retain'),
});

/** What must hold between the settings of the network. */
const networkRules: readonly {
  key: string;
  message: string;
  holds: (settings: z.output<typeof Settings>) => boolean;
}[] = [
  {
    key: 'publicSubnets',
    message: 'goes with vpcId only: a new VPC gets subnets of its own',
    holds: ({ vpcId, publicSubnets }) => vpcId !== undefined || publicSubnets.length === 0,
  },
  {
    key: 'privateSubnets',
    message: 'goes with vpcId only: a new VPC gets subnets of its own',
    holds: ({ vpcId, privateSubnets }) => vpcId !== undefined || privateSubnets.length === 0,
  },
  {
    key: 'publicSubnets',
    message: 'must name at least one subnet of the VPC',
    holds: ({ vpcId, publicSubnets }) => vpcId === undefined || publicSubnets.length > 0,
  },
  {
    key: 'vpcCidr',
    message: 'must be given with vpcId: the range that the VPC has',
    holds: ({ vpcId, vpcCidr }) => vpcId === undefined || vpcCidr !== undefined,
  },
  {
    key: 'natGateways',
    message: 'goes with a new VPC only: name privateSubnets instead',
    holds: ({ vpcId, natGateways }) => vpcId === undefined || natGateways === 0,
  },
  {
    key: 'publicSubnets',
    message: 'must be one per zone',
    holds: ({ publicSubnets }) => isOnePerZone(publicSubnets),
  },
  {
    key: 'privateSubnets',
    message: 'must be one per zone',
    holds: ({ privateSubnets }) => isOnePerZone(privateSubnets),
  },
];
const networkKeys: ReadonlySet<unknown> = new Set([
  'vpcId',
  'vpcCidr',
  'publicSubnets',
  'privateSubnets',
  'natGateways',
]);

/** The context keys. Rules between keys are checked beside other faults, as long as the keys themselves are right. */
export const ConfigSchema = networkRules.reduce(
  (schema, { key, message, holds }) =>
    schema.refine(holds, {
      path: [key],
      message,
      when: ({ issues }) => !issues.some(({ path }) => networkKeys.has(path?.[0])),
    }),
  Settings,
);

/** The parsed configuration, defaults filled in. */
export type Config = z.output<typeof Settings>;

function isOnePerZone(subnets: readonly { readonly zone: string }[]): boolean {
  return new Set(subnets.map(({ zone }) => zone)).size === subnets.length;
}

/** Keys whose values are text; all others may be given as JSON text, which is all that `-c` can give. */
const textKeys = new Set([
  'stackName',
  'vpcId',
  'vpcCidr',
  'nodeImage',
  'nodeEncryptionKeyArn',
  'imageRegistry',
  'alarmEmail',
  'tableRemovalPolicy',
  'workloadVolumeBase',
]);

/** The context does not hold to `ConfigSchema`. The message lists every fault by key. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
}

/**
 * Reads the configuration out of the whole CDK context. Keys of the CDK itself and of other tools hold a `:`, `/`, `@` or `-`
 * and are left alone; any other unknown key is a fault, since a misspelled setting would silently not apply.
 * @throws InvalidConfiguration
 */
export function parseConfig(context: Readonly<Record<string, unknown>>): Config {
  const known = Object.keys(ConfigSchema.shape);
  const plain = Object.keys(context).filter((key) => /^[A-Za-z][A-Za-z0-9]*$/.test(key));
  const unknown = plain.filter((key) => !known.includes(key));
  const parsed = ConfigSchema.safeParse(
    Object.fromEntries(plain.filter((key) => known.includes(key)).map((key) => [key, readValue(key, context[key])])),
  );
  const faults = [
    ...unknown.map((key) => `${key}: is not a known key; known are ${known.join(', ')}`),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
  ];
  if (faults.length > 0 || !parsed.success)
    throw new InvalidConfiguration(`the CDK context is wrong in ${faults.length} place(s):\n  ${faults.join('\n  ')}`);
  return parsed.data;
}

function readValue(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || textKeys.has(key)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // Left as text: the schema then says what it expected under this key.
    return value;
  }
}
