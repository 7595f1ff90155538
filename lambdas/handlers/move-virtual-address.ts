/** Invoked by the reconcile loop: afterwards the given load balancer holds the cluster's elastic IP. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Addresses } from '../adapters/ec2-inventory.ts';
import { type DecisionOf, MoveVirtualAddress } from '../contracts/decision.ts';
import { MoveVirtualAddressEnv } from '../contracts/functions.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Machines } from '../ports/machines.ts';
import { dynamoClient, ec2Client } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly machines: Pick<Machines, 'associateAddress'>;
}

export const makeMoveVirtualAddress = ({ store, machines }: Deps) =>
  action<DecisionOf<'move-virtual-address'>>(async ({ clusterId, decision }) => {
    const { desired, foundation } = (await store.loadCluster(clusterId)).record;
    const address = foundation?.virtualAddress;
    if (desired.presence !== 'present' || address === undefined) return undefined;
    await machines.associateAddress(address.allocationId, decision.instanceId);
    return undefined;
  });

export const handler = lambdaStack({ name: 'move-virtual-address', input: actionInput(MoveVirtualAddress) }).handler(
  atColdStart(() => {
    const env = parseEnv(MoveVirtualAddressEnv);
    return makeMoveVirtualAddress({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: ec2Addresses(ec2Client()),
    });
  }),
);
