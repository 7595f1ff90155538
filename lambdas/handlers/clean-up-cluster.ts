/** Invoked by the reconcile loop: afterwards nothing is left of what was made for the cluster, with `forget` no record either. */
import { awsFoundations } from '../adapters/aws-foundations.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { CleanUpCluster, type DecisionOf } from '../contracts/decision.ts';
import { NotFound } from '../contracts/error-names.ts';
import { CleanUpClusterEnv } from '../contracts/functions.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Foundations } from '../ports/foundations.ts';
import { dynamoClient, ec2Client, iamClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput, failed } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'forgetCluster'>;
  readonly foundations: Pick<Foundations, 'cleanUp'>;
}

export const makeCleanUpCluster = ({ store, foundations }: Deps) =>
  action<DecisionOf<'clean-up-cluster'>>(async ({ clusterId, decision }) => {
    if (await isWanted(store, clusterId)) return undefined;
    const left = await foundations.cleanUp(clusterId);
    if (left.length > 0) return failed(decision, 'Conflict', `still in use: ${left.join(', ')}`);
    if (decision.forget) await store.forgetCluster(clusterId);
    return undefined;
  });

/** A cluster without deployment is wanted by nobody, whatever its record says. */
async function isWanted(store: Deps['store'], clusterId: string): Promise<boolean> {
  try {
    const { record, status } = await store.loadCluster(clusterId);
    return record.desired.presence === 'present' && status !== undefined;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}

export const handler = lambdaStack({ name: 'clean-up-cluster', input: actionInput(CleanUpCluster) }).handler(
  atColdStart(() => {
    const env = parseEnv(CleanUpClusterEnv);
    const clients = { ec2: ec2Client(), iam: iamClient(), secrets: secretsClient() };
    return makeCleanUpCluster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      foundations: awsFoundations({ ...clients, settings: nodeSettings(env) }),
    });
  }),
);
