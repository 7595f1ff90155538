/** Invoked by the reconcile loop: afterwards the instances are being powered off, unless the cluster is to be removed. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Power } from '../adapters/ec2-power.ts';
import { type DecisionOf, StopInstances } from '../contracts/decision.ts';
import { StopInstancesEnv } from '../contracts/functions.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly machines: Pick<Machines, 'stop'>;
}

export const makeStopInstances = ({ store, machines }: Deps) =>
  action<DecisionOf<'stop-instances'>>(async ({ clusterId, decision }) => {
    const { desired } = (await store.loadCluster(clusterId)).record;
    if (desired.presence === 'present') await machines.stop(decision.instanceIds);
    return undefined;
  });

export const handler = lambdaStack({ name: 'stop-instances', input: actionInput(StopInstances) }).handler(
  atColdStart(() => {
    const env = parseEnv(StopInstancesEnv);
    return makeStopInstances({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: ec2Power(ec2Client()),
    });
  }),
);
