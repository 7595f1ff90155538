/** What policies are asked about IAM's own calls, and what IAM checks besides as the caller. All about tags is told. */
import { tagList, textOf } from '../ec2/wire.ts';
import type { AuthorizationCheck, AuthorizationContext, AwsCall } from '../types.ts';
import type { IamState } from './state.ts';

const told = ['aws:RequestTag/', 'iam:PermissionsBoundary', 'iam:PolicyARN', 'iam:PassedToService'];
/** Whoever tags while making must be allowed to tag. */
const tagging: Readonly<Record<string, string>> = {
  CreateRole: 'iam:TagRole',
  CreateInstanceProfile: 'iam:TagInstanceProfile',
};

export function authorizationOf(state: IamState, { action, input }: AwsCall): AuthorizationContext {
  const resource = resourceOf(state, action, input);
  const requestTags = [...tagList(input.Tags)].map(([key, value]) => [`aws:RequestTag/${key}`, value] as const);
  const boundary = textOf(input.PermissionsBoundary) ?? state.roles.get(String(input.RoleName))?.boundaryArn;
  const policy = textOf(input.PolicyArn);
  const context = {
    ...(resource === undefined ? {} : { resources: [resource] }),
    conditions: {
      ...Object.fromEntries(requestTags),
      'aws:TagKeys': [...tagList(input.Tags).keys()],
      ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
      ...(policy === undefined ? {} : { 'iam:PolicyARN': policy }),
    },
    told,
  };
  const tag = requestTags.length > 0 ? tagging[action] : undefined;
  return { ...context, also: [...(tag ? [{ action: tag, context }] : []), ...passing(state, action, input)] };
}

/** A role in an instance profile is passed to EC2. */
function passing(state: IamState, action: string, input: AwsCall['input']): readonly AuthorizationCheck[] {
  const role = state.roles.get(String(input.RoleName));
  if (action !== 'AddRoleToInstanceProfile' || role === undefined) return [];
  const conditions = { 'iam:PassedToService': 'ec2.amazonaws.com' };
  return [{ action: 'iam:PassRole', context: { resources: [role.arn], conditions, told } }];
}

/** IAM's actions are on the instance profile, if the request names one, else on the role. */
function resourceOf(state: IamState, action: string, input: AwsCall['input']): string | undefined {
  const account = `arn:aws:iam::${state.accountId}`;
  if (action === 'ListRoles' || action === 'ListInstanceProfiles') return undefined;
  const path = textOf(input.Path) ?? '/';
  const profile = textOf(input.InstanceProfileName);
  if (profile !== undefined) return state.profiles.get(profile)?.arn ?? `${account}:instance-profile${path}${profile}`;
  const role = textOf(input.RoleName);
  return role === undefined ? undefined : (state.roles.get(role)?.arn ?? `${account}:role${path}${role}`);
}
