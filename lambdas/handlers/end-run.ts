/** Invoked by the reconcile loop at its end: afterwards the run is over, or must plan again because a signal came meanwhile. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { sfnWorkflow } from '../adapters/sfn-workflow.ts';
import { EndRunEnv } from '../contracts/functions.ts';
import { EndRunInput, type EndRunOutput } from '../contracts/reconcile.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import { dynamoClient, sfnClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { type SignalDeps, signalCluster } from './loop/signal-cluster.ts';

type Deps = SignalDeps & { readonly store: Pick<ClusterStore, 'addSignal' | 'endRun'> };

export const makeEndRun =
  (deps: Deps) =>
  async ({ clusterId, run, seenSignalSeq, mode }: EndRunInput): Promise<EndRunOutput> => {
    if (mode === 'end') return { ended: await deps.store.endRun(clusterId, run, seenSignalSeq) };
    // Signalled whether or not this call ended the run: an earlier try may have stopped between the two.
    await deps.store.endRun(clusterId, run, undefined);
    await signalCluster(deps, clusterId);
    return { ended: true };
  };

export const handler = lambdaStack({ name: 'end-run', input: EndRunInput }).handler(
  atColdStart(() => {
    const env = parseEnv(EndRunEnv);
    return makeEndRun({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      workflow: sfnWorkflow(sfnClient(), env.RECONCILE_STATE_MACHINE_ARN),
    });
  }),
);
