/**
 * Invoked by the reconcile loop: afterwards the cluster has the alarms of its elastic slaves, or has none. Repeatable; should it run
 * late, when the cluster is to be removed, it makes none, and what it has made just before is found by the sweep.
 */
import { cloudwatchAlarms } from '../adapters/cloudwatch-alarms.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { type DecisionOf, SetAlarms } from '../contracts/decision.ts';
import { SetAlarmsEnv } from '../contracts/functions.ts';
import type { Alarms } from '../ports/alarms.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import { cloudwatchClient, dynamoClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'findRecord'>;
  readonly alarms: Pick<Alarms, 'set' | 'remove'>;
}

export const makeSetAlarms = ({ store, alarms }: Deps) =>
  action<DecisionOf<'set-alarms'>>(async ({ clusterId, decision }) => {
    const record = await store.findRecord(clusterId);
    if (record?.desired.presence !== 'present') return undefined;
    if (decision.present) await alarms.set(clusterId);
    else await alarms.remove(clusterId);
    return undefined;
  });

export const handler = lambdaStack({ name: 'set-alarms', input: actionInput(SetAlarms) }).handler(
  atColdStart(() => {
    const env = parseEnv(SetAlarmsEnv);
    return makeSetAlarms({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      alarms: cloudwatchAlarms(cloudwatchClient(), env.STACK_NAME),
    });
  }),
);
