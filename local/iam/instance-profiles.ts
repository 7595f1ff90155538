import { required, tagList, textOf, type Wire } from '../ec2/wire.ts';
import { AwsError } from '../types.ts';
import { profilesOf, roleItem } from './roles.ts';
import {
  alreadyExists,
  checkName,
  deleteConflict,
  type IamState,
  isoTime,
  markedPage,
  needProfile,
  needRole,
  noSuchEntity,
  pathOf,
  tagItems,
} from './state.ts';
import type { InstanceProfile } from './types.ts';

/** EC2 learns of a new instance profile, or of a role in it, this much later. */
const lateness = { lowMs: 1000, highMs: 12_000 };

function usableLater(state: IamState): number {
  return state.clock.now() + state.delays.between(lateness.lowMs, lateness.highMs);
}

export function addProfile(
  state: IamState,
  wanted: { name: string; path: string; tags: Map<string, string> },
): InstanceProfile {
  const { name, path } = wanted;
  if (state.profiles.has(name)) throw alreadyExists('Instance Profile', name);
  const profile: InstanceProfile = {
    ...wanted,
    arn: `arn:aws:iam::${state.accountId}:instance-profile${path}${name}`,
    id: `AIPA${state.names.hex(17).toUpperCase()}`,
    createdAt: state.clock.now(),
    usableAt: usableLater(state),
  };
  state.profiles.set(name, profile);
  return profile;
}

export function createInstanceProfile(state: IamState, input: Wire): unknown {
  const name = checkName(required(input, 'InstanceProfileName'), 128);
  const profile = addProfile(state, { name, path: pathOf(input), tags: tagList(input.Tags) });
  return { InstanceProfile: profileItem(state, profile) };
}

/** @throws AwsError LimitExceeded: a profile has one role */
export function addRoleToInstanceProfile(state: IamState, input: Wire): unknown {
  const profile = needProfile(state, input);
  const role = needRole(state, input);
  if (profile.roleName !== undefined) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409);
  }
  profile.roleName = role.name;
  profile.usableAt = usableLater(state);
  return {};
}

export function removeRoleFromInstanceProfile(state: IamState, input: Wire): unknown {
  const profile = needProfile(state, input);
  const roleName = required(input, 'RoleName');
  if (profile.roleName !== roleName) throw noSuchEntity('role', roleName);
  delete profile.roleName;
  return {};
}

export function getInstanceProfile(state: IamState, input: Wire): unknown {
  return { InstanceProfile: profileItem(state, needProfile(state, input)) };
}

/** @throws AwsError DeleteConflict while it has a role */
export function deleteInstanceProfile(state: IamState, input: Wire): unknown {
  const profile = needProfile(state, input);
  if (profile.roleName !== undefined) throw deleteConflict('remove roles from instance profile');
  state.profiles.delete(profile.name);
  return {};
}

export function listInstanceProfiles(state: IamState, input: Wire): unknown {
  const prefix = textOf(input.PathPrefix) ?? '/';
  return listed(
    state,
    input,
    [...state.profiles.values()].filter((profile) => profile.path.startsWith(prefix)),
  );
}
export function listInstanceProfilesForRole(state: IamState, input: Wire): unknown {
  return listed(state, input, profilesOf(state, needRole(state, input).name));
}

function listed(state: IamState, input: Wire, profiles: readonly InstanceProfile[]): unknown {
  const { page, rest } = markedPage(profiles, input);
  return { InstanceProfiles: page.map((profile) => profileItem(state, profile, false)), ...rest };
}

export function tagInstanceProfile(state: IamState, input: Wire): unknown {
  const profile = needProfile(state, input);
  for (const [key, value] of tagList(input.Tags)) profile.tags.set(key, value);
  return {};
}

/** Lists leave the tags out, like the real ones. */
function profileItem(state: IamState, profile: InstanceProfile, whole = true): Wire {
  const role = state.roles.get(profile.roleName ?? '');
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: isoTime(profile.createdAt),
    Roles: role ? [roleItem(role, false)] : [],
    ...(whole ? { Tags: tagItems(profile.tags) } : {}),
  };
}
