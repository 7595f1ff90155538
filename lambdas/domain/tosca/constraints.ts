/** Whether values keep the limits of their types. */
import { longestMatched, matchPattern } from './catalogue/pattern.ts';
import type { Constraints, Schema } from './catalogue/schema.ts';
import { fail, quote } from './fault.ts';
import type { Path } from './value.ts';

export interface ConstraintContext {
  readonly path: Path;
  /** The value must not be shown. */
  readonly hidden: boolean;
  /** Accounts for the work. @throws InvalidInput */
  spend(steps: number): void;
}

/** @param result a value as `coerce` gives it. @throws InvalidInput, without constraints' own values where one might be the secret */
export function checkConstraints(result: unknown, schema: Schema, context: ConstraintContext): void {
  const { path, hidden } = context;
  if (!hidden) {
    const broken = findBroken(result, schema, context);
    if (broken) fail(path, `must be ${broken}, but is ${quote(JSON.stringify(result))}`);
    return;
  }
  for (const limits of schema.constraints ?? []) {
    const length = brokenLength(result, limits);
    if (length) fail(path, `must be ${length}`);
  }
  if (findBroken(result, schema, context)) fail(path, 'must be what its constraints allow');
}

/** What the value must be and is not; undefined if it is all that its type asks for. */
export function findBroken(
  result: unknown,
  { type, constraints }: Schema,
  context: Pick<ConstraintContext, 'spend'>,
): string | undefined {
  for (const limits of constraints ?? []) {
    const amount = brokenValue(result, limits) ?? brokenBound(result, limits, type) ?? brokenLength(result, limits);
    if (amount !== undefined) return `${amount}${unitOf(type)}`;
    const pattern = brokenPattern(result, limits, context);
    if (pattern !== undefined) return pattern;
  }
  return undefined;
}

/** Each of these says what a value must be, if it is not. */
function brokenValue(result: unknown, { equal, validValues }: Constraints): string | undefined {
  if (equal !== undefined && result !== equal) return String(equal);
  if (validValues && !validValues.includes(result as string)) return `one of ${validValues.join(', ')}`;
  return undefined;
}

function brokenBound(result: unknown, limits: Constraints, type: string): string | undefined {
  const { greaterOrEqual, greaterThan, lessOrEqual, lessThan } = limits;
  const order = (bound: string | number | undefined) =>
    bound === undefined ? undefined : compare(result, bound, type);
  const is = (sign: number | undefined, ...wrong: number[]) => sign !== undefined && wrong.includes(sign);
  if (is(order(greaterOrEqual), -1)) return `at least ${greaterOrEqual}`;
  if (is(order(greaterThan), -1, 0)) return `more than ${greaterThan}`;
  if (is(order(lessOrEqual), 1)) return `at most ${lessOrEqual}`;
  return is(order(lessThan), 0, 1) ? `less than ${lessThan}` : undefined;
}

/** -1, 0 or 1; undefined if the two cannot be compared. */
function compare(value: unknown, bound: string | number, type: string): number | undefined {
  if (typeof value === 'number' && typeof bound === 'number') return Math.sign(value - bound);
  if (typeof value !== 'string') return undefined;
  if (type === 'timestamp') return Math.sign(Date.parse(value) - Date.parse(String(bound)));
  if (type === 'version') return compareVersions(value, String(bound));
  return compareText(value, String(bound));
}

function compareVersions(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((version) => version.split(/[.-]/));
  const signs = Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    comparePart(left[index] ?? '0', right[index] ?? '0'),
  );
  return signs.find((sign) => sign !== 0) ?? 0;
}

function comparePart(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return Math.sign(Number(a) - Number(b));
  return compareText(a, b);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function brokenLength(result: unknown, { minLength, maxLength }: Constraints): string | undefined {
  if (minLength === undefined && maxLength === undefined) return undefined;
  const size = sizeOf(result);
  if (minLength !== undefined && minLength === maxLength && size !== minLength) return `of length ${minLength}`;
  if (minLength !== undefined && size < minLength) return `of length ${minLength} or more`;
  return maxLength !== undefined && size > maxLength ? `of length ${maxLength} or less` : undefined;
}

function sizeOf(result: unknown): number {
  if (typeof result === 'string') return [...result].length;
  if (Array.isArray(result)) return result.length;
  return typeof result === 'object' && result !== null ? Object.keys(result).length : 0;
}

function brokenPattern(
  result: unknown,
  { pattern }: Constraints,
  context: Pick<ConstraintContext, 'spend'>,
): string | undefined {
  if (pattern === undefined || typeof result !== 'string') return undefined;
  const { matches, cost } = matchPattern(pattern, result);
  context.spend(cost);
  if (matches) return undefined;
  if (result.length > longestMatched)
    return `no longer than ${longestMatched} characters, to be compared with a pattern`;
  return `like the pattern ${quote(pattern)}`;
}

function unitOf(type: string): string {
  return type === 'scalar-unit.size' ? ' bytes' : '';
}
