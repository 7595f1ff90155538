/** Reading decoded query requests, whether lists came as arrays, as `{ member: … }` or as `{ '1': …, '2': … }`. */
import { AwsError } from '../types.ts';

export type Wire = Readonly<Record<string, unknown>>;

export function fail(code: string, message: string, status = 400): never {
  throw new AwsError(code, message, status);
}

/** Entries of a list in their order; one plain value is a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object') return [value];
  if ('member' in value) return listOf(value.member);
  const entries = Object.entries(value);
  if (!entries.every(([key]) => /^\d+$/.test(key))) return [value];
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, entry]) => entry);
}

export function objectOf(value: unknown): Wire {
  return typeof value === 'object' && value !== null ? (value as Wire) : {};
}
export function objectsOf(value: unknown): readonly Wire[] {
  return listOf(value).map(objectOf);
}
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(String);
}
export function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
export function numberOf(value: unknown): number | undefined {
  return textOf(value) === undefined ? undefined : Number(value);
}
/** Booleans come as text in the query protocols and as booleans in JSON and in templates. */
export function flagOf(value: unknown): boolean | undefined {
  return textOf(value) === undefined ? undefined : String(value) === 'true';
}
/** @throws AwsError MissingParameter */
export function required(input: Wire, name: string): string {
  return textOf(input[name]) ?? fail('MissingParameter', `The request must contain the parameter ${name}`);
}

/** Tags of a request's `TagSpecification` for one type of resource. */
export function tagSpecification(input: Wire, resourceType: string): Map<string, string> {
  const specifications = objectsOf(input.TagSpecification).filter((one) => one.ResourceType === resourceType);
  return new Map(specifications.flatMap((one) => objectsOf(one.Tag)).map((tag) => [String(tag.Key), tagValue(tag)]));
}
/** Tags as a template writes them, or as JSON services take them. */
export function tagList(value: unknown): Map<string, string> {
  return new Map(objectsOf(value).map((tag) => [String(tag.Key), tagValue(tag)]));
}
const tagValue = (tag: Wire) => (tag.Value === undefined ? '' : String(tag.Value));

/** Tags as EC2 answers them. */
export function tagSet(tags: ReadonlyMap<string, string>): { item: { key: string; value: string }[] } {
  return { item: [...tags].map(([key, value]) => ({ key, value })) };
}

/** One page of a list, by an opaque token that is the offset. @throws AwsError with `badToken` as its code */
export function pageOf<T>(
  items: readonly T[],
  size: number,
  token: string | undefined,
  badToken = 'InvalidParameterValue',
): { page: T[]; next?: string } {
  const start =
    token === undefined
      ? 0
      : Number(
          Buffer.from(token, 'base64url')
            .toString()
            .replace(/^page:/, ''),
        );
  if (!Number.isInteger(start) || start < 0) fail(badToken, `Unable to parse pagination token ${token}`);
  const page = items.slice(start, start + size);
  if (start + size >= items.length) return { page };
  return { page, next: Buffer.from(`page:${start + size}`).toString('base64url') };
}
