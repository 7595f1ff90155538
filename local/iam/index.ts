/** IAM of the local cloud: roles, their policies, and instance profiles, which EC2 sees only some seconds later. */
import { fail, type Wire } from '../ec2/wire.ts';
import type { AwsService, Random, ResourceTypes, SimClock } from '../types.ts';
import { authorizationOf } from './authorization.ts';
import {
  addRoleToInstanceProfile,
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  removeRoleFromInstanceProfile,
  tagInstanceProfile,
} from './instance-profiles.ts';
import { iamResourceTypes } from './resource-types.ts';
import {
  attachRolePolicy,
  deleteRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  listRolePolicies,
  policiesOf,
  putRolePolicy,
} from './role-policies.ts';
import { createRole, deleteRole, getRole, listRoles, listRoleTags, tagRole, untagRole } from './roles.ts';
import type { IamState } from './state.ts';
import type { IamDirectory } from './types.ts';

export type { IamDirectory } from './types.ts';

const actions: Readonly<Record<string, (state: IamState, input: Wire) => unknown>> = {
  CreateRole: createRole,
  GetRole: getRole,
  DeleteRole: deleteRole,
  ListRoles: listRoles,
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
  AttachRolePolicy: attachRolePolicy,
  DetachRolePolicy: detachRolePolicy,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  PutRolePolicy: putRolePolicy,
  DeleteRolePolicy: deleteRolePolicy,
  ListRolePolicies: listRolePolicies,
  CreateInstanceProfile: createInstanceProfile,
  AddRoleToInstanceProfile: addRoleToInstanceProfile,
  RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
  GetInstanceProfile: getInstanceProfile,
  DeleteInstanceProfile: deleteInstanceProfile,
  ListInstanceProfiles: listInstanceProfiles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  TagInstanceProfile: tagInstanceProfile,
};

export interface IamInspect {
  /** Names of roles and instance profiles with this value of this tag. */
  leftovers(tagKey: string, tagValue: string): readonly string[];
}

export interface Iam extends IamDirectory {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  readonly inspect: IamInspect;
}

export function createIam(options: { clock: SimClock; random: Random; accountId: string }): Iam {
  const { clock, random, accountId } = options;
  const state: IamState = {
    clock,
    accountId,
    delays: random.fork('iam-delays'),
    names: random.fork('iam-names'),
    roles: new Map(),
    profiles: new Map(),
    policies: new Map(),
  };
  const find = (nameOrArn: string) =>
    [...state.profiles.values()].find((profile) => profile.name === nameOrArn || profile.arn === nameOrArn);
  const tagged = (kind: ReadonlyMap<string, { name: string; tags: Map<string, string> }>, key: string, value: string) =>
    [...kind.values()].filter((one) => one.tags.get(key) === value).map((one) => one.name);
  return {
    service: {
      signingName: 'iam',
      protocol: 'aws-query',
      authorization: (call) => authorizationOf(state, call),
      handle: ({ action, input }) => {
        const perform = actions[action];
        return perform
          ? perform(state, input)
          : fail('InvalidAction', `Could not find operation ${action} for version 2010-05-08`);
      },
    },
    resourceTypes: iamResourceTypes(state),
    policiesOf: (roleName) => policiesOf(state, roleName),
    roleByName: (roleName) => state.roles.get(roleName),
    profileByName: (name) => state.profiles.get(name),
    findUsableProfile(nameOrArn) {
      const profile = find(nameOrArn);
      return profile?.roleName !== undefined && profile.usableAt <= clock.now() ? profile : undefined;
    },
    inspect: {
      leftovers: (key, value) => [...tagged(state.roles, key, value), ...tagged(state.profiles, key, value)],
    },
  };
}
