/** Types that a template defines itself, in the form of the catalogue's own. */
import type { InlineType } from '../document.ts';
import { fail } from '../fault.ts';
import { readScripts } from '../interfaces.ts';
import { readFlag, readKeys, readList, readMap, readNamed, readNames, readText, requireText } from '../shape.ts';
import { isNull, type Path, type Value } from '../value.ts';
import { readConstraints } from './constraints.ts';
import {
  type ArtifactDefinition,
  type Attributes,
  type CapabilityDefinition,
  type NodeType,
  type Properties,
  type PropertyDefinition,
  type PropertyType,
  type RequirementDefinition,
  type Schema,
  soundsSecret,
} from './schema.ts';

const common = ['derived_from', 'version', 'metadata', 'description', 'properties'];
const nodeKeys = [...common, 'attributes', 'requirements', 'capabilities', 'interfaces', 'artifacts'];
/** Of the other kinds together: what one of them has more does no harm to another. */
const otherKeys = [
  ...common,
  ...['attributes', 'constraints', 'interfaces', 'valid_source_types', 'valid_target_types'],
  ...['targets', 'members', 'triggers', 'mime_type', 'file_ext', 'capabilities', 'requirements'],
];
const propertyKeys = [
  'type',
  'description',
  'required',
  'default',
  'status',
  'constraints',
  'entry_schema',
  'metadata',
];

/** @throws InvalidInput */
export function inlineNodeType({ body, path }: InlineType): NodeType {
  const keys = readKeys(body, path, nodeKeys);
  const scripts = readScripts(keys.get('interfaces'), [...path, 'interfaces']);
  return {
    derivedFrom: readText(keys.get('derived_from'), [...path, 'derived_from']) ?? 'tosca.nodes.Root',
    properties: readProperties(keys.get('properties'), [...path, 'properties']),
    capabilities: readCapabilities(keys.get('capabilities'), [...path, 'capabilities']),
    requirements: readRequirements(keys.get('requirements'), [...path, 'requirements']),
    attributes: readAttributes(keys.get('attributes'), [...path, 'attributes']),
    artifacts: readArtifacts(keys.get('artifacts'), [...path, 'artifacts']),
    ...(scripts.length > 0 ? { scripts } : {}),
  };
}

/** A data, capability, relationship, policy, artifact or group type. @throws InvalidInput */
export function inlinePropertyType({ body, path }: InlineType): PropertyType {
  const keys = readKeys(body, path, otherKeys);
  const parent = readText(keys.get('derived_from'), [...path, 'derived_from']);
  const constraints = keys.get('constraints');
  return {
    ...(parent === undefined ? {} : { derivedFrom: parent }),
    properties: readProperties(keys.get('properties'), [...path, 'properties']),
    attributes: readAttributes(keys.get('attributes'), [...path, 'attributes']),
    ...(constraints && parent ? { constraints: readConstraints(constraints, parent, [...path, 'constraints']) } : {}),
  };
}

/** `image: file`, or a map; shared by types and templates. @throws InvalidInput */
export function readArtifact(body: Value, path: Path): ArtifactDefinition & { readonly file: Value } {
  if (body.kind === 'scalar') return { type: 'tosca.artifacts.File', file: body };
  const keys = readKeys(body, path, ['type', 'file', 'repository', 'description', 'deploy_path', 'properties']);
  const type = readText(keys.get('type'), [...path, 'type']) ?? 'tosca.artifacts.File';
  const file = keys.get('file');
  return { type, file: file && !isNull(file) ? file : fail([...path, 'file'], 'is missing; an artifact names a file') };
}

function readArtifacts(value: Value | undefined, path: Path): Readonly<Record<string, ArtifactDefinition>> {
  return Object.fromEntries(readNamed(value, path).map(([name, body]) => [name, readArtifact(body, [...path, name])]));
}

function readProperties(value: Value | undefined, path: Path): Properties {
  return Object.fromEntries(
    [...readMap(value, path)].map(([name, body]) => [name, readProperty(name, body, [...path, name])]),
  );
}

