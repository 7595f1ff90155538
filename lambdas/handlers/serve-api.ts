/** Invoked by API Gateway for every request: the REST API is answered, its errors in the contract's format too. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dynamoClusterStore } from '../adapters/dynamo-cluster-store.ts';
import { dynamoDeploymentStore } from '../adapters/dynamo-deployment-store.ts';
import { dynamoIdempotencyKeys } from '../adapters/dynamo-idempotency-keys.ts';
import { dynamoQuotas } from '../adapters/dynamo-quotas.ts';
import { dynamoWorkloadStore } from '../adapters/dynamo-workload-store.ts';
import { lambdaGateway } from '../adapters/lambda-gateway.ts';
import { secretsManagerCredentials, workloadCredentials } from '../adapters/secrets-manager-credentials.ts';
import { sqsSignals } from '../adapters/sqs-signals.ts';
import { HttpEvent } from '../contracts/api.ts';
import { ServeApiEnv } from '../contracts/functions.ts';
import { dynamoClient, lambdaClient, secretsClient, sqsClient } from '../runtime/aws-clients.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { loggerFor } from '../runtime/logger.ts';
import { systemClock, systemIds } from '../runtime/system.ts';
import { makePace } from './api/pace.ts';
import { makeServeApi } from './api/serve.ts';

const name = 'serve-api';

export const handler = lambdaStack({ name, input: HttpEvent }).handler(
  atColdStart(() => {
    const env = parseEnv(ServeApiEnv);
    return makeServeApi({
      deployments: dynamoDeploymentStore(dynamoClient(), env.CLUSTER_TABLE),
      clusters: dynamoClusterStore(dynamoClient(), env.CLUSTER_TABLE),
      idempotencyKeys: dynamoIdempotencyKeys(dynamoClient(), env.CLUSTER_TABLE),
      quotas: dynamoQuotas(dynamoClient(), env.CLUSTER_TABLE),
      workloads: dynamoWorkloadStore(dynamoClient(), env.CLUSTER_TABLE),
      credentials: secretsManagerCredentials(secretsClient(), env.STACK_NAME),
      workloadCredentials: workloadCredentials(secretsClient(), env.STACK_NAME),
      gateway: lambdaGateway(lambdaClient(), env.GATEWAY_FUNCTION_NAME),
      signals: sqsSignals(sqsClient(), env.SIGNALS_QUEUE_URL),
      checkPace: makePace(env.API_LIMITS),
      clock: systemClock,
      ids: systemIds,
      log: loggerFor(name),
      readPageFile: (file) => readFile(join(import.meta.dirname, 'docs', file), 'utf8'),
      settings: {
        region: env.AWS_REGION,
        zones: [...new Set(env.PUBLIC_SUBNETS.map(({ zone }) => zone))],
        rules: env.CONTROL_RULES,
        maxTemplateBytes: env.MAX_TEMPLATE_BYTES,
        limits: env.API_LIMITS,
        callbackNetworks: env.CALLBACK_ALLOWED_NETWORKS,
        access: env.API_ACCESS,
        build: env.BUILD_INFO,
        workloadVolumeBase: env.WORKLOAD_VOLUME_BASE,
        // Three looks are within the function's time.
        lookMilliseconds: 6_000,
        ...(env.ONEDATA_PROVIDER ? { onedata: env.ONEDATA_PROVIDER } : {}),
      },
    });
  }),
);
