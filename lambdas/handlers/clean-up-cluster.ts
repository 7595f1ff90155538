/** Invoked by the reconcile loop: afterwards nothing is left of what was made for the cluster, with `forget` no record either. */
import { awsFoundations } from '../adapters/aws-foundations.ts';
import { cloudwatchAlarms } from '../adapters/cloudwatch-alarms.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { CleanUpCluster, type DecisionOf } from '../contracts/decision.ts';
import { NotFound } from '../contracts/error-names.ts';
import { CleanUpClusterEnv } from '../contracts/functions.ts';
import type { Alarms } from '../ports/alarms.ts';
import type { ClusterStore, LoadedCluster } from '../ports/cluster-store.ts';
import type { Foundations } from '../ports/foundations.ts';
import { cloudwatchClient, dynamoClient, ec2Client, iamClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput, failed } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'forgetCluster'>;
  readonly foundations: Pick<Foundations, 'cleanUp'>;
  readonly alarms: Pick<Alarms, 'remove'>;
}

export const makeCleanUpCluster = ({ store, foundations, alarms }: Deps) =>
  action<DecisionOf<'clean-up-cluster'>>(async ({ clusterId, decision }) => {
    const loaded = await findCluster(store, clusterId);
    if (loaded && isWanted(loaded)) return undefined;
    const left = await foundations.cleanUp(clusterId);
    if (left.length > 0) return failed(decision, 'Conflict', `still in use: ${left.join(', ')}`);
    // That they are to be set is recorded before they are.
    if (loaded?.record.progress.alarms !== undefined) await alarms.remove(clusterId);
    if (decision.forget) await store.forgetCluster(clusterId);
    return undefined;
  });

/** A cluster without deployment is wanted by nobody, whatever its record says. */
function isWanted({ record, status }: LoadedCluster): boolean {
  return record.desired.presence === 'present' && status !== undefined;
}

async function findCluster(store: Deps['store'], clusterId: string): Promise<LoadedCluster | undefined> {
  try {
    return await store.loadCluster(clusterId);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
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
      alarms: cloudwatchAlarms(cloudwatchClient(), env.STACK_NAME),
    });
  }),
);
