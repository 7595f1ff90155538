/** A node's calls to AWS: over HTTP, signed with the credentials of its own role, while the clock is held. */
import { Agent, request } from 'node:http';
import type { SimClock } from '../types.ts';
import { type NodeCredentials, signedHeaders } from './signature.ts';

export interface AwsAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: string;
}

export interface NodeAwsClient {
  sendMessage(queueUrl: string, body: string): Promise<AwsAnswer>;
  getSecret(secretId: string): Promise<AwsAnswer>;
  associateAddress(allocationId: string, instanceId: string): Promise<AwsAnswer>;
  describeAddress(allocationId: string): Promise<AwsAnswer>;
}

export interface NodeAwsOptions {
  readonly clock: SimClock;
  readonly region: string;
  /** The AWS endpoint, without a trailing slash. */
  readonly endpoint: () => string;
  readonly credentials: () => NodeCredentials;
  readonly agent: Agent;
}

const ec2Form = (parameters: Record<string, string>) =>
  new URLSearchParams({ ...parameters, Version: '2016-11-15' }).toString();

export function createNodeAwsClient(options: NodeAwsOptions): NodeAwsClient {
  const json = (service: string, version: string, target: string, url: string, body: unknown) =>
    post(options, service, url, JSON.stringify(body), {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': target,
    });
  const ec2 = (parameters: Record<string, string>) =>
    post(options, 'ec2', options.endpoint(), ec2Form(parameters), {
      'content-type': 'application/x-www-form-urlencoded',
    });
  return {
    sendMessage: (QueueUrl, MessageBody) =>
      json('sqs', '1.0', 'AmazonSQS.SendMessage', new URL(QueueUrl).origin, { QueueUrl, MessageBody }),
    getSecret: (SecretId) =>
      json('secretsmanager', '1.1', 'secretsmanager.GetSecretValue', options.endpoint(), { SecretId }),
    associateAddress: (AllocationId, InstanceId) =>
      ec2({ Action: 'AssociateAddress', AllocationId, InstanceId, AllowReassociation: 'true' }),
    describeAddress: (allocationId) => ec2({ Action: 'DescribeAddresses', 'AllocationId.1': allocationId }),
  };
}

/** Never throws: what does not reach the service answers with status 0. */
async function post(
  { clock, region, credentials, agent }: NodeAwsOptions,
  service: string,
  base: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<AwsAnswer> {
  const url = new URL('/', base);
  const signed = signedHeaders({ url, service, region, headers, body, time: new Date(clock.now()) }, credentials());
  const release = clock.hold();
  try {
    return await exchange(url, signed, body, agent);
  } catch (error) {
    return { ok: false, status: 0, body: (error as Error).message };
  } finally {
    release();
  }
}

function exchange(url: URL, headers: Record<string, string>, body: string, agent: Agent): Promise<AwsAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve({ ok: status >= 200 && status < 300, status, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Connections are shared by all nodes, or a thousand of them would open a thousand. */
export function createConnections(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 32 });
}
