/** From values to what is stored of outputs. */
import { mask } from './coerce.ts';
import { fail } from './fault.ts';
import type { OutputExpression } from './outputs.ts';
import { holdsSymbol, type Path, type ScalarValue, type Value } from './value.ts';

/** Numbers keep the text that the author wrote. */
export function toPart(value: Value): OutputExpression {
  return value.kind === 'scalar' ? { literal: value.secret ? mask : value.text } : toExpression(value);
}

/** @throws InvalidInput */
export function scalarPart(value: Value, path: Path): ScalarValue {
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
