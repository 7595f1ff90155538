/** Invoked by the reconcile loop: afterwards the load balancer has an instance and its record, and the launch is closed. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Launcher } from '../adapters/ec2-launch.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { type DecisionOf, LaunchLoadBalancer } from '../contracts/decision.ts';
import { LaunchLoadBalancerEnv } from '../contracts/functions.ts';
import type { Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput } from './loop/action.ts';
import { findOpenLaunch, type LaunchDeps, launchOne } from './loop/open-launch.ts';

export const makeLaunchLoadBalancer = (deps: LaunchDeps & { machines: Pick<Machines, 'launchLoadBalancer'> }) =>
  action<DecisionOf<'launch-load-balancer'>>(async ({ clusterId, decision }) => {
    const { token, ordinal, offering } = decision;
    const open = await findOpenLaunch(deps, clusterId, token);
    if (open === undefined) return undefined;
    const group = open.record.desired.spec.loadBalancers;
    // An update has taken them away meanwhile.
    if (group === undefined) return undefined;
    const context = { clusterId, group, foundation: open.foundation, token };
    return launchOne(deps, { clusterId, open, group, ordinal, offering }, () =>
      deps.machines.launchLoadBalancer(context, ordinal, offering),
    );
  });

export const handler = lambdaStack({ name: 'launch-load-balancer', input: actionInput(LaunchLoadBalancer) }).handler(
  atColdStart(() => {
    const env = parseEnv(LaunchLoadBalancerEnv);
    return makeLaunchLoadBalancer({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: ec2Launcher(ec2Client(), nodeSettings(env)),
      clock: systemClock,
      rules: env.CONTROL_RULES,
    });
  }),
);
