/** Names of what is made for a cluster, by which it is found again. */
import type { NodeRole } from '../../contracts/cluster.ts';
import { alarmPrefixOf } from '../../contracts/load.ts';

const prefix = 'mesoscale';
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Security group of all nodes, and what is made once per cluster. */
export const clusterNameOf = (clusterId: string): string => `${prefix}-${clusterId}`;
/** Public security group or launch template of a node group. */
export const groupNameOf = (clusterId: string, group: string): string => `${prefix}-${clusterId}-${group}`;
/** IAM role and instance profile; at most 61 characters, of 64 that a role may have. */
export const roleNameOf = (clusterId: string, role: NodeRole): string => `${prefix}-${clusterId}-${role}`;
/** CloudWatch alarm of this kind. */
export const alarmNameOf = (stackName: string, clusterId: string, kind: string): string =>
  `${alarmPrefixOf(stackName)}${clusterId}/${kind}`;
export const secretNameOf = (clusterId: string): string => `${prefix}/${clusterId}`;

const owned = new RegExp(`^${prefix}[-/](${uuid})(?:-.+)?$`);

/** The cluster that a name from here belongs to; undefined: the name is not from here. */
export function findClusterOfName(name: string): string | undefined {
  return owned.exec(name)?.[1];
}

const alarm = new RegExp(`^[^/]+/(${uuid})/[^/]+$`);

/** The cluster that an alarm of this name is about, whichever stack's it is; undefined: the name is not from here. */
export function findClusterOfAlarm(name: string): string | undefined {
  return alarm.exec(name)?.[1];
}
