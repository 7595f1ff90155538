/**
 * Values of a template before they are typed. A scalar keeps its source text, because `16.10` is a version to one property and a
 * number to another, and its place in the template, because secret literals are cut out of the stored text.
 */
import type { OutputExpression } from './outputs.ts';

/** Offsets into the template's text: `[start, end)`. */
export type SourceRange = readonly [start: number, end: number];

export interface ScalarValue {
  readonly kind: 'scalar';
  /** As YAML or JSON reads it. */
  readonly plain: string | number | boolean | null;
  /** The value's text: without quotes, but otherwise as written. */
  readonly text: string;
  readonly range?: SourceRange;
  /** Comes from a secret input or property: never to be shown or stored. */
  readonly secret?: true;
}
export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
}
export interface MapValue {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Value>;
}
/** Known only when the cluster runs: holds an attribute of a node. */
export class SymbolicValue {
  readonly kind = 'symbolic';
  readonly expression: OutputExpression;

  constructor(expression: OutputExpression) {
    this.expression = expression;
  }
}
export type Value = ScalarValue | ListValue | MapValue | SymbolicValue;

/** Where a value stands, from the top of the topology: `['node_templates', 'a', 'properties', 'b', 0]`. */
export type Path = readonly (string | number)[];

export const nullValue: ScalarValue = { kind: 'scalar', plain: null, text: '' };

export function isNull(value: Value | undefined): boolean {
  return value === undefined || (value.kind === 'scalar' && value.plain === null);
}

export function textValue(text: string): ScalarValue {
  return { kind: 'scalar', plain: text, text };
}

/** From JSON data. `maxDepth` bounds how deep it may be nested. @throws RangeError if it is nested deeper */
export function fromPlain(plain: unknown, maxDepth = 64): Value {
  if (maxDepth < 0) throw new RangeError('nested too deep');
  if (plain === null || plain === undefined) return nullValue;
  if (Array.isArray(plain)) return { kind: 'list', items: plain.map((item) => fromPlain(item, maxDepth - 1)) };
  if (typeof plain === 'object') {
    const entries = Object.entries(plain).map(([key, item]) => [key, fromPlain(item, maxDepth - 1)] as const);
    return { kind: 'map', entries: new Map(entries) };
  }
  if (typeof plain === 'number' || typeof plain === 'boolean') return { kind: 'scalar', plain, text: String(plain) };
  return textValue(String(plain));
}

/** The value itself and everything below it. */
export function countValues(value: Value): number {
  if (value.kind === 'list') return value.items.reduce((sum, item) => sum + countValues(item), 1);
  return value.kind === 'map' ? [...value.entries.values()].reduce((sum, item) => sum + countValues(item), 1) : 1;
}

/** Whether something below the value is known only when the cluster runs. */
export function holdsSymbol(value: Value): boolean {
  return some(value, (part) => part.kind === 'symbolic');
}

/** Whether something below the value is secret. */
export function holdsSecret(value: Value): boolean {
  return some(value, (part) => part.kind === 'scalar' && part.secret === true);
}

function some(value: Value, test: (part: Value) => boolean): boolean {
  if (test(value)) return true;
  if (value.kind === 'list') return value.items.some((item) => some(item, test));
  if (value.kind === 'map') return [...value.entries.values()].some((item) => some(item, test));
  return false;
}

/** The same value with every scalar marked secret. */
export function asSecret(value: Value): Value {
  switch (value.kind) {
    case 'scalar':
      return { ...value, secret: true };
    case 'list':
      return { kind: 'list', items: value.items.map(asSecret) };
    case 'map':
      return { kind: 'map', entries: new Map([...value.entries].map(([key, item]) => [key, asSecret(item)])) };
    case 'symbolic':
      return value;
  }
}

/** `scalar`, `list` … in the words of a message. */
export function describeKind(value: Value): string {
  if (value.kind === 'scalar') return value.plain === null ? 'empty' : 'a single value';
  if (value.kind === 'list') return 'a list';
  return value.kind === 'map' ? 'a map' : 'an attribute of a node';
}
