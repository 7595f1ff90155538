import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { prepareAssembly } from '../../../local/assembly.ts';
import { startCloud } from '../../../local/cloud.ts';
import { ASSEMBLY_TIMEOUT_MS, createApiClient, startTestCloud, type TestCloud } from '../../support/local-cloud.ts';

// Threads start slowly on a busy computer.
jest.setTimeout(30_000);

describe('the local cloud', () => {
  let cloud: TestCloud;

  beforeAll(async () => {
    cloud = await startTestCloud({ seed: 'core' });
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => cloud.close());

  it('serves the stack’s API to whom its own issuer gave a token', async () => {
    const me = await cloud.client({ subject: 'me' });
    const { status, json } = await me.get('/deployments');
    expect([status, json.content]).toEqual([200, []]);
    expect((await createApiClient(cloud.apiUrl).get('/deployments')).status).toBe(401);
    expect((await createApiClient(cloud.apiUrl, 'garbage').get('/deployments')).status).toBe(401);
  });

  it('lets a token run out in simulated time', async () => {
    const guest = await cloud.client({ subject: 'guest', lifetimeSeconds: 600 });
    expect((await guest.get('/deployments')).status).toBe(200);
    await cloud.clock.advance(900_000);
    expect((await guest.get('/deployments')).status).toBe(401);
  });

  it('shows what the stack made to AWS clients', async () => {
    const config = { endpoint: cloud.awsEndpoint, region: cloud.region, credentials: cloud.credentials.user };
    const { TableNames } = await new DynamoDBClient(config).send(new ListTablesCommand({}));
    expect(TableNames).toEqual([cloud.stack.outputs.TableName]);
    const { Subnets } = await new EC2Client(config).send(new DescribeSubnetsCommand({}));
    expect(Subnets?.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
      'us-east-1a',
      'us-east-1b',
      'us-east-1c',
    ]);
  });

  it('takes tokens and faults over HTTP', async () => {
    const post = (path: string, body: unknown) =>
      fetch(`${cloud.awsEndpoint}/_local/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const { token } = (await (await post('token', { subject: 'you' })).json()) as { token: string };
    expect((await createApiClient(cloud.apiUrl, token).get('/deployments')).status).toBe(200);
    expect(await (await post('faults', { kind: 'no-capacity', market: 'spot' })).json()).toEqual({ id: 'fault-1' });
    expect(cloud.faults.lacksCapacity('m5.large', 'us-east-1a', 'spot')).toBe(true);
    expect((await post('faults', { kind: 'no-capacity', oops: 1 })).status).toBe(400);
    await fetch(`${cloud.awsEndpoint}/_local/faults`, { method: 'DELETE' });
    expect(cloud.faults.list()).toEqual([]);
    expect((await fetch(`${cloud.awsEndpoint}/_local/nothing`)).status).toBe(404);
  });

  it('runs the stack’s schedules while time passes, without complaints', async () => {
    const sweeps = () => [...cloud.services.functions.invocations].find(([name]) => name.includes('Sweep'))?.[1] ?? 0;
    const before = sweeps();
    await cloud.clock.advance(15 * 60_000);
    expect(sweeps() - before).toBe(3);
    expect(cloud.logs.of('local-cloud')).toEqual([]);
    expect(cloud.services.events.inspect.lost()).toEqual([]);
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(cloud.apiUrl).port);
    const second = startCloud({ template: await prepareAssembly(), speed: 'virtual', port });
    await expect(second).rejects.toThrow(`port ${port} is in use; choose another one or stop what listens there`);
  });

  it('checks invariants at every look', async () => {
    let looks = 0;
    cloud.hold(() => {
      looks += 1;
      if (looks === 3) throw new Error('two leaders');
    });
    await expect(cloud.until(() => false, { everySeconds: 300 })).rejects.toThrow('two leaders');
  });
});
