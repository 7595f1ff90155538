/** Zones, instance types and markets without capacity. */
import {
  type ClusterSize,
  FAULT_TEST_TIMEOUT_MS,
  type FaultLab,
  type LabCluster,
  openFaultLab,
} from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

describe('a cluster', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await openFaultLab('capacity');
  }, ASSEMBLY_TIMEOUT_MS);
  afterEach(() => lab.cloud.faults.clear());
  afterAll(() => lab.close());

  const whole: ClusterSize = { masters: 3, slaves: 3, loadBalancers: 2 };
  const zonesOf = (cluster: LabCluster) => [...new Set(cluster.alive().map(({ zone }) => zone))].sort();
  const lacking = (fault: { zone?: string; instanceType?: string; market?: string }) =>
    lab.cloud.faults.add({ kind: 'no-capacity', ...fault });

  it('is made in two zones if the third has no capacity', async () => {
    lacking({ zone: 'us-east-1a' });
    const cluster = await lab.create(whole);
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(zonesOf(cluster)).toEqual(['us-east-1b', 'us-east-1c']);
    expect(cluster.launched()).toBe(8);
    await cluster.remove();
  });

  it('is made in one zone if two have no capacity', async () => {
    lacking({ zone: 'us-east-1a' });
    lacking({ zone: 'us-east-1b' });
    const cluster = await lab.create(whole);
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(zonesOf(cluster)).toEqual(['us-east-1c']);
    await cluster.remove();
  });

  it('is made of the next instance type if the first has no capacity anywhere', async () => {
    const first = await lab.create({});
    await lab.cloud.until(() => first.alive().length === 3, { what: 'the launches' });
    const types = new Set(first.alive().map(({ instanceType }) => instanceType));
    for (const instanceType of types) lacking({ instanceType });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    for (const { instanceType } of cluster.alive()) expect(types).not.toContain(instanceType);
    await lab.removeAll([first, cluster]);
  });

  it('waits while there is no capacity at all, says so, and is made when there is some', async () => {
    const drought = lacking({});
    const cluster = await lab.create({});
    await lab.cloud.clock.advance(10 * 60_000);
    expect(cluster.launched()).toBe(0);
    expect(await cluster.status()).toBe('CREATE_IN_PROGRESS');
    expect(await cluster.log()).toContain('no capacity for');
    lab.cloud.faults.remove(drought);
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(3);
    await cluster.remove();
  });

  it('gets on-demand slaves if there are no spot instances', async () => {
    lacking({ market: 'spot' });
    const cluster = await lab.create({ slaves: 2, preemptible: true });
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.alive('slave').map(({ market }) => market)).toEqual(['on-demand', 'on-demand']);
    await cluster.remove();
  });

  it('replaces spot slaves that are interrupted', async () => {
    const cluster = await lab.create({ slaves: 2, preemptible: true });
    await cluster.untilStatus('CREATE_COMPLETE');
    const [slave] = cluster.alive('slave');
    expect(slave?.market).toBe('spot');
    lab.cloud.services.ec2.inspect.interrupt(slave?.instanceId ?? '');
    await lab.cloud.until(() => cluster.launched() === 5, { what: 'the replacement' });
    await lab.untilWhole(cluster);
    await cluster.remove();
  });
});
