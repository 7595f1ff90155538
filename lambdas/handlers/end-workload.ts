/** Invoked by a workload's loop: afterwards its cluster does not count it any more; with `forget` its secret and records are gone. */
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { workloadCredentials } from '../adapters/secrets-manager-credentials.ts';
import { EndWorkloadEnv } from '../contracts/functions.ts';
import { EndWorkload, type WorkloadDecisionOf } from '../contracts/workload.ts';
import type { WorkloadCredentials } from '../ports/credentials.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { dynamoClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { workloadAction, workloadActionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<WorkloadStore, 'load' | 'releaseClaim' | 'forget'>;
  readonly secrets: Pick<WorkloadCredentials, 'remove'>;
}

/** The record goes last: by it whatever stopped in between is found and done again. */
export const makeEndWorkload = ({ store, secrets }: Deps) =>
  workloadAction<WorkloadDecisionOf<'end-workload'>>(async ({ workloadId, decision }) => {
    const { record, status } = await store.load(workloadId);
    // One without deployment is wanted by nobody, whatever its record says.
    if (record.desired.presence === 'present' && status !== undefined) return undefined;
    await store.releaseClaim(record.desired.hostClusterId, workloadId);
    if (!decision.forget) return undefined;
    await secrets.remove(workloadId);
    await store.forget(workloadId);
    return undefined;
  });

export const handler = lambdaStack({ name: 'end-workload', input: workloadActionInput(EndWorkload) }).handler(
  atColdStart(() => {
    const env = parseEnv(EndWorkloadEnv);
    return makeEndWorkload({
      store: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      secrets: workloadCredentials(secretsClient(), env.STACK_NAME),
    });
  }),
);
