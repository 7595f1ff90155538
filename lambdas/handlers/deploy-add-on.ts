/** Invoked by the reconcile loop: afterwards Marathon has the add-on's apps as the template wants them, and starts them. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { type DecisionOf, DeployAddOn } from '../contracts/decision.ts';
import { InvariantBroken } from '../contracts/error-names.ts';
import { AddOnEnv } from '../contracts/functions.ts';
import { addOnGroup } from '../domain/add-on/group.ts';
import { attributesOf } from '../domain/cluster/specification-attributes.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import type { Gateway } from '../ports/gateway.ts';
import { dynamoClient, lambdaClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput } from './loop/action.ts';
import { marathonOf, resultOf } from './loop/scheduler-action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster'>;
  readonly deployments: Pick<DeploymentStore, 'find'>;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly gateway: Pick<Gateway, 'putGroup'>;
}

export const makeDeployAddOn = ({ store, deployments, credentials, gateway }: Deps) =>
  action<DecisionOf<'deploy-add-on'>>(async ({ clusterId, decision }) => {
    const { record, nodes } = await store.loadCluster(clusterId);
    const { desired, foundation } = record;
    const { spec } = desired;
    const addOn = spec.addOns?.find(({ name }) => name === decision.name);
    // The template may have changed since this was decided.
    if (desired.presence !== 'present' || addOn === undefined || foundation === undefined) return undefined;
    const owner = (await deployments.find(clusterId))?.owner;
    const secrets = await credentials.get(clusterId, desired.secretVersion);
    const group = addOnGroup(addOn, {
      clusterId,
      release: spec.release,
      attributes: attributesOf(spec, nodes, foundation),
      secretOf: (name) => secretNamed(name, secrets.addOns ?? {}),
      facts: { marathon_username: secrets.marathon.username, marathon_password: secrets.marathon.password },
      ...(owner ? { labels: { created_by: `${owner.subject}@${owner.issuer}` } } : {}),
    });
    // An earlier deployment of the same group, which may never end, gives way to this one.
    const answer = await gateway.putGroup({ ...marathonOf(record, secrets), group: { ...group }, force: true });
    return resultOf(decision, answer, [...Object.values(secrets.addOns ?? {}), secrets.marathon.password]);
  });

function secretNamed(name: string, secrets: Readonly<Record<string, string>>): string {
  const secret = secrets[name];
  if (secret === undefined) throw new InvariantBroken(`The cluster's secret has no ${name}.`);
  return secret;
}

export const handler = lambdaStack({ name: 'deploy-add-on', input: actionInput(DeployAddOn) }).handler(
  atColdStart(() => {
    const env = parseEnv(AddOnEnv);
    return makeDeployAddOn({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
    });
  }),
);
