/** Callbacks to a real receiver, which does what receivers do: fails, hangs, redirects, is not there. */
import { type CallbackReceiver, startReceiver } from '../support/callback-receiver.ts';
import { type E2eCluster, type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { FAULT_TEST_TIMEOUT_MS, templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const template = templateOf({ masters: 1, slaves: 1, loadBalancers: 0 });
const created = ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'];
/** More than all waits between the attempts together. */
const patienceMs = 20 * 60_000;

describe('a deployment with a callback', () => {
  let lab: E2eLab;
  let receiver: CallbackReceiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    lab = await openE2eLab('callbacks');
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(async () => {
    await lab.close();
    await receiver.close();
  });

  const deploy = (path: string, request: Readonly<Record<string, unknown>> = {}): Promise<E2eCluster> =>
    lab.deploy(template, { callback: receiver.url(path), ...request });
  const until = (path: string, statuses: readonly string[]) =>
    lab.cloud.until(() => receiver.statuses(path).length >= statuses.length, { what: `${statuses} at ${path}` });
  const messagesLeft = () =>
    lab.cloud.services.sqs.inspect
      .queues()
      .filter(({ settings }) => settings.name.includes('Callbacks'))
      .flatMap((queue) => queue.list());

  it(
    'tells each status once and in order, as the API tells it, and nothing of the deletion',
    async () => {
      const cluster = await deploy('/order');
      await cluster.untilStatus('CREATE_COMPLETE');
      await until('/order', created);
      const shown = await cluster.show();
      await lab.removeAll([cluster]);
      await lab.cloud.clock.advance(patienceMs);
      expect(receiver.statuses('/order')).toEqual(created);
      const [first, second] = receiver.received.filter(({ path }) => path === '/order');
      expect(first?.json).toMatchObject({ uuid: cluster.id, outputs: {}, task: 'DEPLOYER', links: [] });
      expect(second?.json).toEqual({ ...shown, links: [] });
      expect(second?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'mesoscale' });
      expect(messagesLeft()).toEqual([]);
    },
    FAULT_TEST_TIMEOUT_MS,
  );

  it(
    'is not delayed by a receiver that fails, and the receiver is told in the end',
    async () => {
      receiver.behave('/fails', 200, 503, 503);
      const cluster = await deploy('/fails');
      await cluster.untilStatus('CREATE_COMPLETE');
      const asked = lab.cloud.clock.now();
      await until('/fails', [...created, 'CREATE_COMPLETE', 'CREATE_COMPLETE']);
      expect(receiver.statuses('/fails')).toEqual([...created, 'CREATE_COMPLETE', 'CREATE_COMPLETE']);
      expect(lab.cloud.clock.now() - asked).toBeGreaterThanOrEqual(60_000);
      await lab.cloud.clock.advance(patienceMs);
      expect(receiver.statuses('/fails')).toHaveLength(4);
      expect(await cluster.log()).not.toMatch(/the callback is not told/);
      await lab.removeAll([cluster]);
    },
    FAULT_TEST_TIMEOUT_MS,
  );

  it(
    'tells a failure with its reason',
    async () => {
      const fault = lab.cloud.faults.add({ kind: 'node', role: 'slave', bootDelaySeconds: 300 });
      const cluster = await deploy('/failure', { timeoutMins: 1 });
      await cluster.untilStatus('CREATE_FAILED', { withinSeconds: 90 });
      lab.cloud.faults.remove(fault);
      await until('/failure', ['CREATE_IN_PROGRESS', 'CREATE_FAILED']);
      const { statusReason } = await cluster.show();
      expect(receiver.statuses('/failure')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_FAILED']);
      expect(receiver.received.at(-1)?.json).toMatchObject({ uuid: cluster.id, statusReason, links: [] });
      await lab.removeAll([cluster]);
      expect(receiver.statuses('/failure')).toHaveLength(2);
    },
    FAULT_TEST_TIMEOUT_MS,
  );

  it(
    'says in its log what became of callbacks that were not taken',
    async () => {
      const target = receiver.url('/target');
      receiver.behave('/gone', 200, 410);
      receiver.behave('/redirects', { redirectTo: target }, { redirectTo: target });
      const clusters = await Promise.all([
        deploy('/gone'),
        deploy('/redirects'),
        // Port 1 is nobody's; one that was free a moment ago may be another test's by now.
        lab.deploy(template, { callback: 'http://127.0.0.1:1/' }),
        // Resolves to loopback, which this cloud allows.
        lab.deploy(template, { callback: 'http://localhost.:1/' }),
      ]);
      await lab.complete(clusters);
      await lab.cloud.clock.advance(patienceMs);
      const logs = await Promise.all(clusters.map((cluster) => cluster.log()));
      const told = logs.map((log) => log.split('\n').filter((line) => line.includes('the callback is not told')));
      expect(told[0]).toEqual([expect.stringMatching(/CREATE_COMPLETE: it answered 410$/)]);
      expect(told[1]).toEqual([
        expect.stringMatching(/CREATE_IN_PROGRESS: it answered 307, and redirects are not followed$/),
        expect.stringMatching(/CREATE_COMPLETE: it answered 307, and redirects are not followed$/),
      ]);
      for (const lines of told.slice(2)) {
        expect(lines).toContainEqual(
          expect.stringMatching(/CREATE_COMPLETE: it cannot be reached \(ECONNREFUSED\), 6 times$/),
        );
      }
      expect(receiver.statuses('/target')).toEqual([]);
      expect(messagesLeft()).toEqual([]);
      await lab.removeAll(clusters);
      lab.expectEmpty();
    },
    FAULT_TEST_TIMEOUT_MS,
  );

  it(
    'is not delayed by a receiver that hangs',
    async () => {
      receiver.behave('/hangs', 200, 'hang');
      const cluster = await deploy('/hangs');
      await cluster.untilStatus('CREATE_COMPLETE');
      await until('/hangs', [...created, 'CREATE_COMPLETE']);
      expect(receiver.statuses('/hangs')).toEqual([...created, 'CREATE_COMPLETE']);
      await lab.removeAll([cluster]);
    },
    FAULT_TEST_TIMEOUT_MS,
  );

  it(
    'tells an update too',
    async () => {
      const cluster = await deploy('/update');
      await cluster.untilStatus('CREATE_COMPLETE');
      const larger = templateOf({ masters: 1, slaves: 2, loadBalancers: 0 });
      const answer = await lab.api.request('PUT', `/deployments/${cluster.id}`, { template: larger });
      expect(answer.status).toBe(202);
      await cluster.untilStatus('UPDATE_COMPLETE');
      const all = [...created, 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'];
      await until('/update', all);
      expect(receiver.statuses('/update')).toEqual(all);
      await lab.removeAll([cluster]);
    },
    FAULT_TEST_TIMEOUT_MS,
  );

  it('may not send its callbacks to private addresses', async () => {
    const answer = await lab.api.post('/deployments', { template, callback: 'http://169.254.169.254/latest' });
    expect([answer.status, answer.json.message]).toEqual([400, expect.stringMatching(/not a public address/)]);
  });
});

describe('a request with an Idempotency-Key', () => {
  let lab: E2eLab;
  beforeAll(async () => {
    lab = await openE2eLab('idempotency');
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  it(
    'makes one cluster, however often and at the same moment it is sent',
    async () => {
      const post = () =>
        lab.api.request(
          'POST',
          '/deployments',
          { template },
          { 'Idempotency-Key': 'e2e', 'content-type': 'application/json' },
        );
      const answers = await Promise.all([post(), post(), post()]);
      const made = answers.filter(({ status }) => status === 201);
      expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
      expect(new Set(made.map(({ json }) => json.uuid)).size).toBe(1);
      const again = await post();
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
      expect((await lab.api.get('/deployments')).json.content).toHaveLength(1);
      const cluster = lab.cluster(again.json.uuid);
      await lab.removeAll([cluster]);
      expect((await post()).status).toBe(409);
      lab.expectEmpty();
    },
    FAULT_TEST_TIMEOUT_MS,
  );
});
