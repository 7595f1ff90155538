/** Invoked by the reconcile loop for each pass: afterwards what was observed and decided is recorded; answers what comes next. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { ec2Addresses, ec2Inventory } from '../adapters/ec2-inventory.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { ssmObserver } from '../adapters/ssm-commands.ts';
import { Conflict } from '../contracts/error-names.ts';
import { type ControlRules, PlanClusterEnv } from '../contracts/functions.ts';
import { PlanInput, type PlanOutput } from '../contracts/reconcile.ts';
import { decide } from '../domain/cluster/decide.ts';
import type { Subnets } from '../domain/cluster/offerings.ts';
import type { Plan } from '../domain/cluster/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import { dynamoClient, ec2Client, lambdaClient, secretsClient, ssmClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { type Observers, observeCluster } from './loop/observe-cluster.ts';
import { nextOf, stop } from './loop/plan-output.ts';

interface Deps extends Observers {
  readonly store: Pick<ClusterStore, 'claimPass' | 'loadCluster' | 'savePlan'>;
  readonly clock: Clock;
  readonly rules: ControlRules;
  readonly subnets: Subnets;
}

/** Looks at most this often within one invocation while others write the record. */
const looks = 4;

export const makePlanCluster =
  (deps: Deps) =>
  async (input: PlanInput): Promise<PlanOutput> => {
    const claimed = await deps.store.claimPass(input.clusterId, input.run);
    if (claimed === undefined) return stop(input);
    for (let look = 1; ; look += 1) {
      try {
        return nextOf(input, { plan: await planOnce(deps, input), ...claimed, now: deps.clock.now() });
      } catch (error) {
        if (!(error instanceof Conflict) || look === looks) throw error;
      }
    }
  };

async function planOnce(deps: Deps, { clusterId, results }: PlanInput): Promise<Plan> {
  const { loaded, actual } = await observeCluster(deps, clusterId);
  const { rules, subnets } = deps;
  const now = deps.clock.now();
  const { record, nodes, status } = loaded;
  const plan = decide({ record, nodes, status, actual, results, now, rules, subnets });
  await deps.store.savePlan(clusterId, record.revision, plan, now);
  return plan;
}

export const handler = lambdaStack({ name: 'plan-cluster', input: PlanInput }).handler(
  atColdStart(() => {
    const env = parseEnv(PlanClusterEnv);
    return makePlanCluster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      machines: { ...ec2Inventory(ec2Client(), env.STACK_NAME), ...ec2Addresses(ec2Client()) },
      commands: ssmObserver(ssmClient()),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      clock: systemClock,
      rules: env.CONTROL_RULES,
      subnets: { public: env.PUBLIC_SUBNETS, private: env.PRIVATE_SUBNETS },
    });
  }),
);