function readProperty(name: string, body: Value, path: Path): PropertyDefinition {
  const keys = readKeys(body, path, propertyKeys);
  const fallback = keys.get('default');
  const given = fallback !== undefined && !isNull(fallback);
  const required = !given && readFlag(keys.get('required'), [...path, 'required'], true);
  return {
    ...readSchema(keys, path),
    ...(soundsSecret(name) ? { secret: true } : {}),
    ...(required ? { required: true } : {}),
    ...(given ? { default: fallback } : {}),
  };
}

/** `type`, `entry_schema` and `constraints` of a property or an input. @throws InvalidInput */
export function readSchema(keys: ReadonlyMap<string, Value>, path: Path): Schema {
  const type = readText(keys.get('type'), [...path, 'type']) ?? 'string';
  const entries = keys.get('entry_schema');
  const constraints = keys.get('constraints');
  return {
    type,
    ...(entries && !isNull(entries) ? { entries: readEntries(entries, [...path, 'entry_schema']) } : {}),
    ...(constraints && !isNull(constraints)
      ? { constraints: readConstraints(constraints, type, [...path, 'constraints']) }
      : {}),
  };
}

/** `entry_schema: string` is short for `entry_schema: { type: string }`. */
function readEntries(value: Value, path: Path): Schema {
  if (value.kind === 'scalar') return { type: value.text };
  return readSchema(readKeys(value, path, propertyKeys), path);
}

const capabilityKeys = [
  'type',
  'description',
  'properties',
  'attributes',
  'valid_source_types',
  'occurrences',
  'metadata',
];

function readCapabilities(value: Value | undefined, path: Path): Readonly<Record<string, CapabilityDefinition>> {
  return Object.fromEntries(
    readNamed(value, path).map(([name, body]) => [name, readCapability(body, [...path, name])]),
  );
}

function readCapability(body: Value, path: Path): CapabilityDefinition {
  if (body.kind === 'scalar') return { type: requireText(body, [...path, 'type']) };
  const keys = readKeys(body, path, capabilityKeys);
  const sources = readNames(keys.get('valid_source_types'), [...path, 'valid_source_types']);
  return {
    type: requireText(keys.get('type'), [...path, 'type']),
    properties: readProperties(keys.get('properties'), [...path, 'properties']),
    attributes: readAttributes(keys.get('attributes'), [...path, 'attributes']),
    ...(sources.length > 0 ? { validSourceTypes: sources } : {}),
  };
}

const requirementKeys = ['capability', 'node', 'relationship', 'occurrences', 'description', 'metadata'];

function readRequirements(value: Value | undefined, path: Path): NonNullable<NodeType['requirements']> {
  return Object.fromEntries(
    readNamed(value, path).map(([name, body]) => [name, readRequirement(body, [...path, name])]),
  );
}

/** The short form names the capability type only. */
function readRequirement(body: Value, path: Path): Partial<RequirementDefinition> {
  if (body.kind === 'scalar') return { capability: requireText(body, [...path, 'capability']) };
  const keys = readKeys(body, path, requirementKeys);
  const relationship = keys.get('relationship');
  const occurrences = keys.get('occurrences');
  const names = {
    node: readText(keys.get('node'), [...path, 'node']),
    capability: readText(keys.get('capability'), [...path, 'capability']),
    relationship: readText(relationship?.kind === 'map' ? relationship.entries.get('type') : relationship, [
      ...path,
      'relationship',
    ]),
  };
  return {
    ...(Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined)) as Record<string, string>),
    ...(occurrences && !isNull(occurrences)
      ? { occurrences: readOccurrences(occurrences, [...path, 'occurrences']) }
      : {}),
  };
}

function readOccurrences(value: Value, path: Path): readonly [number, number] {
  const bounds = readList(value, path).map((item, index) => requireText(item, [...path, index]));
  const [low, high] = bounds.map((text) => (text === 'UNBOUNDED' ? Number.POSITIVE_INFINITY : Number(text)));
  if (low === undefined || high === undefined || !(low <= high) || bounds.length !== 2 || low < 0)
    fail(path, 'must be two numbers, the second not smaller or UNBOUNDED');
  return [low, high];
}

function readAttributes(value: Value | undefined, path: Path): Attributes {
  return Object.fromEntries(
    [...readMap(value, path)].map(([name, body]) => {
      const type = readText(readMap(body, [...path, name]).get('type'), [...path, name, 'type']);
      return [name, type ?? 'string'];
    }),
  );
}
