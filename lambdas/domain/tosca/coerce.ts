/** From template values to typed data, as the property's type says. */

import { own } from './catalogue/kinds.ts';
import { parseQuantity, quantityExample } from './catalogue/quantity.ts';
import type { Properties, Schema } from './catalogue/schema.ts';
import type { TypeSystem } from './catalogue/type-system.ts';
import { checkConstraints } from './constraints.ts';
import { dotted, fail, quote, suggest } from './fault.ts';
import { describeKind, fromPlain, isNull, type Path, type ScalarValue, SymbolicValue, type Value } from './value.ts';

/** What stands in the place of a secret wherever it does not belong. */
export const mask = '********';

export interface CoerceContext {
  readonly types: TypeSystem;
  /** Called for every value, to stop templates that grow when expanded. @throws InvalidInput */
  spend(steps?: number): void;
  /** Takes what is understood differently from its letter, for the log. */
  note?(text: string): void;
}

/** Whether a coerced value is an attribute that is not known yet. */
export function isSymbolic(value: unknown): value is SymbolicValue {
  return value instanceof SymbolicValue;
}

/**
 * Checks and converts: sizes become bytes, times seconds, frequencies hertz, `boolean` follows Java (only `true`, in any case, is
 * true). Secrets outside of secret positions are masked. Symbolic parts stay as they are.
 * @throws InvalidInput
 */
export function coerce(value: Value, schema: Schema, path: Path, context: CoerceContext): unknown {
  context.spend();
  if (value.kind === 'symbolic') return value;
  const result = coerceType(value, schema, path, context);
  if (schema.constraints && result !== undefined && result !== null)
    checkConstraints(result, schema, { path, hidden: isHidden(value, schema), spend: (steps) => context.spend(steps) });
  return result;
}

function coerceType(value: Exclude<Value, SymbolicValue>, schema: Schema, path: Path, context: CoerceContext): unknown {
  switch (schema.type) {
    case 'list':
      return coerceList(value, schema, path, context);
    case 'map':
      return coerceMap(value, schema, path, context);
    case 'range':
      return coerceRange(value, path);
    case 'string':
      return coerceString(value, schema, path, context);
    case 'version':
    case 'timestamp':
    case 'null':
      return coerceFormat(value, schema, path);
    case 'integer':
    case 'float':
      return coerceNumber(value, schema, path);
    case 'boolean':
      return coerceBoolean(value, schema, path, context);
    case 'any':
      return coerceUnknown(value, schema, path, context);
    default:
      if (quantityExample(schema.type)) return coerceQuantity(value, schema, path);
      return coerceData(value, schema, path, context);
  }
}

function coerceList(value: Value, schema: Schema, path: Path, context: CoerceContext): unknown {
  if (value.kind !== 'list') fail(path, `must be a list, but is ${describeKind(value)}`);
  return value.items.map((item, index) => coerceAny(item, inherit(schema), [...path, index], context));
}

function coerceMap(value: Value, schema: Schema, path: Path, context: CoerceContext): unknown {
  if (value.kind !== 'map') fail(path, `must be a map, but is ${describeKind(value)}`);
  return Object.fromEntries(
    [...value.entries].map(([key, item]) => [key, coerceAny(item, inherit(schema), [...path, key], context)]),
  );
}

/** Entries of what is secret are secret. */
function inherit({ entries, secret, takesSecrets }: Schema): Schema | undefined {
  if (!secret && !takesSecrets) return entries;
  return { ...(entries ?? { type: 'any' }), ...(secret ? { secret } : {}), ...(takesSecrets ? { takesSecrets } : {}) };
}

function coerceAny(value: Value, schema: Schema | undefined, path: Path, context: CoerceContext): unknown {
  return coerce(value, schema ?? { type: 'any' }, path, context);
}

/** A list is accepted where text is wanted: templates give whole address lists to text properties. */
function coerceString(value: Value, schema: Schema, path: Path, context: CoerceContext): unknown {
  if (value.kind === 'list')
    return coerceList(value, { ...schema, type: 'list', entries: { type: 'string' } }, path, context);
  if (value.kind !== 'scalar') fail(path, `must be text, but is ${describeKind(value)}`);
  return isMasked(value, schema) ? mask : value.text;
}

