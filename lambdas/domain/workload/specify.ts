/** From a topology to the specification of a workload. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { OnedataProvider } from '../../contracts/functions.ts';
import { isGiven, openValue } from '../cluster/specification-read.ts';
import { workloadNodeTypes } from '../tosca/catalogue/classes.ts';
import { isSymbolic } from '../tosca/coerce.ts';
import { clip, fail } from '../tosca/fault.ts';
import { isOfType, type Node, type PropertyValue, type PropertyValues, type Topology } from '../tosca/topology.ts';
import type { Path } from '../tosca/value.ts';
import { isOnedata, resolveOnedata } from './onedata.ts';
import { inOrder } from './order.ts';
import { readPorts } from './ports.ts';
import { readDuration, readSchedule } from './schedule.ts';
import {
  type ContainerSpec,
  instancesOf,
  type JobSpec,
  type ServiceSpec,
  type Text,
  type WorkloadSpec,
  type WorkloadType,
} from './spec.ts';
import { readVolume } from './volumes.ts';

const typeNames = {
  ...workloadNodeTypes,
  runtime: 'tosca.nodes.indigo.Container.Runtime.Docker',
  image: 'tosca.artifacts.Deployment.Image.Container.Docker',
} as const;

export interface SpecifiedWorkload {
  readonly spec: WorkloadSpec;
  /** By the names that the specification uses. Secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

interface Specifying {
  readonly topology: Topology;
  readonly type: WorkloadType;
  /** Part of the names of secrets, so that those of an update never replace those in use. */
  readonly generation: number;
  readonly onedata?: OnedataProvider;
  readonly secrets: Record<string, string>;
  readonly notes: string[];
}

export interface SpecifyingContext {
  readonly type: WorkloadType;
  /** @default 1 */
  readonly generation?: number;
  /** What Onedata spaces are read by; absent: nothing of them is known but what the template says. */
  readonly onedata?: OnedataProvider;
}

/**
 * Everything that is wrong with the services or jobs is told at once.
 * @throws InvalidInput
 */
export function specifyWorkload(
  topology: Topology,
  { type, generation = 1, onedata }: SpecifyingContext,
): SpecifiedWorkload {
  const notes: string[] = [...topology.notes];
  const specifying = { topology, type, generation, secrets: {}, notes, ...(onedata ? { onedata } : {}) };
  const applications = [...topology.nodes.values()].filter((node) => isOfType(node, typeNames[type]));
  if (applications.length > mostApplications)
    throw new InvalidInput(
      `A deployment may have at most ${mostApplications} ${type === 'MARATHON' ? 'services' : 'jobs'}, and the template has ${applications.length}`,
    );
  const read = type === 'MARATHON' ? readService : readJob;
  const faults: string[] = [];
  const found = applications.flatMap((node) => collecting(faults, () => read(node, specifying)));
  if (faults.length > 0) throw new InvalidInput([...new Set(faults)].join('; '));
  noteOthers(specifying);
  const targets = new Map(applications.map((node) => [node.name, dependenciesOf(node)]));
  const ordered = inOrder(
    found,
    ({ node }) => node,
    ({ node }) => targets.get(node) ?? [],
  );
  const spec: WorkloadSpec =
    type === 'MARATHON'
      ? { type, services: ordered as readonly ServiceSpec[], notes: [...new Set(notes)] }
      : { type, jobs: ordered as readonly JobSpec[], notes: [...new Set(notes)] };
  if (spec.type === 'MARATHON') checkInstances(spec.services);
  return { spec, secrets: specifying.secrets };
}

/** A fault is kept, and the reading goes on with what is next. */
function collecting<T>(faults: string[], read: () => T): readonly T[] {
  try {
    return [read()];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    faults.push(error.message);
    return [];
  }
}

function dependenciesOf({ requirements }: Node): readonly string[] {
  return requirements.map(({ target }) => target);
}

/** Of all services together: what a POST can be checked for. */
const mostInstances = 1000;
const mostApplications = 100;

function checkInstances(services: readonly ServiceSpec[]): void {
  const all = services.reduce((sum, service) => sum + instancesOf(service), 0);
  if (all > mostInstances)
    throw new InvalidInput(
      `The services of a deployment may have at most ${mostInstances} instances together, and have ${all}`,
    );
}

function readService(node: Node, specifying: Specifying): ServiceSpec {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(node.name))
    fail(
      node.path,
      'its name becomes the name of a Marathon application; use lower-case letters, digits and - (with dots between parts)',
    );
  const container = readContainer(node, specifying);
  const runtime = runtimeOf(node, specifying);
  const host = capability(runtime, 'host');
  const path = [...runtime.path, 'capabilities', 'host', 'properties', 'publish_ports'];
  const https = openValue(node.properties, 'enable_https')?.value === true;
  return {
    ...container,
    instances: readInstances(runtime),
    constraints: readConstraints(node, marathonOperators),
    labels: readLabels(node),
    ports: readPorts(openValue(host, 'publish_ports')?.value, path),
    https,
  };
}

