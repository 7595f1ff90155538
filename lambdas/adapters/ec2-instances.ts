/** EC2's instances in our words. */
import type { Instance } from '@aws-sdk/client-ec2';
import { NodeRole } from '../contracts/cluster.ts';
import { tagKeys } from '../contracts/tags.ts';
import type { ObservedInstance } from '../domain/cluster/actual.ts';
import type { LaunchedInstance } from '../ports/machines.ts';
import { tagOf } from './tags.ts';

const marketOf = (instance: Instance): 'on-demand' | 'spot' =>
  instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand';

/** Why an instance ended that EC2 took back. */
const interruptionCodes: ReadonlySet<string> = new Set([
  'Server.SpotInstanceTermination',
  'Server.SpotInstanceShutdown',
]);

/** An instance whose role tag is unreadable counts as a slave of no group, so that the loop finds it to be an orphan. */
export function observedInstance(instance: Instance): ObservedInstance {
  const tags = instance.Tags;
  const role = NodeRole.safeParse(tagOf(tags, tagKeys.role));
  const slot = Number(tagOf(tags, tagKeys.slot));
  return {
    instanceId: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'pending',
    role: role.success ? role.data : 'slave',
    group: tagOf(tags, tagKeys.group) ?? '',
    ...(slot > 0 ? { slot } : {}),
    launchToken: tagOf(tags, tagKeys.launch) ?? '',
    instanceType: instance.InstanceType ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    market: marketOf(instance),
    launchTime: (instance.LaunchTime ?? new Date(0)).toISOString(),
    ...(interruptionCodes.has(instance.StateReason?.Code ?? '') ? { interrupted: true as const } : {}),
    ...(instance.PrivateIpAddress ? { privateIp: instance.PrivateIpAddress } : {}),
    ...(instance.PublicIpAddress ? { publicIp: instance.PublicIpAddress } : {}),
  };
}

export function launchedInstance(observed: ObservedInstance): LaunchedInstance {
  const { instanceId, instanceType, zone, market, privateIp } = observed;
  return { instanceId, instanceType, zone, market, ...(privateIp === undefined ? {} : { privateIp }) };
}
