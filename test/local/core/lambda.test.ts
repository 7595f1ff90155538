import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { TemplateResource } from '../../../local/cloudformation/template.ts';
import { type SmallCloud, startSmallCloud } from './small-cloud.ts';

const echo = 'export const handler = async (event, context) => ({ event, context: { ...context }, env: process.env });';
const httpGet = `import http from 'node:http';
  export const handler = ({ url }) => new Promise((resolve) => {
    http.get(url, (answer) => { let text = ''; answer.on('data', (c) => (text += c)).on('end', () => resolve(text)); })
      .on('error', (error) => resolve(error.code + ' ' + error.message));
  });`;

// Threads start slowly on a busy computer.
jest.setTimeout(30_000);

describe('functions', () => {
  let cloud: SmallCloud;
  let heardByRouter: Array<{ host: string | undefined; groups: unknown }>;
  const router = createServer((request, response) => {
    heardByRouter.push({ host: request.headers.host, groups: request.headers['x-local-security-groups'] });
    response.end('from the router');
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve));
    cloud = await startSmallCloud({ routerPort: (router.address() as AddressInfo).port });
    process.env.HOST_ONLY = 'secret of this computer';
    const make = cloud.makeFunction;
    const Resources: Record<string, TemplateResource> = {
      Echo: make('echo', echo, { Environment: { Variables: { TABLE: 't' } }, Timeout: 30, MemorySize: 256 }),
      Count: make('count', 'let n = 0; export const handler = async () => ++n;'),
      Slow: make('slow', 'let n = 0; export const handler = () => new Promise((r) => setTimeout(() => r(++n), 30));', {
        ReservedConcurrentExecutions: 2,
      }),
      Fail: make(
        'fail',
        'class NodeBusy extends Error { name = "NodeBusy" } export const handler = async () => { throw new NodeBusy("busy") };',
      ),
      Crash: make(
        'crash',
        'export const handler = () => new Promise(() => setTimeout(() => { throw new Error("late") }, 1));',
      ),
      Bad: make('bad', 'throw Object.assign(new Error("TABLE is missing"), { name: "Misconfigured" });'),
      Hang: make('hang', 'export const handler = () => new Promise(() => setInterval(() => 0, 1000));', { Timeout: 1 }),
      Callback: make('callback', 'export const handler = (event, context, done) => done();'),
      Date: make(
        'date',
        'export const handler = async () => [Date.now(), new Date().toISOString(), new Date(0) instanceof Date, Date().slice(0, 15)];',
      ),
      Sleep: make(
        'sleep',
        'export const handler = async ({ ms }) => { const t = Date.now(); await new Promise((r) => setTimeout(r, ms)); return Date.now() - t; };',
        { Timeout: 60 },
      ),
      Cancel: make(
        'cancel',
        'import { promisify } from "node:util"; export const handler = async () => { const t = setTimeout(() => { throw 1; }, 5); clearTimeout(t); const [x] = await Promise.all([promisify(setTimeout)(20, "x"), 1]); return [x, typeof +t]; };',
      ),
      Log: make(
        'log',
        'export const handler = async () => { console.log("one\\ntwo"); console.error({ three: 3 }); };',
      ),
      Big: make('big', 'export const handler = async () => "x".repeat(7_000_000);'),
      Inside: make('inside', httpGet, { VpcConfig: { SecurityGroupIds: ['sg-1', 'sg-2'], SubnetIds: ['subnet-1'] } }),
      Outside: make('outside', httpGet),
      Flaky: make('flaky', 'export const handler = async () => { throw new Error("no") };', {
        DeadLetterConfig: { TargetArn: 'arn:dlq' },
      }),
      FlakyAsync: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: 'flaky',
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 1,
          DestinationConfig: { OnFailure: { Destination: 'arn:dest' } },
        },
        DependsOn: 'Flaky',
      },
    };
    await cloud.up({ Resources });
  });
  beforeEach(() => {
    heardByRouter = [];
  });
  afterAll(async () => {
    delete process.env.HOST_ONLY;
    await cloud.close();
    router.close();
  });
  const payloadOf = async (name: string, event: unknown = {}) => (await cloud.host.invoke(name, event)).payload;

  it('get the event, their context and only their own environment', async () => {
    const payload = (await payloadOf('echo', { a: [1] })) as {
      event: unknown;
      context: object;
      env: Record<string, string>;
    };
    expect(payload.event).toEqual({ a: [1] });
    expect(payload.context).toMatchObject({
      functionName: 'echo',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/echo',
    });
    expect(payload.env).toMatchObject({ TABLE: 't', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: cloud.aws.url });
    expect(payload.env.HOST_ONLY).toBeUndefined();
    expect(cloud.credentials.callerOf(payload.env.AWS_ACCESS_KEY_ID ?? '')).toMatchObject({
      kind: 'function',
      functionName: 'echo',
      roleName: 'echo-role',
    });
  });

  it('keep module state between invocations', async () => {
    expect([await payloadOf('count'), await payloadOf('count'), await payloadOf('count')]).toEqual([1, 2, 3]);
  });

  it('run one event per instance at a time, at most as many as are reserved', async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => payloadOf('slow')));
    expect(results.slice(0, 2)).toEqual([1, 1].map((value) => ({ status: 'fulfilled', value })));
    expect(results[2]).toMatchObject({ status: 'rejected', reason: { code: 'TooManyRequestsException', status: 429 } });
    expect(await payloadOf('slow')).toBe(2);
  });

  it.each([
    ['fail', { errorType: 'NodeBusy', errorMessage: 'busy' }],
    ['crash', { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: late' }],
    ['bad', { errorType: 'Misconfigured', errorMessage: 'TABLE is missing' }],
    [
      'hang',
      { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/ Task timed out after 1\.00 seconds$/) },
    ],
    ['callback', { errorType: 'Runtime.CallbackHandlerDeprecated' }],
    ['big', { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('%s reports its error as Lambda does', async (name, error) => {
    const result = await cloud.host.invoke(name, {});
    expect(result.functionError).toBe('Unhandled');
    expect(result.payload).toMatchObject(error);
  });

  it('are started anew after a crash', async () => {
    await payloadOf('crash');
    expect(await payloadOf('crash')).toMatchObject({ errorMessage: 'Error: late' });
  });

  it('see simulated time', async () => {
    await cloud.clock.advance(3_600_000);
    expect(await payloadOf('date')).toEqual([cloud.clock.now(), '2026-01-01T01:00:00.000Z', true, 'Thu Jan 01 2026']);
  });

  it('sleep in simulated time, and time out in it', async () => {
    const real = performance.now();
    let slept: unknown;
    void payloadOf('sleep', { ms: 50_000 }).then((answer) => {
      slept = answer;
    });
    await cloud.clock.runUntil(() => slept !== undefined, { within: 100_000 });
    expect(slept).toBe(50_000);
    slept = undefined;
    void payloadOf('sleep', { ms: 80_000 }).then((answer) => {
      slept = answer;
    });
    await cloud.clock.runUntil(() => slept !== undefined, { within: 100_000 });
    expect(slept).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(performance.now() - real).toBeLessThan(10_000);
  });

  it('sleep in real time when nobody moves the clock', async () => {
    expect(await payloadOf('sleep', { ms: 20 })).toBe(0);
    expect(await payloadOf('cancel')).toEqual(['x', 'number']);
  });

  it('have their output captured line by line', async () => {
    await payloadOf('log');
    expect(cloud.logs.of('log').map(({ line }) => line)).toEqual(['one', 'two', '{ three: 3 }']);
    expect(cloud.logs.search('three')).toHaveLength(1);
  });

  it('reach private addresses from within the VPC through the router, and nothing else', async () => {
    expect(await payloadOf('inside', { url: 'http://10.0.1.5:5050/master/health' })).toBe('from the router');
    expect(await payloadOf('inside', { url: 'http://10.0.1.6:5050/' })).toBe('from the router');
    expect(heardByRouter).toEqual([
      { host: '10.0.1.5:5050', groups: 'sg-1,sg-2' },
      { host: '10.0.1.6:5050', groups: 'sg-1,sg-2' },
    ]);
    expect(await payloadOf('inside', { url: cloud.aws.url })).toMatch(/^ETIMEDOUT connect ETIMEDOUT 127\.0\.0\.1:/);
  });

  it('reach the AWS endpoint from outside the VPC, and no private address', async () => {
    expect(await payloadOf('outside', { url: cloud.aws.url })).toContain('does not emulate');
    expect(await payloadOf('outside', { url: 'http://192.168.0.1/' })).toMatch(/^ETIMEDOUT/);
    expect(heardByRouter).toEqual([]);
  });

  it('are invoked through the API with an unmodified client', async () => {
    const client = new LambdaClient(cloud.client());
    const invoke = async (FunctionName: string, more: object = {}) => {
      const answer = await client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from('{"a":1}'), ...more }));
      return {
        status: answer.StatusCode,
        error: answer.FunctionError,
        text: answer.Payload?.transformToString() ?? '',
      };
    };
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:echo';
    expect(JSON.parse((await invoke(arn)).text)).toMatchObject({ event: { a: 1 } });
    expect(await invoke('fail')).toMatchObject({
      status: 200,
      error: 'Unhandled',
      text: expect.stringContaining('NodeBusy'),
    });
    expect(await invoke('echo', { InvocationType: 'DryRun' })).toMatchObject({ status: 204 });
    await expect(invoke('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody',
    });
    await expect(invoke('echo', { Payload: Buffer.from('{') })).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });

  it('are retried when invoked asynchronously, and then given up', async () => {
    const before = cloud.clock.now();
    cloud.host.invokeAsync('flaky', { x: 1 });
    await cloud.clock.runUntil(() => cloud.failed.length > 0, { within: 600_000 });
    expect(cloud.clock.now() - before).toBe(60_000);
    expect(cloud.host.invocations.get('flaky')).toBe(2);
    const [dead, destination] = cloud.failed;
    expect(dead).toEqual({ queueArn: 'arn:dlq', body: '{"x":1}' });
    expect(destination?.queueArn).toBe('arn:dest');
    expect(JSON.parse(destination?.body ?? '')).toMatchObject({
      requestPayload: { x: 1 },
      responsePayload: { errorMessage: 'no' },
    });
  });

  it.each([
    ['another runtime', { Runtime: 'python3.13' }, 'the runtime python3.13 cannot run here'],
    ['a reserved variable', { Environment: { Variables: { AWS_REGION: 'x' } } }, 'that Lambda reserves: AWS_REGION'],
    [
      'too large an environment',
      { Environment: { Variables: { A: 'x'.repeat(4096) } } },
      'has 4097 bytes; Lambda takes 4096',
    ],
    ['no bundle', { Handler: 'main.handler' }, 'bundle the functions before synthesizing'],
  ])('are refused with %s', async (what, properties, message) => {
    const Bad = cloud.makeFunction(`refused with ${what}`, echo, properties);
    await expect(cloud.up({ Resources: { Bad } })).rejects.toThrow(message);
  });
});
