/** How types are written down. Everything is data, so that more types are more data. */

/** Limits on a value; operands are in the type's own unit (bytes, seconds, hertz), lengths count characters or entries. */
export interface Constraints {
  readonly equal?: string | number | boolean;
  readonly validValues?: readonly (string | number | boolean)[];
  readonly greaterOrEqual?: number;
  readonly greaterThan?: number;
  readonly lessOrEqual?: number;
  readonly lessThan?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Type of a value: a built-in type (`string`, `list`, `scalar-unit.size`, …) or a data type. */
export interface Schema {
  readonly type: string;
  /** Type of the entries of a list or a map; absent: anything. */
  readonly entries?: Schema;
  readonly constraints?: Constraints;
  /** The value must be stored nowhere but in the cluster's secret. */
  readonly secret?: true;
}

export interface PropertyDefinition extends Schema {
  readonly required?: true;
  /** In JSON terms, as a template would give it. */
  readonly default?: unknown;
}
export type Properties = Readonly<Record<string, PropertyDefinition>>;

/** Data, capability, relationship and policy types: a parent and properties. */
export interface PropertyType {
  readonly derivedFrom?: string;
  readonly properties?: Properties;
}

export interface CapabilityDefinition {
  readonly type: string;
  /** Properties beyond those of the type. */
  readonly properties?: Properties;
}

export interface RequirementDefinition {
  /** Type that the target must have; absent: any. */
  readonly node?: string;
  /** Name of the target's capability that the requirement uses. */
  readonly capability?: string;
  readonly relationship: string;
  /** `[1, 1]`, unless stated. */
  readonly occurrences: readonly [min: number, max: number];
}

export interface NodeType {
  readonly derivedFrom?: string;
  readonly properties?: Properties;
  readonly capabilities?: Readonly<Record<string, CapabilityDefinition>>;
  readonly requirements?: Readonly<Record<string, RequirementDefinition>>;
  /** Attribute types by name: `string` or `list`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Whether the type brings scripts that the author expects to run; only types that a template defines itself do. */
  readonly hasScripts?: true;
  /** Files by artifact name, for types that run something. */
  readonly artifacts?: Readonly<Record<string, { readonly type: string; readonly file: string }>>;
}

/** A property, requirement or parameter whose name says that its value is a secret. */
export function soundsSecret(name: string): boolean {
  return /(^|[^a-z])(password|passwd|passphrase|pwd|secret|token|(secret|api|private)[-_]?key)$/i.test(
    name.replace(/([a-z])([A-Z])/g, '$1_$2'),
  );
}
