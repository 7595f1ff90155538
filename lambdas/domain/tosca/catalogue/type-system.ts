/** The catalogue plus the types that one template defines itself, with derivation resolved. */
import type { InlineType } from '../document.ts';
import { clip, enumerate, fail, quote } from '../fault.ts';
import type { Path } from '../value.ts';
import { capabilityTypes, dataTypes, policyTypes, relationshipTypes } from './data-types.ts';
import { inlineDataType, inlineNodeType } from './inline.ts';
import { nodeTypes } from './node-types.ts';
import type {
  CapabilityDefinition,
  NodeType,
  Properties,
  PropertyType,
  RequirementDefinition,
  Schema,
} from './schema.ts';

/** A node type with everything that it inherits. */
export interface ResolvedNodeType {
  readonly name: string;
  /** The type itself first, `tosca.nodes.Root` last. */
  readonly ancestors: readonly string[];
  readonly properties: Properties;
  /** Capabilities with all properties of their types. */
  readonly capabilities: Readonly<Record<string, Required<CapabilityDefinition>>>;
  readonly requirements: Readonly<Record<string, RequirementDefinition>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly hasScripts: boolean;
}

const kinds = {
  data: { types: dataTypes, prefix: 'tosca.datatypes.' },
  capability: { types: capabilityTypes, prefix: 'tosca.capabilities.' },
  relationship: { types: relationshipTypes, prefix: 'tosca.relationships.' },
  policy: { types: policyTypes, prefix: 'tosca.policies.' },
} as const;
type Kind = keyof typeof kinds;

interface NodeLink {
  readonly name: string;
  readonly type: NodeType;
}

const longestDerivation = 32;

export class TypeSystem {
  private readonly inlineNodes = new Map<string, InlineType>();
  private readonly inlineData = new Map<string, InlineType>();
  private readonly resolved = new Map<string, ResolvedNodeType>();
  private readonly merged = new Map<string, Properties | undefined>();
  private readonly secretive = new Map<string, boolean>();

  constructor(inlineNodes: readonly InlineType[] = [], inlineData: readonly InlineType[] = []) {
    for (const type of inlineNodes) if (!own(nodeTypes, type.name)) this.inlineNodes.set(type.name, type);
    for (const type of inlineData) if (!own(dataTypes, type.name)) this.inlineData.set(type.name, type);
  }

  /** @throws InvalidInput with `path` if the type, or one that it derives from, is not known */
  nodeType(name: string, path: Path): ResolvedNodeType {
    const full = this.fullNodeName(name);
    const known = this.resolved.get(full);
    if (known) return known;
    const chain = this.nodeChain(full, path);
    const type = this.flatten(chain, path);
    this.resolved.set(full, type);
    return type;
  }

  /** Whether a node type of that name exists, by any of its names. */
  hasNodeType(name: string): boolean {
    const full = this.fullNodeName(name);
    return own(nodeTypes, full) !== undefined || this.inlineNodes.has(full);
  }

  /** `tosca:Compute` and `Compute` stand for `tosca.nodes.Compute`. */
  fullNodeName(name: string): string {
    if (own(nodeTypes, name) || this.inlineNodes.has(name)) return name;
    const full = longName(name, 'tosca.nodes.');
    return own(nodeTypes, full) ? full : name;
  }

  /** All properties of a data, capability, relationship or policy type; undefined if there is no such type. */
  properties(kind: Kind, name: string): Properties | undefined {
    const key = `${kind} ${name}`;
    if (!this.merged.has(key)) {
      const chain = this.chain(kind, name);
      this.merged.set(key, chain && mergeRecords(chain.map(({ properties }) => properties).reverse()));
    }
    return this.merged.get(key);
  }

  /** Whether the schema or something inside of it is secret. */
  holdsSecret(schema: Schema): boolean {
    if (schema.secret) return true;
    if (schema.entries && this.holdsSecret(schema.entries)) return true;
    const known = this.secretive.get(schema.type) ?? this.findSecret(schema.type);
    this.secretive.set(schema.type, known);
    return known;
  }

