/** A Compute node's endpoint: whether it is public, and which ports are open to whom. */
import { clip, fail } from '../tosca/fault.ts';
import type { Node } from '../tosca/topology.ts';
import type { Path } from '../tosca/value.ts';
import type { PortRule } from './spec.ts';
import { capabilityOf, numberOf, openValue, type Specifying, textOf } from './specification-read.ts';

/** A security group holds 60 rules by default; some are left for the stack's own. */
const mostRules = 50;
const anywhere = '0.0.0.0/0';

export interface NetworkRequest {
  readonly public: boolean;
  readonly openPorts: readonly PortRule[];
}

/** @throws InvalidInput */
export function readNetwork(compute: Node, { notes }: Specifying): NetworkRequest {
  const endpoint = capabilityOf(compute, 'endpoint');
  const isPublic = readPublic(compute, textOf(endpoint, 'network_name'), notes);
  const rules = distinctRules([...readSinglePort(compute), ...readPorts(compute, notes)]);
  const path = [...compute.path, 'capabilities', 'endpoint', 'properties', 'ports'];
  if (rules.length > mostRules) fail(path, `opens ${rules.length} port ranges; at most ${mostRules} are possible`);
  if (isPublic || rules.length === 0) return { public: isPublic, openPorts: rules };
  notes.push(
    `node_templates.${compute.name}: its ports are open inside the cluster only, because its network_name is not PUBLIC`,
  );
  return { public: false, openPorts: [] };
}

function readPublic(compute: Node, name: string | undefined, notes: string[]): boolean {
  const [, network, kind] = /^(?:(.+)\.)?(PUBLIC|PRIVATE)$/i.exec(name ?? 'PRIVATE') ?? [];
  const where = `node_templates.${compute.name}: the network ${clip(name ?? '')}`;
  if (kind === undefined)
    notes.push(`${where} is unknown; the node is private. Known are PUBLIC, PRIVATE, <id>.PUBLIC, <id>.PRIVATE`);
  else if (network !== undefined)
    notes.push(`${where} is read as ${kind.toUpperCase()}: the stack has a network of its own`);
  return kind?.toUpperCase() === 'PUBLIC';
}

/** The endpoint's own `port`. */
function readSinglePort(compute: Node): readonly PortRule[] {
  const endpoint = capabilityOf(compute, 'endpoint');
  const port = numberOf(endpoint, 'port');
  if (port === undefined) return [];
  return [{ protocol: textOf(endpoint, 'protocol') === 'udp' ? 'udp' : 'tcp', from: port, to: port, cidr: anywhere }];
}

function readPorts(compute: Node, notes: string[]): readonly PortRule[] {
  const property = openValue(capabilityOf(compute, 'endpoint'), 'ports');
  if (typeof property?.value !== 'object' || property.value === null) return [];
  return Object.entries(property.value).flatMap(([name, spec]) =>
    readPort(spec as Readonly<Record<string, unknown>>, [...property.path, name], notes),
  );
}

/** `source` is the port that others reach; a spec with a target only means the same port on both sides. */
function readPort(spec: Readonly<Record<string, unknown>>, path: Path, notes: string[]): readonly PortRule[] {
  if (spec.protocol === 'igmp') {
    notes.push(`${path.join('.')} has no effect: a VPC knows no igmp`);
    return [];
  }
  const protocol = spec.protocol === 'udp' ? 'udp' : 'tcp';
  const [from, to] = readRange(spec, path);
  return [{ protocol, from, to, cidr: readCidr(spec.remote_cidr, [...path, 'remote_cidr']) }];
}

function readRange(spec: Readonly<Record<string, unknown>>, path: Path): readonly [number, number] {
  const single = spec.source ?? spec.target;
  const range = spec.source_range ?? spec.target_range ?? (single === undefined ? undefined : [single, single]);
  if (!Array.isArray(range)) fail(path, 'needs a source or a source_range');
  const [from, to] = range.map((bound) => (bound === Number.POSITIVE_INFINITY ? 65_535 : Number(bound)));
  if (from !== undefined && to !== undefined && from >= 1 && to <= 65_535 && from <= to) return [from, to];
  return fail(path, 'its ports must be between 1 and 65535, the first not above the second');
}

/** An address alone stands for itself. */
function readCidr(value: unknown, path: Path): string {
  if (value === undefined || value === null || value === '') return anywhere;
  const [, address, bits = '32'] = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?$/.exec(String(value)) ?? [];
  const isValid = address?.split('.').every((part) => Number(part) <= 255) && Number(bits) <= 32;
  if (!isValid) fail(path, `${clip(String(value))} is no IPv4 range; write one such as 192.0.2.0/24`);
  return `${address}/${Number(bits)}`;
}

/** In an order of their own, so that a template that merely lists its ports in another order changes nothing. */
function distinctRules(rules: readonly PortRule[]): readonly PortRule[] {
  const key = (rule: PortRule) => `${rule.protocol}/${rule.from}/${rule.to}/${rule.cidr}`;
  return [...new Map(rules.map((rule) => [key(rule), rule])).values()].sort(
    (a, b) => a.from - b.from || a.to - b.to || (key(a) < key(b) ? -1 : 1),
  );
}
