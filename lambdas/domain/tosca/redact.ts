/** Keeps secrets out of what is stored: literals of the template become markers, secret parameters go their own way. */
import { soundsSecret } from './catalogue/schema.ts';
import type { TemplateDocument } from './document.ts';
import type { Topology } from './topology.ts';

export interface RedactedTemplate {
  /** Still a valid template. */
  readonly text: string;
  /** What each marker stands for, verbatim. Secret. */
  readonly literals: Readonly<Record<string, string>>;
}

/** Replaces every secret literal of the template's text by a marker of its own. */
export function redactTemplate(document: TemplateDocument, topology: Topology): RedactedTemplate {
  const prefix = freePrefix(document.text);
  const literals: Record<string, string> = {};
  const parts: string[] = [];
  let position = 0;
  for (const [index, [start, end]] of topology.secretRanges.entries()) {
    // A block scalar's range holds the line break after it, which must stay.
    const literal = document.text.slice(start, end).replace(/[ \t\r\n]+$/, '');
    const marker = `"${prefix}${index}>"`;
    literals[marker] = literal;
    parts.push(document.text.slice(position, start), marker);
    position = start + literal.length;
  }
  return { text: [...parts, document.text.slice(position)].join(''), literals };
}

/** The verbatim template again. Markers that are not in `literals` stay. */
export function restoreTemplate(text: string, literals: Readonly<Record<string, string>>): string {
  const markers = Object.keys(literals);
  if (markers.length === 0) return text;
  const pattern = new RegExp(markers.map(escapePattern).join('|'), 'g');
  return text.replace(pattern, (marker) => literals[marker] ?? marker);
}

/**
 * Parts the user's parameters: secret ones go to the cluster's secret, open ones into the record. Parameters that no input has are
 * judged by their names.
 */
export function splitParameters(
  parameters: Readonly<Record<string, unknown>>,
  topology: Topology,
): { readonly open: Readonly<Record<string, unknown>>; readonly secret: Readonly<Record<string, unknown>> } {
  const entries = Object.entries(parameters);
  const isSecret = (name: string) => topology.secretInputs.has(name) || soundsSecret(name);
  return {
    open: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    secret: Object.fromEntries(entries.filter(([name]) => isSecret(name))),
  };
}

/** A marker's beginning that the text does not hold, so that no text of the author's is taken for a marker. */
function freePrefix(text: string): string {
  const taken = new Set([...text.matchAll(/<secret-(\d+)-/g)].map(([, number]) => number));
  let number = 0;
  while (taken.has(String(number))) number += 1;
  return `<secret-${number}-`;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
