/** Invoked by the reconcile loop for each pass: afterwards what was observed and decided is recorded; answers what comes next. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { ec2Addresses, ec2Interruptions, ec2Inventory } from '../adapters/ec2-inventory.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { sqsSignals } from '../adapters/sqs-signals.ts';
import { ssmObserver } from '../adapters/ssm-commands.ts';
import { type ControlRules, PlanClusterEnv } from '../contracts/functions.ts';
import { PlanInput, type PlanOutput } from '../contracts/reconcile.ts';
import { decide } from '../domain/cluster/decide.ts';
import type { Subnets } from '../domain/cluster/offerings.ts';
import type { Plan } from '../domain/cluster/plan.ts';
import type { ClusterRecord } from '../domain/cluster/records.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Signals } from '../ports/signals.ts';
import { dynamoClient, ec2Client, lambdaClient, secretsClient, sqsClient, ssmClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { type Observers, observeCluster } from './loop/observe-cluster.ts';
import { planPass } from './loop/plan-pass.ts';

interface Deps extends Observers {
  readonly store: Pick<ClusterStore, 'claimPass' | 'loadCluster' | 'savePlan'>;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly rules: ControlRules;
  readonly subnets: Subnets;
}

export const makePlanCluster =
  (deps: Deps) =>
  (input: PlanInput): Promise<PlanOutput> =>
    planPass(input, {
      id: input.clusterId,
      store: deps.store,
      now: () => deps.clock.now(),
      plan: (pass) => planOnce(deps, pass),
    });

async function planOnce(deps: Deps, { clusterId, results }: PlanInput): Promise<Plan> {
  const { loaded, actual } = await observeCluster(deps, clusterId);
  const { rules, subnets } = deps;
  const now = deps.clock.now();
  const { record, nodes, status, hasCallback } = loaded;
  const plan = decide({ record, nodes, status, hasCallback, actual, results, now, rules, subnets });
  await deps.store.savePlan(clusterId, record.revision, plan, now);
  await wakeWorkloads(deps, record, plan);
  return plan;
}

/**
 * With a new master Marathon and Chronos may have forgotten what they were to run: a lone master's disk is gone. Each workload's loop
 * looks for itself. Sent after the plan is stored and so perhaps not at all; a workload that runs looks again in some hours in any case.
 */
async function wakeWorkloads(
  { signals }: Pick<Deps, 'signals'>,
  { workloads = {} }: ClusterRecord,
  { changedNodes }: Plan,
): Promise<void> {
  if (!changedNodes.some(({ role, status }) => role === 'master' && status === 'ready')) return;
  for (const workloadId of Object.keys(workloads)) await signals.send({ kind: 'workload-changed', workloadId });
}

export const handler = lambdaStack({ name: 'plan-cluster', input: PlanInput }).handler(
  atColdStart(() => {
    const env = parseEnv(PlanClusterEnv);
    return makePlanCluster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: {
        ...ec2Inventory(ec2Client(), env.STACK_NAME),
        ...ec2Interruptions(ec2Client()),
        ...ec2Addresses(ec2Client()),
      },
      commands: ssmObserver(ssmClient()),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      workloads: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      signals: sqsSignals(sqsClient(), env.SIGNALS_QUEUE_URL),
      clock: systemClock,
      rules: env.CONTROL_RULES,
      subnets: { public: env.PUBLIC_SUBNETS, private: env.PRIVATE_SUBNETS },
    });
  }),
);
