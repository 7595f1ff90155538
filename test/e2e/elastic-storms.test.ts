/** Elastic clusters when much happens at once: spot storms, updates and deletions while they scale. */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { type ElasticLab, openElasticLab } from '../support/elastic-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const minute = 60_000;

jest.setTimeout(120_000);

let lab: ElasticLab;
let cluster: E2eCluster;
beforeAll(async () => {
  lab = await openElasticLab('elastic-storms');
}, ASSEMBLY_TIMEOUT_MS);
afterEach(async () => {
  lab.cloud.faults.clear();
  await lab.removeAll([cluster]);
  lab.expectEmpty();
});
afterAll(() => lab.close());

describe('a fleet of spot instances under load', () => {
  it('has 30 % of it replaced at once when they are taken back within ten seconds', async () => {
    cluster = await lab.elastic({ max: 10, cpus: 2, memory: '4 GB', preemptible: true });
    lab.app(cluster, 'load', { instances: 10, cpus: 1.5 });
    await lab.untilRunning(cluster, 10);
    await lab.untilSlaves(cluster, 10);
    const spot = lab.slaves(cluster);
    expect(new Set(spot.map(({ market }) => market))).toEqual(new Set(['spot']));
    const taken = spot.slice(0, 3).map(({ instanceId }) => instanceId);
    const { inspect } = lab.cloud.services.ec2;
    const start = lab.cloud.clock.now();
    for (const instanceId of taken) {
      inspect.interruptSpot([instanceId]);
      await lab.cloud.clock.advance(3000);
    }
    const fresh = () => inspect.instances().filter(({ launchedAt }) => launchedAt >= start).length;
    await lab.cloud.until(() => fresh() === 3, { what: 'three replacements', withinSeconds: 30 });
    const isGone = (id: string) => lab.slaves(cluster).every(({ instanceId }) => instanceId !== id);
    await lab.cloud.until(() => taken.every(isGone), { what: 'the end of those taken back', everySeconds: 15 });
    await lab.untilSlaves(cluster, 10);
    await lab.untilRunning(cluster, 10);
    expect(fresh()).toBe(3);
    expect(await cluster.status()).toBe('CREATE_COMPLETE');
  });

  it('is made of on-demand ones where there are none', async () => {
    lab.cloud.faults.add({ kind: 'no-capacity', market: 'spot' });
    cluster = await lab.elastic({ preemptible: true });
    lab.app(cluster, 'load', { instances: 4, cpus: 2 });
    await lab.untilRunning(cluster, 4, { withinSeconds: 300 });
    expect(lab.slaves(cluster).map(({ market }) => market)).toEqual(['on-demand', 'on-demand']);
  });
});

describe('an update while a cluster scales', () => {
  it('that lowers the most slaves wins, and lets what runs end or move', async () => {
    cluster = await lab.elastic();
    lab.app(cluster, 'load', { instances: 12, cpus: 2 });
    await lab.cloud.until(() => lab.slaves(cluster).length === 6, { what: 'six instances', everySeconds: 1 });
    await lab.put(cluster, { max: 4 });
    await cluster.untilStatus('UPDATE_COMPLETE');
    await lab.untilSlaves(cluster, 4);
    await lab.untilRunning(cluster, 8);
  });

  it('that raises the least keeps those that were about to go', async () => {
    cluster = await lab.elastic();
    lab.app(cluster, 'load', { instances: 4, cpus: 2 });
    await lab.untilRunning(cluster, 4);
    const before = lab.slaves(cluster).map(({ instanceId }) => instanceId);
    lab.endApp(cluster, 'load');
    const isDraining = () =>
      Object.values(lab.cloud.services.nodes.inspect.cordoned(cluster.id)).some((list) => list.length > 0);
    await lab.cloud.until(isDraining, { what: 'a cordon', everySeconds: 1 });
    await lab.put(cluster, { min: 2 });
    await cluster.untilStatus('UPDATE_COMPLETE');
    await lab.cloud.clock.advance(10 * minute);
    expect(lab.slaves(cluster).map(({ instanceId }) => instanceId)).toEqual(before);
  });
});

describe('a deletion while a cluster scales', () => {
  it('leaves nothing, out or in', async () => {
    cluster = await lab.elastic();
    const shrinking = await lab.elastic();
    lab.app(shrinking, 'load', { instances: 4, cpus: 2 });
    await lab.untilRunning(shrinking, 4);
    lab.endApp(shrinking, 'load');
    await lab.cloud.clock.advance(5 * minute + 20_000);
    lab.app(cluster, 'load', { instances: 8, cpus: 2 });
    await lab.cloud.until(() => lab.slaves(cluster).length > 0, { what: 'an instance', everySeconds: 1 });
    await lab.removeAll([shrinking]);
  });
});
