/** Recognizes TOSCA functions among the values. */
import { fail, quote } from './fault.ts';
import { type MapValue, type Path, type ScalarValue, textValue, type Value } from './value.ts';

const names = ['get_input', 'get_property', 'get_attribute', 'concat', 'token'] as const;
const unsupported = ['get_artifact', 'get_nodes_of_type', 'get_operation_output'];
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
  return name === 'get_input' && isShort ? { name, args: [argument] } : undefined;
}

/** @throws InvalidInput for functions of TOSCA that are not supported */
export function refuseUnsupported(value: MapValue, path: Path): void {
  const [key] = value.entries.size === 1 ? value.entries.keys() : [];
  if (key !== undefined && unsupported.includes(key) && value.entries.get(key)?.kind !== 'map')
    fail(path, `the function ${key} is not supported; supported are ${names.join(', ')}`);
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

/** Follows names and indexes into a value. @throws InvalidInput saying where it ends */
export function follow(value: Value, steps: readonly (string | number)[], path: Path): Value {
  let current = value;
  for (const step of steps) {
    const next =
      current.kind === 'map'
        ? current.entries.get(String(step))
        : current.kind === 'list'
          ? current.items[Number(step)]
          : undefined;
    if (next === undefined) fail(path, `there is no ${quote(String(step))} in the value`);
    current = next;
  }
  return current;
}

/** Text of scalars, joined; secret if one of them is. */
export function joinScalars(parts: readonly ScalarValue[]): ScalarValue {
  const text = textValue(parts.map((part) => part.text).join(''));
  return parts.some((part) => part.secret) ? { ...text, secret: true } : text;
}
