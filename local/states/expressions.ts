/** `{% %}` expressions: JSONata over `$states` and the variables in scope. */
import jsonata from 'jsonata';
import { StateError } from './errors.ts';

const pattern = /^\{%([\s\S]*)%\}$/;
const compiled = new Map<string, jsonata.Expression>();

/** The expression within a value, if it is one. */
export function expressionIn(value: unknown): string | undefined {
  return typeof value === 'string' ? pattern.exec(value)?.[1]?.trim() : undefined;
}

/** @throws JsonataError if the syntax is wrong */
export function compile(expression: string): jsonata.Expression {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  const fresh = jsonata(expression);
  compiled.set(expression, fresh);
  return fresh;
}

function failed(expression: string, field: string, why: string): StateError {
  return new StateError(
    'States.QueryEvaluationError',
    `The JSONata expression '${expression}' specified for the field '${field}' ${why}`,
  );
}

async function evaluateExpression(expression: string, field: string, bindings: Record<string, unknown>) {
  let value: unknown;
  try {
    value = await compile(expression).evaluate(undefined, bindings);
  } catch (cause) {
    throw failed(expression, field, `threw an error during evaluation. ${(cause as Error).message}`);
  }
  if (value === undefined) throw failed(expression, field, 'returned nothing (undefined).');
  if (typeof value === 'function') throw failed(expression, field, 'returned an unsupported result type.');
  // A copy: JSONata's results share objects with what they were read from, and its arrays carry marks.
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/**
 * Evaluates every expression in a value, however deep. @param field where it stands, for the error
 * @throws StateError States.QueryEvaluationError
 */
export async function evaluate(value: unknown, field: string, bindings: Record<string, unknown>): Promise<unknown> {
  const expression = expressionIn(value);
  if (expression !== undefined) return evaluateExpression(expression, field, bindings);
  if (Array.isArray(value)) {
    return Promise.all(value.map((item, index) => evaluate(item, `${field}[${index}]`, bindings)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await evaluate(item, `${field}/${key}`, bindings)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Workflow variables of one scope; those of the scopes around it can be read. */
export class Variables {
  private readonly outer: Variables | undefined;
  private own: Readonly<Record<string, unknown>> = {};

  constructor(outer?: Variables) {
    this.outer = outer;
  }

  assign(values: Readonly<Record<string, unknown>>): void {
    this.own = { ...this.own, ...values };
  }

  all(): Readonly<Record<string, unknown>> {
    return { ...this.outer?.all(), ...this.own };
  }
}
