/** From template values to typed data, as the property's type says. */
import { parseQuantity, quantityExample } from './catalogue/quantity.ts';
import type { Constraints, Properties, Schema } from './catalogue/schema.ts';
import { own, type TypeSystem } from './catalogue/type-system.ts';
import { fail, quote, suggest } from './fault.ts';
import { describeKind, fromPlain, isNull, type Path, SymbolicValue, type Value } from './value.ts';

/** What stands in the place of a secret wherever it does not belong. */
export const mask = '********';

export interface CoerceContext {
  readonly types: TypeSystem;
  /** Called for every value, to stop templates that grow when expanded. @throws InvalidInput */
  spend(steps?: number): void;
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
    check(result, schema, path, isHidden(value, schema));
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
    case 'version':
    case 'timestamp':
      return coerceString(value, schema, path, context);
    case 'integer':
    case 'float':
    case 'boolean':
      return coerceScalar(value, schema, path);
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
function inherit(schema: Schema): Schema | undefined {
  return schema.secret ? { ...(schema.entries ?? { type: 'any' }), secret: true } : schema.entries;
}

function coerceAny(value: Value, schema: Schema | undefined, path: Path, context: CoerceContext): unknown {
  return coerce(value, schema ?? { type: 'any' }, path, context);
}

/** A list is accepted where text is wanted: templates give whole address lists to text properties. */
function coerceString(value: Value, schema: Schema, path: Path, context: CoerceContext): unknown {
  if (value.kind === 'list')
    return coerceList(value, { ...schema, type: 'list', entries: { type: 'string' } }, path, context);
  if (value.kind !== 'scalar') fail(path, `must be text, but is ${describeKind(value)}`);
  return value.secret && !schema.secret ? mask : value.text;
}

function coerceScalar(value: Value, schema: Schema, path: Path): number | boolean {
  if (value.kind !== 'scalar') fail(path, `must be ${article(schema.type)}, but is ${describeKind(value)}`);
  const text = value.text.trim();
  if (schema.type === 'boolean') return text.toLowerCase() === 'true';
  const pattern =
    schema.type === 'integer' ? /^[-+]?\d{1,15}(\.0+)?$/ : /^[-+]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})(e[-+]?\d{1,2})?$/i;
  if (pattern.test(text)) return Number(text);
  return fail(path, `must be ${article(schema.type)}${butIs(value, schema)}`);
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

/** A data type's properties, or anything where the type is not known. */
function coerceData(value: Exclude<Value, SymbolicValue>, schema: Schema, path: Path, context: CoerceContext): unknown {
  const properties = context.types.properties('data', schema.type);
  if (!properties) return coerceUnknown(value, schema, path, context);
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
  return value.secret && !schema.secret ? mask : value.plain;
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

function check(result: unknown, { type, constraints = {} }: Schema, path: Path, hidden: boolean): void {
  const broken = brokenConstraint(result, constraints);
  if (broken)
    fail(path, `must be ${broken}${unitOf(type)}${hidden ? '' : `, but is ${quote(JSON.stringify(result))}`}`);
}

/** What a value must be, if it is not. */
function brokenConstraint(result: unknown, limits: Constraints): string | undefined {
  if (limits.equal !== undefined && result !== limits.equal) return String(limits.equal);
  if (limits.validValues && !limits.validValues.includes(result as string))
    return `one of ${limits.validValues.join(', ')}`;
  return typeof result === 'number' ? brokenBound(result, limits) : brokenLength(sizeOf(result), limits);
}

function brokenBound(amount: number, limits: Constraints): string | undefined {
  if (amount < (limits.greaterOrEqual ?? amount)) return `at least ${limits.greaterOrEqual}`;
  if (limits.greaterThan !== undefined && amount <= limits.greaterThan) return `more than ${limits.greaterThan}`;
  if (amount > (limits.lessOrEqual ?? amount)) return `at most ${limits.lessOrEqual}`;
  if (limits.lessThan !== undefined && amount >= limits.lessThan) return `less than ${limits.lessThan}`;
  return undefined;
}

function brokenLength(size: number, { minLength, maxLength }: Constraints): string | undefined {
  if (minLength !== undefined && size < minLength) return `of length ${minLength} or more`;
  if (maxLength !== undefined && size > maxLength) return `of length ${maxLength} or less`;
  return undefined;
}

function sizeOf(result: unknown): number {
  if (typeof result === 'string' || Array.isArray(result)) return result.length;
  return typeof result === 'object' && result !== null ? Object.keys(result).length : 0;
}

function unitOf(type: string): string {
  return type === 'scalar-unit.size' ? ' bytes' : '';
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
  return type === 'integer' ? 'an integer' : `a ${type === 'float' ? 'number' : type}`;
}
