/** IAM's wildcards: `*` any text, `?` one character. */
const cache = new Map<string, RegExp>();

/** @param ignoreCase as for action names */
export function matchesPattern(pattern: string, value: string, ignoreCase = false): boolean {
  const key = `${ignoreCase}:${pattern}`;
  const known = cache.get(key);
  const expression = known ?? toExpression(pattern, ignoreCase);
  if (!known && cache.size < 10_000) cache.set(key, expression);
  return expression.test(value);
}

function toExpression(pattern: string, ignoreCase: boolean): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
}

export function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
