/** Invoked by the reconcile loop: afterwards all that a cluster stands on besides instances exists and is recorded. */
import { awsFoundations } from '../adapters/aws-foundations.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { type DecisionOf, PrepareCluster } from '../contracts/decision.ts';
import { PrepareClusterEnv } from '../contracts/functions.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Foundations } from '../ports/foundations.ts';
import { dynamoClient, ec2Client, iamClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'saveFoundation'>;
  readonly foundations: Pick<Foundations, 'prepare'>;
}

export const makePrepareCluster = ({ store, foundations }: Deps) =>
  action<DecisionOf<'prepare-cluster'>>(async ({ clusterId, decision }) => {
    const { desired, foundation } = (await store.loadCluster(clusterId)).record;
    if (desired.presence !== 'present') return undefined;
    await store.saveFoundation(clusterId, await foundations.prepare(desired, decision.masterZones, foundation));
    return undefined;
  });

export const handler = lambdaStack({ name: 'prepare-cluster', input: actionInput(PrepareCluster) }).handler(
  atColdStart(() => {
    const env = parseEnv(PrepareClusterEnv);
    const clients = { ec2: ec2Client(), iam: iamClient(), secrets: secretsClient() };
    return makePrepareCluster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      foundations: awsFoundations({ ...clients, settings: nodeSettings(env) }),
    });
  }),
);
