/** Event patterns: which events a rule is about. */
import { compileFilter, invalidPattern, type Matcher } from './pattern-filters.ts';

/** Whether an object (an event, or what lies deeper in it) matches. */
export type PatternMatcher = (value: unknown) => boolean;

/** @throws AwsError InvalidEventPatternException */
export function compilePattern(pattern: unknown): PatternMatcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw invalidPattern('it must be an object with fields');
  return compileObject(pattern, '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compileObject(pattern: Record<string, unknown>, path: string): PatternMatcher {
  const fields = Object.entries(pattern).map(([name, part]) =>
    name === '$or' ? compileAlternatives(part, path) : compileField(name, part, `${path}/${name}`),
  );
  return (value) => fields.every((matches) => matches(value));
}

function compileAlternatives(part: unknown, path: string): PatternMatcher {
  if (!Array.isArray(part) || !part.every(isObject)) throw invalidPattern(`${path}/$or must be an array of patterns`);
  const alternatives = part.map((one) => compileObject(one, `${path}/$or`));
  return (value) => alternatives.some((matches) => matches(value));
}

/** Within arrays of objects, any object may match. */
function compileField(name: string, part: unknown, path: string): PatternMatcher {
  const inner = isObject(part) ? compileObject(part, path) : compileLeaf(part, path);
  return (value) => {
    const holders = Array.isArray(value) ? value : [value];
    return holders.some((holder) => inner(isObject(holder) ? holder[name] : undefined));
  };
}

function compileLeaf(part: unknown, path: string): PatternMatcher {
  if (!Array.isArray(part) || part.length === 0) throw invalidPattern(`${path} must be an object or a non-empty array`);
  const filters: readonly Matcher[] = part.map((one) => compileFilter(one, path));
  return (value) => filters.some((matches) => matches(value));
}
