/** Invoked by a workload's loop for each pass: afterwards what was seen and decided is recorded; answers what comes next. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { sqsSignals } from '../adapters/sqs-signals.ts';
import { PlanWorkloadEnv } from '../contracts/functions.ts';
import { PlanWorkloadInput, type PlanWorkloadOutput } from '../contracts/workload.ts';
import { decideWorkload, type WorkloadPlan } from '../domain/workload/decide-workload.ts';
import type { WorkloadRecord } from '../domain/workload/records.ts';
import { seenOf, waitsForRoom } from '../domain/workload/seen.ts';
import type { HostView } from '../domain/workload/situation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Signals } from '../ports/signals.ts';
import type { WorkloadStore } from '../ports/workload-store.ts';
import { dynamoClient, lambdaClient, secretsClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { type HostObservers, observeHost } from './loop/observe-host.ts';
import { planPass } from './loop/plan-pass.ts';

interface Deps extends HostObservers {
  readonly store: Pick<WorkloadStore, 'claimPass' | 'load' | 'savePlan' | 'settleClaim'>;
  readonly signals: Signals;
  readonly clock: Clock;
}

export const makePlanWorkload =
  (deps: Deps) =>
  (input: PlanWorkloadInput): Promise<PlanWorkloadOutput> =>
    planPass(input, {
      id: input.workloadId,
      store: deps.store,
      now: () => deps.clock.now(),
      plan: (pass) => planOnce(deps, pass),
    });

async function planOnce(deps: Deps, { workloadId, results }: PlanWorkloadInput): Promise<WorkloadPlan> {
  const { record, status, hasCallback } = await deps.store.load(workloadId);
  const host = await observeHost(deps, record);
  const now = deps.clock.now();
  const plan = decideWorkload({ record, status, hasCallback, host, results, now });
  await deps.store.savePlan(workloadId, record.revision, plan, now);
  // It runs, or has run, or never will: Mesos' own word on what is used holds again.
  if (plan.settled) await deps.store.settleClaim(record.desired.hostClusterId, workloadId);
  if (needsSlaves(host, record))
    await deps.signals.send({ kind: 'load-changed', clusterId: record.desired.hostClusterId });
  return plan;
}

/** Tasks wait, and something is new since the last pass. Where slaves follow the load, the look of each minute would see it later. */
function needsSlaves(host: HostView, { progress }: WorkloadRecord): boolean {
  return host.state === 'answering' && host.isElastic && waitsForRoom(host) && seenOf(host) !== progress.seen;
}

export const handler = lambdaStack({ name: 'plan-workload', input: PlanWorkloadInput }).handler(
  atColdStart(() => {
    const env = parseEnv(PlanWorkloadEnv);
    return makePlanWorkload({
      store: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      signals: sqsSignals(sqsClient(), env.SIGNALS_QUEUE_URL),
      clock: systemClock,
    });
  }),
);
