/** Parents first, and otherwise in the order given. There are no cycles: the reader refuses them. */
export function inOrder<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  parentsOf: (item: T) => readonly string[],
): readonly T[] {
  const byName = new Map(items.map((item) => [nameOf(item), item]));
  const ordered = new Set<T>();
  // A list instead of recursion: chains of jobs may be long.
  const pending = [...items].reverse();
  for (let item = pending.at(-1); item !== undefined; item = pending.at(-1)) {
    const missing = parentsOf(item)
      .flatMap((name) => byName.get(name) ?? [])
      .filter((parent) => !ordered.has(parent));
    if (missing.length > 0 && !ordered.has(item)) pending.push(...missing.reverse());
    else {
      ordered.add(item);
      pending.pop();
    }
  }
  return [...ordered];
}
