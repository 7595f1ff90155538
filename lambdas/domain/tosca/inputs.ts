/** Values of inputs: what the user gives, else the default. Only presence is checked, as users of the orchestrator know it. */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { InputDefinition } from './document.ts';
import { bracketed, fail, quote, suggest } from './fault.ts';
import { fromPlain, type Path, type Value } from './value.ts';

export interface InputValue {
  readonly definition: InputDefinition;
  /** Absent: an optional input that is not set; using it is an error. */
  readonly value?: Value;
}
export type InputValues = ReadonlyMap<string, InputValue>;

/**
 * @param parameters the user's values; ones that no input has are ignored, and null counts as not given
 * @throws InvalidInput for the first required input without value
 */
export function resolveInputs(
  definitions: ReadonlyMap<string, InputDefinition>,
  parameters: Readonly<Record<string, unknown>>,
): InputValues {
  return new Map([...definitions].map(([name, definition]) => [name, resolveInput(definition, parameters)]));
}

function resolveInput(definition: InputDefinition, parameters: Readonly<Record<string, unknown>>): InputValue {
  const { name } = definition;
  const sent = Object.hasOwn(parameters, name);
  const given = sent ? parameters[name] : undefined;
  if (given !== null && given !== undefined) return { definition, value: readParameter(name, given) };
  const nulled = sent && given === null;
  if (definition.required && (nulled || !definition.default))
    throw new InvalidInput(
      `Input <${name}> is required and is not present in the user's input list, nor has a default value`,
    );
  return { definition, ...(definition.default ? { value: definition.default } : {}) };
}

function readParameter(name: string, given: unknown): Value {
  try {
    return fromPlain(given);
  } catch (error) {
    if (error instanceof RangeError) return fail(['parameters', name], 'is nested deeper than 64 levels');
    throw error;
  }
}

/** @throws InvalidInput if there is no such input, or it has no value */
export function valueOfInput(name: string, inputs: InputValues, path: Path): Value {
  const input = inputs.get(name);
  if (!input) fail(path, `there is no input ${quote(name)}${suggest(name, inputs.keys())}`);
  if (input.value) return input.value;
  throw new InvalidInput(
    `Failed to evaluate ${bracketed([...path, 'get_input', name])}: No input provided for <${name}> and no default value provided in the definition`,
  );
}
