/** What policies are asked about IAM's own calls. */
import { tagList, textOf } from '../ec2/wire.ts';
import type { AuthorizationContext, AwsCall } from '../types.ts';
import type { IamState } from './state.ts';

export function authorizationOf(state: IamState, { action, input }: AwsCall): AuthorizationContext {
  const resource = resourceOf(state, action, input);
  const requestTags = [...tagList(input.Tags)].map(([key, value]) => [`aws:RequestTag/${key}`, value] as const);
  const boundary = textOf(input.PermissionsBoundary) ?? state.roles.get(String(input.RoleName))?.boundaryArn;
  const policy = textOf(input.PolicyArn);
  return {
    ...(resource === undefined ? {} : { resources: [resource] }),
    conditions: {
      ...Object.fromEntries(requestTags),
      'aws:TagKeys': [...tagList(input.Tags).keys()],
      ...(boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }),
      ...(policy === undefined ? {} : { 'iam:PolicyARN': policy }),
    },
  };
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
