/** Invoked by the reconcile loop: afterwards the slot has an instance and its record, and the launch is closed. */

import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Launcher } from '../adapters/ec2-launch.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { type DecisionOf, LaunchMaster } from '../contracts/decision.ts';
import { InvariantBroken } from '../contracts/error-names.ts';
import { LaunchMasterEnv } from '../contracts/functions.ts';
import type { Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput } from './loop/action.ts';
import { findOpenLaunch, type LaunchDeps, launchOne } from './loop/open-launch.ts';

export const makeLaunchMaster = (deps: LaunchDeps & { machines: Pick<Machines, 'launchMaster'> }) =>
  action<DecisionOf<'launch-master'>>(async ({ clusterId, decision }) => {
    const { token, instanceType, slot: ordinal } = decision;
    const open = await findOpenLaunch(deps, clusterId, token);
    if (open === undefined) return undefined;
    const { foundation, record } = open;
    const group = record.desired.spec.masters;
    const slot = foundation.masterInterfaces.find((each) => each.slot === ordinal);
    if (slot === undefined) throw new InvariantBroken(`Cluster ${clusterId} has no interface for slot ${ordinal}.`);
    const offering = { instanceType, zone: slot.zone, market: 'on-demand' as const };
    return launchOne(deps, { clusterId, open, group, ordinal, offering }, () =>
      deps.machines.launchMaster({ clusterId, group, foundation, token }, slot, instanceType),
    );
  });

export const handler = lambdaStack({ name: 'launch-master', input: actionInput(LaunchMaster) }).handler(
  atColdStart(() => {
    const env = parseEnv(LaunchMasterEnv);
    return makeLaunchMaster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: ec2Launcher(ec2Client(), nodeSettings(env)),
      clock: systemClock,
      rules: env.CONTROL_RULES,
    });
  }),
);
