/** APIs that throttle or break down for a while. */
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

describe('a cluster', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await openFaultLab('api');
  }, ASSEMBLY_TIMEOUT_MS);
  afterEach(() => lab.cloud.faults.clear());
  afterAll(() => lab.close());

  const trouble = { kind: 'api-error', caller: 'function' } as const;
  const throttling = [
    { ...trouble, service: 'ec2', code: 'RequestLimitExceeded', status: 503 },
    { ...trouble, service: 'iam', code: 'Throttling' },
    { ...trouble, service: 'lambda', code: 'TooManyRequestsException', status: 429 },
    ...['ssm', 'states', 'secretsmanager', 'sqs'].map((service) => ({
      ...trouble,
      service,
      code: 'ThrottlingException',
    })),
  ];

  it.each([
    ['all services but the store throttle', throttling],
    ['the store throttles', [{ ...trouble, service: 'dynamodb', code: 'ProvisionedThroughputExceededException' }]],
    ['every service breaks down', [{ ...trouble, code: 'InternalFailure', status: 500 }]],
  ])('is made, healed and removed although %s, at first always and then often', async (_, troubles) => {
    const { faults, clock } = lab.cloud;
    const cluster = await lab.create({});
    for (const fault of troubles) faults.add(fault);
    await clock.advance(3 * 60_000);
    faults.clear();
    for (const fault of troubles) faults.add({ ...fault, probability: 0.2 });
    await cluster.untilStatus('CREATE_COMPLETE');
    await lab.terminate(cluster.alive('slave').map(({ instanceId }) => instanceId));
    await lab.cloud.until(() => cluster.launched() === 4, { what: 'the replacement' });
    // The API's own calls to DynamoDB fail as well; whoever asks asks again.
    await lab.cloud.until(async () => (await cluster.requestDelete()).status === 204, { what: 'an accepted DELETE' });
    await cluster.untilGone();
    expect(cluster.launched()).toBe(4);
  });
});
