import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ClusterId } from '../../lambdas/contracts/cluster.ts';
import { InvalidInput, Misconfigured, Throttled } from '../../lambdas/contracts/error-names.ts';
import { LaunchMasterEnv, PlanClusterEnv } from '../../lambdas/contracts/functions.ts';
import { atColdStart } from '../../lambdas/runtime/cold-start.ts';
import { parseEnv } from '../../lambdas/runtime/env.ts';
import { lambdaStack } from '../../lambdas/runtime/lambda-stack.ts';
import { systemIds } from '../../lambdas/runtime/system.ts';
import { clusterId, rules, subnets } from '../support/clusters.ts';

class CapturingLogger extends Logger {
  readonly lines: Record<string, unknown>[] = [];
  override printLog(_level: number, item: { getAttributes(): Record<string, unknown> }): void {
    this.lines.push(item.getAttributes());
  }
}
const context = {
  awsRequestId: 'request-1',
  functionName: 'f',
  invokedFunctionArn: 'arn',
  memoryLimitInMB: '256',
} as Context;
const stack = (handle: (input: { clusterId: string; password?: string | undefined }) => Promise<unknown>) => {
  const logger = new CapturingLogger({ persistentKeys: { function: 'test' } });
  const input = z.object({ clusterId: z.string(), password: z.string().optional() });
  return { logger, handler: lambdaStack({ name: 'test', input, logger }).handler(handle) };
};

describe('lambdaStack', () => {
  it('hands over the parsed input and answers with the result', async () => {
    const { handler } = stack(async ({ clusterId: id }) => ({ id }));
    expect(await handler({ clusterId, extra: 1 } as never, context)).toEqual({ id: clusterId });
  });

  it('gives every line the request id and the cluster, and nothing else of the event', async () => {
    const { handler, logger } = stack(async () => logger.info('worked'));
    await handler({ clusterId, password: 's3cret' }, context);
    expect(logger.lines).toMatchObject([
      { message: 'worked', function_request_id: 'request-1', clusterId, function: 'test' },
    ]);
    expect(JSON.stringify(logger.lines)).not.toContain('s3cret');
  });

  it('refuses input that is wrong, naming fields and no values', async () => {
    const { handler } = stack(async () => undefined);
    const refused = handler({ password: 's3cret' } as never, context);
    await expect(refused).rejects.toThrow(InvalidInput);
    await expect(refused).rejects.toThrow('Input of test is wrong: clusterId (invalid_type).');
  });

  it('logs an error once and throws it on under its name', async () => {
    const { handler, logger } = stack(() => Promise.reject(new Throttled('slow down')));
    await expect(handler({ clusterId }, context)).rejects.toMatchObject({ name: 'Throttled' });
    expect(logger.lines).toMatchObject([{ level: 'WARN', message: 'function failed', errorName: 'Throttled' }]);
  });
});

describe('parseEnv', () => {
  const environment = {
    CLUSTER_TABLE: 'table',
    STACK_NAME: 'mesoscale',
    AWS_REGION: 'eu-west-1',
    PUBLIC_SUBNETS: JSON.stringify(subnets.public),
    PRIVATE_SUBNETS: '[]',
    GATEWAY_FUNCTION_NAME: 'gateway',
    SIGNALS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/signals',
    CONTROL_RULES: JSON.stringify(rules),
  };

  it('reads JSON where a variable holds some', () => {
    expect(parseEnv(PlanClusterEnv, environment)).toMatchObject({
      PUBLIC_SUBNETS: subnets.public,
      CONTROL_RULES: rules,
    });
  });

  it('tells every fault by name and no value', () => {
    const wrong = { CLUSTER_TABLE: 'table', PUBLIC_SUBNETS: '[s3cret', CONTROL_RULES: '{"startAttempts":"s3cret"}' };
    const parse = () => parseEnv(LaunchMasterEnv, wrong);
    expect(parse).toThrow(Misconfigured);
    expect(parse).toThrow(
      /STACK_NAME is missing; .*PUBLIC_SUBNETS has a wrong value .*CONTROL_RULES has a wrong value at/,
    );
    expect(parse).not.toThrow(/s3cret/);
  });
});

describe('atColdStart', () => {
  it('builds at the first call, and only then', async () => {
    const built: number[] = [];
    const handle = atColdStart<number, number>(() => {
      built.push(1);
      return async (n) => n * 2;
    });
    expect(built).toEqual([]);
    expect([await handle(2), await handle(3), built.length]).toEqual([4, 6, 1]);
  });
});

describe('systemIds', () => {
  it('makes uuids that order by time and are cluster ids', () => {
    const id = systemIds.uuid();
    expect(ClusterId.safeParse(id).success).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace(/-/g, '').slice(0, 12), 16)).toBeLessThanOrEqual(Date.now());
    expect(systemIds.secret(24)).toMatch(/^[\w-]{32}$/);
  });
});
