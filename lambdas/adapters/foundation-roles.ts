/** A role and an instance profile per node role, under the stack's path and boundary, so that clusters cannot read one another. */
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  type InstanceProfile,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  RemoveRoleFromInstanceProfileCommand,
  type Role,
} from '@aws-sdk/client-iam';
import { type NodeRole, nodeRoles } from '../contracts/cluster.ts';
import { roleNameOf } from '../domain/cluster/names.ts';
import type { DesiredCluster, Foundation } from '../domain/cluster/records.ts';
import { groupsOf } from '../domain/cluster/spec.ts';
import { allPages } from './batches.ts';
import { codeOf, isAlreadyThere, isNotFound, translating, unless } from './errors.ts';
import { type FoundationContext, making, removing, removingEach } from './foundation-context.ts';
import { clusterTags } from './tags.ts';

const assumedByInstances = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** A profile holds one role; the limit is reached when it is in there already. */
const holdsRole = (error: unknown): boolean => isAlreadyThere(error) || limitCodes.has(codeOf(error));
const limitCodes: ReadonlySet<string> = new Set(['LimitExceeded', 'LimitExceededException']);

export async function prepareRoles(
  context: FoundationContext,
  { clusterId, spec }: DesiredCluster,
): Promise<Foundation['instanceProfiles']> {
  for (const role of new Set(groupsOf(spec).map((group) => group.role))) {
    await making(`making the role of a ${role}`, () => ensureRole(context, clusterId, role));
  }
  return {
    master: roleNameOf(clusterId, 'master'),
    slave: roleNameOf(clusterId, 'slave'),
    'load-balancer': roleNameOf(clusterId, 'load-balancer'),
  };
}

async function ensureRole({ iam, settings }: FoundationContext, clusterId: string, role: NodeRole): Promise<void> {
  const name = roleNameOf(clusterId, role);
  const Tags = clusterTags(settings.stackName, clusterId, { role, name });
  const roleCommand = new CreateRoleCommand({
    RoleName: name,
    Path: settings.rolePath,
    AssumeRolePolicyDocument: assumedByInstances,
    PermissionsBoundary: settings.boundaryArn,
    Tags,
  });
  await unless(isAlreadyThere, () => iam.send(roleCommand));
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: settings.policyArns[role] }));
  const profile = { InstanceProfileName: name };
  const profileCommand = new CreateInstanceProfileCommand({ ...profile, Path: settings.rolePath, Tags });
  await unless(isAlreadyThere, () => iam.send(profileCommand));
  await unless(holdsRole, () => iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: name })));
}

/**
 * Only what is there is asked for by name: of a role that is not, IAM does not know the path, so that a permission on the path
 * does not cover it and the answer is not "gone" but "denied".
 */
export async function removeRoles(context: FoundationContext, clusterId: string): Promise<readonly string[]> {
  const own = new Set(nodeRoles.map((role) => roleNameOf(clusterId, role)));
  const profiles = (await listProfiles(context)).filter(({ InstanceProfileName }) =>
    own.has(InstanceProfileName ?? ''),
  );
  const roles = (await listRoles(context)).filter(({ RoleName }) => own.has(RoleName ?? ''));
  const left = await removingEach(profiles, (profile) => removeProfile(context, profile));
  return [...left, ...(await removingEach(roles, ({ RoleName = '' }) => removeRole(context, RoleName)))];
}

function removeProfile(
  { iam }: FoundationContext,
  { InstanceProfileName, Roles = [] }: InstanceProfile,
): Promise<readonly string[]> {
  return removing(`instance profile ${InstanceProfileName}`, async () => {
    for (const { RoleName } of Roles) {
      await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    }
    await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
  });
}

function removeRole({ iam }: FoundationContext, RoleName: string): Promise<readonly string[]> {
  return removing(`role ${RoleName}`, async () => {
    await emptyRole(iam, RoleName);
    await iam.send(new DeleteRoleCommand({ RoleName }));
  });
}

/** A role can be deleted only without policies. */
async function emptyRole(iam: FoundationContext['iam'], RoleName: string): Promise<void> {
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of attached.AttachedPolicies ?? []) {
    await unless(isNotFound, () => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  }
  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of inline.PolicyNames ?? []) {
    await unless(isNotFound, () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
}

/** All instance profiles of the stack's clusters, with their roles. */
function listProfiles({ iam, settings }: FoundationContext): Promise<readonly InstanceProfile[]> {
  return translating('listing instance profiles', () =>
    allPages(
      (Marker) =>
        iam.send(new ListInstanceProfilesCommand({ PathPrefix: settings.rolePath, ...(Marker && { Marker }) })),
      (page) => ({ items: page.InstanceProfiles ?? [], next: page.Marker }),
    ),
  );
}

/** All roles of the stack's clusters. */
export function listRoles({ iam, settings }: FoundationContext): Promise<readonly Role[]> {
  return translating('listing roles', () =>
    allPages(
      (Marker) => iam.send(new ListRolesCommand({ PathPrefix: settings.rolePath, ...(Marker && { Marker }) })),
      (page) => ({ items: page.Roles ?? [], next: page.Marker }),
    ),
  );
}
