/** Reads add-ons out of a template and checks what can be known of them before there is a cluster. Pure. */
import type { ReleaseName } from '../../contracts/cluster.ts';
import { InvalidInput } from '../../contracts/error-names.ts';
import { findInstanceType, hasGpu, offeredMemory } from '../cluster/instance-types.ts';
import type { NodeGroup, SlaveGroup } from '../cluster/spec.ts';
import { isGiven, openValue } from '../cluster/specification-read.ts';
import { takenServicePorts } from '../marathon/app.ts';
import { catalogue } from '../release/catalogue.ts';
import { isSymbolic } from '../tosca/coerce.ts';
import { clip, fail } from '../tosca/fault.ts';
import type { OutputExpression } from '../tosca/outputs.ts';
import { isOfType, type Node, type PropertyValue, type Topology } from '../tosca/topology.ts';
import type { Path } from '../tosca/value.ts';
import { type AddOn, type AddOnValue, labelOf } from './add-on.ts';
import { addOnDefinitions } from './catalogue.ts';
import { type AddOnDefinition, type AppRule, propertiesOf } from './definition.ts';
import { appsOf, propertyOf, type SizedApp } from './resolve.ts';

/** The cluster that the add-ons will be on. */
export interface AddOnHost {
  /** Node template of its master software. */
  readonly master: string;
  readonly slaves: readonly SlaveGroup[];
  readonly loadBalancers?: NodeGroup;
  readonly release: ReleaseName;
  readonly gpuEnabled: boolean;
  /** Collects what the author should know. */
  readonly notes: string[];
}

