import { listOf, objectsOf, tagList, textOf, textsOf } from '../ec2/wire.ts';
import type { CreatedResource, ResourceToCreate, ResourceTypes } from '../types.ts';
import { addProfile } from './instance-profiles.ts';
import { attach } from './role-policies.ts';
import { addRole } from './roles.ts';
import { type IamState, needRole } from './state.ts';
import type { PolicyDocument } from './types.ts';

export function iamResourceTypes(state: IamState): ResourceTypes {
  return {
    'AWS::IAM::Role': {
      properties: [
        'AssumeRolePolicyDocument',
        'Description',
        'ManagedPolicyArns',
        'Path',
        'PermissionsBoundary',
        'Policies',
        'RoleName',
        'Tags',
      ],
      withoutEffect: ['MaxSessionDuration'],
      create: (resource) => makeRole(state, resource),
    },
    'AWS::IAM::Policy': {
      properties: ['PolicyDocument', 'PolicyName', 'Roles'],
      create: (resource) => makeInlinePolicy(state, resource),
    },
    'AWS::IAM::ManagedPolicy': {
      properties: ['Description', 'ManagedPolicyName', 'Path', 'PolicyDocument', 'Roles'],
      create: (resource) => makeManagedPolicy(state, resource),
    },
    'AWS::IAM::InstanceProfile': {
      properties: ['InstanceProfileName', 'Path', 'Roles'],
      create: (resource) => makeProfile(state, resource),
    },
  };
}

function nameFor(state: IamState, { stackName, logicalId }: ResourceToCreate): string {
  const base = `${stackName}-${logicalId}`.slice(0, 51);
  return `${base}-${state.names.hex(12)}`;
}

function makeRole(state: IamState, resource: ResourceToCreate): CreatedResource {
  const { properties } = resource;
  const description = textOf(properties.Description);
  const boundaryArn = textOf(properties.PermissionsBoundary);
  const role = addRole(state, {
    name: textOf(properties.RoleName) ?? nameFor(state, resource),
    path: textOf(properties.Path) ?? '/',
    assumeRolePolicy: properties.AssumeRolePolicyDocument as PolicyDocument,
    tags: tagList(properties.Tags),
    ...(description === undefined ? {} : { description }),
    ...(boundaryArn === undefined ? {} : { boundaryArn }),
  });
  for (const arn of textsOf(properties.ManagedPolicyArns)) attach(state, role.name, arn);
  for (const policy of objectsOf(properties.Policies)) {
    role.inline.set(String(policy.PolicyName), policy.PolicyDocument as PolicyDocument);
  }
  return { ref: role.name, attributes: { Arn: role.arn, RoleId: role.id } };
}

function makeInlinePolicy(state: IamState, { properties, logicalId }: ResourceToCreate): CreatedResource {
  const name = String(properties.PolicyName);
  for (const RoleName of textsOf(properties.Roles)) {
    needRole(state, { RoleName }).inline.set(name, properties.PolicyDocument as PolicyDocument);
  }
  return { ref: name, attributes: { Id: logicalId } };
}

function makeManagedPolicy(state: IamState, resource: ResourceToCreate): CreatedResource {
  const { properties } = resource;
  const name = textOf(properties.ManagedPolicyName) ?? nameFor(state, resource);
  const path = textOf(properties.Path) ?? '/';
  const arn = `arn:aws:iam::${state.accountId}:policy${path}${name}`;
  state.policies.set(arn, { name, path, arn, document: properties.PolicyDocument as PolicyDocument });
  for (const role of textsOf(properties.Roles)) attach(state, role, arn);
  return { ref: arn, attributes: { PolicyArn: arn } };
}

function makeProfile(state: IamState, resource: ResourceToCreate): CreatedResource {
  const { properties } = resource;
  const name = textOf(properties.InstanceProfileName) ?? nameFor(state, resource);
  const profile = addProfile(state, { name, path: textOf(properties.Path) ?? '/', tags: new Map() });
  const [role] = listOf(properties.Roles);
  if (role !== undefined) profile.roleName = String(role);
  // CloudFormation itself waits until a profile can be used.
  profile.usableAt = state.clock.now();
  return { ref: name, attributes: { Arn: profile.arn } };
}
