/** Ids of Marathon's apps and groups: absolute paths. */
const segment = /^(?:(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$/;

/** A relative id is below its group. */
export function absolutePath(id: string, group = '/'): string {
  const joined = id.startsWith('/') ? id : `${group}/${id}`;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export const isBelow = (path: string, group: string): boolean =>
  group === '/' ? path !== '/' : path.startsWith(`${group}/`);
export const parentOf = (path: string): string => absolutePath('..', path);

/** @returns what Marathon says of an id that it does not take */
export function idErrors(id: string): string[] {
  const wrong = id.split('/').some((part) => part !== '' && part !== '.' && part !== '..' && !segment.test(part));
  return wrong
    ? [
        "must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'",
      ]
    : [];
}