export interface SpecifiedAddOns {
  readonly addOns: readonly AddOn[];
  /** By the names that the add-ons use. Secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

const longestImage = 255;
const imagePattern = /^[A-Za-z0-9][A-Za-z0-9._:@/-]*$/;
/** Stands for an attribute that is not known yet; fits wherever a single text does. */
const later = 'known-later';

/** The type's definition, whichever ancestor it is of. */
function definitionOf(node: Node): AddOnDefinition | undefined {
  return [...addOnDefinitions.values()].find(({ type }) => isOfType(node, type));
}

/** @throws InvalidInput */
export function specifyAddOns(topology: Topology, host: AddOnHost): SpecifiedAddOns {
  const found = [...topology.nodes.values()].flatMap((node) => {
    const definition = definitionOf(node);
    return definition ? [{ node, definition }] : [];
  });
  const specified = found.map(({ node, definition }) => specifyOne(node, definition, host));
  refuseSameNames(found.map(({ node }) => node));
  refuseSamePorts(specified);
  checkTotal(
    specified.flatMap(({ apps }) => apps),
    host.slaves,
  );
  return {
    addOns: specified.map(({ addOn }) => addOn),
    secrets: Object.assign({}, ...specified.map(({ secrets }) => secrets)),
  };
}

interface Specified {
  readonly node: Node;
  readonly addOn: AddOn;
  readonly apps: readonly SizedApp[];
  readonly secrets: Readonly<Record<string, string>>;
}

function specifyOne(node: Node, definition: AddOnDefinition, host: AddOnHost): Specified {
  checkHost(node, host.master);
  for (const { property, only, because } of definition.refusals ?? []) {
    const value = openValue(node.properties, property)?.value ?? '';
    if (value !== '' && value !== only)
      fail(propertyPath(node, property), `${clip(String(value))} is not possible, for ${because}; use ${only}`);
  }
  for (const property of definition.needs ?? []) {
    if (!isGiven(node.properties, property))
      fail(propertyPath(node, property), 'must be given, because nothing can stand in its place');
  }
  if (definition.note) host.notes.push(`node_templates.${clip(node.name)}: ${definition.note}`);
  const { properties, secrets } = readProperties(node, definition);
  const apps = instantiate(node, definition);
  for (const [index, app] of apps.entries()) checkApp(app, definition.apps[index] as AppRule, node, host);
  if (!host.loadBalancers && apps.some(({ ports }) => ports.length > 0))
    host.notes.push(
      `node_templates.${clip(node.name)}: the cluster has no load balancer, so its ports are reached through the slaves only`,
    );
  return { node, addOn: { name: node.name, type: definition.type, properties }, apps, secrets };
}

/** Some types say that their host is a machine, but are meant to be put on the master. */
function checkHost(node: Node, master: string): void {
  const requirement = node.requirements.find(({ name }) => name === 'host');
  if (requirement?.target === master) return;
  fail(
    requirement?.path ?? [...node.path, 'requirements', 'host'],
    `must name the Mesos master ${clip(master)}, because ${node.type.name} is deployed on the whole cluster`,
  );
}

function readProperties(node: Node, definition: AddOnDefinition) {
  const properties: Record<string, AddOnValue> = {};
  const secrets: Record<string, string> = {};
  for (const name of propertiesOf(definition)) {
    const property = node.properties.get(name);
    if (property === undefined || property.value === undefined || property.value === '') continue;
    if (property.secret) {
      const key = `${node.name}.${name}`;
      secrets[key] = secretText(property);
      properties[name] = { secret: key };
    } else {
      refuseLeak(property);
      properties[name] = expressionOf(property.value);
    }
  }
  return { properties, secrets };
}

function secretText({ value, path }: PropertyValue): string {
  if (typeof value === 'string') return value;
  return fail(path, 'must be a text that is known now; an attribute of a node is known only later');
}

function refuseLeak({ leaks, path }: PropertyValue): void {
  if (leaks) fail(path, 'takes its value from a secret input and would show it; use an input of its own');
}

/** A typed value as it can be stored: attributes stay to be read. */
function expressionOf(value: unknown): OutputExpression {
  if (isSymbolic(value)) return value.expression;
  if (Array.isArray(value) && value.some(isSymbolic)) return { list: value.map(expressionOf) };
  return { literal: value };
}

/** The apps with stand-ins for what is not known yet, to check the rest. */
function instantiate(node: Node, definition: AddOnDefinition): readonly SizedApp[] {
  try {
    return appsOf(definition, (name) => (name.startsWith('@') ? later : standIn(node.properties.get(name)?.value)));
  } catch (error) {
    if (error instanceof InvalidInput) return fail([...node.path, 'properties'], error.message);
    throw error;
  }
}

function standIn(value: unknown): unknown {
  if (isSymbolic(value)) return later;
  return Array.isArray(value) ? value.map(standIn) : value;
}

function checkApp(app: SizedApp, rule: AppRule, node: Node, host: AddOnHost): void {
  const at = (value: unknown): Path => propertyPath(node, propertyOf(value));
  if (app.image.length > longestImage || !imagePattern.test(app.image))
    fail(at(rule.image), `${clip(app.image)} is no name of a container image; write one such as library/redis:7`);
  if (!(app.cpus > 0)) fail(at(rule.cpus), `must be more than 0 CPUs, but is ${app.cpus}`);
  if (!(app.mem >= 4)) fail(at(rule.mem), `must be at least 4 MB, but is ${app.mem}`);
  if (!Number.isInteger(app.gpus) || app.gpus < 0)
    fail(at(rule.gpus), `must be a whole number of GPUs, but is ${app.gpus}`);
  for (const [index, { servicePort }] of app.ports.entries())
    checkServicePort(servicePort, at(rule.ports?.[index]?.servicePort));
  checkGpus(app, at(rule.gpus), host);
  checkRoom(app, rule, at, host);
}

function checkServicePort(port: number | undefined, path: Path): void {
  if (port === undefined) return;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    fail(path, `${port} is no port; use one from 1 to 65535, best from 10000 to 20000`);
  if (takenServicePorts.has(port))
    fail(path, `the port ${port} is used by the load balancers themselves; use one from 10000 to 20000`);
}

function checkGpus({ gpus }: SizedApp, path: Path, { slaves, release, gpuEnabled }: AddOnHost): void {
  if (gpus === 0) return;
  if (!catalogue[release].gpu.mesos)
    fail(path, `the release ${release} cannot hand out GPUs; use deep_1 or indigo_2, or 0 GPUs`);
  if (gpuEnabled && staffed(slaves).some(({ instanceTypes }) => instanceTypes.some(hasGpu))) return;
  fail(
    path,
    'no slave has a GPU; give a slave node enable_gpu_support and its Compute node num_gpus or an instance_type with GPUs, or ask for 0 GPUs',
  );
}

/** What the largest of the slaves offers to apps, as Mesos finds it out by itself. Unknown sizes are trusted. */
function checkRoom(app: SizedApp, rule: AppRule, at: (value: unknown) => Path, { slaves }: AddOnHost): void {
  const groups = staffed(slaves);
  if (groups.length === 0) fail(at(undefined), 'needs slaves to run on, and the template has none');
  const types = groups.flatMap(({ instanceTypes }) => instanceTypes).map(findInstanceType);
  if (types.some((type) => type === undefined)) return;
  const known = types.flatMap((type) => type ?? []);
  const most = (amount: (type: (typeof known)[number]) => number) => Math.max(...known.map(amount));
  const cpus = most(({ vcpus }) => vcpus);
  const mem = most(({ memoryMiB }) => offeredMemory(memoryMiB));
  const gpus = most((type) => type.gpus);
  if (app.cpus > cpus) fail(at(rule.cpus), `${app.cpus} CPUs are more than any slave offers, which is ${cpus}`);
  if (app.mem > mem) fail(at(rule.mem), `${app.mem} MB are more than any slave offers to apps, which is ${mem} MB`);
  if (app.gpus > gpus) fail(at(rule.gpus), `${app.gpus} GPUs are more than any slave has, which is ${gpus}`);
}

/** Each app may fit and all of them not. Elastic groups count with the most that they may grow to. */
function checkTotal(apps: readonly SizedApp[], slaves: readonly SlaveGroup[]): void {
  const sizes = slaves.map(({ instanceTypes, count, bounds }) => {
    const known = instanceTypes.map(findInstanceType);
    return {
      known: known.flatMap((type) => type ?? []),
      isKnown: !known.includes(undefined),
      count: bounds?.max ?? count,
    };
  });
  if (sizes.some(({ isKnown }) => !isKnown)) return;
  type Amount = (type: (typeof sizes)[number]['known'][number]) => number;
  const offered = (amount: Amount) =>
    sizes.reduce((sum, { known, count }) => sum + count * Math.max(0, ...known.map(amount)), 0);
  const needed = (amount: (app: SizedApp) => number) => apps.reduce((sum, app) => sum + app.instances * amount(app), 0);
  const totals = [
    ['CPUs', needed(({ cpus }) => cpus), offered(({ vcpus }) => vcpus)],
    ['MB', needed(({ mem }) => mem), offered(({ memoryMiB }) => offeredMemory(memoryMiB))],
  ] as const;
  for (const [unit, need, offer] of totals) {
    if (need > offer)
      fail(
        ['node_templates'],
        `the add-ons need ${Number(need.toFixed(2))} ${unit} together and all slaves offer ${offer}; ask for more or larger slaves`,
      );
  }
}

function staffed(slaves: readonly SlaveGroup[]): readonly SlaveGroup[] {
  return slaves.filter(({ count, bounds }) => (bounds?.max ?? count) > 0);
}

/** Their groups in Marathon would be one. */
function refuseSameNames(nodes: readonly Node[]): void {
  for (const [index, node] of nodes.entries()) {
    const other = nodes.slice(0, index).find(({ name }) => labelOf(name) === labelOf(node.name));
    if (other)
      fail(
        node.path,
        `its name is too much like ${clip(other.name)}: both would be ${labelOf(node.name)} in Marathon; rename one`,
      );
  }
}

function refuseSamePorts(specified: readonly Specified[]): void {
  const takers = new Map<number, string>();
  for (const { node, apps } of specified) {
    for (const { id, ports } of apps) {
      for (const { servicePort } of ports) {
        if (servicePort === undefined) continue;
        const other = takers.get(servicePort);
        if (other)
          fail(
            node.path,
            `its app ${id} and ${other} want the same port ${servicePort} of the load balancers; change one of them`,
          );
        takers.set(servicePort, `${id} of ${clip(node.name)}`);
      }
    }
  }
}

function propertyPath(node: Node, property: string | undefined): Path {
  return property === undefined ? node.path : [...node.path, 'properties', property];
}
