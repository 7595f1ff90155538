/** Policies on roles: attached managed ones, inline ones, and what they amount to. */
import { required, type Wire } from '../ec2/wire.ts';
import type { PolicyStatement, RolePolicies } from '../types.ts';
import { managedByAws } from './managed-by-aws.ts';
import { parsePolicy } from './roles.ts';
import { type IamState, markedPage, needRole, noSuchEntity } from './state.ts';
import type { PolicyDocument } from './types.ts';

/** @throws AwsError NoSuchEntity */
function documentOf(state: IamState, arn: string): PolicyDocument {
  const document = state.policies.get(arn)?.document ?? managedByAws[arn];
  if (!document) throw noSuchEntity('Policy', arn);
  return document;
}

export function attach(state: IamState, roleName: string, arn: string): void {
  documentOf(state, arn);
  needRole(state, { RoleName: roleName }).attached.add(arn);
}

export function attachRolePolicy(state: IamState, input: Wire): unknown {
  attach(state, required(input, 'RoleName'), required(input, 'PolicyArn'));
  return {};
}
export function detachRolePolicy(state: IamState, input: Wire): unknown {
  const arn = required(input, 'PolicyArn');
  if (!needRole(state, input).attached.delete(arn)) throw noSuchEntity('Policy', arn);
  return {};
}
export function listAttachedRolePolicies(state: IamState, input: Wire): unknown {
  const { page, rest } = markedPage([...needRole(state, input).attached], input);
  return { AttachedPolicies: page.map((arn) => ({ PolicyArn: arn, PolicyName: arn.split('/').at(-1) })), ...rest };
}

export function putRolePolicy(state: IamState, input: Wire): unknown {
  needRole(state, input).inline.set(required(input, 'PolicyName'), parsePolicy(required(input, 'PolicyDocument')));
  return {};
}
export function deleteRolePolicy(state: IamState, input: Wire): unknown {
  const name = required(input, 'PolicyName');
  if (!needRole(state, input).inline.delete(name)) throw noSuchEntity('role policy', name);
  return {};
}
export function listRolePolicies(state: IamState, input: Wire): unknown {
  const { page, rest } = markedPage([...needRole(state, input).inline.keys()], input);
  return { PolicyNames: page, ...rest };
}

const statementsOf = (document: PolicyDocument): readonly PolicyStatement[] =>
  Array.isArray(document.Statement) ? document.Statement : [document.Statement as PolicyStatement];

/** @returns undefined if there is no such role */
export function policiesOf(state: IamState, roleName: string): RolePolicies | undefined {
  const role = state.roles.get(roleName);
  if (!role) return undefined;
  const documents = [...role.inline.values(), ...[...role.attached].map((arn) => documentOf(state, arn))];
  return {
    identity: documents.flatMap(statementsOf),
    ...(role.boundaryArn === undefined ? {} : { boundary: statementsOf(documentOf(state, role.boundaryArn)) }),
    tags: Object.fromEntries(role.tags),
  };
}
