/** Invoked by a cluster's or a workload's loop: afterwards what the deployment's callback is to be told is on the callbacks queue. */
import * as z from 'zod';
import { sqsCallbacks } from '../adapters/callback-queue.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { SendCallback } from '../contracts/decision.ts';
import { SendCallbackEnv } from '../contracts/functions.ts';
import { idOf, Subject } from '../contracts/reconcile.ts';
import { callbackMessage } from '../domain/deployment/callback.ts';
import type { Callbacks } from '../ports/callbacks.ts';
import type { DeploymentStore } from '../ports/deployment-store.ts';
import { dynamoClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { carryOut } from './loop/action.ts';

interface Deps {
  readonly deployments: Pick<DeploymentStore, 'find'>;
  readonly callbacks: Callbacks;
}

const SendCallbackInput = z.intersection(Subject, z.object({ run: z.number().int(), decision: SendCallback }));
type SendCallbackInput = z.infer<typeof SendCallbackInput>;

/** Repeated, it tells twice: the loop crosses out what it knows to be sent, and a receiver may hear the same again. */
export const makeSendCallback =
  ({ deployments, callbacks }: Deps) =>
  (input: Subject & Pick<SendCallbackInput, 'decision'>) =>
    carryOut(input.decision, async () => {
      const deployment = await deployments.find(idOf(input));
      if (deployment?.callback !== undefined) await callbacks.send(callbackMessage(input.decision, deployment));
      return undefined;
    });

export const handler = lambdaStack({ name: 'send-callback', input: SendCallbackInput }).handler(
  atColdStart(() => {
    const env = parseEnv(SendCallbackEnv);
    return makeSendCallback({
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      callbacks: sqsCallbacks(sqsClient(), env.CALLBACKS_QUEUE_URL),
    });
  }),
);
