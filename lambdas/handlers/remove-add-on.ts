/** Invoked by the reconcile loop: afterwards Marathon is ending the add-on's apps, or never had them. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { type DecisionOf, RemoveAddOn } from '../contracts/decision.ts';
import { AddOnEnv } from '../contracts/functions.ts';
import { groupIdOf } from '../domain/add-on/add-on.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { Gateway } from '../ports/gateway.ts';
import { dynamoClient, lambdaClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';
import { marathonOf, resultOf } from './loop/scheduler-action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'deleteGroup'>;
}

export const makeRemoveAddOn = ({ store, credentials, gateway }: Deps) =>
  action<DecisionOf<'remove-add-on'>>(async ({ clusterId, decision }) => {
    const { record } = await store.loadCluster(clusterId);
    const { presence, spec } = record.desired;
    // The template may have got it back since this was decided.
    if (presence === 'present' && spec.addOns?.some(({ name }) => name === decision.name)) return undefined;
    const secrets = await credentials.get(clusterId);
    const answer = await gateway.deleteGroup({
      ...marathonOf(record, secrets),
      groupId: groupIdOf(clusterId, decision.name),
      force: true,
    });
    return resultOf(decision, answer, [secrets.marathon.password]);
  });

export const handler = lambdaStack({ name: 'remove-add-on', input: actionInput(RemoveAddOn) }).handler(
  atColdStart(() => {
    const env = parseEnv(AddOnEnv);
    return makeRemoveAddOn({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
    });
  }),
);
