/** Invoked by a workload's loop: afterwards Marathon has its services as they are wanted, or Chronos has the jobs. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials, workloadCredentials } from '../adapters/secrets-manager-credentials.ts';
import { InvariantBroken } from '../contracts/error-names.ts';
import { WorkloadEnv } from '../contracts/functions.ts';
import type { ActionResult } from '../contracts/reconcile.ts';
import { SubmitWorkload, type WorkloadDecisionOf } from '../contracts/workload.ts';
import type { ClusterRecord } from '../domain/cluster/records.ts';
import { chronosJob } from '../domain/workload/chronos.ts';
import { serviceContext, wantedServices } from '../domain/workload/decide-services.ts';
import { serviceGroup } from '../domain/workload/marathon.ts';
import type { WorkloadRecord } from '../domain/workload/records.ts';
import type { JobSpec } from '../domain/workload/spec.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { ClusterSecrets, Credentials, WorkloadCredentials } from '../ports/credentials.ts';
import type { Gateway } from '../ports/gateway.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { dynamoClient, lambdaClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { workloadAction, workloadActionInput } from './loop/action.ts';
import { resultOf, schedulerOf } from './loop/scheduler-action.ts';

type Decision = WorkloadDecisionOf<'submit-workload'>;

interface Deps {
  readonly store: Pick<WorkloadStore, 'load'>;
  readonly clusters: Pick<ClusterStore, 'findRecord'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly secrets: Pick<WorkloadCredentials, 'get'>;
  readonly gateway: Pick<Gateway, 'putGroup' | 'putJob'>;
}

interface Submission {
  readonly decision: Decision;
  readonly record: WorkloadRecord;
  readonly host: ClusterRecord;
  readonly accounts: ClusterSecrets;
  readonly values: Readonly<Record<string, string>>;
  readonly gateway: Deps['gateway'];
}

export const makeSubmitWorkload = ({ store, clusters, credentials, secrets, gateway }: Deps) =>
  workloadAction<Decision>(async ({ workloadId, decision }) => {
    const { record } = await store.load(workloadId);
    const { desired } = record;
    const host = await clusters.findRecord(desired.hostClusterId);
    // Since this was decided one of them may have been asked to go.
    if (desired.presence !== 'present' || host?.desired.presence !== 'present') return undefined;
    const accounts = await credentials.get(desired.hostClusterId);
    const { values } = await secrets.get(workloadId, desired.secretVersion);
    const submission = { decision, record, host, accounts, values, gateway };
    return desired.spec.type === 'MARATHON' ? submitServices(submission) : submitJobs(submission, desired.spec.jobs);
  });

async function submitServices({ decision, record, host, accounts, values, gateway }: Submission) {
  const scheduler = schedulerOf(host, accounts.marathon);
  const context = serviceContext(record.desired, scheduler.release, secretIn(values));
  const group = serviceGroup(wantedServices(record), context);
  // An earlier deployment of the same group, which may never end, gives way to this one.
  const answer = await gateway.putGroup({ ...scheduler, group: { ...group }, force: true });
  return resultOf(decision, answer, [...Object.values(values), accounts.marathon.password]);
}

/** In their order, so that no job comes before its parents. What is there already is replaced by the same. */
async function submitJobs(
  { decision, record, host, accounts, values, gateway }: Submission,
  jobs: readonly JobSpec[],
): Promise<ActionResult | undefined> {
  const scheduler = schedulerOf(host, accounts.chronos);
  const { workloadId: deploymentId, volumeBase } = record.desired;
  const wanted = new Set(decision.jobs);
  for (const spec of jobs.filter(({ node }) => wanted.has(node))) {
    const { parents, ...job } = chronosJob(spec, { deploymentId, volumeBase, secretOf: secretIn(values) });
    const after = parents === undefined ? {} : { parents: [...parents] };
    const answer = await gateway.putJob({ ...scheduler, job: { ...job, ...after } });
    const result = resultOf(decision, answer, [...Object.values(values), accounts.chronos.password], 'Chronos');
    if (result !== undefined) return result;
  }
  return undefined;
}

const secretIn =
  (values: Submission['values']) =>
  (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new InvariantBroken(`The workload's secret has no ${name}.`);
    return value;
  };

export const handler = lambdaStack({ name: 'submit-workload', input: workloadActionInput(SubmitWorkload) }).handler(
  atColdStart(() => {
    const env = parseEnv(WorkloadEnv);
    return makeSubmitWorkload({
      store: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      secrets: workloadCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
    });
  }),
);
