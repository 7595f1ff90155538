/** Invoked by the reconcile loop: afterwards the deployment's outputs are recorded and it is complete. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { type DecisionOf, PublishOutputs } from '../contracts/decision.ts';
import { PublishOutputsEnv } from '../contracts/functions.ts';
import { attributesOf, evaluateOutputs } from '../domain/tosca/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import { dynamoClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly deployments: Pick<DeploymentStore, 'find' | 'complete'>;
  readonly clock: Clock;
}

export const makePublishOutputs = ({ store, deployments, clock }: Deps) =>
  action<DecisionOf<'publish-outputs'>>(async ({ clusterId, decision }) => {
    const { record, nodes } = await store.loadCluster(clusterId);
    const deployment = await deployments.find(clusterId);
    const { desired, foundation } = record;
    if (desired.presence !== 'present' || deployment === undefined || foundation === undefined) return undefined;
    // Decided for another generation, whose nodes these are not any more: the next pass decides anew.
    const { generation } = decision;
    if (desired.generation !== generation || deployment.generation !== generation) return undefined;
    const attributes = attributesOf(desired.spec, nodes, foundation);
    const outputs = evaluateOutputs(deployment.outputExpressions, attributes);
    await deployments.complete(clusterId, { generation, outputs }, clock.now());
    return undefined;
  });

export const handler = lambdaStack({ name: 'publish-outputs', input: actionInput(PublishOutputs) }).handler(
  atColdStart(() => {
    const env = parseEnv(PublishOutputsEnv);
    return makePublishOutputs({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      clock: systemClock,
    });
  }),
);
