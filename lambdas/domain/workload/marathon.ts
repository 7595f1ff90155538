/** Services as one Marathon group per deployment. Pure. */
import type { ReleaseName } from '../../contracts/cluster.ts';
import type { AppView } from '../../contracts/gateway.ts';
import { type AppDefinition, type AppVolume, type MarathonGroup, marathonGroup } from '../marathon/app.ts';
import type { NodeAttributes } from '../tosca/outputs.ts';
import type { ServiceSpec, Text, VolumeMount } from './spec.ts';

export interface ServiceContext {
  readonly deploymentId: string;
  readonly release: ReleaseName;
  /** `subject@issuer` of the deployment's owner. */
  readonly createdBy: string;
  /** Base URL of the API that the deployment was sent to. */
  readonly origin: string;
  /** In front of the deployment's id, without anything between: directories of local volumes. */
  readonly volumeBase: string;
  /** @returns the secret, or what stands in its place */
  readonly secretOf: (name: string) => string;
}

/** Where the load balancers of INDIGO's clusters keep their certificate. */
const certificate = '/etc/ssl/cert.pem';
const httpsBackend =
  '\nbackend {backend}\n  balance {balance}\n  mode http\n  http-request add-header X-Forwarded-Proto https\n';

/** Absolute path of the deployment's group. */
export function groupIdOf(deploymentId: string): string {
  return `/${deploymentId}`;
}

export function serviceGroup(services: readonly ServiceSpec[], context: ServiceContext): MarathonGroup {
  const apps = services.map((service) => appOf(service, context));
  return marathonGroup(groupIdOf(context.deploymentId), apps, context.release);
}

function appOf(service: ServiceSpec, context: ServiceContext): AppDefinition {
  const text = (value: Text) => (typeof value === 'string' ? value : context.secretOf(value.secret));
  const { command, user, cpus, mem } = service;
  return {
    id: service.node,
    image: service.image,
    instances: service.instances ?? 1,
    network: 'bridge',
    gpus: service.gpus,
    ports: service.ports,
    ...(cpus === undefined ? {} : { cpus }),
    ...(mem === undefined ? {} : { mem }),
    ...(command === undefined ? {} : { command: text(command) }),
    ...(user === undefined ? {} : { user }),
    uris: service.uris.map(text),
    env: Object.fromEntries(Object.entries(service.env).map(([name, value]) => [name, text(value)])),
    labels: { ...service.labels, created_by: context.createdBy, origin: context.origin, ...balancerLabels(service) },
    constraints: service.constraints,
    volumes: service.volumes.map((volume) => appVolume(volume, context)),
    privileged: service.privileged,
    forcePull: service.forcePull,
    dockerParameters: [],
    healthChecks: [],
    after: [],
  };
}

function balancerLabels({ ports, https }: ServiceSpec): Readonly<Record<string, string>> {
  if (ports.length === 0) return {};
  const tls = https
    ? ports.flatMap((_, index) => [
        [`HAPROXY_${index}_BACKEND_HEAD`, httpsBackend],
        [`HAPROXY_${index}_SSL_CERT`, certificate],
      ])
    : [];
  return { HAPROXY_GROUP: 'external', ...Object.fromEntries(tls) };
}

function appVolume(volume: VolumeMount, { deploymentId, volumeBase }: ServiceContext): AppVolume {
  const { containerPath, mode } = volume;
  if (volume.kind === 'local') return { containerPath, mode, hostPath: `${volumeBase}${deploymentId}` };
  const { name, provider, driver } = volume;
  // The name of the option is the only one that INDIGO's volume drivers know.
  const options = { 'dvdi/driver': driver };
  return { containerPath, mode, external: { name: `${deploymentId}-${name}`, provider, options } };
}

/**
 * What outputs may read of services: the load balancers' addresses, and per published port of the runtime what Marathon assigned.
 * @param addresses of the load balancers, or where there are none of the slaves that the app runs on
 */
export function serviceAttributes(
  services: readonly ServiceSpec[],
  apps: readonly AppView[],
  addresses: readonly string[],
): NodeAttributes {
  return Object.fromEntries(
    services.flatMap((service) => {
      const app = apps.find(({ id }) => id.endsWith(`/${service.node}`));
      const published = service.ports.map(({ containerPort, protocol }, index) => ({
        protocol,
        source: containerPort,
        target: app?.servicePorts[index],
      }));
      return [
        [service.node, { load_balancer_ips: addresses }],
        [service.runtime, { host: { publish_ports: published } }],
      ];
    }),
  );
}
