/** The content filters within a pattern's arrays. */
import { AwsError } from '../types.ts';

/** Whether a field's value matches; `undefined` if the event has no such field. */
export type Matcher = (value: unknown) => boolean;

type Test = (value: unknown) => boolean;

const filters: Readonly<Record<string, (operand: unknown, path: string) => Matcher>> = {
  exists: (operand, path) => {
    if (typeof operand !== 'boolean') throw invalidPattern(`${path}: exists takes true or false`);
    return (value) => (value !== undefined && !isPlainObject(value)) === operand;
  },
  prefix: (operand, path) => anyElement(textTest('prefix', operand, path)),
  suffix: (operand, path) => anyElement(textTest('suffix', operand, path)),
  wildcard: (operand, path) => anyElement(textTest('wildcard', operand, path)),
  'equals-ignore-case': (operand, path) => anyElement(textTest('equals-ignore-case', operand, path)),
  numeric: (operand, path) => anyElement(numericTest(operand, path)),
  'anything-but': (operand, path) => {
    const isExcluded = exclusionTest(operand, path);
    return (value) => value !== undefined && elements(value).every((one) => !isExcluded(one));
  },
};

/** @throws AwsError InvalidEventPatternException for a filter that is unknown here */
export function compileFilter(filter: unknown, path: string): Matcher {
  if (!isPlainObject(filter)) return anyElement((value) => value === filter);
  const [entry, ...more] = Object.entries(filter);
  const compile = entry && filters[entry[0]];
  if (!compile || more.length > 0) throw invalidPattern(`${path}: the filter ${JSON.stringify(filter)} is not known`);
  return compile(entry[1], path);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const elements = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** An array matches if one of its elements does. */
function anyElement(test: Test): Matcher {
  return (value) => value !== undefined && elements(value).some(test);
}

const textTests: Readonly<Record<string, (text: string, operand: string) => boolean>> = {
  prefix: (text, operand) => text.startsWith(operand),
  suffix: (text, operand) => text.endsWith(operand),
  'equals-ignore-case': (text, operand) => text.toLowerCase() === operand.toLowerCase(),
  wildcard: (text, operand) => wildcardExpression(operand).test(text),
};

function textTest(kind: string, operand: unknown, path: string): Test {
  const test = textTests[kind];
  const folded = isPlainObject(operand) ? operand['equals-ignore-case'] : undefined;
  if (test && typeof folded === 'string' && (kind === 'prefix' || kind === 'suffix')) {
    return (value) => typeof value === 'string' && test(value.toLowerCase(), folded.toLowerCase());
  }
  if (!test || typeof operand !== 'string') throw invalidPattern(`${path}: ${kind} takes a string`);
  return (value) => typeof value === 'string' && test(value, operand);
}

/** `*` is any text; a backslash takes its meaning away. */
function wildcardExpression(operand: string): RegExp {
  const source = operand.replace(/\\([*\\])|\*|[.+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return found === '*' ? '.*' : `\\${found}`;
  });
  return new RegExp(`^${source}$`, 's');
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numericTest(operand: unknown, path: string): Test {
  const parts = Array.isArray(operand) ? operand : [];
  const tests = [0, 2].slice(0, parts.length / 2).map((at) => {
    const compare = comparisons[String(parts[at])];
    const bound: unknown = parts[at + 1];
    if (!compare || typeof bound !== 'number') throw invalidPattern(`${path}: numeric takes comparisons and numbers`);
    return (value: number) => compare(value, bound);
  });
  if (tests.length * 2 !== parts.length || tests.length === 0)
    throw invalidPattern(`${path}: numeric takes one or two comparisons`);
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function exclusionTest(operand: unknown, path: string): Test {
  if (!isPlainObject(operand)) return (value) => elements(operand).includes(value);
  const [entry, ...more] = Object.entries(operand);
  if (!entry || more.length > 0) throw invalidPattern(`${path}: anything-but takes values or one filter`);
  const [kind, given] = entry;
  const tests = elements(given).map((one) => textTest(kind, one, path));
  return (value) => tests.some((test) => test(value));
}

export function invalidPattern(why: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${why}`);
}
