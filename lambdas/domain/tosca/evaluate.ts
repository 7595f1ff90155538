/** Evaluates TOSCA functions. What only a running cluster knows becomes a symbolic value. */

import {
  argumentStep,
  argumentText,
  type Call,
  findCall,
  follow,
  inputName,
  joinScalars,
  refuseUnsupported,
} from './calls.ts';
import { own, type TypeSystem } from './catalogue/type-system.ts';
import { mask } from './coerce.ts';
import { fail, quote, suggest } from './fault.ts';
import { type InputValues, valueOfInput } from './inputs.ts';
import { hostOf, isA, type LinkedNode, type LinkedNodes } from './link.ts';
import type { OutputExpression } from './outputs.ts';
import { findProperty } from './properties.ts';
import { asSecret, holdsSymbol, type Path, type ScalarValue, SymbolicValue, textValue, type Value } from './value.ts';

const maxSteps = 200_000;
const maxDepth = 128;
/** Characters of text that cost as much as one step. */
const charactersPerStep = 64;

/** One evaluation of one template. */
export class Evaluation {
  readonly types: TypeSystem;
  private readonly inputs: InputValues;
  private readonly nodes: LinkedNodes;
  private readonly secretInputs: ReadonlySet<string>;
  private readonly masked = new Map<string, Value>();
  private readonly weights = new Map<string, number>();
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

  /**
   * @param self the node that the value belongs to; absent in outputs and policies
   * @throws InvalidInput
   */
  evaluate(value: Value, path: Path, self?: LinkedNode): Value {
    this.spend(value.kind === 'scalar' ? weightOf(value) : 1);
    if (value.kind === 'scalar' || value.kind === 'symbolic') return value;
    if (this.depth >= maxDepth) fail(path, 'its value depends on itself, or on too long a chain of others');
    this.depth += 1;
    try {
      return this.descend(value, path, self);
    } finally {
      this.depth -= 1;
    }
  }

  private descend(value: Exclude<Value, ScalarValue | SymbolicValue>, path: Path, self?: LinkedNode): Value {
    if (value.kind === 'list')
      return { kind: 'list', items: value.items.map((item, index) => this.evaluate(item, [...path, index], self)) };
    const call = findCall(value);
    refuseUnsupported(value, path);
    if (call) return this.call(call, path, self);
    const entries = [...value.entries].map(([key, item]) => [key, this.evaluate(item, [...path, key], self)] as const);
    return { kind: 'map', entries: new Map(entries) };
  }

  private call(call: Call, path: Path, self?: LinkedNode): Value {
    switch (call.name) {
      case 'get_input':
        return this.input(call, path);
      case 'get_property':
        return this.property(call, path, self);
      case 'get_attribute':
        return this.attribute(call, path, self);
      case 'concat':
        return this.concat(call, path, self);
      case 'token':
        return this.token(call, path, self);
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

  private concat({ args }: Call, path: Path, self?: LinkedNode): Value {
    const parts = args.map((part, index) => this.evaluate(part, [...path, 'concat', index], self));
    if (parts.some(holdsSymbol)) return new SymbolicValue({ concat: parts.map(toPart) });
    const scalars = parts.map((part) => scalarPart(part, [...path, 'concat']));
    for (const scalar of scalars) this.spend(weightOf(scalar));
    return joinScalars(scalars);
  }

  private token({ args }: Call, path: Path, self?: LinkedNode): Value {
    const [value, separator, index] = args.map((part, at) => this.evaluate(part, [...path, 'token', at], self));
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

  private property({ args }: Call, path: Path, self?: LinkedNode): Value {
    const node = this.entity(args[0], [...path, 'get_property'], self);
    const steps = args.slice(1).map((argument) => argumentStep(argument, [...path, 'get_property']));
    const isHost = args[0]?.kind === 'scalar' && args[0].text === 'HOST';
    const found = findProperty(node, steps, this.nodes, isHost);
    if (!found)
      fail([...path, 'get_property'], `${quote(node.template.name)} has no property ${quote(steps.join('.'))}`);
    const value = this.evaluate(found.value, found.path, found.node);
    const inner = value.kind === 'symbolic' ? value : follow(value, found.rest, path);
    return this.types.holdsSecret(found.definition) ? asSecret(inner) : inner;
  }

  /** Properties count as attributes too; anything else is an attribute of the machine below. */
  private attribute({ args }: Call, path: Path, self?: LinkedNode): Value {
    const node = this.entity(args[0], [...path, 'get_attribute'], self);
    const [name, ...rest] = args.slice(1).map((argument) => argumentStep(argument, [...path, 'get_attribute']));
    if (name === undefined) fail([...path, 'get_attribute'], 'needs the name of an attribute');
    if (own(node.type.properties, String(name))) return this.property({ name: 'get_property', args }, path, self);
    const machine = this.machineOf(node);
    const isSingle =
      own(machine.type.attributes, String(name)) === 'string' && !isA(machine, 'tosca.nodes.indigo.Compute');
    const steps = isSingle && rest.length === 0 && isA(machine, 'tosca.nodes.Compute') ? [0] : rest;
    return new SymbolicValue({ attribute: { node: machine.template.name, name: String(name), path: steps } });
  }

  private machineOf(node: LinkedNode): LinkedNode {
    let machine = node;
    // Requirements have no loops, so this ends.
    while (!isA(machine, 'tosca.nodes.Compute')) {
      const host = hostOf(machine, this.nodes);
      if (!host) return node;
      machine = host;
    }
    return machine;
  }

  private entity(argument: Value | undefined, path: Path, self?: LinkedNode): LinkedNode {
    const name = argumentText(argument, path);
    const relative = name === 'SELF' ? self : name === 'HOST' ? self && hostOf(self, this.nodes) : undefined;
    const node = relative ?? this.nodes.get(name);
    if (node) return node;
    if (name === 'HOST' || name === 'SELF') fail(path, `${name} means nothing here; name a node template`);
    return fail(path, `there is no node template ${quote(name)}${suggest(name, this.nodes.keys())}`);
  }
}

/** Steps that handling the value costs. */
function weightOf(value: Value): number {
  if (value.kind === 'scalar') return 1 + value.text.length / charactersPerStep;
  if (value.kind === 'list') return value.items.reduce((sum, item) => sum + weightOf(item), 1);
  return value.kind === 'map' ? [...value.entries.values()].reduce((sum, item) => sum + weightOf(item), 1) : 1;
}

/** Numbers keep the text that the author wrote. */
function toPart(value: Value): OutputExpression {
  return value.kind === 'scalar' ? { literal: value.secret ? mask : value.text } : toExpression(value);
}

function scalarPart(value: Value, path: Path): ScalarValue {
  if (value.kind === 'scalar') return value;
  return fail(path, `joins and splits single values only, but one is a ${value.kind}`);
}

/** As it may be stored: secrets masked. */
export function toExpression(value: Value): OutputExpression {
  if (value.kind === 'symbolic') return value.expression;
  if (!holdsSymbol(value)) return { literal: toPlain(value) };
  if (value.kind === 'list') return { list: value.items.map(toExpression) };
  if (value.kind === 'map')
    return { map: Object.fromEntries([...value.entries].map(([key, item]) => [key, toExpression(item)])) };
  return { literal: null };
}

function toPlain(value: Value): unknown {
  switch (value.kind) {
    case 'scalar':
      return value.secret && value.plain !== null ? mask : value.plain;
    case 'list':
      return value.items.map(toPlain);
    case 'map':
      return Object.fromEntries([...value.entries].map(([key, item]) => [key, toPlain(item)]));
    case 'symbolic':
      return null;
  }
}
