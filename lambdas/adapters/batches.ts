/** Splits into parts of at most `size`. */
export function inBatches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}

/** Maps with at most `limit` calls under way; results in the order of the items. The first error ends it. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}

/** Follows a service's paging to the end. */
export async function allPages<P, T>(
  fetch: (token: string | undefined) => Promise<P>,
  read: (page: P) => { readonly items: readonly T[]; readonly next: string | undefined },
): Promise<readonly T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items, next } = read(await fetch(token));
    all.push(...items);
    token = next || undefined;
  } while (token !== undefined);
  return all;
}
