/** Recognizes TOSCA functions among the values. */
import { fail, quote } from './fault.ts';
import type { AttributeReference } from './outputs.ts';
import { type MapValue, type Path, type ScalarValue, SymbolicValue, textValue, type Value } from './value.ts';

const names = [
  'get_input',
  'get_property',
  'get_attribute',
  'get_artifact',
  'get_nodes_of_type',
  'concat',
  'token',
] as const;
/** Functions whose single argument may stand without a list. */
const shorts: readonly string[] = ['get_input', 'get_nodes_of_type'];
export type FunctionName = (typeof names)[number];

export interface Call {
  readonly name: FunctionName;
  readonly args: readonly Value[];
}

/**
 * A map with one key that is a function's name, and arguments of the right shape. The shape matters: `{ token: abc }` is a
 * Credential, `{ token: [ … ] }` a function.
 */
export function findCall(value: MapValue): Call | undefined {
  if (value.entries.size !== 1) return undefined;
  const [[key, argument]] = [...value.entries] as [[string, Value]];
  const name = names.find((known) => known === key);
  if (name && argument.kind === 'list') return { name, args: argument.items };
  const isShort = argument.kind === 'scalar' && argument.plain !== null;
  return name && shorts.includes(name) && isShort ? { name, args: [argument] } : undefined;
}

/** @throws InvalidInput for the function of TOSCA that has nothing to ask */
export function refuseUnsupported(value: MapValue, path: Path): void {
  const [key] = value.entries.size === 1 ? value.entries.keys() : [];
  if (key === 'get_operation_output' && value.entries.get(key)?.kind !== 'map')
    fail(path, `the function ${key} is not supported, for no operation is run; supported are ${names.join(', ')}`);
}

/** The input that a `get_input` names. @throws InvalidInput */
export function inputName(call: Call, path: Path): string {
  return argumentText(call.args[0], [...path, call.name]);
}

/** @throws InvalidInput if the argument is missing or not a single value */
export function argumentText(argument: Value | undefined, path: Path): string {
  if (argument?.kind === 'scalar' && argument.plain !== null) return argument.text;
  return fail(path, 'its arguments must be names or numbers');
}

/** A step into a value: a number where it looks like one. */
export function argumentStep(argument: Value, path: Path): string | number {
  const text = argumentText(argument, path);
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}

type Steps = readonly (string | number)[];

/** Follows names and indexes into a value. @throws InvalidInput saying where it ends */
export function follow(value: Value, steps: Steps, path: Path): Value {
  let current = value;
  for (const [index, step] of steps.entries()) {
    if (current.kind === 'symbolic' && 'attribute' in current.expression)
      return extend(current.expression.attribute, steps.slice(index));
    current = child(current, step) ?? fail(path, `there is no ${quote(String(step))} in the value`);
  }
  return current;
}

/** Whether the value has something there. */
export function reaches(value: Value, [step, ...rest]: Steps): boolean {
  if (step === undefined || value.kind === 'symbolic') return true;
  const next = child(value, step);
  return next !== undefined && reaches(next, rest);
}

function child(value: Value, step: string | number): Value | undefined {
  if (value.kind === 'map') return value.entries.get(String(step));
  return value.kind === 'list' ? value.items[Number(step)] : undefined;
}

/** Steps into an attribute are taken when it is known. */
function extend(attribute: AttributeReference, steps: Steps): SymbolicValue {
  return new SymbolicValue({ attribute: { ...attribute, path: [...attribute.path, ...steps] } });
}

/** Text of scalars, joined; secret if one of them is. */
export function joinScalars(parts: readonly ScalarValue[]): ScalarValue {
  const text = textValue(parts.map((part) => part.text).join(''));
  return parts.some((part) => part.secret) ? { ...text, secret: true } : text;
}
