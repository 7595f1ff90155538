/** Invoked by API Gateway for every request: the REST API is answered, its errors in the contract's format too. */
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { secretsManagerCredentials } from '../adapters/secrets-manager-credentials.ts';
import { sqsSignals } from '../adapters/sqs-signals.ts';
import { HttpEvent } from '../contracts/api.ts';
import { ServeApiEnv } from '../contracts/functions.ts';
import { dynamoClient, secretsClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { loggerFor } from '../runtime/logger.ts';
import { systemClock, systemIds } from '../runtime/system.ts';
import { makeServeApi } from './api/serve.ts';

const name = 'serve-api';

export const handler = lambdaStack({ name, input: HttpEvent }).handler(
  atColdStart(() => {
    const env = parseEnv(ServeApiEnv);
    return makeServeApi({
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      signals: sqsSignals(sqsClient(), env.SIGNALS_QUEUE_URL),
      clock: systemClock,
      ids: systemIds,
      log: loggerFor(name),
      settings: {
        region: env.AWS_REGION,
        zones: [...new Set(env.PUBLIC_SUBNETS.map(({ zone }) => zone))],
        rules: env.CONTROL_RULES,
        maxTemplateBytes: env.MAX_TEMPLATE_BYTES,
      },
    });
  }),
);
