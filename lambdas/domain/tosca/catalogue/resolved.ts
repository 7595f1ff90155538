/** Types with everything that they inherit. */
import type {
  ArtifactDefinition,
  Attributes,
  Constraints,
  NodeType,
  Properties,
  RequirementDefinition,
  TypeClass,
} from './schema.ts';

/** A capability with everything that its type has. */
export interface ResolvedCapability {
  readonly type: string;
  /** The capability type itself first, `tosca.capabilities.Root` last. */
  readonly ancestors: readonly string[];
  readonly properties: Properties;
  readonly attributes: Attributes;
  /** Empty: any. */
  readonly validSourceTypes: readonly string[];
}

/** A node type with everything that it inherits. */
export interface ResolvedNodeType {
  readonly name: string;
  /** The type itself first, `tosca.nodes.Root` last. */
  readonly ancestors: readonly string[];
  readonly class: TypeClass;
  /** Why nodes of the type are not made, for the class `refused`. */
  readonly reason: string;
  readonly properties: Properties;
  readonly capabilities: Readonly<Record<string, ResolvedCapability>>;
  readonly requirements: Readonly<Record<string, RequirementDefinition>>;
  readonly attributes: Attributes;
  readonly artifacts: Readonly<Record<string, ArtifactDefinition>>;
  /** Operations with scripts, as `Standard.create`. */
  readonly scripts: readonly string[];
}

/** Of a data type: its properties, or the built-in type that it narrows. */
export interface ResolvedDataType {
  readonly properties: Properties;
  readonly builtIn?: string;
  readonly constraints: readonly Constraints[];
}

/** A requirement that is defined again keeps what the new definition leaves out. */
export function mergeRequirements(bottomUp: readonly NodeType[]): Readonly<Record<string, RequirementDefinition>> {
  const merged = new Map<string, RequirementDefinition>();
  for (const { requirements } of bottomUp)
    for (const [name, definition] of Object.entries(requirements ?? {})) {
      const relationship = name === 'host' ? 'tosca.relationships.HostedOn' : 'tosca.relationships.DependsOn';
      merged.set(name, { relationship, occurrences: [1, 1], ...merged.get(name), ...definition });
    }
  return Object.fromEntries(merged);
}

/** Later ones go before. */
export function mergeRecords<T>(
  records: readonly (Readonly<Record<string, T>> | undefined)[],
): Readonly<Record<string, T>> {
  return Object.fromEntries(records.flatMap((record) => Object.entries(record ?? {})));
}
