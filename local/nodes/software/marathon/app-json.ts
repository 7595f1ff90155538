/** An app as a client sends it. What is not named here Marathon ignores. */
import * as z from 'zod';

const text = z.string();
const amount = z.number().min(0);
const port = z.number().int().min(0).max(65_535);
const labels = z.record(text, text);
const PortMapping = z.object({
  containerPort: port.default(0),
  hostPort: port.nullish(),
  servicePort: port.nullish(),
  protocol: z.enum(['tcp', 'udp', 'udp,tcp']).default('tcp'),
  name: text.nullish(),
  labels: labels.optional(),
});
const PortDefinition = z.object({
  port: port.default(0),
  protocol: z.enum(['tcp', 'udp', 'udp,tcp']).default('tcp'),
  name: text.nullish(),
  labels: labels.optional(),
});

export const AppJson = z.object({
  id: text.optional(),
  cmd: text.nullish(),
  args: z.array(text).nullish(),
  user: text.nullish(),
  env: z.record(text, z.union([text, z.object({ secret: text })])).optional(),
  instances: z.number().int().min(0).default(1),
  cpus: amount.default(1),
  mem: amount.default(128),
  disk: amount.default(0),
  gpus: z.number().int().min(0).default(0),
  constraints: z.array(z.array(text).min(2).max(3)).default([]),
  uris: z.array(text).nullish(),
  fetch: z.array(z.looseObject({ uri: text })).nullish(),
  ports: z.array(port).nullish(),
  portDefinitions: z.array(PortDefinition).nullish(),
  requirePorts: z.boolean().default(false),
  networks: z.array(z.object({ mode: text, name: text.optional(), labels: labels.optional() })).nullish(),
  container: z
    .object({
      type: z.enum(['DOCKER', 'MESOS']).default('DOCKER'),
      docker: z
        .object({
          image: text,
          network: z.enum(['HOST', 'BRIDGE', 'USER', 'NONE']).nullish(),
          portMappings: z.array(PortMapping).nullish(),
          privileged: z.boolean().default(false),
          forcePullImage: z.boolean().default(false),
          parameters: z.array(z.object({ key: text, value: text })).default([]),
        })
        .nullish(),
      portMappings: z.array(PortMapping).nullish(),
      volumes: z.array(z.looseObject({ containerPath: text, mode: z.enum(['RW', 'RO']) })).default([]),
    })
    .nullish(),
  healthChecks: z
    .array(
      z.looseObject({
        protocol: text.default('HTTP'),
        gracePeriodSeconds: amount.default(300),
        intervalSeconds: amount.default(60),
        maxConsecutiveFailures: z.number().int().min(0).default(3),
        timeoutSeconds: amount.default(20),
      }),
    )
    .default([]),
  backoffSeconds: amount.default(1),
  backoffFactor: z.number().min(1).default(1.15),
  maxLaunchDelaySeconds: amount.default(3600),
  upgradeStrategy: z
    .object({
      minimumHealthCapacity: z.number().min(0).max(1).default(1),
      maximumOverCapacity: z.number().min(0).max(1).default(1),
    })
    .default({ minimumHealthCapacity: 1, maximumOverCapacity: 1 }),
  dependencies: z.array(text).default([]),
  acceptedResourceRoles: z.array(text).nullish(),
  labels: labels.default({}),
  secrets: z.record(text, z.object({ source: text })).default({}),
});
export type AppJson = z.infer<typeof AppJson>;

export interface GroupJson {
  readonly id?: string | undefined;
  readonly apps?: readonly unknown[] | undefined;
  readonly groups?: readonly GroupJson[] | undefined;
  readonly dependencies?: readonly string[] | undefined;
  readonly scaleBy?: number | undefined;
}
export const GroupJson: z.ZodType<GroupJson> = z.object({
  id: text.optional(),
  apps: z.array(z.unknown()).optional(),
  get groups() {
    return z.array(GroupJson).optional();
  },
  dependencies: z.array(text).optional(),
  scaleBy: z.number().positive().optional(),
});

export interface Fault {
  readonly path: string;
  readonly errors: readonly string[];
}

/** Zod's issues with Marathon's paths: `/apps(0)/instances`. */
export function faultsOf(error: z.ZodError, prefix = ''): Fault[] {
  return error.issues.map(({ path, message }) => ({
    path: prefix + path.map((part) => (typeof part === 'number' ? `(${part})` : `/${String(part)}`)).join('') || '/',
    errors: [message],
  }));
}
