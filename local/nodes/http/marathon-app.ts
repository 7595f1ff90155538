/** Marathon's JSON of an app's definition, which differs most between releases. */
import type { App, AppPort } from '../software/marathon/app.ts';
import type { AppState } from '../software/marathon/state.ts';
import type { SoftwareVersion } from '../software/releases.ts';

export const is11 = ({ marathon }: SoftwareVersion): boolean => marathon.startsWith('1.1');
const is15 = ({ marathon }: SoftwareVersion): boolean => marathon.startsWith('1.5');
const modes = { bridge: 'container/bridge', container: 'container', host: 'host' };

const nameOf = ({ name, labels }: AppPort) => ({ ...(name === undefined ? {} : { name }), labels });
const mappingOf = (port: AppPort) => ({
  containerPort: port.containerPort ?? 0,
  hostPort: port.hostPort,
  servicePort: port.servicePort,
  protocol: port.protocol,
  ...nameOf(port),
});
const definitionOf = (port: AppPort) => ({ port: port.servicePort, protocol: port.protocol, ...nameOf(port) });

/** The definition, without what is going on. */
export function definitionJson(app: App, state: AppState, version: SoftwareVersion) {
  const { gpus, container: _, networks: __, portDefinitions: ___, ports: ____, uris, fetch, ...common } = app.json;
  const fetched = fetch ?? (uris ?? []).map((uri) => ({ uri, extract: true, executable: false, cache: false }));
  return {
    ...common,
    id: app.id,
    cmd: app.json.cmd ?? null,
    args: app.json.args ?? null,
    user: app.json.user ?? null,
    container: containerOf(app, version),
    fetch: fetched,
    ...(is11(version) ? {} : { gpus, unreachableStrategy: version.unreachable, killSelection: 'YOUNGEST_FIRST' }),
    ...(is15(version) ? networkOf(app) : { uris: fetched.map(({ uri }) => uri), ...portsOf(app) }),
    version: state.version,
    versionInfo: { lastScalingAt: state.scaledAt, lastConfigChangeAt: state.configVersion },
  };
}

/** 1.5 has the port mappings beside `docker`, and the network at the app. */
function containerOf({ json: { container }, network, ports }: App, version: SoftwareVersion) {
  if (!container) return null;
  const mappings = network === 'host' ? null : ports.map(mappingOf);
  const { type, volumes, docker } = container;
  return {
    type,
    volumes,
    ...(docker ? { docker: dockerOf(docker, mappings, version) } : {}),
    ...(is15(version) ? { portMappings: mappings ?? [] } : {}),
  };
}

type Docker = NonNullable<NonNullable<App['json']['container']>['docker']>;

function dockerOf(docker: Docker, mappings: unknown, version: SoftwareVersion) {
  const { image, privileged, parameters, forcePullImage, network } = docker;
  const common = { image, privileged, parameters, forcePullImage };
  return is15(version) ? common : { ...common, network: network ?? null, portMappings: mappings };
}

function networkOf({ json: { networks }, network, ports }: App) {
  const mode = modes[network];
  return {
    networks: networks?.length ? networks.map((one) => ({ ...one, mode })) : [{ mode }],
    ...(network === 'host' ? { portDefinitions: ports.map(definitionOf) } : {}),
  };
}

function portsOf({ network, ports }: App) {
  return {
    ports: ports.map(({ servicePort }) => servicePort),
    portDefinitions: network === 'host' ? ports.map(definitionOf) : [],
    ipAddress: null,
    residency: null,
  };
}
