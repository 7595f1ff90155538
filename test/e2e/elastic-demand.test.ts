/** What makes an elastic cluster grow, what does not, and what only comes later when it is not heard of. */
import { DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { createRandom } from '../../local/random.ts';
import type { E2eCluster } from '../support/e2e-lab.ts';
import { type ElasticLab, openElasticLab } from '../support/elastic-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const minute = 60_000;

jest.setTimeout(120_000);

let lab: ElasticLab;
let cluster: E2eCluster;
beforeAll(async () => {
  lab = await openElasticLab('elastic-demand');
  cluster = await lab.elastic();
}, ASSEMBLY_TIMEOUT_MS);
beforeEach(() => lab.untilAtRest(cluster));
afterEach(async () => {
  lab.cloud.faults.clear();
  lab.endAll(cluster);
  await lab.untilSlaves(cluster, 0);
});
afterAll(() => lab.close());

const lose = (of: 'event' | 'node-message') => lab.cloud.faults.add({ kind: 'delivery', of, effect: 'lost' });
const secondsSince = (start: number) => (lab.cloud.clock.now() - start) / 1000;

describe('work that waits', () => {
  it('makes the cluster grow when Chronos has it', async () => {
    for (const name of ['a', 'b', 'c']) lab.job(cluster, name, { command: 'sleep 600', cpus: 3, mem: 256 });
    await lab.untilSlaves(cluster, 3);
    await lab.untilRunning(cluster, 3);
    expect(await cluster.log()).toMatch(/0 → 3 slaves: 3 tasks need 9 cpu/);
  });

  it('makes it grow although events, those of alarms among them, are lost for ten minutes', async () => {
    lose('event');
    lab.app(cluster, 'burst', { instances: 4 });
    const start = lab.cloud.clock.now();
    await lab.untilRunning(cluster, 4);
    expect(secondsSince(start)).toBeLessThan(300);
    await lab.cloud.clock.advance(10 * minute - secondsSince(start) * 1000);
    lab.cloud.faults.clear();
    await lab.untilSlaves(cluster, 2);
  });

  it('only waits longer when nothing is heard and nobody looks for ten minutes', async () => {
    const launches = lab.launches(cluster).length;
    lose('event');
    lose('node-message');
    lab.cloud.faults.add({ kind: 'function', function: 'CollectLoad', effect: 'not-run' });
    lab.app(cluster, 'burst', { instances: 4 });
    await lab.cloud.clock.advance(10 * minute);
    const later = lab.launches(cluster).length;
    lab.cloud.faults.clear();
    const start = lab.cloud.clock.now();
    await lab.cloud.until(() => lab.launches(cluster).length > launches, { what: 'a launch', everySeconds: 1 });
    expect([later - launches, secondsSince(start) < 75]).toEqual([0, true]);
    await lab.untilSlaves(cluster, 2);
    expect(lab.launches(cluster)).toHaveLength(launches + 1);
  });

  it('of more than a hundred tasks is seen whole, and so is what runs', async () => {
    lab.app(cluster, 'many', { instances: 150, cpus: 0.1, mem: 32 });
    await lab.untilRunning(cluster, 150);
    await lab.untilSlaves(cluster, 4);
    await lab.cloud.clock.advance(15 * minute);
    expect([lab.running(cluster).length, lab.slaves(cluster).length]).toEqual([150, 4]);
  });

  it('that more slaves do not help launches none, and the log says why', async () => {
    lab.app(cluster, 'some', { cpus: 1 });
    await lab.untilRunning(cluster, 1);
    await lab.untilSlaves(cluster, 1);
    lab.app(cluster, 'crashes', { cmd: 'exit 1', cpus: 1 });
    lab.app(cluster, 'nowhere', { constraints: [['rack', 'CLUSTER', 'north']] });
    lab.app(cluster, 'huge', { cpus: 32 });
    await lab.untilLog(cluster, /nowhere.*rack/);
    await lab.untilLog(cluster, /huge.*32 cpu/);
    await lab.cloud.clock.advance(15 * minute);
    expect(lab.slaves(cluster)).toHaveLength(1);
    const log = (await cluster.log()).split('\n');
    expect(log.filter((line) => line.includes('nowhere')).length).toBeLessThan(4);
  });

  it('that comes and goes around a level does not make the cluster come and go', async () => {
    const random = createRandom('noise');
    lab.app(cluster, 'noise', { instances: 8 });
    await lab.untilSlaves(cluster, 4);
    const launched = cluster.launched();
    for (let step = 0; step < 180; step += 1) {
      lab.app(cluster, 'noise', { instances: 7 + Math.floor(random.between(0, 3)) });
      await lab.cloud.clock.advance(minute / 3);
    }
    expect(cluster.launched() - launched).toBeLessThanOrEqual(1);
    expect(lab.slaves(cluster)).toHaveLength(5);
  });

  it('beyond the most slaves launches no more, until an update allows them', async () => {
    await lab.put(cluster, { max: 3 });
    await cluster.untilStatus('UPDATE_COMPLETE');
    lab.app(cluster, 'burst', { instances: 12 });
    await lab.untilSlaves(cluster, 3);
    await lab.untilLog(cluster, /6 (would be|are) needed/);
    await lab.untilAtRest(cluster);
    await lab.cloud.clock.advance(20 * minute);
    expect(lab.slaves(cluster)).toHaveLength(3);
    const start = lab.cloud.clock.now();
    await lab.put(cluster, { max: 8 });
    await lab.cloud.until(() => lab.slaves(cluster).length === 6, { what: 'six slaves', everySeconds: 1 });
    expect(secondsSince(start)).toBeLessThan(30);
    await lab.untilRunning(cluster, 12);
    expect(await cluster.status()).toBe('UPDATE_COMPLETE');
  });
});

describe('alarms', () => {
  it('wake the loop within two seconds of their change, if metrics made it', async () => {
    const before = lab.passes(cluster);
    const dimensions = [{ Name: 'ClusterId', Value: cluster.id }];
    const missing = { MetricName: 'SlavesMissing', Dimensions: dimensions, Value: 1, StorageResolution: 1 };
    await lab.cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Mesoscale', MetricData: [missing] }));
    const name = `mesoscale/${cluster.id}/slaves-missing`;
    const isRaised = async () => {
      const { MetricAlarms = [] } = await lab.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
      return MetricAlarms[0]?.StateValue === 'ALARM';
    };
    await lab.cloud.until(isRaised, { what: 'the alarm', everySeconds: 0.5, withinSeconds: 60 });
    await lab.cloud.clock.advance(2000);
    expect(lab.passes(cluster)).toBeGreaterThan(before);
  });

  it('of one cluster wake no other', async () => {
    const other = await lab.elastic();
    await lab.untilAtRest(other);
    const before = [lab.passes(cluster), lab.passes(other)] as const;
    await lab.setAlarm(other, 'slaves-missing', 'ALARM');
    await lab.cloud.clock.advance(2000);
    expect([lab.passes(cluster) > before[0], lab.passes(other) > before[1]]).toEqual([false, true]);
    await lab.removeAll([other]);
  });
});

describe('several groups', () => {
  it('get each what fits there, and what fits anywhere goes where it is cheapest', async () => {
    const mixed = await lab.elastic({ large: { cpus: 4, memory: '60 GB', max: 4 } });
    const of = (group: string) => lab.slaves(mixed, group).length;
    lab.app(mixed, 'large', { instances: 2, cpus: 1, mem: 40_000 });
    await lab.untilRunning(mixed, 2);
    expect([of('slave-server'), of('large-server')]).toEqual([0, 2]);
    // Each of the large ones has 8 CPUs, and so room for three.
    lab.app(mixed, 'small', { instances: 20, cpus: 2 });
    await lab.untilRunning(mixed, 22);
    expect([of('slave-server'), of('large-server')]).toEqual([7, 2]);
    await lab.removeAll([mixed]);
  });
});