/** More than the orchestrator offered, where this had no effect. Published templates all say 1. */
function readInstances(runtime: Node): number {
  const instances = openValue(capability(runtime, 'scalable'), 'default_instances')?.value ?? 1;
  if (typeof instances === 'number' && instances >= 0 && instances <= mostInstances) return instances;
  return fail(
    [...runtime.path, 'capabilities', 'scalable', 'properties', 'default_instances'],
    `must be from 0 to ${mostInstances}, but is ${clip(String(instances))}`,
  );
}

function readJob(node: Node, specifying: Specifying): JobSpec {
  const parents = node.requirements.filter(({ name }) => name === 'parent_job').map(({ target }) => target);
  const at = (name: string): Path => [...node.path, 'properties', name];
  const text = (name: string) => plainText(node.properties, name);
  const schedule = text('schedule');
  const description = text('description');
  const retries = openValue(node.properties, 'retries')?.value;
  if (schedule !== undefined && parents.length > 0)
    fail(at('schedule'), 'a job with a parent_job runs after it; leave the schedule or the parent_job out');
  const container = readContainer(node, specifying);
  if (container.command === undefined)
    fail(at('command'), `<command> property of node <${clip(node.name)}> must be provided`);
  if (typeof retries === 'number' && retries < 0) fail(at('retries'), `must be at least 0, but is ${retries}`);
  for (const name of ['labels', 'secrets'] as const)
    if (isGiven(node.properties, name))
      specifying.notes.push(`${dottedOf(node)}.properties.${name} has no effect: Chronos has none`);
  return {
    ...container,
    constraints: readConstraints(node),
    ...(description === undefined ? {} : { description }),
    ...(typeof retries === 'number' ? { retries } : {}),
    epsilon: readDuration(text('epsilon') ?? 'PT10S', at('epsilon')),
    ...(schedule === undefined ? {} : { schedule: readSchedule(schedule, at('schedule')) }),
    parents,
  };
}

function dottedOf(node: Node): string {
  return `node_templates.${clip(node.name)}`;
}

function readContainer(node: Node, specifying: Specifying): ContainerSpec {
  const runtime = runtimeOf(node, specifying);
  const host = capability(runtime, 'host');
  const at = (name: string): Path => [...runtime.path, 'capabilities', 'host', 'properties', name];
  const cpus = openNumber(host, 'num_cpus', at);
  const bytes = openNumber(host, 'mem_size', at);
  const gpus = openNumber(host, 'num_gpus', at) ?? 0;
  if (cpus !== undefined && !(cpus > 0)) fail(at('num_cpus'), `must be more than 0, but is ${cpus}`);
  const mem = bytes === undefined ? undefined : Math.round(bytes / 10_000) / 100;
  if (mem !== undefined && mem < 4) fail(at('mem_size'), `must be at least 4 MB, but is ${mem} MB`);
  if (!Number.isInteger(gpus) || gpus < 0) fail(at('num_gpus'), `must be a whole number of GPUs, but is ${gpus}`);
  const command = readCommand(node, specifying);
  const user = plainText(node.properties, 'user');
  const volumes = openValue(host, 'volumes')?.value;
  return {
    node: node.name,
    runtime: runtime.name,
    image: readImage(node),
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { user }),
    uris: readUris(node, specifying),
    env: readEnvironment(node, specifying),
    constraints: [],
    privileged: openValue(node.properties, 'privileged')?.value === true,
    forcePull: openValue(node.properties, 'force_pull_image')?.value === true,
    ...(cpus === undefined ? {} : { cpus }),
    ...(mem === undefined ? {} : { mem }),
    gpus,
    volumes: asList(volumes).map((volume, index) =>
      readVolume(String(volume), specifying.type, [...at('volumes'), index]),
    ),
  };
}

function runtimeOf(node: Node, { topology }: Specifying): Node {
  const hosts = node.requirements.filter(({ name }) => name === 'host');
  const [host] = hosts;
  if (!host || hosts.length > 1)
    fail(
      [...node.path, 'requirements'],
      `must have exactly one host, but has ${hosts.length}; name a ${typeNames.runtime}`,
    );
  const runtime = topology.nodes.get(host.target);
  if (!runtime || !isOfType(runtime, typeNames.runtime))
    fail(host.path, `must name a node of type ${typeNames.runtime}`);
  return runtime;
}

const imagePattern = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,254}$/;

function readImage(node: Node): string {
  const path: Path = [...node.path, 'artifacts', 'image'];
  const image = node.artifacts.get('image');
  if (!image) fail(path, `is missing; give the image's name in file, with type ${typeNames.image}`);
  if (image.ancestors[0] !== typeNames.image)
    fail([...path, 'type'], `must be ${typeNames.image}, but is ${clip(image.ancestors[0] ?? 'not known')}`);
  const { value, leaks } = image.file;
  const name = typeof value === 'string' ? value.trim() : '';
  if (leaks) fail([...path, 'file'], 'takes its value from a secret input and would show it; use an input of its own');
  if (name === '') fail([...path, 'file'], 'names no image; write one such as library/nginx:1.27');
  if (!imagePattern.test(name)) fail([...path, 'file'], `${clip(name)} is no name of a container image`);
  return name;
}

