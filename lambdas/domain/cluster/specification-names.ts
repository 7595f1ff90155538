/** Names that fit into tags, parameters and host names. */

const longest = 40;

/** `[a-z0-9-]{1,40}` out of any name. */
export function slug(name: string, fallback: string): string {
  const text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-|-$/g, '');
  return text === '' ? fallback : text;
}

/** The name, with a number if it is taken; takes it. */
export function uniqueName(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number += 1) {
    const suffix = `-${number}`;
    candidate = `${name.slice(0, longest - suffix.length)}${suffix}`;
  }
  taken.add(candidate);
  return candidate;
}
