import type { PolicyStatement } from '../types.ts';
import { asList, matchesPattern } from './patterns.ts';

export type ConditionValues = Readonly<Record<string, string | readonly string[]>>;

type Compare = (actual: string, expected: string) => boolean;

const equals: Compare = (actual, expected) => actual === expected;
const like: Compare = (actual, expected) => matchesPattern(expected, actual);

const operators: Readonly<Record<string, { readonly compare: Compare; readonly negated?: true }>> = {
  StringEquals: { compare: equals },
  StringNotEquals: { compare: equals, negated: true },
  StringEqualsIgnoreCase: { compare: (actual, expected) => actual.toLowerCase() === expected.toLowerCase() },
  StringLike: { compare: like },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: like },
  ArnLike: { compare: like },
  ArnNotLike: { compare: like, negated: true },
  Bool: { compare: (actual, expected) => actual.toLowerCase() === expected.toLowerCase() },
  NumericEquals: { compare: (actual, expected) => Number(actual) === Number(expected) },
  NumericLessThanEquals: { compare: (actual, expected) => Number(actual) <= Number(expected) },
  NumericGreaterThanEquals: { compare: (actual, expected) => Number(actual) >= Number(expected) },
};

/**
 * Whether a statement's conditions hold. A condition on a key about which the service says nothing is taken to hold in an
 * Allow and not to hold in a Deny: the local cloud refuses only what it knows to be refused.
 * @param told beginnings of the keys that are known to be absent if they have no value
 */
export function conditionsHold(
  statement: PolicyStatement,
  values: ConditionValues,
  told: readonly string[] = [],
): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const actual = findValue(values, key);
      if (actual === undefined) {
        const isAbsent = told.some((beginning) => key.startsWith(beginning));
        return operator === 'Null' || operator.endsWith('IfExists') || (statement.Effect === 'Allow' && !isAbsent);
      }
      return holds(operator, asList(actual), asList<string | boolean>(expected as string).map(String), values);
    }),
  );
}

function holds(name: string, actual: readonly string[], expected: readonly string[], values: ConditionValues): boolean {
  const [, set, base = name] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(?:IfExists)?$/.exec(name) ?? [];
  if (base === 'Null') return expected.includes('false');
  const operator = operators[base];
  if (!operator) throw new Error(`the condition operator ${name} is not known to the local cloud`);
  const resolved = expected.map((text) => resolveVariables(text, values));
  const one = (value: string) => resolved.some((text) => operator.compare(value, text)) !== (operator.negated ?? false);
  return set === 'ForAllValues' || operator.negated ? actual.every(one) : actual.some(one);
}

/** Condition keys are compared without regard to case, as IAM does; tag keys come with the spelling of the tag. */
function findValue(values: ConditionValues, key: string): string | readonly string[] | undefined {
  if (values[key] !== undefined) return values[key];
  const wanted = key.toLowerCase();
  return Object.entries(values).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** `${aws:PrincipalTag/x}` becomes the caller's value; one that the caller does not have matches nothing. */
export function resolveVariables(text: string, values: ConditionValues): string {
  return text.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
    const value = findValue(values, name);
    return typeof value === 'string' ? value : '\u0000';
  });
}
