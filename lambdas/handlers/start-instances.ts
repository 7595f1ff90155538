/** Invoked by the reconcile loop: afterwards the instances are being powered on, unless the cluster is to be removed. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Power } from '../adapters/ec2-power.ts';
import { type DecisionOf, StartInstances } from '../contracts/decision.ts';
import { StartInstancesEnv } from '../contracts/functions.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly machines: Pick<Machines, 'start'>;
}

export const makeStartInstances = ({ store, machines }: Deps) =>
  action<DecisionOf<'start-instances'>>(async ({ clusterId, decision }) => {
    const { desired } = (await store.loadCluster(clusterId)).record;
    if (desired.presence === 'present') await machines.start(decision.instanceIds);
    return undefined;
  });

export const handler = lambdaStack({ name: 'start-instances', input: actionInput(StartInstances) }).handler(
  atColdStart(() => {
    const env = parseEnv(StartInstancesEnv);
    return makeStartInstances({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: ec2Power(ec2Client()),
    });
  }),
);
