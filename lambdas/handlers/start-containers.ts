/** Invoked by the reconcile loop: afterwards the instances that SSM knows have their start command, and it is recorded. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ssmCommands } from '../adapters/ssm-commands.ts';
import { type DecisionOf, StartContainers } from '../contracts/decision.ts';
import { InvariantBroken } from '../contracts/error-names.ts';
import { StartContainersEnv } from '../contracts/functions.ts';
import { peersOf } from '../domain/cluster/decide-starts.ts';
import type { NodeRecord } from '../domain/cluster/records.ts';
import { groupsOf, type NodeGroup } from '../domain/cluster/spec.ts';
import { isLive } from '../domain/cluster/track-nodes.ts';
import type { ImageOverrides } from '../domain/release/catalogue.ts';
import { startParameters } from '../domain/release/start-parameters.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore, LoadedCluster } from '../ports/cluster-store.ts';
import type { Commands } from '../ports/commands.ts';
import { dynamoClient, ssmClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput, failed } from './loop/action.ts';

type Decided = DecisionOf<'start-containers'>;
interface Settings {
  readonly signalsQueueUrl: string;
  readonly registry: string;
  readonly overrides: ImageOverrides;
}
interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'saveNodes'>;
  readonly commands: Pick<Commands, 'start'>;
  readonly clock: Clock;
  readonly settings: Settings;
}

export const makeStartContainers = ({ store, commands, clock, settings }: Deps) =>
  action<Decided>(async ({ clusterId, decision }) => {
    const loaded = await store.loadCluster(clusterId);
    const asked = new Set(decision.instanceIds);
    const nodes = loaded.nodes.filter((node) => asked.has(node.instanceId) && isLive(node));
    const { desired } = loaded.record;
    // An update may have taken the group away meanwhile.
    const group = groupsOf(desired.spec).find(({ name }) => name === decision.group);
    if (desired.presence !== 'present' || nodes.length === 0 || group === undefined) return undefined;
    const instanceIds = nodes.map(({ instanceId }) => instanceId);
    const sent = await commands.start(decision.role, instanceIds, parametersFor({ decision, group }, loaded, settings));
    const peers = decision.role === 'load-balancer' ? { peers: peersOf(loaded.nodes) } : {};
    const now = clock.now().toISOString();
    await store.saveNodes(
      clusterId,
      nodes.flatMap((node) => started({ ...node, ...peers }, sent.get(node.instanceId), now)),
    );
    return sent.size > 0 ? undefined : failed(decision, 'NotYetVisible', 'SSM does not know the nodes (any more)');
  });

function parametersFor(
  { decision, group }: { readonly decision: Decided; readonly group: NodeGroup },
  { record, nodes }: LoadedCluster,
  settings: Settings,
): Record<string, string> {
  const { desired, foundation } = record;
  if (foundation === undefined) throw new InvariantBroken(`Cluster ${desired.clusterId} is not prepared.`);
  return startParameters(decision.role, {
    clusterId: desired.clusterId,
    spec: desired.spec,
    foundation,
    group,
    loadBalancerIps: peersOf(nodes).split(',').filter(Boolean),
    secretId: foundation.secretId,
    founders: decision.founders,
    ...settings,
  });
}

function started(node: NodeRecord, commandId: string | undefined, now: string): readonly NodeRecord[] {
  if (commandId === undefined) return [];
  return [{ ...node, status: 'starting', commandId, commandSentAt: now, startAttempts: node.startAttempts + 1 }];
}

export const handler = lambdaStack({ name: 'start-containers', input: actionInput(StartContainers) }).handler(
  atColdStart(() => {
    const env = parseEnv(StartContainersEnv);
    const documents = {
      master: env.START_MASTER_DOCUMENT,
      slave: env.START_SLAVE_DOCUMENT,
      'load-balancer': env.START_LOAD_BALANCER_DOCUMENT,
    };
    return makeStartContainers({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      commands: ssmCommands(ssmClient(), documents),
      clock: systemClock,
      settings: {
        signalsQueueUrl: env.SIGNALS_QUEUE_URL,
        registry: env.IMAGE_REGISTRY,
        overrides: env.IMAGE_OVERRIDES,
      },
    });
  }),
);
