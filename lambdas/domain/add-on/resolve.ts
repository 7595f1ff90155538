/** From an add-on's rules to its apps: references become values. Pure. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { AppDefinition } from '../marathon/app.ts';
import { type AddOnDefinition, type AppRule, healthTimes, type PortRule } from './definition.ts';

/** @param name of a property, or `@name` of a fact of the cluster. @returns undefined if it has no value */
export type Lookup = (name: string) => unknown;

const reference = /\$\{(@?[a-z0-9_]+)(?:\|([a-z]+))?\}/g;
const onlyReference = new RegExp(`^${reference.source}$`);
const zookeeperPort = 2181;
const bytesPerMegabyte = 1024 ** 2;

/** The property that a rule's value is, if it is nothing else: for messages that say where. */
export function propertyOf(rule: unknown): string | undefined {
  return typeof rule === 'string' ? onlyReference.exec(rule)?.[1] : undefined;
}

/** Add-ons always say what their apps need. */
export type SizedApp = AppDefinition & Required<Pick<AppDefinition, 'cpus' | 'mem'>>;

/** @throws InvalidInput if a value that an app needs is not there, or is of the wrong kind */
export function appsOf({ apps, fallbacks = {} }: AddOnDefinition, lookup: Lookup): readonly SizedApp[] {
  const values: Lookup = (name) => {
    const value = lookup(name);
    return value === undefined || value === '' ? (fallbacks[name] ?? value) : value;
  };
  return apps.map((rule) => appOf(rule, values));
}

function appOf(rule: AppRule, lookup: Lookup): SizedApp {
  const text = (value: string) => textOf(value, lookup);
  const number = (value: number | string) => numberOf(value, lookup);
  return {
    id: rule.id,
    image: text(rule.image),
    ...(rule.command === undefined ? {} : { command: text(rule.command) }),
    ...(rule.args === undefined ? {} : { args: rule.args.map(text) }),
    instances: rule.instances ?? 1,
    cpus: number(rule.cpus),
    mem: number(rule.mem),
    gpus: number(rule.gpus ?? 0),
    network: rule.network,
    ports: (rule.ports ?? []).map((port) => portOf(port, number)),
    env: environmentOf(rule.env ?? {}, lookup),
    labels: {},
    constraints: (rule.constraints ?? []).map((constraint) => constraint.map(text)),
    volumes: rule.volumes ?? [],
    privileged: rule.privileged ?? false,
    forcePull: rule.forcePull ?? false,
    dockerParameters: rule.dockerParameters ?? [],
    healthChecks: rule.healthCheck ? [{ check: rule.healthCheck, ...healthTimes }] : [],
    after: rule.after ?? [],
  };
}

function portOf({ containerPort, servicePort }: PortRule, number: (value: number | string) => number) {
  return {
    protocol: 'tcp' as const,
    ...(containerPort === undefined ? {} : { containerPort: number(containerPort) }),
    ...(servicePort === undefined ? {} : { servicePort: number(servicePort) }),
  };
}

/** A variable that is nothing but a reference to something that is not set does not exist. */
function environmentOf(rules: Readonly<Record<string, string>>, lookup: Lookup): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rules).flatMap(([name, rule]) => {
      const property = propertyOf(rule);
      if (property !== undefined && isUnset(lookup(property))) return [];
      return [[name, textOf(rule, lookup)]];
    }),
  );
}

const isUnset = (value: unknown): boolean => value === undefined || value === '' || value === -1 || value === 0;

function textOf(rule: string, lookup: Lookup): string {
  return rule.replace(reference, (_, name: string, filter?: string) => filtered(lookup(name), name, filter));
}

function numberOf(rule: number | string, lookup: Lookup): number {
  if (typeof rule === 'number') return rule;
  const name = propertyOf(rule) ?? rule;
  const value = lookup(name);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InvalidInput(`${name} must be a number that is known now`);
}

function filtered(value: unknown, name: string, filter: string | undefined): string {
  const parts = Array.isArray(value) ? value : [value];
  if (parts.length === 0 || parts.some((part) => part === undefined || typeof part === 'object')) {
    throw new InvalidInput(`${name} has no value that can be used`);
  }
  if (filter === 'zookeeper') return parts.map((part) => `${part}:${zookeeperPort}`).join(',');
  if (filter === 'megabytes') return `${Math.ceil(Number(value) / bytesPerMegabyte)}m`;
  if (Array.isArray(value) && filter !== 'list') throw new InvalidInput(`${name} must be a single value, not a list`);
  return parts.join(',');
}
