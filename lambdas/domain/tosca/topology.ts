/** A template with its inputs: typed, evaluated, checked. What only a running cluster knows stays symbolic. */

import type { Properties, PropertyDefinition } from './catalogue/schema.ts';
import type { ResolvedNodeType } from './catalogue/type-system.ts';
import { own, TypeSystem } from './catalogue/type-system.ts';
import { coerce, defaultOf, isSymbolic } from './coerce.ts';
import type { PolicyTemplate, TemplateDocument } from './document.ts';
import { Evaluation } from './evaluate.ts';
import { fail, quote } from './fault.ts';
import { resolveInputs } from './inputs.ts';
import { isA, type LinkedNode, type LinkedNodes, linkNodes } from './link.ts';
import type { OutputExpression } from './outputs.ts';
import { readOutputs } from './read-outputs.ts';
import { findSecrets } from './secrets.ts';
import { holdsSecret, isNull, type Path, type SourceRange, type Value } from './value.ts';

/** A typed value. `secret`: it may only go to the cluster's secret. */
export interface PropertyValue {
  /** As `coerce` gives it: sizes in bytes; symbolic where an attribute is named. */
  readonly value: unknown;
  /** Given by the template, as opposed to the type's default. */
  readonly given: boolean;
  readonly secret: boolean;
  /** A secret input flows into this open property. */
  readonly leaks: boolean;
  readonly path: Path;
}
export type PropertyValues = ReadonlyMap<string, PropertyValue>;

export interface TopologyRequirement {
  readonly name: string;
  readonly target: string;
  readonly relationshipType: string;
  readonly properties: PropertyValues;
  readonly path: Path;
}

export interface Node {
  readonly name: string;
  readonly type: ResolvedNodeType;
  readonly properties: PropertyValues;
  readonly capabilities: ReadonlyMap<string, PropertyValues>;
  readonly requirements: readonly TopologyRequirement[];
  /** Scripts of its own, which nothing here runs. */
  readonly hasScripts: boolean;
  readonly path: Path;
}

export interface Policy {
  readonly name: string;
  readonly type: string;
  /** The type and its ancestors; empty if the type is not known. */
  readonly ancestors: readonly string[];
  readonly properties: PropertyValues;
  /** Names of node templates. Absent: all. */
  readonly targets?: readonly string[];
  readonly path: Path;
}

export interface Topology {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly policies: readonly Policy[];
  readonly outputs: Readonly<Record<string, OutputExpression>>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Inputs whose values must not be stored openly. */
  readonly secretInputs: ReadonlySet<string>;
  /** Where secret literals stand in the template's text, in order. */
  readonly secretRanges: readonly SourceRange[];
  readonly notes: readonly string[];
}

/**
 * @param parameters the user's values for the inputs, JSON data
 * @throws InvalidInput
 */
export function readTopology(document: TemplateDocument, parameters: Readonly<Record<string, unknown>>): Topology {
  const types = new TypeSystem(document.nodeTypes, document.dataTypes);
  const nodes = linkNodes(document, types);
  const inputs = resolveInputs(document.inputs, parameters);
  const secrets = findSecrets(document, nodes, types);
  const evaluation = new Evaluation({ types, inputs, nodes, secretInputs: secrets.inputs });
  return {
    nodes: new Map([...nodes].map(([name, node]) => [name, readNode(node, evaluation)])),
    policies: document.policies.map((policy) => readPolicy(policy, evaluation, nodes)),
    outputs: readOutputs(document.outputs, evaluation, inputs),
    metadata: document.metadata,
    secretInputs: secrets.inputs,
    secretRanges: secrets.ranges,
    notes: document.notes,
  };
}

/** Whether the node is of that type or of one derived from it. */
export function isOfType(node: Node, type: string): boolean {
  return isA(node, type);
}

function readNode(node: LinkedNode, evaluation: Evaluation): Node {
  const { template, type } = node;
  const read = (given: ReadonlyMap<string, Value>, definitions: Properties, path: Path) =>
    readProperties(given, { definitions, path, evaluation, self: node, owner: type.name });
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
    requirements: node.requirements.map(({ properties, ...requirement }) => {
      const definitions = evaluation.types.properties('relationship', requirement.relationshipType) ?? {};
      return {
        ...requirement,
        properties: read(properties, definitions, [...requirement.path, 'relationship', 'properties']),
      };
    }),
    hasScripts: type.hasScripts || template.interfaces.size > 0,
    path: template.path,
  };
}

function readPolicy(policy: PolicyTemplate, evaluation: Evaluation, nodes: LinkedNodes): Policy {
  for (const target of policy.targets ?? []) {
    if (!nodes.has(target)) fail([...policy.path, 'targets'], `there is no node template ${quote(target)}`);
  }
  const ancestors = evaluation.types.ancestors('policy', policy.type);
  // Policies of unknown types are skipped with a note, so their properties are not looked at.
  const definitions = evaluation.types.properties('policy', policy.type);
  const path = [...policy.path, 'properties'];
  const properties = definitions
    ? readProperties(policy.properties, { definitions, path, evaluation, owner: policy.type })
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
  readonly definitions: Properties;
  readonly path: Path;
  readonly evaluation: Evaluation;
  readonly self?: LinkedNode;
  /** Type that declares the properties, for messages. */
  readonly owner: string;
}

function readProperties(given: ReadonlyMap<string, Value>, context: ReadContext): PropertyValues {
  const values = new Map<string, PropertyValue>();
  for (const [name, definition] of Object.entries(context.definitions)) {
    const value = readProperty(given.get(name), definition, { ...context, path: [...context.path, name] });
    if (value) values.set(name, value);
  }
  for (const name of given.keys()) {
    if (own(context.definitions, name) === undefined) fail([...context.path, name], 'is not known');
  }
  return values;
}

function readProperty(
  given: Value | undefined,
  definition: PropertyDefinition,
  { path, evaluation, self, owner }: ReadContext,
): PropertyValue | undefined {
  const evaluated = given === undefined ? undefined : evaluation.evaluate(given, path, self);
  const isGiven = evaluated !== undefined && !isNull(evaluated);
  const fallback = isGiven ? undefined : defaultOf(definition);
  const value = isGiven ? evaluated : fallback && evaluation.evaluate(fallback, path, self);
  if (value === undefined) {
    if (definition.required) fail(path, `is required by ${owner} and is not given`);
    return undefined;
  }
  const result = coerce(value, definition, path, evaluation);
  const secret = definition.secret === true;
  refuseEmptyPassword(result, isGiven && secret, path);
  return { value: result, given: isGiven, secret, leaks: !secret && holdsSecret(value), path };
}

/** An empty password would let anybody in. */
function refuseEmptyPassword(value: unknown, matters: boolean, path: Path): void {
  const name = String(path.at(-1));
  if (!matters || !/password$/i.test(name)) return;
  if (isSymbolic(value)) fail(path, 'must be known now; an attribute of a node is known only later');
  if (value === '') fail(path, 'is empty; give a password, or leave the property out where it is optional');
}
