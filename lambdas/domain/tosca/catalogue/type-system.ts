/** The catalogue plus the types that one template defines itself, with derivation resolved. */
import type { InlineType, TemplateTypes } from '../document.ts';
import { clip, dotted, enumerate, fail, quote } from '../fault.ts';
import type { Path } from '../value.ts';
import { inlineNodeType, inlinePropertyType } from './inline.ts';
import { builtInTypes, catalogueOf, longName, nearestType, own, type PropertyKind, type TypeKind } from './kinds.ts';
import { refusedTypes } from './refused-types.ts';
import {
  mergeRecords,
  mergeRequirements,
  type ResolvedCapability,
  type ResolvedDataType,
  type ResolvedNodeType,
} from './resolved.ts';
import type { CapabilityDefinition, NodeType, Properties, PropertyType, Schema } from './schema.ts';

interface Link<T> {
  readonly name: string;
  readonly type: T;
}

const longestDerivation = 32;

export class TypeSystem {
  private readonly inline = new Map<string, InlineType>();
  private readonly resolvedNodes = new Map<string, ResolvedNodeType>();
  private readonly chains = new Map<string, readonly Link<PropertyType>[] | undefined>();
  private readonly merged = new Map<string, Properties | undefined>();
  private readonly secretive = new Map<string, boolean>();
  /** Definitions that have no effect. */
  readonly notes: readonly string[];

  constructor(template: TemplateTypes) {
    const notes: string[] = [];
    for (const [kind, types] of Object.entries(template) as [TypeKind, readonly InlineType[]][])
      for (const type of types) {
        if (own(catalogueOf(kind), type.name) || refusedTypes.has(type.name))
          notes.push(`${dotted(type.path)} has no effect: the type is built in`);
        else this.inline.set(key(kind, type.name), type);
      }
    this.notes = notes;
  }

  /** @throws InvalidInput with `path` if the type, or one that it derives from, is not known */
  nodeType(name: string, path: Path): ResolvedNodeType {
    const full = this.fullNodeName(name);
    const known = this.resolvedNodes.get(full);
    if (known) return known;
    const type = this.flatten(this.nodeChain(full, path), path);
    this.resolvedNodes.set(full, type);
    return type;
  }

  /** Whether a node type of that name exists, by any of its names. */
  hasNodeType(name: string): boolean {
    return this.has('node', this.fullNodeName(name));
  }

  /** `tosca:Compute` and `Compute` stand for `tosca.nodes.Compute`. */
  fullNodeName(name: string): string {
    if (this.has('node', name)) return name;
    const full = longName('node', name);
    return own(catalogueOf('node'), full) || refusedTypes.has(full) ? full : name;
  }

  /** All properties of a type; undefined if there is no such type. */
  properties(kind: PropertyKind, name: string): Properties | undefined {
    const id = key(kind, name);
    if (!this.merged.has(id)) {
      const chain = this.chain(kind, name);
      this.merged.set(id, chain && mergeRecords(chain.map(({ type }) => type.properties).reverse()));
    }
    return this.merged.get(id);
  }

  /** Undefined if there is no such data type. */
  dataType(name: string): ResolvedDataType | undefined {
    const properties = this.properties('data', name);
    const chain = this.chain('data', name);
    if (!properties || !chain) return undefined;
    const builtIn = chain.at(-1)?.type.derivedFrom;
    const constraints = chain.flatMap(({ type }) => type.constraints ?? []);
    return { properties, constraints, ...(builtIn === undefined ? {} : { builtIn }) };
  }

  /** Whether values can be of that type. */
  hasValueType(name: string): boolean {
    return builtInTypes.has(name) || this.chain('data', name) !== undefined;
  }

  /** `; did you mean …?` for the name of a data type that is not known. */
  suggestValueType(name: string): string {
    const inline = [...this.inline.values()].map((type) => type.name);
    return didYouMean(nearestType(name, [...builtInTypes, ...Object.keys(catalogueOf('data')), ...inline]));
  }

  /** @throws InvalidInput if there is no such type, with the nearest known name */
  requireType(kind: PropertyKind, name: string, path: Path): void {
    const full = longName(kind, name);
    if (this.chain(kind, name)) return;
    if (refusedTypes.has(full)) fail(path, `type ${clip(full)} is not supported: ${refusedTypes.get(full)}`);
    const names = Object.keys(catalogueOf(kind));
    const hint = didYouMean(nearestType(name, names)) || `; known are ${enumerate(names)}`;
    fail(path, `there is no ${kind} type ${quote(name)}${hint}`);
  }