function readCommand(node: Node, specifying: Specifying): Text | undefined {
  const property = node.properties.get('command');
  if (property === undefined || property.value === '') return undefined;
  return textIn(property, property.value, 'command', node, specifying);
}

function readUris(node: Node, specifying: Specifying): readonly Text[] {
  const property = node.properties.get('uris');
  if (property === undefined) return [];
  return asList(property.value).map((uri, index) => {
    if (typeof uri !== 'string' || !/^(\/|[a-z][a-z0-9+.-]*:\/\/)[^\s]+$/i.test(uri))
      fail(
        [...property.path, index],
        `${property.secret ? '' : `${clip(String(uri))} `}is no URI; write one such as https://example.org/data.tgz`,
      );
    return textIn(property, uri, `uris.${index}`, node, specifying);
  });
}

/** Variables, and secrets, which reach the container as variables too. */
function readEnvironment(node: Node, specifying: Specifying): Readonly<Record<string, Text>> {
  const names = specifying.type === 'MARATHON' ? ['environment_variables', 'secrets'] : ['environment_variables'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const property = node.properties.get(name);
      if (property === undefined) return [];
      const kept = name === 'secrets' ? { ...property, secret: true } : property;
      return Object.entries(asMap(property.value)).map(([variable, value]) => {
        if (!/^[^=\0]{1,1024}$/.test(variable))
          fail([...property.path, variable], 'is no name of an environment variable');
        return [variable, textIn(kept, value, `${name}.${variable}`, node, specifying)] as const;
      });
    }),
  );
}

function readLabels({ properties, path }: Node): Readonly<Record<string, string>> {
  const labels = Object.entries(asMap(openValue(properties, 'labels')?.value));
  return Object.fromEntries(
    labels.map(([name, value]) => {
      if (name === '') fail([...path, 'properties', 'labels'], 'a label without a name');
      return [name, String(value)];
    }),
  );
}

const marathonOperators: ReadonlySet<string> = new Set([
  'UNIQUE',
  'CLUSTER',
  'GROUP_BY',
  'LIKE',
  'UNLIKE',
  'MAX_PER',
  'IS',
]);

/** @param operators those that the scheduler knows; absent: any, as Chronos ignores what it does not know */
function readConstraints({ properties, path }: Node, operators?: ReadonlySet<string>): readonly (readonly string[])[] {
  return asList(openValue(properties, 'constraints')?.value).map((constraint, index) => {
    const parts = asList(constraint).map(String);
    const [field = '', operator = ''] = parts;
    if (parts.length < 2 || parts.length > 3 || field === '' || (operators && !operators.has(operator)))
      fail(
        [...path, 'properties', 'constraints', index],
        `must be [ field, operator ] or [ field, operator, value ]${operators ? ` with an operator of ${[...operators].join(', ')}` : ''}`,
      );
    return parts;
  });
}

function plainText(values: PropertyValues, name: string): string | undefined {
  const value = openValue(values, name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function openNumber(values: PropertyValues, name: string, at: (name: string) => Path): number | undefined {
  const value = openValue(values, name)?.value;
  if (value === undefined) return undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(at(name), 'must be a number');
}

/** A value as text: numbers and booleans written out, lists joined by commas. What the property holds is kept apart if some of it is secret. */
function textIn(property: PropertyValue, value: unknown, what: string, node: Node, specifying: Specifying): Text {
  const path = [...node.path, 'properties', ...what.split('.')];
  const parts = (Array.isArray(value) ? value : [value]).map((part) => readPart(part, path, specifying));
  const text = parts.join(',');
  return property.secret ? keep(text, what, node, specifying) : text;
}

function readPart(part: unknown, path: Path, { topology, onedata }: Specifying): string {
  const value = isSymbolic(part) ? resolveOnedata(part.expression, { topology, provider: onedata, path }) : part;
  return typeof value === 'object' ? fail(path, 'must be a single value or a list of such') : String(value);
}

function keep(text: string, what: string, node: Node, { secrets, generation }: Specifying): Text {
  const secret = `${generation}/${node.name}.${what}`;
  secrets[secret] = text;
  return { secret };
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function capability(node: Node, name: string): PropertyValues {
  return node.capabilities.get(name) ?? new Map();
}

/** A template that mixes machines with services or jobs is the latter alone, as in the orchestrator. */
function noteOthers({ topology, type, notes }: Specifying): void {
  for (const node of topology.nodes.values()) {
    const known = isOfType(node, typeNames[type]) || isOfType(node, typeNames.runtime) || isOnedata(node);
    if (!known)
      notes.push(
        `${dottedOf(node)} is not made: a template with ${type === 'MARATHON' ? 'services' : 'jobs'} makes nothing else`,
      );
  }
}
