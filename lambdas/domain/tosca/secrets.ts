/**
 * Finds what is secret in a template before anything is evaluated: the inputs that flow into secret properties, and the places of
 * literals that do. Besides what the types mark, names decide: what is called a password, secret or token is treated as one.
 */

import { argumentStep, argumentText, type Call, findCall } from './calls.ts';
import { own } from './catalogue/kinds.ts';
import { type Schema, soundsSecret } from './catalogue/schema.ts';
import type { TypeSystem } from './catalogue/type-system.ts';
import type { PolicyTemplate, TemplateDocument } from './document.ts';
import { hostOf, type LinkedNode, type LinkedNodes } from './link.ts';
import { findProperty } from './properties.ts';
import type { Path, SourceRange, Value } from './value.ts';

export interface Secrets {
  readonly inputs: ReadonlySet<string>;
  /** Places of literals in the template's text, in order, not overlapping. */
  readonly ranges: readonly SourceRange[];
}

export function findSecrets(document: TemplateDocument, nodes: LinkedNodes, types: TypeSystem): Secrets {
  const search = new SecretSearch(document, nodes, types);
  for (const node of nodes.values()) search.searchNode(node);
  for (const policy of document.policies) search.searchPolicy(policy);
  for (const name of document.inputs.keys()) if (soundsSecret(name)) search.addInput(name);
  search.searchNames(document.root, 'template');
  search.finish();
  return { inputs: search.inputs, ranges: distinct([...search.ranges.values()]) };
}

interface Taken {
  readonly value: Value;
  readonly path: Path;
  readonly self?: LinkedNode;
}

class SecretSearch {
  readonly inputs = new Set<string>();
  readonly ranges = new Map<number, SourceRange>();
  private readonly seen = new Set<string>();
  private readonly pending: Taken[] = [];
  private readonly document: TemplateDocument;
  private readonly nodes: LinkedNodes;
  private readonly types: TypeSystem;

  constructor(document: TemplateDocument, nodes: LinkedNodes, types: TypeSystem) {
    this.document = document;
    this.nodes = nodes;
    this.types = types;
  }

  searchNode(node: LinkedNode): void {
    const { template, type } = node;
    this.searchEntries(template.properties, type.properties, node);
    for (const [name, properties] of template.capabilities) {
      this.searchEntries(properties, own(type.capabilities, name)?.properties ?? {}, node);
    }
    for (const { relationshipType, properties } of node.requirements) {
      this.searchEntries(properties, this.types.properties('relationship', relationshipType) ?? {}, node);
    }
    for (const schema of Object.values(type.properties)) {
      const { default: fallback } = schema;
      const isInline = typeof fallback === 'object' && fallback !== null && 'kind' in fallback;
      if (isInline && this.types.holdsSecret(schema)) this.take(fallback as Value, template.path, node);
    }
  }

  searchPolicy({ type, properties }: PolicyTemplate): void {
    this.searchEntries(properties, this.types.properties('policy', type) ?? {});
  }

  addInput(name: string): void {
    if (this.inputs.has(name)) return;
    this.inputs.add(name);
    const definition = this.document.inputs.get(name);
    if (definition?.default) this.take(definition.default, ['inputs', name]);
    if (definition?.constraints) this.take(definition.constraints, ['inputs', name]);
  }

  /** A literal under a key that sounds secret, wherever it stands: sections without meaning to us are stored as well. */
  searchNames(value: Value, key: string): void {
    if (value.kind === 'scalar' && soundsSecret(key)) this.addRange(value.range, value.text);
    if (value.kind === 'list') for (const item of value.items) this.searchNames(item, key);
    if (value.kind === 'map' && !findCall(value))
      for (const [name, item] of value.entries) this.searchNames(item, name);
  }

  private searchEntries(
    entries: ReadonlyMap<string, Value>,
    schemas: Readonly<Record<string, Schema>>,
    self?: LinkedNode,
  ): void {
    for (const [name, value] of entries) {
      const schema = own(schemas, name);
      if (schema) this.search(value, schema, self);
    }
  }

  private search(value: Value, schema: Schema, self?: LinkedNode): void {
    if (!this.types.holdsSecret(schema)) return;
    if (schema.secret || (value.kind === 'map' && findCall(value))) {
      this.take(value, self?.template.path ?? ['policies'], self);
      return;
    }
    const inner = this.types.properties('data', schema.type);
    if (value.kind === 'map' && inner) this.searchEntries(value.entries, inner, self);
    else if (schema.entries) for (const item of children(value)) this.search(item, schema.entries, self);
  }

  /** Everything in the value is secret, and so is all that flows into it. It waits for `finish`, for chains can be long. */
  private take(value: Value, path: Path, self?: LinkedNode): void {
    this.pending.push({ value, path, ...(self ? { self } : {}) });
  }

  finish(): void {
    for (let next = this.pending.pop(); next; next = this.pending.pop()) {
      const { value, path, self } = next;
      if (value.kind === 'scalar') this.addRange(value.range, value.text);
      const call = value.kind === 'map' ? findCall(value) : undefined;
      if (call) this.takeCall(call, path, self);
      else for (const child of children(value)) this.take(child, path, self);
    }
  }

  private takeCall(call: Call, path: Path, self?: LinkedNode): void {
    if (call.name === 'get_input') this.addInput(argumentText(call.args[0], path));
    if (call.name === 'get_property') this.takeProperty(call, path, self);
    if (call.name === 'concat') for (const part of call.args) this.take(part, path, self);
    if (call.name === 'token' && call.args[0]) this.take(call.args[0], path, self);
  }

  private takeProperty({ args }: Call, path: Path, self?: LinkedNode): void {
    const name = argumentText(args[0], path);
    const relative = name === 'SELF' ? self : name === 'HOST' && self ? hostOf(self, this.nodes) : undefined;
    const node = relative ?? this.nodes.get(name);
    const steps = args.slice(1).map((argument) => argumentStep(argument, path));
    const found = node && findProperty(node, steps, this.nodes, name === 'HOST');
    if (!found) return;
    const key = JSON.stringify(found.path);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.take(found.value, path, found.node);
  }

  private addRange(range: SourceRange | undefined, text: string): void {
    if (range && text.trim() !== '') this.ranges.set(range[0], range);
  }
}

function children(value: Value): readonly Value[] {
  if (value.kind === 'list') return value.items;
  return value.kind === 'map' ? [...value.entries.values()] : [];
}

function distinct(ranges: readonly SourceRange[]): readonly SourceRange[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  return sorted.filter((range, index) => index === 0 || range[0] >= (sorted[index - 1]?.[1] ?? 0));
}
