/** Invoked by the reconcile loop with a task token: afterwards the next signal ends the wait, or one that came meanwhile has. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { sfnWorkflow } from '../adapters/sfn-workflow.ts';
import { AwaitSignalEnv } from '../contracts/functions.ts';
import { AwaitSignalInput } from '../contracts/reconcile.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Workflow } from '../ports/workflow.ts';
import { dynamoClient, sfnClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'storeWaitToken'>;
  readonly workflow: Pick<Workflow, 'wake'>;
}

export const makeAwaitSignal =
  ({ store, workflow }: Deps) =>
  async ({ clusterId, run, seenSignalSeq, taskToken }: AwaitSignalInput): Promise<{ readonly waiting: boolean }> => {
    const waiting = await store.storeWaitToken(clusterId, run, seenSignalSeq, taskToken);
    if (!waiting) await workflow.wake(taskToken);
    return { waiting };
  };

export const handler = lambdaStack({ name: 'await-signal', input: AwaitSignalInput }).handler(
  atColdStart(() => {
    const env = parseEnv(AwaitSignalEnv);
    return makeAwaitSignal({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      workflow: sfnWorkflow(sfnClient(), env.RECONCILE_STATE_MACHINE_ARN),
    });
  }),
);
