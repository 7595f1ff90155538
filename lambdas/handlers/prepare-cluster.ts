/**
 * Invoked by the reconcile loop: afterwards all that a cluster stands on besides instances exists and is recorded, and what
 * earlier generations had and nobody uses any more is gone.
 */
import { awsFoundations } from '../adapters/aws-foundations.ts';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { nodeSettings } from '../adapters/node-settings.ts';
import { type DecisionOf, PrepareCluster } from '../contracts/decision.ts';
import { PrepareClusterEnv } from '../contracts/functions.ts';
import { groupsOf } from '../domain/cluster/spec.ts';
import type { ClusterStore } from '../ports/cluster-store.ts';
import type { Foundations } from '../ports/foundations.ts';
import { dynamoClient, ec2Client, iamClient, secretsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { action, actionInput, failed } from './loop/action.ts';

interface Deps {
  readonly store: Pick<ClusterStore, 'loadCluster' | 'saveFoundation'>;
  readonly foundations: Pick<Foundations, 'prepare' | 'release'>;
}

export const makePrepareCluster = ({ store, foundations }: Deps) =>
  action<DecisionOf<'prepare-cluster'>>(async ({ clusterId, decision }) => {
    const { record, nodes } = await store.loadCluster(clusterId);
    const { desired, foundation: before } = record;
    if (desired.presence !== 'present') return undefined;
    const prepared = await foundations.prepare(desired, decision.masterZones, before);
    if (before === undefined) {
      await store.saveFoundation(clusterId, prepared);
      return undefined;
    }
    // Recorded first: a launch must not name what is released. If this stops in between, it is known that something may be left.
    await store.saveFoundation(clusterId, { ...prepared, surplus: before.surplus ?? ['what was prepared earlier'] });
    const left = await foundations.release(desired, prepared);
    await store.saveFoundation(clusterId, left.length === 0 ? prepared : { ...prepared, surplus: left });
    const groups = new Set(groupsOf(desired.spec).map(({ name }) => name));
    const isUsed = nodes.some((node) => !groups.has(node.group));
    return left.length === 0 || isUsed ? undefined : failed(decision, 'Conflict', `still in use: ${left.join(', ')}`);
  });

export const handler = lambdaStack({ name: 'prepare-cluster', input: actionInput(PrepareCluster) }).handler(
  atColdStart(() => {
    const env = parseEnv(PrepareClusterEnv);
    const clients = { ec2: ec2Client(), iam: iamClient(), secrets: secretsClient() };
    return makePrepareCluster({
      store: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      foundations: awsFoundations({ ...clients, settings: nodeSettings(env) }),
    });
  }),
);
