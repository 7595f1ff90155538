/** Outputs of a running cluster. */

import { InvalidInput } from '../../contracts/error-names.ts';
import { fail, quote } from './fault.ts';
import type { AttributeReference, NodeAttributes, OutputExpression } from './outputs.ts';
import type { Path } from './value.ts';

/** All outputs of a deployment, as JSON: they share a record with its template. */
export const maxOutputsBytes = 80_000;

/**
 * Never throws for what a template says: an output that cannot be evaluated has the reason as its value, and so have the largest
 * ones if all together are too large to be stored.
 */
export function evaluateOutputs(
  expressions: Readonly<Record<string, OutputExpression>>,
  attributes: NodeAttributes,
): Record<string, unknown> {
  const outputs = Object.fromEntries(
    Object.entries(expressions).map(([name, expression]) => [name, evaluateOutput(name, expression, attributes)]),
  );
  return withinBounds(outputs);
}

function withinBounds(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const sizes = new Map(Object.entries(outputs).map(([name, value]) => [name, bytesOf(value)]));
  let total = bytesOf(outputs);
  const left = new Map(Object.entries(outputs));
  for (const [name, bytes] of [...sizes].sort((a, b) => b[1] - a[1])) {
    if (total <= maxOutputsBytes) break;
    const reason = `Failed to evaluate outputs.${name}: its value takes ${bytes} bytes, and all outputs together may take ${maxOutputsBytes}`;
    left.set(name, reason);
    total += bytesOf(reason) - bytes;
  }
  return Object.fromEntries(left);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function evaluateOutput(name: string, expression: OutputExpression, attributes: NodeAttributes): unknown {
  try {
    return evaluate(expression, attributes, ['outputs', name]);
  } catch (error) {
    if (error instanceof InvalidInput) return `Failed to evaluate ${error.message}`;
    throw error;
  }
}

/** @param path of the expression, for messages. @throws InvalidInput if it reads an attribute that does not exist */
export function evaluateExpression(expression: OutputExpression, attributes: NodeAttributes, path: Path): unknown {
  return evaluate(expression, attributes, path);
}

function evaluate(expression: OutputExpression, attributes: NodeAttributes, path: Path): unknown {
  if ('literal' in expression) return expression.literal;
  if ('attribute' in expression) return findAttribute(expression.attribute, attributes, path);
  if ('concat' in expression) return expression.concat.map((part) => scalarText(part, attributes, path)).join('');
  if ('token' in expression) return splitToken(expression.token, attributes, path);
  if ('list' in expression) return expression.list.map((item) => evaluate(item, attributes, path));
  return Object.fromEntries(
    Object.entries(expression.map).map(([key, item]) => [key, evaluate(item, attributes, path)]),
  );
}

type Token = Extract<OutputExpression, { token: unknown }>['token'];

function findAttribute(
  { node, name, path: steps }: AttributeReference,
  attributes: NodeAttributes,
  path: Path,
): unknown {
  const ofNode = Object.hasOwn(attributes, node) ? attributes[node] : undefined;
  if (!ofNode || !Object.hasOwn(ofNode, name)) fail(path, `the node ${quote(node)} has no attribute ${quote(name)}`);
  return steps.reduce((value, step) => stepInto(value, step, `${node}.${name}`, path), ofNode[name]);
}

function stepInto(value: unknown, step: string | number, what: string, path: Path): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, step))
    return (value as Record<string, unknown>)[step];
  return fail(path, `${quote(what)} has no ${typeof step === 'number' ? `entry number ${step}` : quote(step)}`);
}

function scalarText(part: OutputExpression, attributes: NodeAttributes, path: Path): string {
  const value = evaluate(part, attributes, path);
  if (value === null || typeof value === 'object')
    fail(path, 'concat and token take single values only, not lists, maps or nothing');
  return String(value);
}

function splitToken({ value, separator, index }: Token, attributes: NodeAttributes, path: Path): string {
  const found = scalarText(value, attributes, path).split(separator)[index];
  return found ?? fail(path, `the text has no part number ${index}`);
}
