/** Invoked by a workload's loop: afterwards Marathon is ending its services, or Chronos has its jobs no more, or never had. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { WorkloadEnv } from '../contracts/functions.ts';
import { WithdrawWorkload, type WorkloadDecisionOf } from '../contracts/workload.ts';
import { jobNameOf } from '../domain/workload/chronos.ts';
import { groupIdOf } from '../domain/workload/marathon.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { Gateway } from '../ports/gateway.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { dynamoClient, lambdaClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { workloadAction, workloadActionInput } from './loop/action.ts';
import { resultOf, schedulerOf } from './loop/scheduler-action.ts';

interface Deps {
  readonly store: Pick<WorkloadStore, 'load'>;
  readonly clusters: Pick<ClusterStore, 'findRecord'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'deleteGroup' | 'deleteJob'>;
}

export const makeWithdrawWorkload = ({ store, clusters, credentials, gateway }: Deps) =>
  workloadAction<WorkloadDecisionOf<'withdraw-workload'>>(async ({ workloadId, decision }) => {
    const { record, status } = await store.load(workloadId);
    const { spec, presence, hostClusterId } = record.desired;
    const host = await clusters.findRecord(hostClusterId);
    // With its cluster everything on it is gone; and one without deployment is wanted by nobody, whatever its record says.
    if (host === undefined || (presence === 'present' && status !== undefined)) return undefined;
    const { marathon, chronos } = await credentials.get(hostClusterId);
    if (spec.type === 'MARATHON') {
      const scheduler = schedulerOf(host, marathon);
      const answer = await gateway.deleteGroup({ ...scheduler, groupId: groupIdOf(workloadId), force: true });
      return resultOf(decision, answer, [marathon.password]);
    }
    // Leaves first: Chronos gives the children of a job that is removed its schedule.
    for (const { node } of spec.jobs.toReversed()) {
      const answer = await gateway.deleteJob({ ...schedulerOf(host, chronos), name: jobNameOf(workloadId, node) });
      const failure = resultOf(decision, answer, [chronos.password], 'Chronos');
      if (failure !== undefined) return failure;
    }
    return undefined;
  });

export const handler = lambdaStack({ name: 'withdraw-workload', input: workloadActionInput(WithdrawWorkload) }).handler(
  atColdStart(() => {
    const env = parseEnv(WorkloadEnv);
    return makeWithdrawWorkload({
      store: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
    });
  }),
);
