import { required, tagList, textOf, textsOf, type Wire } from '../ec2/wire.ts';
import { AwsError } from '../types.ts';
import {
  alreadyExists,
  checkName,
  deleteConflict,
  type IamState,
  isoTime,
  markedPage,
  needRole,
  noSuchEntity,
  pathOf,
  tagItems,
} from './state.ts';
import type { PolicyDocument, Role } from './types.ts';

export interface NewRole {
  readonly name: string;
  readonly path: string;
  readonly assumeRolePolicy: PolicyDocument;
  readonly tags: Map<string, string>;
  readonly description?: string;
  readonly boundaryArn?: string;
}

/** @throws AwsError EntityAlreadyExists, NoSuchEntity if the boundary does not exist */
export function addRole(state: IamState, wanted: NewRole): Role {
  const { name, path, boundaryArn } = wanted;
  if (state.roles.has(name)) throw alreadyExists('Role', name);
  if (boundaryArn !== undefined && !state.policies.has(boundaryArn)) throw noSuchEntity('Policy', boundaryArn);
  const role: Role = {
    ...wanted,
    arn: `arn:aws:iam::${state.accountId}:role${path}${name}`,
    id: `AROA${state.names.hex(17).toUpperCase()}`,
    createdAt: state.clock.now(),
    inline: new Map(),
    attached: new Set(),
  };
  state.roles.set(name, role);
  return role;
}

export function createRole(state: IamState, input: Wire): unknown {
  const description = textOf(input.Description);
  const boundaryArn = textOf(input.PermissionsBoundary);
  const role = addRole(state, {
    name: checkName(required(input, 'RoleName'), 64),
    path: pathOf(input),
    assumeRolePolicy: parsePolicy(required(input, 'AssumeRolePolicyDocument')),
    tags: tagList(input.Tags),
    ...(description === undefined ? {} : { description }),
    ...(boundaryArn === undefined ? {} : { boundaryArn }),
  });
  return { Role: roleItem(role) };
}

/** @throws AwsError MalformedPolicyDocument */
export function parsePolicy(text: string): PolicyDocument {
  try {
    const document = JSON.parse(text) as PolicyDocument;
    if (document.Statement) return document;
  } catch {
    // Falls through to the one error for all faults.
  }
  throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.');
}

export const getRole = (state: IamState, input: Wire) => ({ Role: roleItem(needRole(state, input)) });

/** @throws AwsError DeleteConflict while policies or instance profiles hang on it */
export function deleteRole(state: IamState, input: Wire): unknown {
  const role = needRole(state, input);
  if (profilesOf(state, role.name).length > 0) throw deleteConflict('remove roles from instance profile');
  if (role.attached.size > 0) throw deleteConflict('detach all policies');
  if (role.inline.size > 0) throw deleteConflict('delete policies');
  state.roles.delete(role.name);
  return {};
}

export const profilesOf = (state: IamState, roleName: string) =>
  [...state.profiles.values()].filter((profile) => profile.roleName === roleName);

export function listRoles(state: IamState, input: Wire): unknown {
  const prefix = textOf(input.PathPrefix) ?? '/';
  const found = [...state.roles.values()].filter((role) => role.path.startsWith(prefix));
  const { page, rest } = markedPage(found, input);
  // Like the real one, the list leaves tags and boundary out.
  return { Roles: page.map((role) => roleItem(role, false)), ...rest };
}

export function tagRole(state: IamState, input: Wire): unknown {
  const role = needRole(state, input);
  for (const [key, value] of tagList(input.Tags)) role.tags.set(key, value);
  return {};
}
export function untagRole(state: IamState, input: Wire): unknown {
  const role = needRole(state, input);
  for (const key of textsOf(input.TagKeys)) role.tags.delete(key);
  return {};
}
export function listRoleTags(state: IamState, input: Wire): unknown {
  return { Tags: tagItems(needRole(state, input).tags), IsTruncated: false };
}

export const roleItem = (role: Role, whole = true): Wire => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: isoTime(role.createdAt),
  AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.assumeRolePolicy)),
  Description: role.description,
  ...(whole ? { Tags: tagItems(role.tags) } : {}),
  ...(whole && role.boundaryArn !== undefined
    ? { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundaryArn } }
    : {}),
});
