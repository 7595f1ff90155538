/**
 * The releases as data: which versions and images they consist of, and where their software wants to be called differently.
 * The start documents' scripts get their differences from here too (see documents/release-settings.ts), so that nothing about
 * a version is written down twice.
 */
import type { ReleaseName } from '../../contracts/cluster.ts';

/** Everything that has an image of its own. */
export const components = [
  'consul',
  'zookeeper',
  'mesos-master',
  'mesos-slave',
  'marathon',
  'chronos',
  'mesos-consul',
  'marathon-consul',
  'haproxy-consul',
  'marathon-lb',
] as const;
export type Component = (typeof components)[number];

/** What turns Marathon's apps into HAProxy's configuration. */
export type Balancer = 'haproxy-consul' | 'marathon-lb';

export interface Release {
  readonly versions: { readonly mesos: string; readonly marathon: string; readonly chronos: string };
  /** Images by component, as their publishers name them. An override must be called like the image it replaces. */
  readonly images: Readonly<Record<Component, string>>;
  /** What the load balancers run where Consul is enabled. Without Consul it is marathon-lb, which does not need it. */
  readonly balancer: Balancer;
  /** Flags of the Mesos master that protect its HTTP API, as environment names. */
  readonly mesosHttpAuth: {
    readonly always: readonly string[];
    /** Protects what mesos-consul reads without credentials, so it is left out where mesos-consul runs. */
    readonly unlessMesosConsul: readonly string[];
  };
  /** Metrics of the leading master that tell of its registry: `recovered` since 1.0, `ensemble_size` since 1.4. */
  readonly registryMetrics: readonly ('recovered' | 'ensemble_size')[];
  /** cgroup hierarchies the agent can read: until 1.2 it fails on the extra line that a hybrid host has. */
  readonly cgroups: 'legacy' | 'legacy-or-hybrid';
  /** API of the Docker client in the agent's image; the host's Docker must still talk to it. */
  readonly agentDockerApi: string;
  readonly gpu: {
    /** Mesos and Marathon can hand out GPUs. */
    readonly mesos: boolean;
    readonly chronos: boolean;
  };
  /** Where an app says how its container is connected: in `container.docker` until 1.4, in `networks` from 1.5 on. */
  readonly marathonNetworks: 'docker' | 'networks';
  readonly chronos: {
    /**
     * How the image takes its flags. `run-jar`: after the command `chronos run_jar`; `arguments`: as arguments, with the port in
     * PORT0; `environment`: as `CHRONOS_*` variables, which its entry point turns into arguments and prints.
     */
    readonly flags: 'run-jar' | 'arguments' | 'environment';
    /** In front of `/scheduler/…`. */
    readonly apiPrefix: '' | '/v1';
  };
}

/** Images that do not differ between releases; the newest that are known to work with all three. */
const sharedImages = {
  // The image that the original roles use speaks a protocol of 2015 and cannot be pulled by today's Docker.
  consul: 'hashicorp/consul:1.15.4',
  // The last of the line that Mesos' own ZooKeeper client (3.4) was made for.
  zookeeper: 'zookeeper:3.4.14',
  'mesos-consul': 'ciscocloud/mesos-consul:latest',
  'marathon-consul': 'ciscocloud/marathon-consul:latest',
  'haproxy-consul': 'indigodatacloud/haproxy-consul:latest',
  // Until 1.12 it does not go on to the next Marathon when the first is down.
  'marathon-lb': 'mesosphere/marathon-lb:v1.15.0',
} as const;

/** The ports that a Mesos agent of any release offers to tasks unless it is told others, which nothing here does; both included. */
export const offeredPorts = { first: 31_000, last: 32_000 } as const;

/** What Chronos gives a job that names nothing: its flags `mesos_task_cpu`, `_mem` and `_disk`, which nothing here sets. MB. */
export const chronosTaskDefaults = { cpus: 0.1, mem: 128, disk: 256 } as const;

