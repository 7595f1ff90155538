/** One node template: its structure, without types and values. */
import { readArtifact } from './catalogue/inline.ts';
import type { ArtifactTemplate, NodeFilter, NodeTemplate, RequirementAssignment } from './document.ts';
import { dotted, fail, quote, suggest } from './fault.ts';
import { readScripts } from './interfaces.ts';
import { readKeys, readMap, readNamed, readText, requireText } from './shape.ts';
import { countValues, describeKind, isNull, type Path, type Value } from './value.ts';
import { defaultYamlLimits } from './yaml.ts';

/** Keys of a node template, for the messages about others. */
export const nodeKeys = [
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
/** Keys that are understood and change nothing here. */
const withoutEffect: readonly (readonly [key: string, why: string])[] = [
  ['directives', 'there is nothing that a node could be substituted by'],
  ['attributes', 'attributes are what is found at the running cluster'],
  ['node_filter', 'it selects among nodes that exist, and this one is made'],
];

/** All node templates, after `copy`. @throws InvalidInput */
export function parseNodeTemplates(value: Value | undefined): {
  readonly nodes: readonly NodeTemplate[];
  readonly notes: readonly string[];
} {
  const path = ['node_templates'];
  const bodies = new Map([...readMap(value, path)].map(([name, body]) => [name, readMap(body, [...path, name])]));
  refuseGrowth(bodies);
  const copied = [...bodies].map(([name, keys]) => [name, expandCopy(keys, bodies, [...path, name])] as const);
  return {
    nodes: copied.map(([name, keys]) => parseNodeTemplate(name, keys)),
    notes: copied.flatMap(([name, keys]) => noteUnused(keys, [...path, name])),
  };
}

type Keys = ReadonlyMap<string, Value>;

/** `copy` takes all of another template; what is given here is added, or goes before. @throws InvalidInput */
export function expandCopy(keys: Keys, templates: ReadonlyMap<string, Keys>, path: Path): Keys {
  const name = readText(keys.get('copy'), [...path, 'copy']);
  if (name === undefined) return keys;
  const source = templates.get(name);
  if (!source) fail([...path, 'copy'], `there is no template ${quote(name)}${suggest(name, templates.keys())}`);
  if (!isNull(source.get('copy'))) fail([...path, 'copy'], `${quote(name)} is a copy itself; copy its original`);
  const merged = new Map(source);
  for (const [key, value] of keys) if (key !== 'copy') merged.set(key, join(source.get(key), value));
  return merged;
}

/** Copies of a big template must not make the whole endlessly big. */
function refuseGrowth(templates: ReadonlyMap<string, Keys>): void {
  const sizes = new Map<string, number>();
  const sizeOf = (name: string) => {
    const size = sizes.get(name) ?? countValues({ kind: 'map', entries: templates.get(name) ?? new Map() });
    sizes.set(name, size);
    return size;
  };
  const sources = [...templates.values()].map((keys) => keys.get('copy'));
  const total = sources.reduce((sum, source) => sum + (source?.kind === 'scalar' ? sizeOf(source.text) : 0), 0);
  if (total > defaultYamlLimits.maxValues)
    fail(['node_templates'], `its copies have more than ${defaultYamlLimits.maxValues} values together; use fewer`);
}

function join(inherited: Value | undefined, own: Value): Value {
  if (inherited?.kind !== 'map' || own.kind !== 'map') return own;
  return { kind: 'map', entries: new Map([...inherited.entries, ...own.entries]) };
}

function noteUnused(keys: Keys, path: Path): readonly string[] {
  return withoutEffect
    .filter(([key]) => !isNull(keys.get(key)))
    .map(([key, why]) => `${dotted([...path, key])} has no effect: ${why}`);
}

function parseNodeTemplate(name: string, keys: Keys): NodeTemplate {
  const path = ['node_templates', name];
  if (isNull(keys.get('type'))) fail([...path, 'type'], 'is missing; every node template names its type');
  return {
    name,
    type: requireText(keys.get('type'), [...path, 'type']),
    properties: readMap(keys.get('properties'), [...path, 'properties']),
    capabilities: parseCapabilities(keys.get('capabilities'), [...path, 'capabilities']),
    requirements: parseRequirements(keys.get('requirements'), [...path, 'requirements']),
    artifacts: parseArtifacts(keys.get('artifacts'), [...path, 'artifacts']),
    scripts: readScripts(keys.get('interfaces'), [...path, 'interfaces']),
    strayKeys: [...keys.keys()].filter((key) => !nodeKeys.includes(key)),
    path,
  };
}

function parseCapabilities(value: Value | undefined, path: Path): ReadonlyMap<string, ReadonlyMap<string, Value>> {
  return new Map(
    readNamed(value, path).map(([name, body]) => {
      const keys = readKeys(body, [...path, name], ['properties', 'attributes']);
      return [name, readMap(keys.get('properties'), [...path, name, 'properties'])] as const;
    }),
  );
}

function parseArtifacts(value: Value | undefined, path: Path): ReadonlyMap<string, ArtifactTemplate> {
  return new Map(
    readNamed(value, path).map(([name, body]) => {
      const at = [...path, name];
      return [name, { ...readArtifact(body, at), path: at }] as const;
    }),
  );
}

const requirementKeys = ['node', 'capability', 'relationship', 'node_filter', 'occurrences'];
const relationshipKeys = ['type', 'properties', 'interfaces'];

function parseRequirements(value: Value | undefined, path: Path): readonly RequirementAssignment[] {
  return readNamed(value, path).map(([name, body]) => parseRequirement(name, body, [...path, name]));
}

function parseRequirement(name: string, body: Value, path: Path): RequirementAssignment {
  if (body.kind === 'scalar' && body.plain !== null) return { name, node: body.text, properties: new Map(), path };
  if (body.kind !== 'map') fail(path, `must be the name of a node or a map, but is ${describeKind(body)}`);
  const keys = readKeys(body, path, requirementKeys);
  const node = readText(keys.get('node'), [...path, 'node']);
  const capability = readText(keys.get('capability'), [...path, 'capability']);
  const filter = keys.get('node_filter');
  return {
    name,
    ...(node === undefined ? {} : { node }),
    ...(capability === undefined ? {} : { capability }),
    ...(isNull(filter) ? {} : { filter: parseFilter(filter, [...path, 'node_filter']) }),
    ...parseRelationship(keys.get('relationship'), [...path, 'relationship']),
    path,
  };
}

function parseFilter(value: Value | undefined, path: Path): NodeFilter {
  const keys = readKeys(value, path, ['properties', 'capabilities']);
  return {
    properties: readNamed(keys.get('properties'), [...path, 'properties']),
    capabilities: readNamed(keys.get('capabilities'), [...path, 'capabilities']).map(([name, body]) => {
      const at = [...path, 'capabilities', name];
      return [name, readNamed(readKeys(body, at, ['properties']).get('properties'), [...at, 'properties'])];
    }),
    path,
  };
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
  const keys = readKeys(value, path, relationshipKeys);
  const type = readText(keys.get('type'), [...path, 'type']);
  const properties = readMap(keys.get('properties'), [...path, 'properties']);
  return { ...(type === undefined ? {} : { relationship: type }), properties };
}
