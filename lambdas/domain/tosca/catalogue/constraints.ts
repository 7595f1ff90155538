/** Constraints as templates write them. */
import { fail, quote, suggest } from '../fault.ts';
import { readNamed } from '../shape.ts';
import type { Path, Value } from '../value.ts';
import { patternFault } from './pattern.ts';
import { parseQuantity, quantityExample } from './quantity.ts';
import type { Constraints, Operand } from './schema.ts';

interface Operands {
  readonly value: Value;
  /** Of the constrained value; a built-in type, or a data type. */
  readonly type: string;
  readonly path: Path;
}

const readers: Readonly<Record<string, (operands: Operands) => Constraints>> = {
  equal: (operands) => ({ equal: readOperand(operands) }),
  valid_values: (operands) => ({ validValues: readItems(operands).map(readOperand) }),
  greater_or_equal: (operands) => ({ greaterOrEqual: readBound(operands) }),
  greater_than: (operands) => ({ greaterThan: readBound(operands) }),
  less_or_equal: (operands) => ({ lessOrEqual: readBound(operands) }),
  less_than: (operands) => ({ lessThan: readBound(operands) }),
  in_range: readRange,
  length: (operands) => ({ minLength: readLength(operands), maxLength: readLength(operands) }),
  min_length: (operands) => ({ minLength: readLength(operands) }),
  max_length: (operands) => ({ maxLength: readLength(operands) }),
  pattern: readPattern,
};

/** Built-in types whose values have no order, and ones that have no length. */
const unordered = ['boolean', 'list', 'map', 'range', 'null'];
const withoutLength = ['integer', 'float', 'boolean', 'timestamp', 'version', 'range', 'null'];

/** @throws InvalidInput */
export function readConstraints(value: Value, type: string, path: Path): readonly Constraints[] {
  return readNamed(value, path).map(([name, operand]) => {
    const at = [...path, name];
    if (!Object.hasOwn(readers, name))
      fail(at, `the constraint ${quote(name)} is not known${suggest(name, Object.keys(readers))}`);
    return readers[name]?.({ value: operand, type, path: at }) ?? {};
  });
}

function readItems({ value, type, path }: Operands): readonly Operands[] {
  if (value.kind !== 'list' || value.items.length === 0) fail(path, 'must be a list with an entry or more');
  return value.items.map((item, index) => ({ value: item, type, path: [...path, index] }));
}

/** In the type's own unit; of data types as YAML reads it. */
function readOperand({ value, type, path }: Operands): Operand {
  if (value.kind !== 'scalar' || value.plain === null) fail(path, 'must be a single value');
  const { text, plain } = value;
  if (quantityExample(type)) return parseQuantity(type, text) ?? fail(path, `must be like ${quantityExample(type)}`);
  if (type === 'integer' || type === 'float') return readNumber(text, path);
  if (type === 'boolean') return text.toLowerCase() === 'true';
  return ['string', 'version', 'timestamp', 'list', 'map'].includes(type) ? text : plain;
}

function readNumber(text: string, path: Path): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : fail(path, `must be a number, but is ${quote(text)}`);
}

function readBound(operands: Operands): string | number {
  refuseType(operands, unordered);
  const bound = readOperand(operands);
  return typeof bound === 'boolean' ? fail(operands.path, 'must be a number or text that has an order') : bound;
}

function readRange(operands: Operands): Constraints {
  const items = readItems(operands);
  const [low, high] = items.map((item) =>
    item.value.kind === 'scalar' && item.value.text === 'UNBOUNDED' ? undefined : readBound(item),
  );
  if (items.length !== 2 || (typeof low === 'number' && typeof high === 'number' && low > high))
    fail(operands.path, 'must be two bounds, such as [ 1, 4 ] or [ 1, UNBOUNDED ], the second not smaller');
  return {
    ...(low === undefined ? {} : { greaterOrEqual: low }),
    ...(high === undefined ? {} : { lessOrEqual: high }),
  };
}

function readLength(operands: Operands): number {
  refuseType(operands, withoutLength);
  if (quantityExample(operands.type)) refuseType(operands, [operands.type]);
  const length = readOperand({ ...operands, type: 'integer' });
  return Number.isInteger(length) && Number(length) >= 0
    ? Number(length)
    : fail(operands.path, 'must be a whole number from 0 on');
}

function readPattern(operands: Operands): Constraints {
  refuseType(operands, [...withoutLength.filter((type) => type !== 'version'), 'list', 'map']);
  const pattern = String(readOperand({ ...operands, type: 'string' }));
  const fault = patternFault(pattern);
  return fault ? fail(operands.path, fault) : { pattern };
}

function refuseType({ type, path }: Operands, types: readonly string[]): void {
  if (types.includes(type)) fail(path, `does not fit a value of type ${type}`);
}
