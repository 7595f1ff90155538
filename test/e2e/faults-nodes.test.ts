/** Nodes that do not come up, and zones, instance types and markets that have none. */
import {
  type ClusterSize,
  FAULT_TEST_TIMEOUT_MS,
  type FaultLab,
  type LabCluster,
  openFaultLab,
} from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

let lab: FaultLab;
beforeAll(async () => {
  lab = await openFaultLab('nodes');
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

describe('a cluster whose nodes do not come up at first', () => {
  it('starts again what fails once, and replaces what fails again, hangs, or never comes online', async () => {
    const fault = (one: object) => lab.cloud.faults.add({ kind: 'node', times: 1, ...one });
    fault({ role: 'master', failStarts: 1 });
    fault({ role: 'slave', failStarts: 2 });
    fault({ role: 'slave', bootDelaySeconds: 'never' });
    fault({ role: 'load-balancer', hangStarts: true });
    const cluster = await lab.create({ slaves: 2 });
    await cluster.untilStatus('CREATE_COMPLETE');
    const log = await cluster.log();
    expect(log).toMatch(/1 node of master-server, 1 of them again \(a fault was switched on/);
    expect(log).toMatch(/slave-server . \(.*\) is lost: a fault was switched on: this start command is to fail/);
    expect(log).toMatch(/slave-server . \(.*\) is lost: did not come online within/);
    expect(log).toMatch(/balancer-server 1 \(.*\) is lost: the command ended as ExecutionTimedOut/);
    expect(cluster.alive()).toHaveLength(4);
    expect(cluster.launched()).toBe(7);
    await cluster.remove();
  });

  it.each([
    ['a start command always fails', { role: 'slave', failStarts: 99 }, /this start command is to fail/],
    ['no node ever comes online', { bootDelaySeconds: 'never' as const }, /did not come online within/],
  ])('fails with the reason if %s, and keeps nothing that was made', async (_, fault, reason) => {
    lab.cloud.faults.add({ kind: 'node', ...fault });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_FAILED', { withinSeconds: 2 * 3600, everySeconds: 20 });
    expect((await cluster.show()).statusReason).toMatch(reason);
    const isOnlyTold = async () => (await cluster.leftovers()).every((name) => name.startsWith('record '));
    await lab.cloud.until(isOnlyTold, { what: 'the removal of what was made' });
    expect(await cluster.status()).toBe('CREATE_FAILED');
    await cluster.remove();
  });
});

describe('a cluster that EC2 has no capacity for', () => {
  const whole: ClusterSize = { masters: 3, slaves: 3, loadBalancers: 2 };
  const zonesOf = (cluster: LabCluster) => [...new Set(cluster.alive().map(({ zone }) => zone))].sort();
  const lacking = (fault: { zone?: string; instanceType?: string; market?: string }) =>
    lab.cloud.faults.add({ kind: 'no-capacity', ...fault });

  it('in one zone is made in the others', async () => {
    lacking({ zone: 'us-east-1a' });
    const cluster = await lab.create(whole);
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(zonesOf(cluster)).toEqual(['us-east-1b', 'us-east-1c']);
    expect(cluster.launched()).toBe(8);
    await cluster.remove();
  });

  it('in two zones is made in the third', async () => {
    lacking({ zone: 'us-east-1a' });
    lacking({ zone: 'us-east-1b' });
    const cluster = await lab.create({ ...whole, loadBalancers: 1 });
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(zonesOf(cluster)).toEqual(['us-east-1c']);
    await cluster.remove();
  });

  it('of one instance type is made of the next', async () => {
    const first = await lab.create({});
    await lab.cloud.until(() => first.alive().length === 3, { what: 'the launches' });
    const types = new Set(first.alive().map(({ instanceType }) => instanceType));
    for (const instanceType of types) lacking({ instanceType });
    const cluster = await lab.create({});
    await cluster.untilStatus('CREATE_COMPLETE');
    for (const { instanceType } of cluster.alive()) expect(types).not.toContain(instanceType);
    await lab.removeAll([first, cluster]);
  });

  it('at all waits, says so, and is made when there is some', async () => {
    const drought = lacking({});
    const cluster = await lab.create({});
    await lab.cloud.clock.advance(10 * 60_000);
    expect([cluster.launched(), await cluster.status()]).toEqual([0, 'CREATE_IN_PROGRESS']);
    expect(await cluster.log()).toContain('no capacity for');
    lab.cloud.faults.remove(drought);
    await cluster.untilStatus('CREATE_COMPLETE');
    expect(cluster.launched()).toBe(3);
    await cluster.remove();
  });

  it('on the spot market gets on-demand slaves for those that are interrupted', async () => {
    const cluster = await lab.create({ slaves: 2, preemptible: true });
    await cluster.untilStatus('CREATE_COMPLETE');
    const markets = () => cluster.alive('slave').map(({ market }) => market);
    expect(markets()).toEqual(['spot', 'spot']);
    lacking({ market: 'spot' });
    lab.cloud.services.ec2.inspect.interruptSpot([cluster.alive('slave')[0]?.instanceId ?? '']);
    await lab.cloud.until(() => cluster.launched() === 5, { what: 'the replacement' });
    await lab.untilWhole(cluster);
    expect(markets()).toEqual(['spot', 'on-demand']);
    await cluster.remove();
  });
});
