/**
 * Invoked by the reconcile loop: afterwards the masters that SSM knows have the command with the list of agents that they are to
 * offer to nobody, and it is recorded. That a command is about to be sent is recorded before: should this stop in between, nobody
 * takes the list that the master had before for the one that it has.
 */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ssmUpkeep } from '../adapters/ssm-commands.ts';
import { CordonNodes, type DecisionOf } from '../contracts/decision.ts';
import { CordonNodesEnv } from '../contracts/functions.ts';
import type { NodeRecord } from '../domain/cluster/records.ts';
import { cordonInDoubt } from '../domain/cluster/setbacks.ts';
import { cordonParameters } from '../domain/release/upkeep-parameters.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Upkeep } from '../ports/commands.ts';
import { dynamoClient, ssmClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput, failed } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'saveNodes'>;
  readonly commands: Upkeep;
  readonly clock: Clock;
  readonly settings: { readonly signalsQueueUrl: string };
}

export const makeCordonNodes = ({ store, commands, clock, settings }: Deps) =>
  action<DecisionOf<'cordon-nodes'>>(async ({ clusterId, decision }) => {
    const { record, nodes } = await store.loadCluster(clusterId);
    const addresses = decision.addresses.join(',');
    const asked = new Set(decision.instanceIds);
    const masters = nodes.filter((node) => asked.has(node.instanceId) && awaits(node, addresses));
    if (record.desired.presence !== 'present' || masters.length === 0) return undefined;
    const parameters = cordonParameters({ desired: record.desired, ...settings }, decision.addresses);
    const at = clock.now().toISOString();
    await store.saveNodes(
      clusterId,
      masters.map((node) => withCordon(node, { sent: { addresses, at } })),
    );
    const instanceIds = masters.map(({ instanceId }) => instanceId);
    const sent = await commands.send(instanceIds, parameters);
    await store.saveNodes(
      clusterId,
      masters.map((node) => {
        const commandId = sent.get(node.instanceId);
        return commandId === undefined
          ? untold(node, addresses, at)
          : withCordon(node, { sent: { addresses, at, commandId } });
      }),
    );
    return sent.size > 0 ? undefined : failed(decision, 'NotYetVisible', 'SSM does not know the masters (any more)');
  });

/** No command is under way to it, or only one that was to be this one. */
function awaits({ status, cordon }: NodeRecord, addresses: string): boolean {
  const { sent } = cordon ?? {};
  return status === 'ready' && (sent === undefined || (sent.commandId === undefined && sent.addresses === addresses));
}

function withCordon(node: NodeRecord, rest: Pick<NonNullable<NodeRecord['cordon']>, 'sent'>): NodeRecord {
  return { ...node, cordon: { held: node.cordon?.held ?? '', ...rest } };
}

/** An earlier try that was not recorded, or another one at the same moment, may have sent the list all the same. */
function untold(node: NodeRecord, addresses: string, at: string): NodeRecord {
  const setback = { at, message: 'SSM does not know the node', undelivered: true as const };
  return { ...node, cordon: cordonInDoubt(node.cordon?.held ?? '', addresses, setback) };
}

export const handler = lambdaStack({ name: 'cordon-nodes', input: actionInput(CordonNodes) }).handler(
  atColdStart(() => {
    const env = parseEnv(CordonNodesEnv);
    return makeCordonNodes({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      commands: ssmUpkeep(ssmClient(), env.CORDON_NODES_DOCUMENT),
      clock: systemClock,
      settings: { signalsQueueUrl: env.SIGNALS_QUEUE_URL },
    });
  }),
);
