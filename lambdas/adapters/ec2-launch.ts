/** Launches of single instances: masters into their slots' interfaces, load balancers into a subnet. */
import {
  type _InstanceType,
  type EC2Client,
  type InstanceNetworkInterfaceSpecification,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { NotYetVisible } from '../contracts/error-names.ts';
import { groupNameOf } from '../domain/cluster/names.ts';
import type { LaunchContext, LaunchedInstance, Machines } from '../ports/machines.ts';
import { launchedInstance, observedInstance } from './ec2-instances.ts';
import { ec2Inventory } from './ec2-inventory.ts';
import { hasPublicAddress, nodeShape, securityGroupsOf, subnetIn } from './ec2-node-shape.ts';
import { codeOf, isNotYetVisibleCode, isTokenMismatch, translateError } from './errors.ts';
import type { NodeSettings } from './node-settings.ts';
import { clusterTags, tagSpecifications } from './tags.ts';

/** What a launch makes and tags in any case. */
const own = ['instance', 'volume'] as const;

interface OneInstance {
  readonly context: LaunchContext;
  readonly ordinal: number;
  readonly instanceType: string;
  readonly market: 'on-demand' | 'spot';
  readonly networkInterface: InstanceNetworkInterfaceSpecification;
}

export function ec2Launcher(
  client: EC2Client,
  settings: NodeSettings,
): Pick<Machines, 'launchMaster' | 'launchLoadBalancer'> {
  return {
    launchMaster: (context, { slot, networkInterfaceId }, instanceType) => {
      const networkInterface = { DeviceIndex: 0, NetworkInterfaceId: networkInterfaceId };
      return runInstance(client, settings, {
        context,
        ordinal: slot,
        instanceType,
        market: 'on-demand',
        networkInterface,
      });
    },
    launchLoadBalancer: (context, ordinal, { instanceType, zone, market }) => {
      const { group, foundation } = context;
      const networkInterface = {
        DeviceIndex: 0,
        DeleteOnTermination: true,
        SubnetId: subnetIn(zone, group, settings),
        Groups: securityGroupsOf(group, foundation),
        AssociatePublicIpAddress: hasPublicAddress(group, settings),
      };
      return runInstance(client, settings, { context, ordinal, instanceType, market, networkInterface });
    },
  };
}

async function runInstance(client: EC2Client, settings: NodeSettings, one: OneInstance): Promise<LaunchedInstance> {
  const { clusterId, token } = one.context;
  try {
    const { Instances } = await client.send(new RunInstancesCommand(requestFor(settings, one)));
    const [instance] = Instances ?? [];
    if (instance?.InstanceId) return launchedInstance(observedInstance(instance));
  } catch (error) {
    if (!isTokenMismatch(error)) throw translateLaunchError(error, `launching a ${one.context.group.role}`);
  }
  // The token was used with other settings: what it launched then is the result.
  const launched = await findByToken(client, settings, one.context);
  if (launched[0]) return launched[0];
  throw new NotYetVisible(`EC2 does not show yet what launch ${token} of cluster ${clusterId} made`);
}

function requestFor(settings: NodeSettings, { context, ordinal, instanceType, market, networkInterface }: OneInstance) {
  const { clusterId, group, foundation, token } = context;
  const profile = foundation.instanceProfiles[group.role];
  const tags = clusterTags(settings.stackName, clusterId, {
    role: group.role,
    group: group.name,
    slot: ordinal,
    launch: token,
    name: `${groupNameOf(clusterId, group.name)}-${ordinal}`,
    own: group.tags,
  });
  return {
    ...nodeShape({ settings, clusterId, group, profile }),
    MinCount: 1,
    MaxCount: 1,
    ClientToken: token,
    InstanceType: instanceType as _InstanceType,
    NetworkInterfaces: [networkInterface],
    // A slot's interface exists, and has its tags.
    TagSpecifications: tagSpecifications(
      networkInterface.NetworkInterfaceId ? own : [...own, 'network-interface'],
      tags,
    ),
    ...(market === 'spot' ? { InstanceMarketOptions: { MarketType: 'spot' as const } } : {}),
  };
}

/** What a launch refuses because it is too new becomes an ordinary retry. */
export function translateLaunchError(error: unknown, what: string): unknown {
  const code = codeOf(error);
  if (!isNotYetVisibleCode(code)) return translateError(error, what);
  return new NotYetVisible(`${what} failed: ${code}: ${(error as Error).message}`, { cause: error });
}

/** Instances that a launch token made, by their tag. */
export async function findByToken(
  client: EC2Client,
  { stackName }: NodeSettings,
  { clusterId, token }: LaunchContext,
): Promise<readonly LaunchedInstance[]> {
  const instances = await ec2Inventory(client, stackName).listInstances(clusterId);
  return instances.filter((instance) => instance.launchToken === token).map(launchedInstance);
}
