/** All that is made for a cluster besides instances. One file per kind of thing: foundation-*.ts. */
import { preparationOf } from '../domain/cluster/shape.ts';
import type { Foundations } from '../ports/foundations.ts';
import { prepareAddresses, releaseVirtualAddress, removeAddresses } from './foundation-addresses.ts';
import type { FoundationContext } from './foundation-context.ts';
import { prepareInterfaces, removeInterfaces } from './foundation-interfaces.ts';
import { listClusterIds } from './foundation-inventory.ts';
import {
  prepareLaunchTemplates,
  releaseLaunchTemplates,
  removeLaunchTemplates,
} from './foundation-launch-templates.ts';
import { prepareRoles, removeRoles } from './foundation-roles.ts';
import { findSecret, removeSecret } from './foundation-secret.ts';
import { prepareSecurityGroups, releaseSecurityGroups, removeSecurityGroups } from './foundation-security-groups.ts';

export function awsFoundations(context: FoundationContext): Foundations {
  return {
    prepare: async (desired, masterZones, before) => {
      const secretId = await findSecret(context, desired.clusterId);
      // Roles first: a profile takes longest to become visible to EC2.
      const instanceProfiles = await prepareRoles(context, desired);
      const groups = await prepareSecurityGroups(context, desired);
      const slots = await prepareInterfaces(context, { desired, masterZones, groups, before });
      const addresses = await prepareAddresses(context, desired, slots);
      const launchTemplates = await prepareLaunchTemplates(context, desired, { ...groups, instanceProfiles });
      const preparedFor = preparationOf(desired.spec);
      return { preparedFor, ...groups, ...addresses, secretId, instanceProfiles, launchTemplates };
    },
    release: async ({ clusterId, spec }, { securityGroupId, publicSecurityGroupIds, launchTemplates }) => {
      const templateIds = Object.values(launchTemplates).map(({ id }) => id);
      const groupIds = [securityGroupId, ...Object.values(publicSecurityGroupIds)];
      return [
        ...(await releaseLaunchTemplates(context, clusterId, templateIds)),
        ...(spec.loadBalancers ? [] : await releaseVirtualAddress(context, clusterId)),
        ...(await releaseSecurityGroups(context, clusterId, groupIds)),
      ];
    },
    // What uses others goes first; what is still in use is left for the next try.
    cleanUp: async (clusterId) => {
      const removals = [
        removeLaunchTemplates,
        removeAddresses,
        removeInterfaces,
        removeSecurityGroups,
        removeRoles,
        removeSecret,
      ];
      const left: string[] = [];
      for (const remove of removals) left.push(...(await remove(context, clusterId)));
      return left;
    },
    listClusterIds: () => listClusterIds(context),
  };
}
