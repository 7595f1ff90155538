/** An app's definition, checked and completed as Marathon does. */
import type { SoftwareVersion } from '../releases.ts';
import type { Resources } from '../resources.ts';
import { AppJson, type Fault, faultsOf } from './app-json.ts';
import { constraintErrors } from './constraints.ts';
import { absolutePath, idErrors } from './paths.ts';

export interface AppPort {
  readonly containerPort?: number;
  /** 0: any. */
  readonly hostPort: number;
  readonly servicePort: number;
  readonly protocol: string;
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface App {
  readonly id: string;
  /** As the client sent it, with defaults. */
  readonly json: AppJson;
  /** Bridge: ports of the container are mapped. Host: the task's ports are the host's. */
  readonly network: 'host' | 'bridge' | 'container';
  readonly ports: readonly AppPort[];
  readonly image?: string;
  /** How often it was restarted without another change. */
  readonly restarts?: number;
}

export interface AppRules {
  readonly version: SoftwareVersion;
  /** Marathon was started with the feature `gpu_resources`. */
  readonly gpu: boolean;
}

export const resourcesOfApp = ({ json: { cpus, mem, disk, gpus } }: App): Resources => ({ cpus, mem, disk, gpus });

/** @param group the group that a relative id is below */
export function parseApp(raw: unknown, group: string, rules: AppRules): { app?: App; faults: readonly Fault[] } {
  const parsed = AppJson.safeParse(raw);
  if (!parsed.success) return { faults: faultsOf(parsed.error) };
  const json = rules.version.mesosMajor === 0 ? { ...parsed.data, gpus: 0 } : parsed.data;
  const app = complete(json, absolutePath(json.id ?? '', group));
  const faults = faultsOfApp(app, rules);
  return faults.length > 0 ? { faults } : { app, faults };
}

function complete(json: AppJson, id: string): App {
  const { container } = json;
  const network = networkOf(json);
  const image = container?.docker?.image;
  return {
    id,
    json: { ...json, id },
    network,
    ports: portsOf(json, network),
    ...(image === undefined ? {} : { image }),
  };
}

function networkOf({ container, networks }: AppJson): App['network'] {
  const mode = networks?.[0]?.mode.toLowerCase();
  if (mode !== undefined) return mode === 'container' ? 'container' : mode === 'host' ? 'host' : 'bridge';
  const network = container?.docker?.network;
  if (network === 'BRIDGE') return 'bridge';
  return network === 'USER' ? 'container' : 'host';
}

function portsOf({ container, portDefinitions, ports, requirePorts }: AppJson, network: App['network']): AppPort[] {
  if (network !== 'host') {
    const mappings = container?.portMappings ?? container?.docker?.portMappings;
    // A bridge without mappings has one port, as an app on the host has.
    return (mappings ?? (network === 'bridge' ? [{ containerPort: 0, protocol: 'tcp' as const }] : [])).map(
      (mapping) => ({
        containerPort: mapping.containerPort,
        hostPort: ('hostPort' in mapping ? mapping.hostPort : undefined) ?? 0,
        servicePort: ('servicePort' in mapping ? mapping.servicePort : undefined) ?? 0,
        protocol: mapping.protocol,
        ...named('name' in mapping ? mapping.name : undefined),
        labels: ('labels' in mapping ? mapping.labels : undefined) ?? {},
      }),
    );
  }
  const definitions = portDefinitions ?? ports?.map((port) => ({ port, protocol: 'tcp' as const }));
  return (definitions ?? [{ port: 0, protocol: 'tcp' as const }]).map((definition) => ({
    hostPort: requirePorts ? definition.port : 0,
    servicePort: definition.port,
    protocol: definition.protocol,
    ...named('name' in definition ? definition.name : undefined),
    labels: ('labels' in definition ? definition.labels : undefined) ?? {},
  }));
}

const named = (name: string | null | undefined) => (name ? { name } : {});

function faultsOfApp({ id, json, image }: App, { gpu }: AppRules): Fault[] {
  const found: Fault[] = [];
  const say = (path: string, ...errors: string[]) => {
    if (errors.length > 0) found.push({ path, errors });
  };
  if (id === '/') say('/id', 'Path must contain at least one path element');
  say('/id', ...idErrors(id));
  if (!json.cmd && !json.args && image === undefined) {
    say('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
  }
  if (json.cmd && json.args)
    say('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
  if (image === '') say('/container/docker/image', 'must not be empty');
  for (const [index, constraint] of json.constraints.entries()) {
    say(`/constraints(${index})`, ...constraintErrors(constraint));
  }
  if (json.gpus > 0 && !gpu) {
    say('/gpus', 'must be empty', 'Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)');
  }
  if (json.gpus > 0 && json.container?.type === 'DOCKER') {
    say('/container', 'GPU resources only work with the Mesos containerizer');
  }
  const usesSecrets = Object.keys(json.secrets).length > 0;
  if (usesSecrets) {
    say('/secrets', 'Feature secrets is not enabled. Enable with --enable_features secrets)');
  }
  return found;
}
