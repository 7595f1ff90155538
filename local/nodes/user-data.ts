/** What a node learns from its user data. */
export interface NodeIdentity {
  readonly clusterId: string;
  readonly role: 'master' | 'slave' | 'load-balancer';
  readonly region: string;
  readonly signalsQueueUrl: string;
}

/** Reads the lines `MESOSCALE_…='…'`. @returns undefined for a machine that is no node of a cluster */
export function parseUserData(userData: string): NodeIdentity | undefined {
  const value = (name: string) => new RegExp(`^MESOSCALE_${name}='([^']*)'$`, 'm').exec(userData)?.[1];
  const clusterId = value('CLUSTER_ID');
  const role = value('ROLE');
  const region = value('REGION');
  const signalsQueueUrl = value('SIGNALS_QUEUE_URL');
  if (clusterId === undefined || region === undefined || signalsQueueUrl === undefined || !isRole(role))
    return undefined;
  return { clusterId, role, region, signalsQueueUrl };
}

function isRole(role: string | undefined): role is NodeIdentity['role'] {
  return role === 'master' || role === 'slave' || role === 'load-balancer';
}
