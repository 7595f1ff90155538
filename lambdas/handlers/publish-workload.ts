/** Invoked by a workload's loop: afterwards the deployment's outputs are recorded and it is complete. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { DependencyUnavailable } from '../contracts/error-names.ts';
import { WorkloadEnv } from '../contracts/functions.ts';
import { PublishWorkload, type WorkloadDecisionOf } from '../contracts/workload.ts';
import { evaluateOutputs, type NodeAttributes } from '../domain/tosca/index.ts';
import { entryAddresses } from '../domain/workload/entry.ts';
import { serviceAttributes } from '../domain/workload/marathon.ts';
import type { DesiredWorkload } from '../domain/workload/records.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import type { Gateway } from '../ports/gateway.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { dynamoClient, lambdaClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { workloadAction, workloadActionInput } from './loop/action.ts';
import { viewWorkloads } from './loop/view-workloads.ts';

interface Deps {
  readonly store: Pick<WorkloadStore, 'load'>;
  readonly deployments: Pick<DeploymentStore, 'find' | 'complete'>;
  readonly clusters: Pick<ClusterStore, 'loadCluster'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'viewGroups' | 'viewJobs'>;
  readonly clock: Clock;
}

export const makePublishWorkload = (deps: Deps) =>
  workloadAction<WorkloadDecisionOf<'publish-workload'>>(async ({ workloadId, decision }) => {
    const { desired } = (await deps.store.load(workloadId)).record;
    const deployment = await deps.deployments.find(workloadId);
    if (desired.presence !== 'present' || deployment === undefined) return undefined;
    // Decided for another generation: the next pass decides anew.
    const { generation } = decision;
    if (desired.generation !== generation || deployment.generation !== generation) return undefined;
    const outputs = evaluateOutputs(deployment.outputExpressions, await attributesOf(deps, desired));
    await deps.deployments.complete(workloadId, { generation, outputs }, deps.clock.now());
    return undefined;
  });

/** Jobs have none. @throws DependencyUnavailable if Marathon does not tell */
async function attributesOf(
  { clusters, credentials, gateway }: Deps,
  desired: DesiredWorkload,
): Promise<NodeAttributes> {
  if (desired.spec.type === 'CHRONOS') return {};
  const { record, nodes } = await clusters.loadCluster(desired.hostClusterId);
  const secrets = await credentials.get(desired.hostClusterId);
  const view = (await viewWorkloads({ gateway, record, secrets }, [desired])).get(desired.workloadId);
  if (view?.group === undefined) throw new DependencyUnavailable('Marathon does not answer');
  const { apps } = view.group;
  return serviceAttributes(desired.spec.services, apps, entryAddresses(record, nodes, apps));
}

export const handler = lambdaStack({ name: 'publish-workload', input: workloadActionInput(PublishWorkload) }).handler(
  atColdStart(() => {
    const env = parseEnv(WorkloadEnv);
    return makePublishWorkload({
      store: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      clock: systemClock,
    });
  }),
);
