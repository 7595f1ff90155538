/** Text to `TemplateDocument`. Imports are never fetched: the catalogue holds the types. */
import { InvalidInput } from '../../contracts/error-names.ts';
import { readSchema } from './catalogue/inline.ts';
import type {
  InlineType,
  InputDefinition,
  OutputDefinition,
  PolicyTemplate,
  RelationshipTemplate,
  TemplateDocument,
  TemplateTypes,
} from './document.ts';
import { dotted, fail, quote } from './fault.ts';
import { expandCopy, parseNodeTemplates } from './parse-node.ts';
import { readFlag, readKeys, readMap, readNamed, readNames, readText, requireText } from './shape.ts';
import { isNull, nullValue, type Path, type Value } from './value.ts';
import { defaultYamlLimits, readYaml } from './yaml.ts';

const versions = [
  'tosca_simple_yaml_1_0',
  'tosca_simple_yaml_1_0_0',
  'http://docs.oasis-open.org/tosca/ns/simple/yaml/1.0',
];
const typeKeys: Readonly<Record<keyof TemplateTypes, string>> = {
  node: 'node_types',
  data: 'data_types',
  capability: 'capability_types',
  relationship: 'relationship_types',
  policy: 'policy_types',
  artifact: 'artifact_types',
  group: 'group_types',
};
const topKeys = [
  'tosca_definitions_version',
  'description',
  'metadata',
  ...['template_name', 'template_author', 'template_version', 'namespace'],
  'imports',
  'repositories',
  'dsl_definitions',
  'interface_types',
  ...Object.values(typeKeys),
  'topology_template',
];
const topologyKeys = [
  'description',
  'inputs',
  'node_templates',
  'relationship_templates',
  'groups',
  'policies',
  'outputs',
  'substitution_mappings',
];
const parameterKeys = [
  'type',
  'description',
  'required',
  'default',
  'value',
  'status',
  'constraints',
  'entry_schema',
  'metadata',
];
const relationshipKeys = [
  'type',
  'description',
  'metadata',
  'properties',
  'attributes',
  'requirements',
  'interfaces',
  'copy',
];
const groupKeys = ['type', 'description', 'metadata', 'properties', 'members', 'targets', 'interfaces'];
const policyKeys = ['type', 'description', 'metadata', 'properties', 'targets', 'triggers'];

/**
 * Reads a TOSCA Simple Profile 1.0 template.
 * @param maxBytes of the text in UTF-8
 * @throws InvalidInput with the place in the template and what would be right
 */
export function parseTemplate(text: string, maxBytes = defaultYamlLimits.maxBytes): TemplateDocument {
  const root = readYaml(text, { ...defaultYamlLimits, maxBytes });
  if (root.kind !== 'map')
    throw new InvalidInput('The template is not a map; a TOSCA template begins with tosca_definitions_version');
  checkVersion(root.entries.get('tosca_definitions_version'));
  const top = readKeys(root, [], topKeys);
  const topology = readTopologyKeys(top.get('topology_template'));
  const { nodes, notes } = parseNodeTemplates(topology.get('node_templates'));
  const groups = parseGroups(topology.get('groups'), new Set(nodes.map(({ name }) => name)));
  return {
    text,
    root,
    metadata: parseMetadata(top.get('metadata')),
    types: parseTypes(top),
    inputs: parseInputs(topology.get('inputs')),
    nodeTemplates: nodes,
    relationshipTemplates: parseRelationships(topology.get('relationship_templates')),
    policies: parsePolicies(topology.get('policies'), groups),
    outputs: parseOutputs(topology.get('outputs')),
    notes: [...notes, ...noteUnused(topology, groups.keys())],
  };
}

/** What is understood, and has no effect. */
function noteUnused(topology: ReadonlyMap<string, Value>, groups: Iterable<string>): readonly string[] {
  const grouped = [...groups].map((name) => `${dotted(['groups', name])} has no effect but as a target of policies`);
  const substitutes = !isNull(topology.get('substitution_mappings'));
  return [
    ...grouped,
    ...(substitutes ? ['substitution_mappings has no effect: a template is a whole deployment here'] : []),
  ];
}

