import type { handler as Handler } from '../../lambdas/handlers/serve-api.ts';
import { rules, subnets } from '../support/clusters.ts';

const environment = {
  CLUSTER_TABLE: 't',
  SIGNALS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/q',
  STACK_NAME: 'mesoscale',
  AWS_REGION: 'eu-west-1',
  PUBLIC_SUBNETS: JSON.stringify(subnets.public),
  CONTROL_RULES: JSON.stringify(rules),
  MAX_TEMPLATE_BYTES: '262144',
  API_LIMITS: JSON.stringify({ deploymentsPerOwner: 10, requestsPerSecond: 20, requestBurst: 200 }),
  CALLBACK_ALLOWED_NETWORKS: '[]',
  API_ACCESS: JSON.stringify({ administrators: [], requiredScopes: { change: [], act: [] } }),
  BUILD_INFO: JSON.stringify({ revision: 'abc123', branch: 'main', time: '2026-02-28T12:00Z' }),
  GATEWAY_FUNCTION_NAME: 'query-mesos',
  WORKLOAD_VOLUME_BASE: '/volumes/',
  ONEDATA_PROVIDER: 'null',
};
const event = {
  httpMethod: 'GET',
  headers: { Host: 'api.example.org' },
  pathParameters: { proxy: 'info' },
  requestContext: { path: '/api/info' },
};
describe('serve-api', () => {
  let handler: typeof Handler;
  beforeAll(async () => {
    process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
    ({ handler } = await import('../../lambdas/handlers/serve-api.ts'));
  });
  // biome-ignore lint/suspicious/noExplicitAny: only what the middleware reads of Lambda's context is given
  const invoke = (input: unknown) => handler(input as any, { functionName: 'serve-api', awsRequestId: 'r' } as any);

  it('is wired from the environment, every fault of which it names', async () => {
    await expect(invoke(event)).rejects.toThrow(/CLUSTER_TABLE is missing.*MAX_TEMPLATE_BYTES/);
    Object.assign(process.env, environment);
    expect(await invoke(event)).toMatchObject({ statusCode: 200, headers: { 'X-Request-ID': expect.any(String) } });
  });

  it('refuses what API Gateway does not send', async () => {
    await expect(invoke({ ...event, httpMethod: undefined })).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});