/** Text of a given form; TOSCA writes a version as `major.minor.fix.qualifier-build`, of which all but the first may be missing. */
const formats: Readonly<Record<string, { readonly test: (text: string) => boolean; readonly like: string }>> = {
  version: {
    test: (text) => /^\d{1,9}(\.\d{1,9}){0,2}(\.\w{1,60}(-\d{1,9})?)?$/.test(text),
    like: 'a version, such as 2.0 or 1.19.4',
  },
  timestamp: {
    test: (text) =>
      /^\d{4}-\d{1,2}-\d{1,2}(([Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(\.\d{0,9})?\s*(Z|[-+]\d{1,2}(:?\d{2})?)?)?$/.test(
        text,
      ) && !Number.isNaN(Date.parse(text.slice(0, 10))),
    like: 'a date and time, such as 2026-03-01T09:30:00Z',
  },
  null: { test: (text) => text === '', like: 'null' },
};

function coerceFormat(value: Value, schema: Schema, path: Path): string | null {
  const format = formats[schema.type];
  if (value.kind !== 'scalar' || !format?.test(value.text.trim()))
    fail(path, `must be ${format?.like}${butIs(value, schema)}`);
  return schema.type === 'null' ? null : value.text.trim();
}

function coerceNumber(value: Value, schema: Schema, path: Path): number {
  const text = value.kind === 'scalar' ? value.text.trim() : '';
  const pattern =
    schema.type === 'integer' ? /^[-+]?\d{1,15}(\.0+)?$/ : /^[-+]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})(e[-+]?\d{1,2})?$/i;
  if (pattern.test(text)) return Number(text);
  return fail(path, `must be ${article(schema.type)}${butIs(value, schema)}`);
}

function coerceBoolean(value: Value, schema: Schema, path: Path, context: CoerceContext): boolean {
  if (value.kind !== 'scalar') fail(path, `must be true or false${butIs(value, schema)}`);
  const text = value.text.trim().toLowerCase();
  if (text !== 'true' && text !== 'false')
    context.note?.(`${dotted(path)}: ${isHidden(value, schema) ? 'its value' : quote(value.text)} is read as false`);
  return text === 'true';
}

function coerceQuantity(value: Value, schema: Schema, path: Path): number {
  const amount = value.kind === 'scalar' ? parseQuantity(schema.type, value.text) : undefined;
  if (amount !== undefined) return amount;
  return fail(
    path,
    `must be a number, a blank and a unit, such as ${quantityExample(schema.type)}${butIs(value, schema)}`,
  );
}

function coerceRange(value: Value, path: Path): readonly [number, number] {
  const bounds = value.kind === 'list' ? value.items.map(bound) : [];
  const [low, high] = bounds;
  if (bounds.length === 2 && low !== undefined && high !== undefined && low <= high) return [low, high];
  return fail(path, 'must be a range, such as [ 31000, 32000 ], the second number not smaller than the first');
}

function bound(value: Value): number | undefined {
  if (value.kind !== 'scalar') return undefined;
  if (value.text === 'UNBOUNDED') return Number.POSITIVE_INFINITY;
  return /^-?\d{1,15}$/.test(value.text.trim()) ? Number(value.text) : undefined;
}

/** A data type: properties, or a built-in type that it narrows. */
function coerceData(value: Exclude<Value, SymbolicValue>, schema: Schema, path: Path, context: CoerceContext): unknown {
  const type = context.types.dataType(schema.type);
  if (!type)
    fail(
      path,
      `is declared with the type ${quote(schema.type)}, which is not known${context.types.suggestValueType(schema.type)}`,
    );
  const { properties, builtIn, constraints } = type;
  if (builtIn !== undefined) return coerce(value, { ...schema, type: builtIn, constraints }, path, context);
  if (value.kind !== 'map') fail(path, `must be a map (${schema.type}), but is ${describeKind(value)}`);
  refuseUnknown(value.entries.keys(), properties, path);
  context.spend(Object.keys(properties).length / 10);
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const given = value.entries.get(name);
      const item = given === undefined || isNull(given) ? defaultOf(property) : given;
      if (item === undefined && property.required)
        fail([...path, name], `is required by ${schema.type} and is not given`);
      return item === undefined ? [] : [[name, coerce(item, property, [...path, name], context)]];
    }),
  );
}

function coerceUnknown(
  value: Exclude<Value, SymbolicValue>,
  schema: Schema,
  path: Path,
  context: CoerceContext,
): unknown {
  if (value.kind === 'list') return coerceList(value, schema, path, context);
  if (value.kind === 'map') return coerceMap(value, schema, path, context);
  return isMasked(value, schema) ? mask : value.plain;
}

/** @throws InvalidInput if a name is none of the known ones */
export function refuseUnknown(names: Iterable<string>, known: Properties, path: Path): void {
  for (const name of names) {
    if (own(known, name) === undefined) fail([...path, name], `is not known${suggest(name, Object.keys(known))}`);
  }
}

/** A default from the catalogue (JSON) or from an inline type (already a value). */
export function defaultOf(property: { readonly default?: unknown }): Value | undefined {
  if (property.default === undefined) return undefined;
  return isValue(property.default) ? property.default : fromPlain(property.default);
}

function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** A secret that flows where none belongs. */
function isMasked(value: ScalarValue, schema: Schema): boolean {
  return value.secret === true && !schema.secret && !schema.takesSecrets;
}

function isHidden(value: Value, schema: Schema): boolean {
  return schema.secret === true || (value.kind === 'scalar' && value.secret === true);
}

/** `, but is <x>`, unless that would show a secret. */
function butIs(value: Value, schema: Schema): string {
  if (isHidden(value, schema)) return '';
  return `, but is ${value.kind === 'scalar' && value.plain !== null ? quote(value.text) : describeKind(value)}`;
}

function article(type: string): string {
  return type === 'integer' ? 'an integer' : 'a number';
}
