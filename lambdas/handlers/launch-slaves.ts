/** Invoked by the reconcile loop: afterwards as many of the ordinals as EC2 could supply have instances and records. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Fleet } from '../adapters/ec2-fleet.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { type DecisionOf, LaunchSlaves } from '../contracts/decision.ts';
import { NotYetVisible } from '../contracts/error-names.ts';
import { LaunchSlavesEnv } from '../contracts/functions.ts';
import type { ActionResult } from '../contracts/reconcile.ts';
import type { NodeRecord } from '../domain/cluster/records.ts';
import type { SlaveGroup } from '../domain/cluster/spec.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { LaunchedInstance, LaunchedSlaves, Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput, failed, isPermanent } from './loop/action.ts';
import { findOpenLaunch, heldOfferings, type LaunchDeps, launchedNode, type OpenLaunch } from './loop/open-launch.ts';

type Decided = DecisionOf<'launch-slaves'>;
type Deps = LaunchDeps & {
  readonly store: Pick<ClusterStore, 'renewLaunch'>;
  readonly machines: Pick<Machines, 'launchSlaves'>;
};

export const makeLaunchSlaves = (deps: Deps) =>
  action<Decided>(async ({ clusterId, decision }) => {
    const open = await findOpenLaunch(deps, clusterId, decision.token);
    if (open === undefined) return undefined;
    const group = open.record.desired.spec.slaves.find(({ name }) => name === decision.group);
    // An update has taken it away meanwhile.
    if (group === undefined) return undefined;
    const result = await launch(deps, { clusterId, decision, group, open });
    if (result.launched.length === 0 && result.error?.name === 'NotYetVisible') {
      await deps.store.renewLaunch(clusterId, decision.token, (open.launch.emptyFleets ?? 0) + 1);
      throw new NotYetVisible(result.error.message);
    }
    const nodes = newNodes(result.launched, { decision, group, open, now: deps.clock.now() });
    await deps.store.closeLaunch(clusterId, decision.token, nodes, heldOfferings(deps, result.exhausted));
    return shortfall(decision, result);
  });

interface Wanted {
  readonly clusterId: string;
  readonly decision: Decided;
  readonly group: SlaveGroup;
  readonly open: OpenLaunch;
}

/** EC2's refusal is a result like any other, so that the launch is closed. */
async function launch({ machines }: Deps, { clusterId, decision, group, open }: Wanted): Promise<LaunchedSlaves> {
  const { token, ordinals, offerings } = decision;
  const { emptyFleets = 0 } = open.launch;
  const context = { clusterId, group, foundation: open.foundation, token, emptyFleets };
  try {
    return await machines.launchSlaves(context, ordinals.length, offerings);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    const exhausted = error.name === 'CapacityUnavailable' ? offerings : [];
    return { launched: [], exhausted, error: { name: error.name, message: error.message } };
  }
}

/** Records for what has none yet: a repeated launch finds its first nodes further on in their lives. */
function newNodes(
  launched: readonly LaunchedInstance[],
  { decision, group, open, now }: Omit<Wanted, 'clusterId'> & { now: Date },
): readonly NodeRecord[] {
  const ids = new Set(launched.map(({ instanceId }) => instanceId));
  const known = new Map(
    open.nodes.filter(({ instanceId }) => ids.has(instanceId)).map((node) => [node.instanceId, node]),
  );
  const taken = new Set([...known.values()].map(({ ordinal }) => ordinal));
  const free = decision.ordinals.filter((ordinal) => !taken.has(ordinal));
  return launched
    .filter(({ instanceId }) => !known.has(instanceId))
    .slice(0, free.length)
    .map((instance, index) =>
      launchedNode(instance, { group, ordinal: free[index] ?? 0, shape: open.launch.shape, now }),
    );
}

function shortfall(decision: Decided, { launched, error }: LaunchedSlaves): ActionResult | undefined {
  if (launched.length >= decision.ordinals.length || error === undefined) return undefined;
  const counts = `${launched.length} of ${decision.ordinals.length} slaves were launched`;
  return failed(decision, error.name, `${counts}: ${error.message}`);
}

export const handler = lambdaStack({ name: 'launch-slaves', input: actionInput(LaunchSlaves) }).handler(
  atColdStart(() => {
    const env = parseEnv(LaunchSlavesEnv);
    return makeLaunchSlaves({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: ec2Fleet(ec2Client(), nodeSettings(env)),
      clock: systemClock,
      rules: env.CONTROL_RULES,
    });
  }),
);
