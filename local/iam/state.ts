import { pageOf, required, textOf, type Wire } from '../ec2/wire.ts';
import { AwsError, type Random, type SimClock } from '../types.ts';
import type { InstanceProfile, ManagedPolicy, Role } from './types.ts';

export interface IamState {
  readonly clock: SimClock;
  readonly accountId: string;
  readonly delays: Random;
  readonly names: Random;
  readonly roles: Map<string, Role>;
  readonly profiles: Map<string, InstanceProfile>;
  /** By ARN. */
  readonly policies: Map<string, ManagedPolicy>;
}

export const noSuchEntity = (what: string, name: string) =>
  new AwsError('NoSuchEntity', `The ${what} with name ${name} cannot be found.`, 404);
export const alreadyExists = (what: string, name: string) =>
  new AwsError('EntityAlreadyExists', `${what} with name ${name} already exists.`, 409);
export const deleteConflict = (why: string) =>
  new AwsError('DeleteConflict', `Cannot delete entity, must ${why} first.`, 409);

/** @throws AwsError NoSuchEntity */
export function needRole(state: IamState, input: Wire): Role {
  const name = required(input, 'RoleName');
  const role = state.roles.get(name);
  if (!role) throw noSuchEntity('role', name);
  return role;
}
/** @throws AwsError NoSuchEntity */
export function needProfile(state: IamState, input: Wire): InstanceProfile {
  const name = required(input, 'InstanceProfileName');
  const profile = state.profiles.get(name);
  if (!profile) throw noSuchEntity('Instance Profile', name);
  return profile;
}

/** `/` or `/a/b/`. @throws AwsError ValidationError */
export function pathOf(input: Wire): string {
  const path = textOf(input.Path) ?? '/';
  if (/^\/([!-~]+\/)?$/.test(path)) return path;
  throw new AwsError('ValidationError', 'The specified value for path is invalid. It must begin and end with /');
}
/** @throws AwsError ValidationError */
export function checkName(name: string, maxLength: number): string {
  if (/^[\w+=,.@-]+$/.test(name) && name.length <= maxLength) return name;
  throw new AwsError(
    'ValidationError',
    `The name ${name} must have at most ${maxLength} of the characters A-Za-z0-9_+=,.@-`,
  );
}

/** IAM's way of paging: `Marker`, `MaxItems`, `IsTruncated`. */
export function markedPage<T>(items: readonly T[], input: Wire): { page: T[]; rest: Wire } {
  const { page, next } = pageOf(items, Number(input.MaxItems ?? 100), textOf(input.Marker));
  return { page, rest: next === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: next } };
}

export const tagItems = (tags: ReadonlyMap<string, string>) => [...tags].map(([Key, Value]) => ({ Key, Value }));
export const isoTime = (time: number) => new Date(time).toISOString();
