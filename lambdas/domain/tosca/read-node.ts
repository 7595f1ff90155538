/** Nodes and policies with their values: typed, evaluated, checked. */
import { own } from './catalogue/kinds.ts';
import type { Properties, PropertyDefinition } from './catalogue/schema.ts';
import { coerce, defaultOf, isSymbolic } from './coerce.ts';
import type { PolicyTemplate } from './document.ts';
import type { Evaluation, Scope } from './evaluate.ts';
import { fail, quote, suggest } from './fault.ts';
import type { LinkedNode, LinkedNodes } from './link.ts';
import type { Artifact, Node, Policy, PropertyValue, PropertyValues } from './topology.ts';
import { holdsSecret, isNull, type Path, type Value } from './value.ts';

/** @throws InvalidInput */
export function readNode(node: LinkedNode, evaluation: Evaluation, nodes: LinkedNodes): Node {
  const { template, type } = node;
  const context = { evaluation, scope: { self: node }, owner: type.name };
  const read = (given: ReadonlyMap<string, Value>, definitions: Properties, path: Path) =>
    readProperties(given, { ...context, definitions, path });
  return {
    name: template.name,
    type,
    properties: read(template.properties, type.properties, [...template.path, 'properties']),
    capabilities: new Map(
      Object.entries(type.capabilities).map(([name, { properties }]) => {
        const given = template.capabilities.get(name) ?? new Map();
        return [name, read(given, properties, [...template.path, 'capabilities', name, 'properties'])];
      }),
    ),
    requirements: node.requirements.map(({ name, target, relationshipType, path, properties }) => {
      const definitions = evaluation.types.properties('relationship', relationshipType) ?? {};
      const other = nodes.get(target);
      const scope = { self: node, source: node, ...(other ? { target: other } : {}) };
      const at = [...path, 'relationship', 'properties'];
      const values = readProperties(properties, { definitions, path: at, evaluation, scope, owner: relationshipType });
      return { name, target, relationshipType, path, properties: values };
    }),
    artifacts: readArtifacts(node, evaluation),
    scripts: [...new Set([...type.scripts, ...template.scripts])],
    path: template.path,
  };
}

/** The type's artifacts, and the template's in their place. */
function readArtifacts(node: LinkedNode, evaluation: Evaluation): ReadonlyMap<string, Artifact> {
  const { template, type } = node;
  const names = new Set([...Object.keys(type.artifacts), ...template.artifacts.keys()]);
  return new Map(
    [...names].flatMap((name) => {
      const given = template.artifacts.get(name);
      const defined = own(type.artifacts, name);
      const path = [...template.path, 'artifacts', name, 'file'];
      const definition = { type: 'string', ...(defined ? { default: defined.file } : {}) };
      const file = readProperty(given?.file, definition, { path, evaluation, scope: { self: node }, owner: type.name });
      const ancestors = evaluation.types.ancestors('artifact', given?.type ?? defined?.type ?? '');
      return file ? [[name, { ancestors, file }] as const] : [];
    }),
  );
}

/** @throws InvalidInput */
export function readPolicy(policy: PolicyTemplate, evaluation: Evaluation, nodes: LinkedNodes): Policy {
  for (const target of policy.targets ?? []) {
    if (!nodes.has(target))
      fail([...policy.path, 'targets'], `there is no node template ${quote(target)}${suggest(target, nodes.keys())}`);
  }
  const ancestors = evaluation.types.ancestors('policy', policy.type);
  // Policies of unknown types are skipped with a note, so their properties are not looked at.
  const definitions = evaluation.types.properties('policy', policy.type);
  const path = [...policy.path, 'properties'];
  const properties = definitions
    ? readProperties(policy.properties, { definitions, path, evaluation, scope: {}, owner: policy.type })
    : new Map();
  const { name, type, targets } = policy;
  return {
    name,
    type: ancestors[0] ?? type,
    ancestors,
    properties,
    ...(targets ? { targets } : {}),
    path: policy.path,
  };
}

interface ReadContext {
  readonly path: Path;
  readonly evaluation: Evaluation;
  readonly scope: Scope;
  /** Type that declares the properties, for messages. */
  readonly owner: string;
}

function readProperties(
  given: ReadonlyMap<string, Value>,
  context: ReadContext & { readonly definitions: Properties },
): PropertyValues {
  const values = new Map<string, PropertyValue>();
  for (const [name, definition] of Object.entries(context.definitions)) {
    const value = readProperty(given.get(name), definition, { ...context, path: [...context.path, name] });
    if (value) values.set(name, value);
  }
  for (const name of given.keys()) {
    if (own(context.definitions, name) === undefined)
      fail([...context.path, name], `is not known${suggest(name, Object.keys(context.definitions))}`);
  }
  return values;
}

function readProperty(
  given: Value | undefined,
  definition: PropertyDefinition,
  { path, evaluation, scope, owner }: ReadContext,
): PropertyValue | undefined {
  const evaluated = given === undefined ? undefined : evaluation.evaluate(given, path, scope);
  const isGiven = evaluated !== undefined && !isNull(evaluated);
  const fallback = isGiven ? undefined : defaultOf(definition);
  const value = isGiven ? evaluated : fallback && evaluation.evaluate(fallback, path, scope);
  if (value === undefined) {
    if (definition.required) fail(path, `is required by ${owner} and is not given`);
    return undefined;
  }
  const result = coerce(value, definition, path, evaluation);
  const holds = holdsSecret(value);
  const secret = definition.secret === true || (definition.takesSecrets === true && holds);
  refuseEmptyPassword(result, isGiven && secret && definition.default !== '', path);
  return { value: result, given: isGiven, secret, leaks: !secret && holds, path };
}

/** An empty password would let anybody in, unless the type itself says by its default that empty is none. */
function refuseEmptyPassword(value: unknown, matters: boolean, path: Path): void {
  const name = String(path.at(-1));
  if (!matters || !/password$/i.test(name)) return;
  if (isSymbolic(value)) fail(path, 'must be known now; an attribute of a node is known only later');
  if (value === '') fail(path, 'is empty; give a password, or leave the property out where it is optional');
}
