/** Small readers of structure: each says what it wants when it does not find it. */
import { fail, quote, suggest } from './fault.ts';
import { describeKind, isNull, type Path, type Value } from './value.ts';

/** Entries of a map; nothing counts as an empty one. @throws InvalidInput */
export function readMap(value: Value | undefined, path: Path): ReadonlyMap<string, Value> {
  if (value === undefined || isNull(value)) return new Map();
  if (value.kind !== 'map') fail(path, `must be a map, but is ${describeKind(value)}`);
  return value.entries;
}

/** Like `readMap`, with no other keys than the known ones. @throws InvalidInput */
export function readKeys(value: Value | undefined, path: Path, known: readonly string[]): ReadonlyMap<string, Value> {
  const keys = readMap(value, path);
  for (const key of keys.keys()) if (!known.includes(key)) refuseKey(key, path, known);
  return keys;
}

/** @throws InvalidInput always, with the nearest known name */
export function refuseKey(key: string, path: Path, known: readonly string[]): never {
  return fail([...path, key], `is not known${suggest(key, known)}`);
}

/** Items of a list; nothing counts as an empty one. @throws InvalidInput */
export function readList(value: Value | undefined, path: Path): readonly Value[] {
  if (value === undefined || isNull(value)) return [];
  if (value.kind !== 'list') fail(path, `must be a list, but is ${describeKind(value)}`);
  return value.items;
}

/** Names in a list; a single name counts as a list of one. @throws InvalidInput */
export function readNames(value: Value | undefined, path: Path): readonly string[] {
  if (value?.kind === 'scalar' && value.plain !== null) return [value.text];
  return readList(value, path).map((item, index) => requireText(item, [...path, index]));
}

/** Text of a single value, or undefined if there is none. @throws InvalidInput */
export function readText(value: Value | undefined, path: Path): string | undefined {
  if (value === undefined || isNull(value)) return undefined;
  if (value.kind !== 'scalar') fail(path, `must be a single value, but is ${describeKind(value)}`);
  return value.text;
}

/** Like `readText`, for what must be there. @throws InvalidInput */
export function requireText(value: Value | undefined, path: Path): string {
  return readText(value, path) ?? fail(path, 'is missing; a name is needed');
}

/** Both spellings that TOSCA has used: a map, or a list of maps with one key each. In a list, names may repeat. @throws InvalidInput */
export function readNamed(value: Value | undefined, path: Path): readonly (readonly [name: string, value: Value])[] {
  if (value?.kind !== 'list') return [...readMap(value, path)];
  return value.items.flatMap((item, index) => {
    if (item.kind !== 'map' || item.entries.size !== 1)
      fail([...path, index], 'must be a map with exactly one key, the name');
    return [...item.entries];
  });
}

/** `required: yes | no | true | false`; YAML 1.2 reads the first two as text. @throws InvalidInput */
export function readFlag(value: Value | undefined, path: Path, fallback: boolean): boolean {
  const text = readText(value, path)?.toLowerCase();
  if (text === undefined) return fallback;
  if (['true', 'yes', 'on'].includes(text)) return true;
  if (['false', 'no', 'off'].includes(text)) return false;
  return fail(path, `must be true or false, but is ${quote(text)}`);
}
