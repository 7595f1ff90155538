/**
 * The only place that builds SDK clients: once per container, few attempts, short timeouts, so that a function fails with a
 * retryable error before its own timeout and the state machine decides about more attempts. Unused ones are shaken off the
 * bundles.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Times in milliseconds. Unless told to throw, the SDK only warns when a request takes longer, and goes on waiting. */
const patience = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
/** Launches of hundreds of instances, and invocations of another function, answer late. */
const longPatience = { ...patience, requestTimeout: 30_000 };

const settings = { retryMode: 'standard', maxAttempts: 3, requestHandler: patience };

function once<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => {
    built ??= build();
    return built;
  };
}

/** Signals wait for metrics to be published: not for long. */
export const cloudwatchClient = /* @__PURE__ */ once(
  () => new CloudWatchClient({ ...settings, maxAttempts: 2, requestHandler: { ...patience, requestTimeout: 3_000 } }),
);
/** Document client: plain values in, plain values out; `undefined` fields are left out. */
export const dynamoClient = /* @__PURE__ */ once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient(settings), { marshallOptions: { removeUndefinedValues: true } }),
);
export const ec2Client = /* @__PURE__ */ once(() => new EC2Client({ ...settings, requestHandler: longPatience }));
export const iamClient = /* @__PURE__ */ once(() => new IAMClient(settings));
/** One attempt: a gateway that did not answer in time is asked again in the next pass. */
export const lambdaClient = /* @__PURE__ */ once(
  () => new LambdaClient({ ...settings, maxAttempts: 1, requestHandler: longPatience }),
);
export const secretsClient = /* @__PURE__ */ once(() => new SecretsManagerClient(settings));
export const sfnClient = /* @__PURE__ */ once(() => new SFNClient(settings));
export const sqsClient = /* @__PURE__ */ once(() => new SQSClient(settings));
export const ssmClient = /* @__PURE__ */ once(() => new SSMClient(settings));
