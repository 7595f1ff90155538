/** `Filter.n` of the Describe calls: all filters must match, each by any of its values, with `*` and `?` as wildcards. */
import { fail, objectsOf, textsOf, type Wire } from './wire.ts';

/** Values that an entity has for each filter name that the call knows. */
export type FilterValues<T> = Readonly<Record<string, (entity: T) => readonly (string | undefined)[]>>;

/** @throws AwsError InvalidParameterValue for a filter that the call does not know */
export function matcher<T>(
  input: Wire,
  known: FilterValues<T>,
  tagsOf: (entity: T) => ReadonlyMap<string, string>,
): (entity: T) => boolean {
  const filters = objectsOf(input.Filter).map((filter) => {
    const name = String(filter.Name);
    const values = known[name] ?? tagFilter(name, tagsOf);
    if (!values) fail('InvalidParameterValue', `The filter '${name}' is invalid`);
    const patterns = textsOf(filter.Value).map(wildcard);
    return (entity: T) =>
      values(entity).some((value) => value !== undefined && patterns.some((one) => one.test(value)));
  });
  return (entity) => filters.every((matches) => matches(entity));
}

function tagFilter<T>(name: string, tagsOf: (entity: T) => ReadonlyMap<string, string>) {
  if (name === 'tag-key') return (entity: T) => [...tagsOf(entity).keys()];
  if (name.startsWith('tag:')) return (entity: T) => [tagsOf(entity).get(name.slice('tag:'.length))];
  return undefined;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
