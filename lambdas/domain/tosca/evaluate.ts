/** Evaluates TOSCA functions. What only a running cluster knows becomes a symbolic value. */

import {
  argumentStep,
  argumentText,
  type Call,
  findCall,
  follow,
  inputName,
  joinScalars,
  reaches,
  refuseUnsupported,
} from './calls.ts';
import { own } from './catalogue/kinds.ts';
import type { TypeSystem } from './catalogue/type-system.ts';
import { defaultOf } from './coerce.ts';
import { scalarPart, toPart } from './expressions.ts';
import { fail, quote, suggest } from './fault.ts';
import { type InputValues, valueOfInput } from './inputs.ts';
import { hostOf, isA, type LinkedNode, type LinkedNodes } from './link.ts';
import { type FoundProperty, findAttribute, findProperty } from './properties.ts';
import {
  asSecret,
  holdsSymbol,
  isNull,
  nullValue,
  type Path,
  type ScalarValue,
  SymbolicValue,
  textValue,
  type Value,
} from './value.ts';

const maxSteps = 200_000;
const maxDepth = 128;
/** Characters of text that cost as much as one step. */
const charactersPerStep = 64;

/** What a value belongs to: a node, or the relationship of a requirement. Nothing in outputs and policies. */
export interface Scope {
  /** The node that SELF means. */
  readonly self?: LinkedNode;
  /** Of a relationship. */
  readonly source?: LinkedNode;
  readonly target?: LinkedNode;
}

/** One evaluation of one template. */
export class Evaluation {
  readonly types: TypeSystem;
  private readonly inputs: InputValues;
  private readonly nodes: LinkedNodes;
  private readonly secretInputs: ReadonlySet<string>;
  private readonly masked = new Map<string, Value>();
  private readonly weights = new Map<string, number>();
  /** What was understood differently from its letter. */
  readonly notes = new Set<string>();
  private steps = 0;
  private depth = 0;

  constructor(template: {
    types: TypeSystem;
    inputs: InputValues;
    nodes: LinkedNodes;
    secretInputs: ReadonlySet<string>;
  }) {
    this.types = template.types;
    this.inputs = template.inputs;
    this.nodes = template.nodes;
    this.secretInputs = template.secretInputs;
  }

  /** Bounds the whole work. @throws InvalidInput */
  spend(steps = 1): void {
    this.steps += steps;
    if (this.steps > maxSteps) fail(['node_templates'], 'the template grows too big when its functions are evaluated');
  }

  note(text: string): void {
    this.notes.add(text);
  }

  /** @throws InvalidInput */
  evaluate(value: Value, path: Path, scope: Scope = {}): Value {
    this.spend(value.kind === 'scalar' ? weightOf(value) : 1);
    if (value.kind === 'scalar' || value.kind === 'symbolic') return value;
    if (this.depth >= maxDepth) fail(path, 'its value depends on itself, or on too long a chain of others');
    this.depth += 1;
    try {
      return this.descend(value, path, scope);
    } finally {
      this.depth -= 1;
    }
  }

  private descend(value: Exclude<Value, ScalarValue | SymbolicValue>, path: Path, scope: Scope): Value {
    if (value.kind === 'list')
      return { kind: 'list', items: value.items.map((item, index) => this.evaluate(item, [...path, index], scope)) };
    const call = findCall(value);
    refuseUnsupported(value, path);
    if (call) return this.call(call, path, scope);
    const entries = [...value.entries].map(([key, item]) => [key, this.evaluate(item, [...path, key], scope)] as const);
    return { kind: 'map', entries: new Map(entries) };
  }

  private call(call: Call, path: Path, scope: Scope): Value {
    switch (call.name) {
      case 'get_input':
        return this.input(call, path);
      case 'get_property':
        return this.property(call, path, scope);
      case 'get_attribute':
        return this.attribute(call, path, scope);
      case 'get_artifact':
        return this.artifact(call, path, scope);
      case 'get_nodes_of_type':
        return this.nodesOfType(call, path);
      case 'concat':
        return this.concat(call, path, scope);
      case 'token':
        return this.token(call, path, scope);
    }
  }

  private input(call: Call, path: Path): Value {
    const name = inputName(call, path);
    const steps = call.args.slice(1).map((argument) => argumentStep(argument, path));
    const value = follow(this.inputValue(name, path), steps, path);
    this.spend(this.weightOfInput(name, value));
    return value;
  }

  /** Inputs are measured once: they may be big, and be used often. */
  private weightOfInput(name: string, value: Value): number {
    if (value.kind === 'scalar') return weightOf(value);
    const weight = this.weights.get(name) ?? weightOf(this.inputs.get(name)?.value ?? value);
    this.weights.set(name, weight);
    return weight;
  }

  private inputValue(name: string, path: Path): Value {
    const value = valueOfInput(name, this.inputs, path);
    if (!this.secretInputs.has(name)) return value;
    const masked = this.masked.get(name) ?? asSecret(value);
    this.masked.set(name, masked);
    return masked;
  }

  private concat({ args }: Call, path: Path, scope: Scope): Value {
    const parts = args.map((part, index) => this.evaluate(part, [...path, 'concat', index], scope));
    if (parts.some(holdsSymbol)) return new SymbolicValue({ concat: parts.map(toPart) });
    const scalars = parts.map((part) => scalarPart(part, [...path, 'concat']));
    for (const scalar of scalars) this.spend(weightOf(scalar));
    return joinScalars(scalars);
  }

