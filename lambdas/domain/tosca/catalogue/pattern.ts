/**
 * Regular expressions of strangers. RE2's syntax has neither look-around nor back references, so matching takes time that is
 * linear in the text; with both the expression and the text bounded, no template can keep a processor busy.
 */
import { RE2JS, RE2JSException } from 're2js';
import { clip } from '../fault.ts';

const longestPattern = 500;
/** Characters of a text that is compared with a pattern. */
export const longestMatched = 2000;

/** Why the expression cannot be used; undefined if it can. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > longestPattern)
    return `is longer than the ${longestPattern} characters that an expression may have`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSException)
      return `is no regular expression that can be used; look-around and back references are none (${clip(error.message)})`;
    throw error;
  }
}

/** Tells whether whole texts match, none longer than `longestMatched`. @param pattern one without fault */
export function compilePattern(pattern: string): (text: string) => boolean {
  const expression = RE2JS.compile(pattern);
  return (text) => text.length <= longestMatched && expression.matches(text);
}

/**
 * Whether the whole text matches, and what finding out costs: 1 for about ten comparisons.
 * @param pattern one without fault
 */
export function matchPattern(pattern: string, text: string): { readonly matches: boolean; readonly cost: number } {
  const expression = RE2JS.compile(pattern);
  const cost = 1 + (expression.programSize() * (text.length + 10)) / 10;
  return { matches: text.length <= longestMatched && expression.matches(text), cost };
}
