/** A template with its inputs: typed, evaluated, checked. What only a running cluster knows stays symbolic. */

import type { ResolvedNodeType } from './catalogue/resolved.ts';
import { TypeSystem } from './catalogue/type-system.ts';
import type { TemplateDocument } from './document.ts';
import { Evaluation } from './evaluate.ts';
import { checkInputTypes, noteInputs, resolveInputs } from './inputs.ts';
import { isA, linkNodes } from './link.ts';
import { matchesFilter } from './node-filter.ts';
import type { OutputExpression } from './outputs.ts';
import { readNode, readPolicy } from './read-node.ts';
import { readOutputs } from './read-outputs.ts';
import { findSecrets } from './secrets.ts';
import type { Path, SourceRange } from './value.ts';

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
  readonly artifacts: ReadonlyMap<string, Artifact>;
  /** Operations with scripts of the template's own, as `Standard.create`: nothing here runs them. */
  readonly scripts: readonly string[];
  readonly path: Path;
}

export interface Artifact {
  /** The type and its ancestors. */
  readonly ancestors: readonly string[];
  /** Name of a file or an image; empty for a type's artifact that the template leaves open. */
  readonly file: PropertyValue;
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
  const types = new TypeSystem(document.types);
  checkInputTypes(document.inputs, types);
  const inputs = resolveInputs(document.inputs, parameters);
  const { nodes, notes } = linkNodes(document, types, (unlinked) => {
    const evaluation = new Evaluation({ types, inputs, nodes: unlinked, secretInputs: new Set() });
    return (node, filter) => matchesFilter(node, filter, evaluation);
  });
  const secrets = findSecrets(document, nodes, types);
  const evaluation = new Evaluation({ types, inputs, nodes, secretInputs: secrets.inputs });
  const read = {
    nodes: new Map([...nodes].map(([name, node]) => [name, readNode(node, evaluation, nodes)])),
    policies: document.policies.map((policy) => readPolicy(policy, evaluation, nodes)),
    outputs: readOutputs(document.outputs, evaluation, inputs),
  };
  const spend = (steps?: number) => evaluation.spend(steps);
  const unfit = noteInputs(inputs, { types, secretInputs: secrets.inputs, spend });
  return {
    ...read,
    metadata: document.metadata,
    secretInputs: secrets.inputs,
    secretRanges: secrets.ranges,
    notes: [...document.notes, ...types.notes, ...notes, ...unfit, ...evaluation.notes],
  };
}

/** Whether the node is of that type or of one derived from it. */
export function isOfType(node: Node, type: string): boolean {
  return isA(node, type);
}
