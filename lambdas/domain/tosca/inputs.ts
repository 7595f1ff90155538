/**
 * Values of inputs: what the user gives, else the default. As users of the orchestrator know it, only presence is checked; a value
 * that does not follow the input's type or constraints is noted, and what counts is the property that it fills.
 */
import { InvalidInput } from '../../contracts/error-names.ts';
import type { Schema } from './catalogue/schema.ts';
import type { TypeSystem } from './catalogue/type-system.ts';
import { coerce } from './coerce.ts';
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
  if (given !== null && given !== undefined) return { definition, value: readParameter(definition, given) };
  const nulled = sent && given === null;
  if (definition.required && (nulled || !definition.default))
    throw new InvalidInput(
      `Input <${name}> is required and is not present in the user's input list, nor has a default value`,
    );
  return { definition, ...(definition.default ? { value: definition.default } : {}) };
}

function readParameter({ name, schema }: InputDefinition, given: unknown): Value {
  try {
    return typeof given === 'string' ? fitText(given, schema) : fromPlain(given);
  } catch (error) {
    if (error instanceof RangeError) return fail(['parameters', name], 'is nested deeper than 64 levels');
    throw error;
  }
}

/** Some clients send all parameters as text: it becomes what the input declares, where it can be read so, and keeps its spelling. */
function fitText(text: string, { type }: Schema): Value {
  if (type === 'list' || type === 'map') return fitCollection(text, type);
  const plain = plainText(text, type);
  return { kind: 'scalar', plain: plain ?? text, text };
}

function plainText(text: string, type: string): number | boolean | undefined {
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (type === 'integer' && /^[-+]?\d{1,15}$/.test(text)) return Number(text);
  return type === 'float' && /^[-+]?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

function fitCollection(text: string, type: 'list' | 'map'): Value {
  const plain = parseJson(text);
  const fits = type === 'list' ? Array.isArray(plain) : typeof plain === 'object' && !Array.isArray(plain);
  return fromPlain(plain !== null && fits ? plain : text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface InputCheck {
  readonly types: TypeSystem;
  readonly secretInputs: ReadonlySet<string>;
  spend(steps?: number): void;
}

/** @throws InvalidInput for an input whose type does not exist */
export function checkInputTypes(definitions: ReadonlyMap<string, InputDefinition>, types: TypeSystem): void {
  for (const { name, schema } of definitions.values())
    for (let part: Schema | undefined = schema; part; part = part.entries)
      if (!types.hasValueType(part.type))
        fail(['inputs', name, 'type'], `there is no type ${quote(part.type)}${types.suggestValueType(part.type)}`);
}

/** What of the inputs' values does not follow their declaration; secrets are not shown. */
export function noteInputs(inputs: InputValues, check: InputCheck): readonly string[] {
  return [...inputs].flatMap(([name, { definition, value }]) => {
    if (!value) return [];
    const schema: Schema = check.secretInputs.has(name) ? { ...definition.schema, secret: true } : definition.schema;
    const notes: string[] = [];
    const context = { types: check.types, spend: check.spend, note: (text: string) => notes.push(text) };
    try {
      coerce(value, schema, ['inputs', name], context);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      notes.push(`${error.message}; it is used all the same`);
    }
    return notes;
  });
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