  private token({ args }: Call, path: Path, scope: Scope): Value {
    const [value, separator, index] = args.map((part, at) => this.evaluate(part, [...path, 'token', at], scope));
    if (!value || args.length !== 3) fail([...path, 'token'], 'needs three arguments: text, separator and index');
    const by = argumentText(separator, [...path, 'token']);
    const at = Number(argumentText(index, [...path, 'token']));
    if (!Number.isInteger(at) || at < 0 || by === '')
      fail([...path, 'token'], 'needs a separator that is not empty and an index from 0 on');
    if (value.kind === 'symbolic')
      return new SymbolicValue({ token: { value: value.expression, separator: by, index: at } });
    const scalar = scalarPart(value, [...path, 'token']);
    this.spend(weightOf(scalar));
    const found = scalar.text.split(by)[at];
    if (found === undefined) fail([...path, 'token'], `the text has no part number ${at}`);
    return scalar.secret ? asSecret(textValue(found)) : textValue(found);
  }

  private property({ args }: Call, path: Path, scope: Scope): Value {
    const at = [...path, 'get_property'];
    const node = this.entity(args[0], at, scope);
    const steps = args.slice(1).map((argument) => argumentStep(argument, at));
    const found = findProperty(node, steps, this.nodes, isHost(args[0]));
    if (!found) fail(at, `${quote(node.template.name)} has no property ${quote(steps.join('.'))}`);
    return this.valueOf(found, path);
  }

  private valueOf(found: FoundProperty, path: Path): Value {
    const value = this.evaluate(found.value, found.path, { self: found.node });
    const inner = follow(value, found.rest, path);
    return this.types.holdsSecret(found.definition) ? asSecret(inner) : inner;
  }

  /** Properties count as attributes too, as far as they have a value; the rest is known when the cluster runs. */
  private attribute({ args }: Call, path: Path, scope: Scope): Value {
    const at = [...path, 'get_attribute'];
    const node = this.entity(args[0], at, scope);
    const steps = args.slice(1).map((argument) => argumentStep(argument, at));
    if (steps.length === 0) fail(at, 'needs the name of an attribute');
    const reference = findAttribute(node, steps, this.nodes);
    const found = findProperty(node, steps, this.nodes, isHost(args[0]));
    if (!found) return new SymbolicValue({ attribute: reference });
    const whole = this.evaluate(found.value, found.path, { self: found.node });
    // `publish_ports` gets its targets from Marathon, for instance: the property says less than the attribute will.
    const value = reaches(whole, found.rest) ? this.valueOf(found, path) : nullValue;
    return isNull(value) ? new SymbolicValue({ attribute: reference }) : value;
  }

  /** The artifact's file; where it would be put on a node is not asked. */
  private artifact({ args }: Call, path: Path, scope: Scope): Value {
    const at = [...path, 'get_artifact'];
    const node = this.entity(args[0], at, scope);
    const name = argumentText(args[1], at);
    if (args.length > 2) fail(at, 'takes a node and the name of an artifact; artifacts are not copied to nodes');
    const file = node.template.artifacts.get(name)?.file ?? own(node.type.artifacts, name)?.file;
    if (file === undefined) fail(at, `${quote(node.template.name)} has no artifact ${quote(name)}`);
    return this.evaluate(defaultOf({ default: file }) ?? textValue(''), at, { self: node });
  }

  private nodesOfType({ args }: Call, path: Path): Value {
    const at = [...path, 'get_nodes_of_type'];
    const type = argumentText(args[0], at);
    if (args.length !== 1) fail(at, 'takes the name of one node type');
    if (!this.types.hasNodeType(type)) fail(at, `there is no node type ${quote(type)}`);
    const full = this.types.fullNodeName(type);
    this.spend(this.nodes.size);
    const found = [...this.nodes.values()].filter((node) => isA(node, full));
    return { kind: 'list', items: found.map(({ template }) => textValue(template.name)) };
  }

  private entity(argument: Value | undefined, path: Path, { self, source, target }: Scope): LinkedNode {
    const name = argumentText(argument, path);
    const relatives = { SELF: self, HOST: self && hostOf(self, this.nodes), SOURCE: source, TARGET: target };
    const relative = own<LinkedNode | undefined>(relatives, name);
    const node = relative ?? this.nodes.get(name);
    if (node) return node;
    if (Object.hasOwn(relatives, name)) fail(path, `${name} means nothing here; name a node template`);
    return fail(path, `there is no node template ${quote(name)}${suggest(name, this.nodes.keys())}`);
  }
}

function isHost(entity: Value | undefined): boolean {
  return entity?.kind === 'scalar' && entity.text === 'HOST';
}

/** Steps that handling the value costs. */
function weightOf(value: Value): number {
  if (value.kind === 'scalar') return 1 + value.text.length / charactersPerStep;
  if (value.kind === 'list') return value.items.reduce((sum, item) => sum + weightOf(item), 1);
  return value.kind === 'map' ? [...value.entries.values()].reduce((sum, item) => sum + weightOf(item), 1) : 1;
}
