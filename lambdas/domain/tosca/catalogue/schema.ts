/** How types are written down. Everything is data, so that more types are more data. */

/**
 * Limits on a value. Operands are in the type's own unit: bytes, seconds, hertz; text, versions and timestamps are text. Lengths
 * count characters or entries.
 */
export interface Constraints {
  readonly equal?: Operand;
  readonly validValues?: readonly Operand[];
  readonly greaterOrEqual?: string | number;
  readonly greaterThan?: string | number;
  readonly lessOrEqual?: string | number;
  readonly lessThan?: string | number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Regular expression that the whole text matches, in the syntax of RE2. */
  readonly pattern?: string;
}
export type Operand = string | number | boolean;

/** Type of a value: a built-in type (`string`, `list`, `scalar-unit.size`, …), a data type, or `any`. */
export interface Schema {
  readonly type: string;
  /** Type of the entries of a list or a map; absent: anything. */
  readonly entries?: Schema;
  /** All of them must hold. */
  readonly constraints?: readonly Constraints[];
  /** The value must be stored nowhere but in the cluster's secret. */
  readonly secret?: true;
  /** A secret may flow into the value, which then is one itself. Elsewhere such a secret is masked. */
  readonly takesSecrets?: true;
}

export interface PropertyDefinition extends Schema {
  readonly required?: true;
  /** In JSON terms, as a template would give it. */
  readonly default?: unknown;
}
export type Properties = Readonly<Record<string, PropertyDefinition>>;

/** Attribute types by name: `string`, `list` or `map`. */
export type Attributes = Readonly<Record<string, string>>;

/** Data, capability, relationship, policy, artifact and group types: a parent and properties. */
export interface PropertyType {
  /** A data type may derive from a built-in type. */
  readonly derivedFrom?: string;
  readonly properties?: Properties;
  readonly attributes?: Attributes;
  /** Of a data type that derives from a built-in type. */
  readonly constraints?: readonly Constraints[];
}

export interface CapabilityDefinition {
  readonly type: string;
  /** Properties beyond those of the type. */
  readonly properties?: Properties;
  readonly attributes?: Attributes;
  /** Node types that may use it; absent: any. */
  readonly validSourceTypes?: readonly string[];
}

export interface RequirementDefinition {
  /** Type that the target must have; absent: any. */
  readonly node?: string;
  /** Type of the target's capability that the requirement uses; absent: any. */
  readonly capability?: string;
  readonly relationship: string;
  readonly occurrences: readonly [min: number, max: number];
}

/** A file that a node brings; a function that gives its name is not evaluated yet. */
export interface ArtifactDefinition {
  readonly type: string;
  readonly file: unknown;
}

/**
 * What becomes of nodes of a type.
 * - `cluster`: machines, their disks, and the software that the cluster is made of
 * - `add-on`: runs on a cluster, as applications of Marathon
 * - `host-software`: changes or describes the hosts of a cluster
 * - `workload`: a service or a job for a running cluster, and what goes with it
 * - `refused`: known, and not made
 */
export type TypeClass = 'cluster' | 'add-on' | 'host-software' | 'workload' | 'refused';

export interface NodeType {
  readonly derivedFrom?: string;
  /** Absent: that of the parent. */
  readonly class?: TypeClass;
  /** Why nodes of a `refused` type are not made: goes on after a colon. */
  readonly reason?: string;
  readonly properties?: Properties;
  readonly capabilities?: Readonly<Record<string, CapabilityDefinition>>;
  /** What is left out is inherited; else the relationship is DependsOn (HostedOn for `host`) and occurrences are `[1, 1]`. */
  readonly requirements?: Readonly<Record<string, Partial<RequirementDefinition>>>;
  readonly attributes?: Attributes;
  readonly artifacts?: Readonly<Record<string, ArtifactDefinition>>;
  /** Operations with scripts that the author expects to run, as `Standard.create`; only types of a template's own have some. */
  readonly scripts?: readonly string[];
}

/** A property, requirement or parameter whose name says that its value is a secret. */
export function soundsSecret(name: string): boolean {
  return /(^|[^a-z])(password|passwd|passphrase|pwd|secret|token|(secret|api|private)[-_]?key)$/i.test(
    name.replace(/([a-z])([A-Z])/g, '$1_$2'),
  );
}