  /** The type and its ancestors; empty if there is no such type. */
  ancestors(kind: PropertyKind, name: string): readonly string[] {
    return this.chain(kind, name)?.map((link) => link.name) ?? [];
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

  private has(kind: TypeKind, name: string): boolean {
    return own(catalogueOf(kind), name) !== undefined || this.inline.has(key(kind, name));
  }

  private chain(kind: PropertyKind, name: string): readonly Link<PropertyType>[] | undefined {
    const id = key(kind, name);
    if (!this.chains.has(id)) this.chains.set(id, this.walk(kind, name));
    return this.chains.get(id);
  }

  /** Undefined if a type is missing, or they derive from each other. A data type may end in a built-in type. */
  private walk(kind: PropertyKind, name: string): readonly Link<PropertyType>[] | undefined {
    const links: Link<PropertyType>[] = [];
    let next: string | undefined = name;
    while (next !== undefined) {
      if (kind === 'data' && links.length > 0 && builtInTypes.has(next)) return links;
      const inline: InlineType | undefined = this.inline.get(key(kind, next));
      const full: string = inline || own(catalogueOf(kind), next) ? next : longName(kind, next);
      const type: PropertyType | undefined = inline ? inlinePropertyType(inline) : own(catalogueOf(kind), full);
      if (!type || links.length >= longestDerivation) return undefined;
      links.push({ name: full, type });
      next = type.derivedFrom;
    }
    return links;
  }

  private nodeChain(name: string, path: Path): readonly Link<NodeType>[] {
    const links: Link<NodeType>[] = [];
    let next: string | undefined = name;
    while (next !== undefined) {
      const full: string = this.fullNodeName(next);
      const inline: InlineType | undefined = this.inline.get(key('node', full));
      const type: NodeType = inline
        ? inlineNodeType(inline)
        : (own(catalogueOf('node'), full) ?? this.refuse(full, path));
      if (links.length >= longestDerivation) fail(path, `the type ${quote(name)} derives from itself or too deeply`);
      links.push({ name: full, type });
      next = type.derivedFrom;
    }
    return links;
  }

  private refuse(name: string, path: Path): never {
    const known = refusedTypes.get(name);
    if (known !== undefined) fail(path, `type ${clip(name)} is not supported: ${known}`);
    const inline = [...this.inline.values()].filter((type) => type.path[0] === 'node_types').map((type) => type.name);
    const names = [...Object.keys(catalogueOf('node')), ...inline].sort();
    const hint = didYouMean(nearestType(name, names)) || `; supported are ${enumerate(names)}`;
    return fail(path, `type ${clip(name)} is not supported${hint}`);
  }

  private flatten(chain: readonly Link<NodeType>[], path: Path): ResolvedNodeType {
    const bottomUp = [...chain].reverse().map(({ type }) => type);
    const classified = chain.find(({ type }) => type.class !== undefined)?.type;
    const capabilities = mergeRecords(bottomUp.map((type) => type.capabilities));
    return {
      name: chain[0]?.name ?? '',
      ancestors: chain.map(({ name }) => name),
      class: classified?.class ?? 'refused',
      reason: classified?.reason ?? '',
      properties: mergeRecords(bottomUp.map((type) => type.properties)),
      capabilities: Object.fromEntries(
        Object.entries(capabilities).map(([name, capability]) => [name, this.resolveCapability(capability, path)]),
      ),
      requirements: mergeRequirements(bottomUp),
      attributes: mergeRecords(bottomUp.map((type) => type.attributes)),
      artifacts: mergeRecords(bottomUp.map((type) => type.artifacts)),
      scripts: [...new Set(bottomUp.flatMap((type) => type.scripts ?? []))],
    };
  }

  private resolveCapability(definition: CapabilityDefinition, path: Path): ResolvedCapability {
    this.requireType('capability', definition.type, path);
    const chain = this.chain('capability', definition.type) ?? [];
    const inherited = mergeRecords(chain.map(({ type }) => type.attributes).reverse());
    return {
      type: definition.type,
      ancestors: chain.map(({ name }) => name),
      properties: { ...this.properties('capability', definition.type), ...definition.properties },
      attributes: { ...inherited, ...definition.attributes },
      validSourceTypes: definition.validSourceTypes ?? [],
    };
  }
}

function key(kind: TypeKind, name: string): string {
  return `${kind} ${name}`;
}

function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean ${name}?`;
}
