/** The short of it: a cluster follows its load, from nothing and back to nothing, and listens to its alarms. */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { type ElasticLab, openElasticLab } from '../support/elastic-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const timeout = 120_000;

let lab: ElasticLab;
let cluster: E2eCluster;
beforeAll(async () => {
  lab = await openElasticLab('elasticity');
  cluster = await lab.elastic();
}, ASSEMBLY_TIMEOUT_MS);
afterAll(() => lab.close());

describe('an elastic cluster', () => {
  it('begins with as few slaves as its template says', () => {
    expect(lab.slaves(cluster)).toEqual([]);
  });

  it(
    'gets exactly as many slaves as work that Marathon was given needs, by one launch, and says why',
    async () => {
      lab.app(cluster, 'burst', { instances: 12, cpus: 2 });
      await lab.untilRunning(cluster, 12);
      await lab.untilSlaves(cluster, 6);
      expect(lab.launches(cluster)).toHaveLength(1);
      expect(await cluster.log()).toMatch(/0 → 6 slaves: 12 tasks need 24 cpu, a slave offers 4/);
      expect(await cluster.status()).toBe('CREATE_COMPLETE');
    },
    timeout,
  );

  it(
    'loses them when nothing has needed them for a while, and not its master',
    async () => {
      const masters = cluster.alive('master').map(({ instanceId }) => instanceId);
      lab.endApp(cluster, 'burst');
      const endedAt = lab.cloud.clock.now();
      await lab.untilSlaves(cluster, 0);
      expect(lab.cloud.clock.now() - endedAt).toBeGreaterThan(300_000);
      expect(cluster.alive('master').map(({ instanceId }) => instanceId)).toEqual(masters);
      expect(await cluster.log()).toMatch(/6 → 0 slaves: 6 of 6 have not been needed for 300 s/);
    },
    timeout,
  );

  it(
    'is woken within two seconds by an alarm that somebody sets',
    async () => {
      await lab.untilAtRest(cluster);
      const before = lab.passes(cluster);
      await lab.setAlarm(cluster, 'slaves-missing', 'ALARM');
      await lab.cloud.clock.advance(2000);
      expect(lab.passes(cluster)).toBeGreaterThan(before);
    },
    timeout,
  );

  it(
    'leaves nothing when it is deleted',
    async () => {
      await lab.removeAll([cluster]);
      lab.expectEmpty();
    },
    timeout,
  );
});
