/** Invoked by the reconcile loop: afterwards Marathon starts elsewhere what it ran on these slaves. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { type DecisionOf, MoveServices } from '../contracts/decision.ts';
import { MoveServicesEnv } from '../contracts/functions.ts';
import { info } from '../domain/cluster/step.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { Gateway } from '../ports/gateway.ts';
import { dynamoClient, lambdaClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';
import { action, actionInput, failed } from './loop/action.ts';
import { marathonOf } from './loop/scheduler-action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'addActivity'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'moveServices'>;
  readonly clock: Clock;
}

export const makeMoveServices = ({ store, credentials, gateway, clock }: Deps) =>
  action<DecisionOf<'move-services'>>(async ({ clusterId, decision }) => {
    const { record, nodes } = await store.loadCluster(clusterId);
    const draining = new Set(nodes.filter(({ status }) => status === 'draining').map(({ privateIp }) => privateIp));
    // A node may have been called back since.
    const hosts = decision.addresses.filter((address) => draining.has(address));
    if (record.desired.presence !== 'present' || hosts.length === 0) return undefined;
    const secrets = await credentials.get(clusterId, record.desired.secretVersion);
    const answer = await gateway.moveServices({ ...marathonOf(record, secrets), hosts });
    if (answer === undefined) return failed(decision, 'DependencyUnavailable', 'Marathon did not move its tasks');
    if (answer.moved > 0) {
      await store.addActivity(clusterId, [info(`${decision.reason}: ${answer.moved} tasks`)], clock.now());
    }
    return undefined;
  });

export const handler = lambdaStack({ name: 'move-services', input: actionInput(MoveServices) }).handler(
  atColdStart(() => {
    const env = parseEnv(MoveServicesEnv);
    return makeMoveServices({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      clock: systemClock,
    });
  }),
);
