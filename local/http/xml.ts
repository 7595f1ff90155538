/** XML of the query protocols' answers. */

/** Element that wraps each entry of a list. */
export type ListElement = 'item' | 'member';

/** `{ a: 1, b: [2] }` → `<a>1</a><b><item>2</item></b>`; what is undefined or null is left out. */
export function encodeXml(value: unknown, listElement: ListElement): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((entry) => element(listElement, entry, listElement)).join('');
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, child]) =>
      // A list may also be given by its own entries: `{ item: [...] }`.
      name === listElement && Array.isArray(child) ? encodeXml(child, listElement) : element(name, child, listElement),
    )
    .join('');
}

export function element(name: string, value: unknown, listElement: ListElement): string {
  return value === undefined || value === null ? '' : `<${name}>${encodeXml(value, listElement)}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Control characters that XML cannot carry at all are dropped; line breaks must not be normalized away. */
function escapeXml(text: string): string {
  // Nearly all texts are ids, names, numbers and times, and an answer may hold a hundred thousand of them.
  if (/^[\w .,:/-]*$/.test(text)) return text;
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/\r/g, '&#13;')
    .replace(/\p{Cc}/gu, (character) => ('\t\n'.includes(character) ? character : ''));
}
