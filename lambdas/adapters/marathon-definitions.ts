/** Reading the definitions of apps and pods, as Marathon 1.1, 1.4 and 1.5 write them, for what a task of them needs. */
import * as z from 'zod';
import type { WaitingTasks } from '../contracts/gateway.ts';

/** What the definition says of each task; what is missing here is told by the launch queue, or by other tasks. */
export type Requirements = Pick<WaitingTasks, 'id' | 'need' | 'constraints' | 'hostPorts' | 'roles'> & {
  /** It has a persistent volume. */
  readonly keepsVolume: boolean;
};

const amount = z.number().min(0);
const port = z.number().int().min(0);
const listOf = <T extends z.ZodType>(item: T) => z.array(item).nullish();

/** Not zero: that means any port. Absent: none, for a container has an address of its own. */
const Mappings = listOf(z.object({ hostPort: port.nullish() }));
const Volumes = listOf(z.object({ persistent: z.unknown().optional() }));
export const AppDefinition = z.object({
  id: z.string(),
  cpus: amount,
  mem: amount,
  disk: amount.nullish(),
  /** Since 1.4. */
  gpus: amount.nullish(),
  constraints: listOf(z.array(z.string())),
  acceptedResourceRoles: listOf(z.string()),
  requirePorts: z.boolean().nullish(),
  portDefinitions: listOf(z.object({ port: port.nullish() })),
  /** 1.5 has the mappings of bridged containers beside `docker`. */
  container: z
    .object({ portMappings: Mappings, docker: z.object({ portMappings: Mappings }).nullish(), volumes: Volumes })
    .nullish(),
  residency: z.unknown().optional(),
});

/** Since 1.4. */
export const PodDefinition = z.object({
  id: z.string(),
  containers: z.array(
    z.object({
      resources: z.object({ cpus: amount, mem: amount, disk: amount.nullish(), gpus: amount.nullish() }),
      endpoints: listOf(z.object({ hostPort: port.nullish() })),
    }),
  ),
  /** Shown since 1.5; taken before, too. */
  executorResources: z.object({ cpus: amount.nullish(), mem: amount.nullish(), disk: amount.nullish() }).nullish(),
  scheduling: z
    .object({
      placement: z
        .object({
          constraints: listOf(z.object({ fieldName: z.string(), operator: z.string(), value: z.string().nullish() })),
          acceptedResourceRoles: listOf(z.string()),
        })
        .nullish(),
    })
    .nullish(),
  volumes: Volumes,
});

/** Of a pod that names none: ExecutorResources in Marathon's API definition (resources.raml). Memory and disk in MB. */
const executorDefaults = { cpus: 0.1, mem: 32, disk: 10 };

/** An app's tasks get what it names and nothing on top: Mesos does not count their executors. */
export function requirementsOfApp(app: z.infer<typeof AppDefinition>): Requirements {
  const { id, cpus, mem, disk, gpus, constraints, acceptedResourceRoles, container, residency } = app;
  return {
    id,
    need: { cpus, mem, disk: disk ?? 0, gpus: gpus ?? 0 },
    constraints: constraints ?? [],
    hostPorts: fixed(portsOf(app)),
    ...rolesOf(acceptedResourceRoles),
    keepsVolume: isSet(residency) || hasPersistent(container?.volumes),
  };
}

/** Ports of the definition count only if they must be the host's, and only where nothing is mapped. */
function portsOf({ container, portDefinitions, requirePorts }: z.infer<typeof AppDefinition>) {
  const mappings = container?.portMappings ?? container?.docker?.portMappings ?? [];
  if (mappings.length > 0) return mappings.map(({ hostPort }) => hostPort);
  return requirePorts ? (portDefinitions ?? []).map((definition) => definition.port) : [];
}

/** All containers of a pod run on one agent, and an executor with them. */
export function requirementsOfPod(pod: z.infer<typeof PodDefinition>): Requirements {
  const { id, containers, executorResources, scheduling, volumes } = pod;
  const { constraints, acceptedResourceRoles } = scheduling?.placement ?? {};
  const sum = (kind: 'cpus' | 'mem' | 'disk' | 'gpus', executor: number) =>
    containers.reduce((total, { resources }) => total + (resources[kind] ?? 0), executor);
  return {
    id,
    need: {
      cpus: sum('cpus', executorResources?.cpus ?? executorDefaults.cpus),
      mem: sum('mem', executorResources?.mem ?? executorDefaults.mem),
      disk: sum('disk', executorResources?.disk ?? executorDefaults.disk),
      gpus: sum('gpus', 0),
    },
    constraints: (constraints ?? []).map(({ fieldName, operator, value }) => [
      ...[fieldName, operator],
      ...(value ? [value] : []),
    ]),
    hostPorts: fixed(containers.flatMap(({ endpoints }) => endpoints ?? []).map((endpoint) => endpoint.hostPort)),
    ...rolesOf(acceptedResourceRoles),
    keepsVolume: hasPersistent(volumes),
  };
}

const fixed = (ports: readonly (number | null | undefined)[]): number[] => ports.flatMap((one) => one || []);
const isSet = (value: unknown): boolean => value !== undefined && value !== null;
const hasPersistent = (volumes: z.infer<typeof Volumes>): boolean =>
  (volumes ?? []).some(({ persistent }) => isSet(persistent));

/** None, too, means the unreserved resources: Marathon is started without roles of its own. */
const rolesOf = (roles: readonly string[] | null | undefined): Pick<Requirements, 'roles'> =>
  roles && roles.length > 0 ? { roles: [...roles] } : {};
