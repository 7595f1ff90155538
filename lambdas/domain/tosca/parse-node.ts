/** One node template: its structure, without types and values. */
import type { NodeTemplate, RequirementAssignment } from './document.ts';
import { dotted, fail } from './fault.ts';
import { readMap, readNamed, readText, requireText } from './shape.ts';
import { describeKind, isNull, type Path, type Value } from './value.ts';

const known = [
  'type',
  'description',
  'metadata',
  'directives',
  'properties',
  'attributes',
  'requirements',
  'capabilities',
  'interfaces',
  'artifacts',
  'node_filter',
  'copy',
];

/** @throws InvalidInput */
export function parseNodeTemplate(
  name: string,
  value: Value,
): { readonly node: NodeTemplate; readonly notes: readonly string[] } {
  const path = ['node_templates', name];
  const keys = readMap(value, path);
  if (isNull(keys.get('type'))) fail([...path, 'type'], 'is missing; every node template names its type');
  const node: NodeTemplate = {
    name,
    type: requireText(keys.get('type'), [...path, 'type']),
    properties: readMap(keys.get('properties'), [...path, 'properties']),
    capabilities: parseCapabilities(keys.get('capabilities'), [...path, 'capabilities']),
    requirements: parseRequirements(keys.get('requirements'), [...path, 'requirements']),
    interfaces: readMap(keys.get('interfaces'), [...path, 'interfaces']),
    path,
  };
  const ignored = [...keys.keys()].filter((key) => !known.includes(key));
  return {
    node,
    notes: ignored.map((key) => `${dotted([...path, key])} has no effect: a node template has no such key`),
  };
}

function parseCapabilities(value: Value | undefined, path: Path): ReadonlyMap<string, ReadonlyMap<string, Value>> {
  return new Map(
    readNamed(value, path).map(([name, body]) => {
      const keys = readMap(body, [...path, name]);
      return [name, readMap(keys.get('properties'), [...path, name, 'properties'])] as const;
    }),
  );
}

function parseRequirements(value: Value | undefined, path: Path): readonly RequirementAssignment[] {
  return readNamed(value, path).map(([name, body]) => parseRequirement(name, body, [...path, name]));
}

function parseRequirement(name: string, body: Value, path: Path): RequirementAssignment {
  if (body.kind === 'scalar' && body.plain !== null) return { name, node: body.text, properties: new Map(), path };
  if (body.kind !== 'map') fail(path, `must be the name of a node or a map, but is ${describeKind(body)}`);
  const node = readText(body.entries.get('node'), [...path, 'node']);
  const relationship = parseRelationship(body.entries.get('relationship'), [...path, 'relationship']);
  return { name, ...(node === undefined ? {} : { node }), ...relationship, path };
}

/** A type's or template's name, or a map with `type` and `properties`. */
function parseRelationship(
  value: Value | undefined,
  path: Path,
): { readonly relationship?: string; readonly properties: ReadonlyMap<string, Value> } {
  if (value?.kind !== 'map') {
    const relationship = readText(value, path);
    return { ...(relationship === undefined ? {} : { relationship }), properties: new Map() };
  }
  const type = readText(value.entries.get('type'), [...path, 'type']);
  const properties = readMap(value.entries.get('properties'), [...path, 'properties']);
  return { ...(type === undefined ? {} : { relationship: type }), properties };
}