export const catalogue: Readonly<Record<ReleaseName, Release>> = {
  indigo_1: {
    versions: { mesos: '0.28.0', marathon: '1.1.1', chronos: '2.4.0' },
    images: {
      ...sharedImages,
      'mesos-master': 'mesosphere/mesos-master:0.28.0-2.0.16.ubuntu1404',
      'mesos-slave': 'mesosphere/mesos-slave:0.28.0-2.0.16.ubuntu1404',
      marathon: 'mesosphere/marathon:v1.1.1',
      chronos: 'mesosphere/chronos:chronos-2.4.0-0.1.20150828104228.ubuntu1404-mesos-0.27.0-0.2.190.ubuntu1404',
    },
    balancer: 'haproxy-consul',
    // The names of 1.x are ignored here without a word, which would leave the master open.
    mesosHttpAuth: { always: ['MESOS_AUTHENTICATE_HTTP'], unlessMesosConsul: [] },
    registryMetrics: [],
    cgroups: 'legacy',
    agentDockerApi: '1.22',
    gpu: { mesos: false, chronos: false },
    marathonNetworks: 'docker',
    chronos: { flags: 'run-jar', apiPrefix: '' },
  },
  indigo_2: {
    versions: { mesos: '1.1.0', marathon: '1.4.1', chronos: '3.0.2' },
    images: {
      ...sharedImages,
      'mesos-master': 'mesosphere/mesos-master:1.1.0-2.0.107.ubuntu1404',
      'mesos-slave': 'mesosphere/mesos-slave:1.1.0-2.0.107.ubuntu1404',
      marathon: 'mesosphere/marathon:v1.4.1',
      chronos: 'mesosphere/chronos:v3.0.2',
    },
    balancer: 'haproxy-consul',
    mesosHttpAuth: {
      always: ['MESOS_AUTHENTICATE_HTTP_READWRITE'],
      unlessMesosConsul: ['MESOS_AUTHENTICATE_HTTP_READONLY'],
    },
    registryMetrics: ['recovered'],
    cgroups: 'legacy',
    agentDockerApi: '1.24',
    gpu: { mesos: true, chronos: false },
    marathonNetworks: 'docker',
    chronos: { flags: 'arguments', apiPrefix: '/v1' },
  },
  deep_1: {
    versions: { mesos: '1.5.0', marathon: '1.5.6', chronos: '3.0.2' },
    images: {
      ...sharedImages,
      'mesos-master': 'mesosphere/mesos-master:1.5.0',
      'mesos-slave': 'mesosphere/mesos-slave:1.5.0',
      marathon: 'mesosphere/marathon:v1.5.6',
      // The only Chronos that knows GPUs.
      chronos: 'indigodatacloud/chronos:3.0.2_gpu',
    },
    // Marathon 1.5 no longer tells what marathon-consul reads.
    balancer: 'marathon-lb',
    mesosHttpAuth: {
      always: ['MESOS_AUTHENTICATE_HTTP_READWRITE', 'MESOS_AUTHENTICATE_HTTP_READONLY'],
      unlessMesosConsul: [],
    },
    registryMetrics: ['recovered', 'ensemble_size'],
    cgroups: 'legacy-or-hybrid',
    agentDockerApi: '1.30',
    gpu: { mesos: true, chronos: true },
    marathonNetworks: 'networks',
    chronos: { flags: 'environment', apiPrefix: '/v1' },
  },
};

/** Per release and component, images that replace the catalogue's, complete with registry. */
export type ImageOverrides = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where images come from: `registry` is put in front of every catalogue image (no slash at its end; empty: nothing is). */
export interface ImageSource {
  readonly registry: string;
  readonly overrides: ImageOverrides;
}

/** Full name of a component's image: the override if there is one, else the catalogue's below the registry. */
export function imageOf(release: ReleaseName, component: Component, source: ImageSource): string {
  const override = source.overrides[release]?.[component];
  if (override !== undefined) return override;
  const image = catalogue[release].images[component];
  return source.registry === '' ? image : `${source.registry}/${image}`;
}

/** What the load balancers of a cluster run. */
export function balancerOf(release: ReleaseName, consulEnabled: boolean): Balancer {
  return consulEnabled ? catalogue[release].balancer : 'marathon-lb';
}

/** Where a load balancer tells that it is healthy: haproxy-consul has no page for it, there any answer is one. */
export function balancerHealth(balancer: Balancer): { readonly port: number; readonly healthPath?: string } {
  return balancer === 'marathon-lb' ? { port: 9090, healthPath: '/_haproxy_health_check' } : { port: 80 };
}

/** Whether mesos-consul and marathon-consul run, which feed haproxy-consul. */
export function usesBridges(release: ReleaseName, consulEnabled: boolean): boolean {
  return balancerOf(release, consulEnabled) === 'haproxy-consul';
}
