/** Nodes whose start command fails or hangs, and nodes that never come online. */
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, openFaultLab } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

describe('a node', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await openFaultLab('starts');
  }, ASSEMBLY_TIMEOUT_MS);
  afterEach(() => lab.cloud.faults.clear());
  afterAll(() => lab.close());

  it('whose start command fails once is started again', async () => {
    lab.cloud.faults.add({ kind: 'node', failStarts: 1 });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(3);
    expect(await cluster.log()).toContain('1 of them again (a fault was switched on: this start command is to fail)');
    await cluster.remove();
  });

  it('whose start command fails twice is replaced', async () => {
    lab.cloud.faults.add({ kind: 'node', role: 'slave', failStarts: 2, times: 1 });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(4);
    expect(cluster.alive()).toHaveLength(3);
    await cluster.remove();
  });

  it('whose start command hangs is started again, and replaced if it hangs again', async () => {
    lab.cloud.faults.add({ kind: 'node', role: 'load-balancer', hangStarts: true, times: 1 });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(4);
    await cluster.remove();
  });

  it('that never comes online is replaced', async () => {
    lab.cloud.faults.add({ kind: 'node', role: 'master', bootDelaySeconds: 'never', times: 1 });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(await cluster.log()).toContain('did not come online within');
    expect(cluster.launched()).toBe(4);
    await cluster.remove();
  });
});

describe('a cluster that cannot be made', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await openFaultLab('hopeless');
  }, ASSEMBLY_TIMEOUT_MS);
  afterEach(() => lab.cloud.faults.clear());
  afterAll(() => lab.close());

  it.each([
    ['a start command always fails', { role: 'slave', failStarts: 99 }, /this start command is to fail/],
    ['all start commands always fail', { failStarts: 99 }, /this start command is to fail/],
    ['no node ever comes online', { bootDelaySeconds: 'never' as const }, /did not come online within/],
  ])('because %s fails with the reason, and nothing of it stays', async (_, fault, reason) => {
    lab.cloud.faults.add({ kind: 'node', ...fault });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_FAILED', { withinSeconds: 2 * 3600, everySeconds: 20 });
    expect((await cluster.show()).statusReason).toMatch(reason);
    await lab.cloud.until(async () => (await cluster.leftovers()).every((name) => name.startsWith('record ')), {
      what: 'the removal of what was made',
    });
    expect((await cluster.show()).status).toBe('CREATE_FAILED');
    await cluster.remove();
  });
});
