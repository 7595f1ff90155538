/**
 * Invoked by the reconcile loop: afterwards the draining slaves that SSM knows have the command that ends their agent, and it is
 * recorded. One that is sent and not recorded does no harm: on the node it is checked that nothing runs, and an agent that is
 * gone unexpectedly is started again. Only agents on instances that EC2 is about to end are ended whatever runs.
 */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ssmUpkeep } from '../adapters/ssm-commands.ts';
import { type DecisionOf, StopAgents } from '../contracts/decision.ts';
import { StopAgentsEnv } from '../contracts/functions.ts';
import type { NodeRecord } from '../domain/cluster/records.ts';
import { following } from '../domain/cluster/setbacks.ts';
import { isInterrupted } from '../domain/cluster/track-nodes.ts';
import { stopAgentParameters } from '../domain/release/upkeep-parameters.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Upkeep } from '../ports/commands.ts';
import { dynamoClient, ssmClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'saveNodes'>;
  readonly commands: Upkeep;
  readonly clock: Clock;
  readonly settings: { readonly signalsQueueUrl: string };
}

export const makeStopAgents = ({ store, commands, clock, settings }: Deps) =>
  action<DecisionOf<'stop-agents'>>(async ({ clusterId, decision }) => {
    const { record, nodes } = await store.loadCluster(clusterId);
    const asked = new Set(decision.instanceIds);
    const { force = false } = decision;
    const slaves = nodes.filter(
      (node) => asked.has(node.instanceId) && isToStop(node) && (!force || isInterrupted(node)),
    );
    if (record.desired.presence !== 'present' || slaves.length === 0) return undefined;
    const instanceIds = slaves.map(({ instanceId }) => instanceId);
    const sent = await commands.send(instanceIds, stopAgentParameters({ desired: record.desired, ...settings }, force));
    const at = clock.now().toISOString();
    await store.saveNodes(
      clusterId,
      slaves.map((node) => told(node, sent.get(node.instanceId), at)),
    );
    return undefined;
  });

function isToStop({ status, drain }: NodeRecord): boolean {
  return status === 'draining' && drain !== undefined && drain.stopping === undefined;
}

/** What SSM does not know gets no command: that is as one that was not delivered. */
function told(node: NodeRecord, commandId: string | undefined, at: string): NodeRecord {
  const { drain } = node;
  if (drain === undefined) return node;
  if (commandId !== undefined) return { ...node, drain: { ...drain, stopping: { commandId, at } } };
  const setback = { at, message: 'SSM does not know the node', undelivered: true as const };
  return { ...node, drain: { ...drain, setback: following(setback, drain.setback) } };
}

export const handler = lambdaStack({ name: 'stop-agents', input: actionInput(StopAgents) }).handler(
  atColdStart(() => {
    const env = parseEnv(StopAgentsEnv);
    return makeStopAgents({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      commands: ssmUpkeep(ssmClient(), env.STOP_AGENT_DOCUMENT),
      clock: systemClock,
      settings: { signalsQueueUrl: env.SIGNALS_QUEUE_URL },
    });
  }),
);
