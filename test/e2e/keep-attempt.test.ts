/** Clusters that cannot be made: what is told, what is kept, what is removed. */
import { type E2eLab, openE2eLab } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const template = templateOf({ masters: 1, slaves: 1, loadBalancers: 0 });

describe('a deployment that is past its deadline', () => {
  let lab: E2eLab;
  beforeAll(async () => {
    lab = await openE2eLab('keep-attempt', {
      faults: [{ kind: 'node', role: 'slave', bootDelaySeconds: 300 }],
    });
  }, ASSEMBLY_TIMEOUT_MS);
  afterAll(() => lab.close());

  const fail = async (request: Readonly<Record<string, unknown>>) => {
    const cluster = await lab.deploy(template, { timeoutMins: 1, ...request });
    await cluster.untilStatus('CREATE_FAILED', { withinSeconds: 90, everySeconds: 1 });
    const { statusReason, task, outputs } = await cluster.show();
    expect(statusReason).toMatch(
      /^Timeout: Maximum execution time exceeded\. 0 of 1 nodes of master-server are ready; 0 of 1/,
    );
    expect([task, outputs]).toEqual(['NONE', {}]);
    return cluster;
  };

  it('is removed, and says why it failed for as long as its owner wants', async () => {
    const cluster = await fail({ keepLastAttempt: false });
    await lab.cloud.until(async () => (await cluster.leftovers()).every((left) => left.startsWith('record ')), {
      what: 'the removal',
    });
    await lab.cloud.clock.advance(1800_000);
    const { status, statusReason } = await cluster.show();
    expect([status, statusReason]).toEqual([
      'CREATE_FAILED',
      expect.stringContaining('Maximum execution time exceeded'),
    ]);
    const { json } = await cluster.api.get(`/deployments/${cluster.id}/resources`);
    expect(new Set(json.content.map(({ state }: { state: string }) => state))).toEqual(new Set(['ERROR']));
    expect(await cluster.log()).toMatch(/ERROR creation failed; what was made is being removed: Timeout/);
    await lab.removeAll([cluster]);
    lab.expectEmpty();
  }, 30_000);

  it('is kept as it is if its owner wants to see what came of it', async () => {
    const cluster = await fail({ keepLastAttempt: 'true' });
    const kept = cluster.alive().map(({ instanceId }) => instanceId);
    expect(kept).toHaveLength(2);
    await lab.cloud.clock.advance(1800_000);
    expect(cluster.alive().map(({ instanceId }) => instanceId)).toEqual(kept);
    expect(await cluster.log()).toMatch(/ERROR creation failed; what was made is kept: Timeout/);
    expect(await cluster.status()).toBe('CREATE_FAILED');
    await lab.removeAll([cluster]);
    lab.expectEmpty();
  }, 30_000);
});