function checkVersion(value: Value | undefined): void {
  const path = ['tosca_definitions_version'];
  const version = readText(value, path);
  if (version === undefined) fail(path, `is missing; the template must say ${versions[0]}`);
  if (!versions.includes(version)) fail(path, `${quote(version)} is not supported; use ${versions[0]}`);
}

function readTopologyKeys(value: Value | undefined): ReadonlyMap<string, Value> {
  const path = ['topology_template'];
  if (isNull(value)) fail(path, 'is missing; it holds node_templates, inputs and outputs');
  return readKeys(value, path, topologyKeys);
}

function parseMetadata(value: Value | undefined): ReadonlyMap<string, string> {
  const entries = [...readMap(value, ['metadata'])];
  return new Map(entries.flatMap(([key, item]) => (item.kind === 'scalar' ? [[key, item.text] as const] : [])));
}

function parseTypes(top: ReadonlyMap<string, Value>): TemplateTypes {
  const types = Object.entries(typeKeys).map(([kind, key]) => [kind, parseTypesOf(top.get(key), [key])]);
  return Object.fromEntries(types) as TemplateTypes;
}

function parseTypesOf(value: Value | undefined, path: Path): readonly InlineType[] {
  return [...readMap(value, path)].map(([name, body]) => ({ name, body, path: [...path, name] }));
}

function parseInputs(value: Value | undefined): ReadonlyMap<string, InputDefinition> {
  const inputs = [...readMap(value, ['inputs'])].map(([name, body]) => parseInput(name, body));
  return new Map(inputs.map((input) => [input.name, input]));
}

function parseInput(name: string, body: Value): InputDefinition {
  const path = ['inputs', name];
  const keys = readKeys(body, path, parameterKeys);
  const fallback = keys.get('default');
  const constraints = keys.get('constraints');
  return {
    name,
    required: readFlag(keys.get('required'), [...path, 'required'], true),
    schema: readSchema(keys, path),
    ...(isNull(fallback) ? {} : { default: fallback ?? nullValue }),
    ...(constraints ? { constraints } : {}),
  };
}

function parseRelationships(value: Value | undefined): ReadonlyMap<string, RelationshipTemplate> {
  const path = ['relationship_templates'];
  const bodies = new Map([...readMap(value, path)].map(([name, body]) => [name, readMap(body, [...path, name])]));
  return new Map(
    [...bodies].map(([name, body]) => {
      const at = [...path, name];
      const expanded = { kind: 'map', entries: expandCopy(body, bodies, at) } as const;
      const keys = readKeys(expanded, at, relationshipKeys);
      const type = requireText(keys.get('type'), [...at, 'type']);
      return [name, { name, type, properties: readMap(keys.get('properties'), [...at, 'properties']) }] as const;
    }),
  );
}

/** Members by group. */
function parseGroups(value: Value | undefined, nodes: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  return new Map(
    readNamed(value, ['groups']).map(([name, body]) => {
      const path = ['groups', name];
      const keys = readKeys(body, path, groupKeys);
      const key = isNull(keys.get('members')) ? 'targets' : 'members';
      const members = readNames(keys.get(key), [...path, key]);
      const unknown = members.find((member) => !nodes.has(member));
      if (unknown !== undefined) fail([...path, key], `there is no node template ${quote(unknown)}`);
      return [name, members] as const;
    }),
  );
}

function parsePolicies(
  value: Value | undefined,
  groups: ReadonlyMap<string, readonly string[]>,
): readonly PolicyTemplate[] {
  return readNamed(value, ['policies']).map(([name, body]) => {
    const path = ['policies', name];
    const keys = readKeys(body, path, policyKeys);
    const targets = readNames(keys.get('targets'), [...path, 'targets']);
    return {
      name,
      type: requireText(keys.get('type'), [...path, 'type']),
      properties: readMap(keys.get('properties'), [...path, 'properties']),
      ...(isNull(keys.get('targets')) ? {} : { targets: targets.flatMap((target) => groups.get(target) ?? [target]) }),
      path,
    };
  });
}

function parseOutputs(value: Value | undefined): readonly OutputDefinition[] {
  return [...readMap(value, ['outputs'])].map(([name, body]) => {
    const path = ['outputs', name];
    return { name, value: readKeys(body, path, parameterKeys).get('value') ?? nullValue, path: [...path, 'value'] };
  });
}
