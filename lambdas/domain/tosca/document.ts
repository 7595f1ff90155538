/** The parts of a template, as its author wrote them: names and structure are checked, types and values are not yet. */
import type { TypeKind } from './catalogue/kinds.ts';
import type { Schema } from './catalogue/schema.ts';
import type { Path, Value } from './value.ts';

export interface InputDefinition {
  readonly name: string;
  /** A required input needs a value or a default. */
  readonly required: boolean;
  readonly default?: Value;
  /** As declared. Values that do not follow it are noted, not refused; what counts is the type of the property they fill. */
  readonly schema: Schema;
  /** The constraints as written, for they may quote a secret. */
  readonly constraints?: Value;
}

/** Conditions by property, each a list of constraints. */
export type PropertyFilter = readonly (readonly [property: string, constraints: Value])[];

/** What the target of a requirement must have. */
export interface NodeFilter {
  readonly properties: PropertyFilter;
  /** By capability's name or type. */
  readonly capabilities: readonly (readonly [capability: string, properties: PropertyFilter])[];
  readonly path: Path;
}

/** Where a requirement points, before it is known whether the names exist. */
export interface RequirementAssignment {
  readonly name: string;
  /** A node template, or a node type of which the template has exactly one node. */
  readonly node?: string;
  /** Name or type of the target's capability. */
  readonly capability?: string;
  readonly filter?: NodeFilter;
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
  readonly artifacts: ReadonlyMap<string, ArtifactTemplate>;
  /** Operations with scripts, as `Standard.create`. */
  readonly scripts: readonly string[];
  /** Keys that no node template has. */
  readonly strayKeys: readonly string[];
  readonly path: Path;
}

export interface ArtifactTemplate {
  readonly type: string;
  /** Not evaluated yet. */
  readonly file: Value;
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

/** A type that the template itself defines. It is read when something is of that type. */
export interface InlineType {
  readonly name: string;
  readonly body: Value;
  readonly path: Path;
}
export type TemplateTypes = Readonly<Record<TypeKind, readonly InlineType[]>>;

export interface TemplateDocument {
  /** Verbatim. */
  readonly text: string;
  readonly root: Value;
  readonly metadata: ReadonlyMap<string, string>;
  readonly types: TemplateTypes;
  readonly inputs: ReadonlyMap<string, InputDefinition>;
  readonly nodeTemplates: readonly NodeTemplate[];
  readonly relationshipTemplates: ReadonlyMap<string, RelationshipTemplate>;
  readonly policies: readonly PolicyTemplate[];
  readonly outputs: readonly OutputDefinition[];
  /** What is tolerated and has no effect. */
  readonly notes: readonly string[];
}
