/** A cloud of functions, one API and tables only, around hand-written functions in a temporary directory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRestApi } from '../../../local/apigateway/rest-api.ts';
import { createCallLog } from '../../../local/calls.ts';
import { createClock } from '../../../local/clock.ts';
import { createStack } from '../../../local/cloudformation/stack.ts';
import type { Template, TemplateResource } from '../../../local/cloudformation/template.ts';
import { withoutEffect } from '../../../local/cloudformation/without-effect.ts';
import { createCredentials } from '../../../local/credentials.ts';
import { createDynamoDb } from '../../../local/dynamodb/dynamodb.ts';
import { createFaults } from '../../../local/faults.ts';
import { createEndpoint } from '../../../local/http/endpoint.ts';
import { startServer } from '../../../local/http/server.ts';
import { createLambdaHost } from '../../../local/lambda/host.ts';
import { createInvokePermissions } from '../../../local/lambda/permissions.ts';
import { lambdaResourceTypes } from '../../../local/lambda/resource-types.ts';
import { createLambdaService } from '../../../local/lambda/service.ts';
import { createLogs } from '../../../local/logs.ts';
import { createRandom } from '../../../local/random.ts';
import type { AwsService, RolePolicies } from '../../../local/types.ts';

export interface SmallCloudOptions {
  readonly services?: readonly AwsService[];
  readonly policies?: Readonly<Record<string, RolePolicies>>;
  readonly routerPort?: number;
}

const where = { accountId: '123456789012', region: 'us-east-1' };

export async function startSmallCloud(options: SmallCloudOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'small-cloud-'));
  const clock = createClock({ speed: 'virtual' });
  const faults = createFaults(createRandom('small'));
  const credentials = createCredentials({ ...where, seed: 'small' });
  const calls = createCallLog();
  const logs = createLogs(clock.now);
  const failed: Array<{ queueArn: string; body: string }> = [];
  const dynamodb = createDynamoDb(where);
  const host = createLambdaHost({
    ...{ clock, faults, credentials, logs, ...where },
    endpoint: () => aws.url,
    routerPort: () => options.routerPort ?? 0,
    deliverFailed: (_role, queueArn, body) => failed.push({ queueArn, body }),
    compileCache: join(tmpdir(), 'small-cloud-cache'),
  });
  const services = [dynamodb.service, createLambdaService(host), ...(options.services ?? [])];
  const endpoint = createEndpoint({
    ...{ clock, faults, credentials, calls, logs },
    services: () => services,
    policiesOf: (role) => options.policies?.[role],
  });
  const aws = await startServer(0, endpoint);
  const permissions = createInvokePermissions();
  const restApi = createRestApi({
    ...{ clock, ...where },
    functions: () => host,
    mayInvoke: (name, source) => permissions.allows(name, 'apigateway.amazonaws.com', source),
    url: () => api.url,
    log: (line) => logs.write('local-cloud', line),
  });
  const api = await startServer(0, (request, response) => restApi.respond(request, response));
  const types = {
    ...withoutEffect,
    ...dynamodb.resourceTypes,
    ...restApi.resourceTypes,
    ...lambdaResourceTypes(host, permissions, directory),
  };
  return {
    ...{ clock, faults, credentials, calls, logs, failed, dynamodb, host, aws, api },
    /** For the SDK's clients. */
    client: (key = credentials.user) => ({ region: 'us-east-1', endpoint: aws.url, credentials: key, maxAttempts: 1 }),
    up: (template: Template) =>
      createStack({ template, types, stackName: 'small', ...where, zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] }),
    /** A function's resource, its code written to where the template says. */
    makeFunction(name: string, code: string, properties: Record<string, unknown> = {}): TemplateResource {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'index.mjs'), code);
      return {
        Type: 'AWS::Lambda::Function',
        Metadata: { 'aws:asset:path': name },
        Properties: {
          ...{ FunctionName: name, Handler: 'index.handler', Runtime: 'nodejs24.x', Code: {} },
          ...{ Role: `arn:aws:iam::123456789012:role/${name}-role`, ...properties },
        },
      };
    },
    async close() {
      await host.close();
      await Promise.all([aws.close(), api.close()]);
      clock.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

export type SmallCloud = Awaited<ReturnType<typeof startSmallCloud>>;
