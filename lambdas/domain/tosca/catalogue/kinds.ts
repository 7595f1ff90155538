/** What the catalogue holds, by kind of type. */
import { nearest } from '../fault.ts';
import { capabilityTypes } from './capability-types.ts';
import { artifactTypes, dataTypes, groupTypes } from './data-types.ts';
import { nodeTypes } from './node-types.ts';
import { policyTypes, relationshipTypes } from './relationship-types.ts';
import type { PropertyType } from './schema.ts';

/** Kinds whose types are a parent and properties. */
const propertyKinds: Readonly<Record<PropertyKind, Readonly<Record<string, PropertyType>>>> = {
  data: dataTypes,
  capability: capabilityTypes,
  relationship: relationshipTypes,
  policy: policyTypes,
  artifact: artifactTypes,
  group: groupTypes,
};
export type PropertyKind = 'data' | 'capability' | 'relationship' | 'policy' | 'artifact' | 'group';
export type TypeKind = PropertyKind | 'node';

const prefixes: Readonly<Record<TypeKind, string>> = {
  node: 'tosca.nodes.',
  data: 'tosca.datatypes.',
  capability: 'tosca.capabilities.',
  relationship: 'tosca.relationships.',
  policy: 'tosca.policies.',
  artifact: 'tosca.artifacts.',
  group: 'tosca.groups.',
};

/** Types of values that need no definition; `any` is ours. */
export const builtInTypes: ReadonlySet<string> = new Set([
  ...['string', 'integer', 'float', 'boolean', 'timestamp', 'null', 'version', 'range', 'list', 'map', 'any'],
  ...['scalar-unit.size', 'scalar-unit.time', 'scalar-unit.frequency'],
]);

/** Own property only: names come from templates, so `__proto__` and `constructor` are ordinary, unknown names. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The catalogue's own types of one kind. */
export function catalogueOf(kind: 'node'): typeof nodeTypes;
export function catalogueOf(kind: PropertyKind): Readonly<Record<string, PropertyType>>;
export function catalogueOf(kind: TypeKind): typeof nodeTypes | Readonly<Record<string, PropertyType>>;
export function catalogueOf(kind: TypeKind) {
  return kind === 'node' ? nodeTypes : propertyKinds[kind];
}

/** `tosca:Compute` and `Compute` stand for `tosca.nodes.Compute`. */
export function longName(kind: TypeKind, name: string): string {
  const short = name.startsWith('tosca:') ? name.slice('tosca:'.length) : name;
  return short.includes('.') && !name.startsWith('tosca:') ? name : `${prefixes[kind]}${short}`;
}

/** The known type that is meant, if one is near: judged without the prefix that all of them share. */
export function nearestType(name: string, known: readonly string[]): string | undefined {
  const [near] = nearest(stem(name), known.map(stem), 1);
  return near === undefined ? undefined : known.find((type) => stem(type) === near);
}

function stem(name: string): string {
  return name.replace(/^tosca[.:](\w+\.(indigo\.)?)?/, '');
}
