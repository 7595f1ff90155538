/** The parts of a template, as its author wrote them: names and structure are checked, types and values are not yet. */
import type { Path, Value } from './value.ts';

export interface InputDefinition {
  readonly name: string;
  /** A required input needs a value or a default. Its type and its constraints are not enforced; those of properties are. */
  readonly required: boolean;
  readonly default?: Value;
  readonly constraints?: Value;
}

/** Where a requirement points, before it is known whether the names exist. */
export interface RequirementAssignment {
  readonly name: string;
  /** A node template, or a node type of which the template has exactly one node. */
  readonly node?: string;
  /** A relationship type, or a relationship template. */
  readonly relationship?: string;
  readonly properties: ReadonlyMap<string, Value>;
  readonly path: Path;
}

export interface NodeTemplate {
  readonly name: string;
  readonly type: string;
  readonly properties: ReadonlyMap<string, Value>;
  /** Properties by capability. */
  readonly capabilities: ReadonlyMap<string, ReadonlyMap<string, Value>>;
  readonly requirements: readonly RequirementAssignment[];
  readonly interfaces: ReadonlyMap<string, Value>;
  readonly path: Path;
}

export interface RelationshipTemplate {
  readonly name: string;
  readonly type: string;
  readonly properties: ReadonlyMap<string, Value>;
}

export interface PolicyTemplate {
  readonly name: string;
  readonly type: string;
  readonly properties: ReadonlyMap<string, Value>;
  /** Node templates; groups are replaced by their members. Absent: all nodes. */
  readonly targets?: readonly string[];
  readonly path: Path;
}

export interface OutputDefinition {
  readonly name: string;
  readonly value: Value;
  readonly path: Path;
}

/** A node or data type that the template itself defines. */
export interface InlineType {
  readonly name: string;
  readonly body: ReadonlyMap<string, Value>;
  readonly path: Path;
}

export interface TemplateDocument {
  /** Verbatim. */
  readonly text: string;
  readonly root: Value;
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodeTypes: readonly InlineType[];
  readonly dataTypes: readonly InlineType[];
  readonly inputs: ReadonlyMap<string, InputDefinition>;
  readonly nodeTemplates: readonly NodeTemplate[];
  readonly relationshipTemplates: ReadonlyMap<string, RelationshipTemplate>;
  readonly policies: readonly PolicyTemplate[];
  readonly outputs: readonly OutputDefinition[];
  /** What is tolerated and has no effect. */
  readonly notes: readonly string[];
}
