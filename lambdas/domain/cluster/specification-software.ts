/** Release, settings and credentials of the cluster's software. */
import { type ReleaseName, releaseNames } from '../../contracts/cluster.ts';
import { clip, fail } from '../tosca/fault.ts';
import type { Node } from '../tosca/topology.ts';
import type { Path } from '../tosca/value.ts';
import type { GivenCredentials, SoftwareSettings } from './spec.ts';
import { capabilityOf, flagOf, numberOf, openValue, type Specifying, textOf } from './specification-read.ts';
import type { Roles } from './specification-roles.ts';

const defaultRelease: ReleaseName = 'indigo_1';
const gpuRelease: ReleaseName = 'deep_1';

/** Whether a slave is to offer GPUs: its software says so, or its machine asks for them. @throws InvalidInput */
export function wantsGpu(software: Node, compute: Node): boolean {
  return (
    flagOf(software.properties, 'enable_gpu_support') || (numberOf(capabilityOf(compute, 'host'), 'num_gpus') ?? 0) > 0
  );
}

/** @throws InvalidInput */
export function readRelease({ master }: Roles, gpuEnabled: boolean, { topology, notes }: Specifying): ReleaseName {
  const property = textOf(master.software.properties, 'release');
  const given = property ?? topology.metadata.get('release');
  const path: Path =
    property === undefined ? ['metadata', 'release'] : [...master.software.path, 'properties', 'release'];
  if (given === undefined) {
    if (!gpuEnabled) return defaultRelease;
    notes.push(`The release ${gpuRelease} is used, because GPUs are asked for and ${defaultRelease} cannot offer them`);
    return gpuRelease;
  }
  const release = releaseNames.find((name) => name === given);
  if (!release) fail(path, `there is no release ${clip(given)}; there are ${releaseNames.join(', ')}`);
  if (gpuEnabled && release === 'indigo_1')
    fail(path, `${release} cannot offer GPUs; use deep_1 or indigo_2, or leave enable_gpu_support and num_gpus out`);
  return release;
}

/** @throws InvalidInput */
export function readSettings(roles: Roles, gpuEnabled: boolean, notes: string[]): SoftwareSettings {
  const { properties, path } = roles.master.software;
  const user = (name: string) => readUsername(textOf(properties, name) ?? 'admin', [...path, 'properties', name]);
  noteDifferences(roles, notes);
  return {
    mesosUsername: user('mesos_username'),
    mesosAuthenticateHttp: flagOf(properties, 'mesos_authenticate_http'),
    marathonUsername: user('marathon_username'),
    marathonTls: flagOf(properties, 'marathon_enable_ssl'),
    chronosEnabled: flagOf(properties, 'enable_chronos'),
    chronosUsername: user('chronos_username'),
    chronosTls: flagOf(properties, 'chronos_enable_ssl'),
    consulEnabled: flagOf(properties, 'enable_consul_sd'),
    gpuEnabled,
  };
}

/** @throws InvalidInput, without showing the password */
export function readCredentials({ master }: Roles): GivenCredentials {
  const password = (name: string) => readPassword(master.software, name);
  const mesos = password('mesos_password');
  const marathon = password('marathon_password');
  const chronos = password('chronos_password');
  return {
    ...(mesos === undefined ? {} : { mesosPassword: mesos }),
    ...(marathon === undefined ? {} : { marathonPassword: marathon }),
    ...(chronos === undefined ? {} : { chronosPassword: chronos }),
  };
}

/** A colon would end the user name in `user:password`. */
function readUsername(name: string, path: Path): string {
  if (/^[A-Za-z0-9._@+-]{1,64}$/.test(name)) return name;
  return fail(path, `${clip(name)} is no usable user name; use letters, digits and . _ @ + -, at most 64`);
}

function readPassword(software: Node, name: string): string | undefined {
  const property = openValue(software.properties, name);
  if (property === undefined) return undefined;
  // Blanks break how Chronos reads its credentials, and other characters differ between the programs that compare them.
  if (typeof property.value === 'string' && /^[\x21-\x7e]{1,128}$/.test(property.value)) return property.value;
  return fail(property.path, 'must have 1 to 128 characters of printable ASCII, without blanks');
}

/** Settings that a cluster has once, but templates repeat, and settings that have no counterpart. */
function noteDifferences({ master, slaves, loadBalancer }: Roles, notes: string[]): void {
  const all = [master, ...slaves, ...(loadBalancer ? [loadBalancer] : [])].map(({ software }) => software);
  const consul = flagOf(master.software.properties, 'enable_consul_sd');
  for (const node of all) {
    const where = `node_templates.${clip(node.name)}.properties`;
    if (flagOf(node.properties, 'hybrid')) notes.push(`${where}.hybrid has no effect: a cluster is in one cloud`);
    if (flagOf(node.properties, 'enable_nfs_share'))
      notes.push(`${where}.enable_nfs_share has no effect: nodes share no files`);
    if (node.properties.has('enable_consul_sd') && flagOf(node.properties, 'enable_consul_sd') !== consul)
      notes.push(`${where}.enable_consul_sd follows the master's, which is ${consul}`);
  }
  if (loadBalancer && differs(loadBalancer.software, master.software, 'marathon_password'))
    notes.push(
      `node_templates.${clip(loadBalancer.software.name)}.properties.marathon_password: the master's is used instead`,
    );
  if (loadBalancer && differs(loadBalancer.software, master.software, 'marathon_username'))
    notes.push(
      `node_templates.${clip(loadBalancer.software.name)}.properties.marathon_username: the master's is used instead`,
    );
}

function differs(a: Node, b: Node, name: string): boolean {
  return a.properties.get(name)?.value !== b.properties.get(name)?.value;
}