  /** Data types may hold themselves, so each is looked at once. */
  private findSecret(name: string): boolean {
    const seen = new Set<string>();
    const open: Schema[] = [{ type: name }];
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.secret) return true;
      if (next.entries) open.push(next.entries);
      if (seen.has(next.type)) continue;
      seen.add(next.type);
      open.push(...Object.values(this.properties('data', next.type) ?? {}));
    }
    return false;
  }

  /** The type and its ancestors; empty if there is no such type. */
  ancestors(kind: Kind, name: string): readonly string[] {
    return this.chain(kind, name)?.map((link) => link.name) ?? [];
  }

  private chain(kind: Kind, name: string): readonly { name: string; properties: Properties | undefined }[] | undefined {
    const { types, prefix } = kinds[kind];
    const links: { name: string; properties: Properties | undefined }[] = [];
    let next: string | undefined = name;
    while (next !== undefined && links.length < longestDerivation) {
      const full: string = own(types, next) ? next : longName(next, prefix);
      const inline: InlineType | undefined = kind === 'data' ? this.inlineData.get(next) : undefined;
      const type: PropertyType | undefined = own(types, full) ?? (inline && inlineDataType(inline));
      if (!type) return undefined;
      links.push({ name: inline ? next : full, properties: type.properties });
      next = type.derivedFrom;
    }
    return links;
  }

  private nodeChain(name: string, path: Path): readonly NodeLink[] {
    const links: NodeLink[] = [];
    let next: string | undefined = name;
    while (next !== undefined) {
      const full: string = this.fullNodeName(next);
      const inline: InlineType | undefined = this.inlineNodes.get(full);
      const type: NodeType = own(nodeTypes, full) ?? (inline ? inlineNodeType(inline) : this.refuse(full, path));
      if (links.length >= longestDerivation) fail(path, `the type ${quote(name)} derives from itself or too deeply`);
      links.push({ name: full, type });
      next = type.derivedFrom;
    }
    return links;
  }

  private refuse(name: string, path: Path): never {
    const known = [...Object.keys(nodeTypes), ...this.inlineNodes.keys()].sort();
    return fail(path, `type ${clip(name)} is not supported; supported are ${enumerate(known)}`);
  }

  private flatten(chain: readonly NodeLink[], path: Path): ResolvedNodeType {
    const bottomUp = [...chain].reverse().map(({ type }) => type);
    const capabilities = mergeRecords(bottomUp.map((type) => type.capabilities));
    return {
      name: chain[0]?.name ?? '',
      ancestors: chain.map(({ name }) => name),
      properties: mergeRecords(bottomUp.map((type) => type.properties)),
      capabilities: Object.fromEntries(
        Object.entries(capabilities).map(([name, capability]) => [name, this.resolveCapability(capability, path)]),
      ),
      requirements: mergeRecords(bottomUp.map((type) => type.requirements)),
      attributes: mergeRecords(bottomUp.map((type) => type.attributes)),
      hasScripts: chain.some(({ type }) => type.hasScripts === true),
    };
  }

  private resolveCapability(capability: CapabilityDefinition, path: Path): Required<CapabilityDefinition> {
    const inherited = this.properties('capability', capability.type);
    if (!inherited) fail(path, `the capability type ${quote(capability.type)} is not known`);
    return { type: capability.type, properties: { ...inherited, ...capability.properties } };
  }
}

/** Own property only: names come from templates, so `__proto__` and `constructor` are ordinary, unknown names. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function longName(name: string, prefix: string): string {
  const short = name.startsWith('tosca:') ? name.slice('tosca:'.length) : name;
  return short.includes('.') && !name.startsWith('tosca:') ? name : `${prefix}${short}`;
}

function mergeRecords<T>(records: readonly (Readonly<Record<string, T>> | undefined)[]): Readonly<Record<string, T>> {
  return Object.fromEntries(records.flatMap((record) => Object.entries(record ?? {})));
}
