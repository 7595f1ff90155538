/** An app in our words, the same for every release, and as the release's Marathon takes it. Pure. */
import type { ReleaseName } from '../../contracts/cluster.ts';
import { catalogue } from '../release/catalogue.ts';

/** Ports of the load balancers' machines that they use themselves. */
export const takenServicePorts: ReadonlySet<number> = new Set([22, 80, 443, 1936, 9090, 9091]);

export interface AppPort {
  /** What the program listens on, in a bridged container. With the host's network it listens on `$PORT0`, `$PORT1`, …. */
  readonly containerPort?: number;
  /** Port of the load balancers; absent: Marathon assigns one. */
  readonly servicePort?: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Times in seconds. */
export interface AppHealthCheck {
  /** Path of a GET through the app's first port, or a shell command inside the container that succeeds. */
  readonly check: { readonly path: string } | { readonly command: string };
  /** Failures do not count until it has passed once, or for this long. */
  readonly graceSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxFailures: number;
}

/** A directory of the host, or a volume of a volume driver. */
export type AppVolume = { readonly containerPath: string; readonly mode: 'RO' | 'RW' } & (
  | { readonly hostPath: string }
  | {
      readonly external: {
        readonly name: string;
        readonly provider: string;
        readonly options: Readonly<Record<string, string>>;
      };
    }
);

export interface AppDefinition {
  /** Name within its group. */
  readonly id: string;
  readonly image: string;
  /** Shell line in place of the image's own command. */
  readonly command?: string;
  /** Arguments of the image's entry point. */
  readonly args?: readonly string[];
  /** Of the host; absent: Marathon's own. */
  readonly user?: string;
  /** Fetched into the task's sandbox. */
  readonly uris?: readonly string[];
  readonly instances: number;
  /** Absent: Marathon's own default, as for `mem`. */
  readonly cpus?: number;
  /** MB. */
  readonly mem?: number;
  /** More than 0: the app runs in Mesos' own containerizer, because Docker's cannot hand out GPUs. */
  readonly gpus: number;
  readonly network: 'host' | 'bridge';
  readonly ports: readonly AppPort[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly constraints: readonly (readonly string[])[];
  readonly volumes: readonly AppVolume[];
  readonly privileged: boolean;
  readonly forcePull: boolean;
  readonly dockerParameters: readonly { readonly key: string; readonly value: string }[];
  readonly healthChecks: readonly AppHealthCheck[];
  /** Names of apps of the group that must run before this one is started. */
  readonly after: readonly string[];
}

export interface MarathonGroup {
  /** Absolute path. */
  readonly id: string;
  readonly apps: readonly Record<string, unknown>[];
}

export function marathonGroup(id: string, apps: readonly AppDefinition[], release: ReleaseName): MarathonGroup {
  return { id, apps: apps.map((app) => marathonApp(app, { groupId: id, release })) };
}

function marathonApp(app: AppDefinition, context: { groupId: string; release: ReleaseName }): Record<string, unknown> {
  return {
    id: app.id,
    instances: app.instances,
    ...(app.cpus === undefined ? {} : { cpus: app.cpus }),
    ...(app.mem === undefined ? {} : { mem: app.mem }),
    ...(app.gpus > 0 ? { gpus: app.gpus } : {}),
    ...(app.command === undefined ? {} : { cmd: app.command }),
    ...(app.args === undefined ? {} : { args: app.args }),
    ...(app.user === undefined ? {} : { user: app.user }),
    ...(app.uris === undefined ? {} : { uris: app.uris }),
    env: app.env,
    labels: { ...(app.ports.length > 0 ? { HAPROXY_GROUP: 'external' } : {}), ...app.labels },
    constraints: app.constraints,
    ...connectionOf(app, context.release),
    ...(app.healthChecks.length > 0 ? { healthChecks: app.healthChecks.map(marathonCheck) } : {}),
    ...(app.after.length > 0 ? { dependencies: app.after.map((name) => `${context.groupId}/${name}`) } : {}),
  };
}

/** Container, network and ports, which belong together. */
function connectionOf(app: AppDefinition, release: ReleaseName): Record<string, unknown> {
  const withNetworks = catalogue[release].marathonNetworks === 'networks';
  const isBridged = app.network === 'bridge' && app.gpus === 0;
  const mappings = isBridged ? app.ports.map(portMapping) : [];
  const oldDocker = { network: isBridged ? 'BRIDGE' : 'HOST', ...(isBridged ? { portMappings: mappings } : {}) };
  const docker = {
    image: app.image,
    forcePullImage: app.forcePull,
    privileged: app.privileged,
    ...(app.dockerParameters.length > 0 ? { parameters: app.dockerParameters } : {}),
    ...(withNetworks || app.gpus > 0 ? {} : oldDocker),
  };
  const container = {
    type: app.gpus > 0 ? 'MESOS' : 'DOCKER',
    docker,
    volumes: app.volumes,
    // Here a mapping without a host port could mean none, while Docker's own mappings always have one.
    ...(withNetworks && isBridged ? { portMappings: mappings.map((mapping) => ({ ...mapping, hostPort: 0 })) } : {}),
  };
  return {
    container,
    ...(withNetworks ? { networks: [{ mode: isBridged ? 'container/bridge' : 'host' }] } : {}),
    ...(isBridged ? {} : { portDefinitions: app.ports.map(portDefinition) }),
  };
}

/** The host's port is left to Mesos, so that instances never collide. */
function portMapping({ containerPort = 0, servicePort, protocol }: AppPort) {
  return { containerPort, protocol, labels: {}, ...(servicePort === undefined ? {} : { servicePort }) };
}

/** Without `requirePorts` this is a service port, and the port on the host is another. */
function portDefinition({ servicePort = 0, protocol }: AppPort) {
  return { port: servicePort, protocol };
}

function marathonCheck({ check, graceSeconds, intervalSeconds, timeoutSeconds, maxFailures }: AppHealthCheck) {
  return {
    ...('path' in check
      ? { protocol: 'HTTP', path: check.path, portIndex: 0 }
      : { protocol: 'COMMAND', command: { value: check.command } }),
    gracePeriodSeconds: graceSeconds,
    intervalSeconds,
    timeoutSeconds,
    maxConsecutiveFailures: maxFailures,
  };
}
