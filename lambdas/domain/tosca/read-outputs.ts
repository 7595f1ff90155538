/** Outputs, as far as they are known when a template is accepted. */
import { InvalidInput } from '../../contracts/error-names.ts';
import { findCall, inputName } from './calls.ts';
import type { OutputDefinition } from './document.ts';
import type { Evaluation } from './evaluate.ts';
import { toExpression } from './expressions.ts';
import { fail, quote, suggest } from './fault.ts';
import type { InputValues } from './inputs.ts';
import type { OutputExpression } from './outputs.ts';
import type { Path, Value } from './value.ts';

/**
 * An output that cannot be evaluated does not fail the deployment: its value says why.
 * @throws InvalidInput only for inputs that are not declared
 */
export function readOutputs(
  outputs: readonly OutputDefinition[],
  evaluation: Evaluation,
  inputs: InputValues,
): Readonly<Record<string, OutputExpression>> {
  return Object.fromEntries(
    outputs.map((output) => {
      refuseUndeclared(output.value, inputs, output.path);
      return [output.name, readOutput(output, evaluation)];
    }),
  );
}

function readOutput({ value, path }: OutputDefinition, evaluation: Evaluation): OutputExpression {
  try {
    return toExpression(evaluation.evaluate(value, path));
  } catch (error) {
    if (error instanceof InvalidInput) return { literal: error.message };
    throw error;
  }
}

function refuseUndeclared(value: Value, inputs: InputValues, path: Path): void {
  if (value.kind === 'list') for (const item of value.items) refuseUndeclared(item, inputs, path);
  if (value.kind !== 'map') return;
  const call = findCall(value);
  if (call?.name === 'get_input') {
    const name = inputName(call, path);
    if (!inputs.has(name)) fail(path, `there is no input ${quote(name)}${suggest(name, inputs.keys())}`);
  } else for (const item of value.entries.values()) refuseUndeclared(item, inputs, path);
}
