/** Text to `TemplateDocument`. Imports are never fetched: the catalogue holds the types. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type {
  InlineType,
  InputDefinition,
  OutputDefinition,
  PolicyTemplate,
  RelationshipTemplate,
  TemplateDocument,
} from './document.ts';
import { fail, quote, suggest } from './fault.ts';
import { parseNodeTemplate } from './parse-node.ts';
import { readFlag, readList, readMap, readNamed, readText, requireText } from './shape.ts';
import { isNull, nullValue, type Path, type Value } from './value.ts';
import { defaultYamlLimits, readYaml } from './yaml.ts';

const versions = [
  'tosca_simple_yaml_1_0',
  'tosca_simple_yaml_1_0_0',
  'http://docs.oasis-open.org/tosca/ns/simple/yaml/1.0',
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

/**
 * Reads a TOSCA Simple Profile 1.0 template.
 * @param maxBytes of the text in UTF-8
 * @throws InvalidInput with the place in the template and what would be right
 */
export function parseTemplate(text: string, maxBytes = defaultYamlLimits.maxBytes): TemplateDocument {
  const root = readYaml(text, { ...defaultYamlLimits, maxBytes });
  if (root.kind !== 'map')
    throw new InvalidInput('The template is not a map; a TOSCA template begins with tosca_definitions_version');
  const top = root.entries;
  checkVersion(top.get('tosca_definitions_version'));
  const topology = readTopologyKeys(top.get('topology_template'));
  const nodes = readMap(topology.get('node_templates'), ['node_templates']);
  const parsed = [...nodes].map(([name, value]) => parseNodeTemplate(name, value));
  return {
    text,
    root,
    metadata: parseMetadata(top.get('metadata')),
    nodeTypes: parseTypes(top.get('node_types'), ['node_types']),
    dataTypes: parseTypes(top.get('data_types'), ['data_types']),
    inputs: parseInputs(topology.get('inputs')),
    nodeTemplates: parsed.map(({ node }) => node),
    relationshipTemplates: parseRelationships(topology.get('relationship_templates')),
    policies: parsePolicies(topology.get('policies'), parseGroups(topology.get('groups'))),
    outputs: parseOutputs(topology.get('outputs')),
    notes: parsed.flatMap(({ notes }) => notes),
  };
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
  const topology = readMap(value, path);
  for (const key of topology.keys()) {
    if (!topologyKeys.includes(key)) fail([...path, key], `is not known${suggest(key, topologyKeys)}`);
  }
  return topology;
}

function parseMetadata(value: Value | undefined): ReadonlyMap<string, string> {
  const entries = [...readMap(value, ['metadata'])];
  return new Map(entries.flatMap(([key, item]) => (item.kind === 'scalar' ? [[key, item.text] as const] : [])));
}

function parseTypes(value: Value | undefined, path: Path): readonly InlineType[] {
  return [...readMap(value, path)].map(([name, body]) => ({
    name,
    body: readMap(body, [...path, name]),
    path: [...path, name],
  }));
}

function parseInputs(value: Value | undefined): ReadonlyMap<string, InputDefinition> {
  const inputs = [...readMap(value, ['inputs'])].map(([name, body]) => parseInput(name, body));
  return new Map(inputs.map((input) => [input.name, input]));
}

function parseInput(name: string, body: Value): InputDefinition {
  const path = ['inputs', name];
  const keys = readMap(body, path);
  const fallback = keys.get('default');
  const constraints = keys.get('constraints');
  return {
    name,
    required: readFlag(keys.get('required'), [...path, 'required'], true),
    ...(isNull(fallback) ? {} : { default: fallback ?? nullValue }),
    ...(constraints ? { constraints } : {}),
  };
}

function parseRelationships(value: Value | undefined): ReadonlyMap<string, RelationshipTemplate> {
  const path = ['relationship_templates'];
  return new Map(
    [...readMap(value, path)].map(([name, body]) => {
      const keys = readMap(body, [...path, name]);
      const type = requireText(keys.get('type'), [...path, name, 'type']);
      return [
        name,
        { name, type, properties: readMap(keys.get('properties'), [...path, name, 'properties']) },
      ] as const;
    }),
  );
}

function parseGroups(value: Value | undefined): ReadonlyMap<string, readonly string[]> {
  return new Map(
    readNamed(value, ['groups']).map(([name, body]) => {
      const path = ['groups', name, 'members'];
      const members = readMap(body, ['groups', name]).get('members');
      return [name, readList(members, path).map((item, index) => requireText(item, [...path, index]))] as const;
    }),
  );
}

function parsePolicies(
  value: Value | undefined,
  groups: ReadonlyMap<string, readonly string[]>,
): readonly PolicyTemplate[] {
  return readNamed(value, ['policies']).map(([name, body]) => {
    const path = ['policies', name];
    const keys = readMap(body, path);
    const targets = readList(keys.get('targets'), [...path, 'targets']).map((item, index) =>
      requireText(item, [...path, 'targets', index]),
    );
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
    return { name, value: readMap(body, path).get('value') ?? nullValue, path: [...path, 'value'] };
  });
}
