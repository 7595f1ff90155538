/** EC2 takes spot instances back while services and jobs run on them. */
import type { InspectedInstance } from '../../local/ec2/inspect.ts';
import type { E2eCluster } from '../support/e2e-lab.ts';
import { type ElasticLab, openElasticLab } from '../support/elastic-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

const timeout = 300_000;
const size = { min: 20, max: 20, cpus: 2, memory: '4 GB', preemptible: true };

describe('a fleet of spot slaves', () => {
  let lab: ElasticLab;
  let cluster: E2eCluster;

  beforeAll(async () => {
    lab = await openElasticLab('spot');
    cluster = await lab.elastic(size);
  }, ASSEMBLY_TIMEOUT_MS + timeout);
  afterAll(() => lab.close());

  const ec2 = () => lab.cloud.services.ec2.inspect;
  const nodes = () => lab.cloud.services.nodes;
  const now = () => lab.cloud.clock.now();
  const services = () => lab.running(cluster).filter(({ name }) => name.includes('web')).length;
  const cordoned = () => Object.values(nodes().inspect.cordoned(cluster.id)).flat();
  const launchedSince = (count: number) => cluster.launched() - count;
  /** Jobs of another framework, which neither a cordon nor Marathon moves. */
  const startJobs = (slaves: readonly InspectedInstance[]) =>
    new Map(
      slaves.map(({ instanceId, privateIp }) => [
        instanceId,
        nodes().act.startTask(cluster.id, privateIp, { seconds: 100_000, cpus: 0.1 }),
      ]),
    );

  it(
    'of which six are taken back within ten seconds is whole again, with its services and the jobs on the others',
    async () => {
      lab.app(cluster, 'web', { instances: 20, cpus: 0.2 });
      const slaves = lab.slaves(cluster);
      expect(new Set(slaves.map(({ market }) => market))).toEqual(new Set(['spot']));
      const jobs = startJobs(slaves);
      await lab.cloud.until(() => services() === 20, { what: 'all services' });
      const before = cluster.launched();
      const taken = slaves.filter((_, index) => index % 3 === 0).slice(0, 6);
      const firstAt = now();
      let fewest = 20;
      const watching = (condition: () => boolean) => () => {
        fewest = Math.min(fewest, services());
        return condition();
      };
      for (const { instanceId } of taken) {
        ec2().interruptSpot([instanceId]);
        await lab.cloud.clock.advance(1500);
      }
      const areReplaced = watching(() => launchedSince(before) === 6);
      await lab.cloud.until(areReplaced, { what: 'the replacements', everySeconds: 1 });
      expect(now() - firstAt).toBeLessThan(20_000);

      const isUp = ({ instanceId }: InspectedInstance) =>
        lab.slaves(cluster).some((one) => one.instanceId === instanceId);
      const areOver = watching(() => !taken.some(isUp));
      await lab.cloud.until(areOver, { what: 'the end of all that were taken', everySeconds: 1 });
      // Their jobs had their time, and Mesos knew of their end before EC2 brought it about.
      expect(now() - firstAt).toBeGreaterThan(90_000);
      expect(now() - firstAt).toBeLessThan(120_000);
      expect(fewest).toBeGreaterThanOrEqual(10);

      await lab.untilSlaves(cluster, 20);
      await lab.cloud.until(() => services() === 20, { what: 'all services again' });
      const ids = new Set(lab.running(cluster).map(({ id }) => id));
      const alive = [...jobs].filter(([, task]) => ids.has(task)).map(([instanceId]) => instanceId);
      const others = slaves.filter((one) => !taken.includes(one)).map(({ instanceId }) => instanceId);
      expect(alive.sort()).toEqual(others.sort());
      expect(launchedSince(before)).toBe(6);
      await lab.cloud.until(() => cordoned().length === 0, { what: 'the end of the cordon' });
      const log = await cluster.log();
      expect(log).toContain('EC2 takes spot instances back: slave-server');
      expect(log).toContain('moving services off slave-server');
      expect(log).toContain('EC2 is about to end them: ending the agents of slave-server');
    },
    timeout,
  );

  it(
    'is filled up on demand within seconds when there is no spot capacity left',
    async () => {
      const drought = lab.cloud.faults.add({ kind: 'no-capacity', market: 'spot' });
      const before = cluster.launched();
      const taken = lab.slaves(cluster).slice(0, 4);
      ec2().interruptSpot(taken.map(({ instanceId }) => instanceId));
      const since = now();
      await lab.cloud.until(() => launchedSince(before) === 4, { what: 'the replacements', everySeconds: 1 });
      expect(now() - since).toBeLessThan(20_000);
      await lab.untilSlaves(cluster, 20);
      const markets = lab.slaves(cluster).map(({ market }) => market);
      expect(markets.filter((market) => market === 'on-demand')).toHaveLength(4);
      lab.cloud.faults.remove(drought);
    },
    timeout,
  );

  it(
    'goes to the other zones when one has no spot capacity, and stays on spot',
    async () => {
      const drought = lab.cloud.faults.add({ kind: 'no-capacity', market: 'spot', zone: 'us-east-1a' });
      // What was held back before may be tried again.
      await lab.cloud.clock.advance(200_000);
      const before = cluster.launched();
      const taken = lab
        .slaves(cluster)
        .filter(({ market }) => market === 'spot')
        .slice(0, 5);
      ec2().interruptSpot(taken.map(({ instanceId }) => instanceId));
      const since = now();
      await lab.cloud.until(() => launchedSince(before) === 5, { what: 'the replacements', everySeconds: 1 });
      expect(now() - since).toBeLessThan(20_000);
      const replacements = ec2().instances().slice(-5);
      expect(new Set(replacements.map(({ market }) => market))).toEqual(new Set(['spot']));
      expect(replacements.map(({ zone }) => zone)).not.toContain('us-east-1a');
      await lab.untilSlaves(cluster, 20);
      lab.cloud.faults.remove(drought);
    },
    timeout,
  );

  it(
    'is whole again when nobody has told of the interruptions',
    async () => {
      const silence = lab.cloud.faults.add({ kind: 'delivery', of: 'event', effect: 'lost' });
      const before = cluster.launched();
      ec2().interruptSpot(
        lab
          .slaves(cluster)
          .slice(0, 3)
          .map(({ instanceId }) => instanceId),
      );
      await lab.cloud.until(() => launchedSince(before) === 3, { what: 'the replacements', everySeconds: 10 });
      lab.cloud.faults.remove(silence);
      await lab.untilSlaves(cluster, 20);
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
