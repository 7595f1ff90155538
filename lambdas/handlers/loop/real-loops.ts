/** The loops as they are deployed. */
import type * as z from 'zod';
import { dynamoClusterStore } from '../../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../../adapters/dynamo-workload-store.ts';
import { sfnWorkflow } from '../../adapters/sfn-workflow.ts';
import type { WorkflowEnv } from '../../contracts/functions.ts';
import type { ClusterStore } from '../../ports/cluster-store.ts';
import type { WorkloadStore } from '../../ports/workload-store.ts';
import { dynamoClient, sfnClient } from '../../runtime/aws-clients.ts';
import type { Loop } from './signal-loop.ts';

export interface RealLoops {
  readonly cluster: Loop & { readonly store: ClusterStore };
  readonly workload: Loop & { readonly store: WorkloadStore };
}

export function realLoops(env: z.infer<typeof WorkflowEnv>): RealLoops {
  const { CLUSTER_TABLE, RECONCILE_STATE_MACHINE_ARN, RUN_WORKLOAD_STATE_MACHINE_ARN } = env;
  return {
    cluster: {
      store: dynamoClusterStore(dynamoClient(), CLUSTER_TABLE),
      workflow: sfnWorkflow(sfnClient(), RECONCILE_STATE_MACHINE_ARN, (clusterId, run) => ({ clusterId, run })),
    },
    workload: {
      store: dynamoWorkloadStore(dynamoClient(), CLUSTER_TABLE),
      workflow: sfnWorkflow(sfnClient(), RUN_WORKLOAD_STATE_MACHINE_ARN, (workloadId, run) => ({ workloadId, run })),
    },
  };
}
