/**
 * Any single failure while an elastic cluster grows and shrinks: as `faults-points` for the making of clusters. `FAULT_POINTS=all`
 * tries every kind of call in every way.
 */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { type ElasticLab, openElasticLab } from '../support/elastic-lab.ts';
import { FAULT_TEST_TIMEOUT_MS } from '../support/fault-lab.ts';
import { type FaultPoints, faultPoints, itSurvivesAnyFailure, type Point } from '../support/fault-points.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

const sampleSize = 6;
const rare = { everySeconds: 20, withinSeconds: 2 * 3600 };

let lab: ElasticLab;
let cluster: E2eCluster;
let run: FaultPoints;
beforeAll(async () => {
  lab = await openElasticLab('elastic-points');
  cluster = await lab.elastic();
  run = faultPoints(lab.cloud, liveOnce);
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

/** From no slave to two and back, by no more launches than needed. */
async function liveOnce(): Promise<void> {
  const before = cluster.launched();
  lab.app(cluster, 'load', { instances: 4, cpus: 2 });
  await lab.untilRunning(cluster, 4, rare);
  expect(lab.slaves(cluster)).toHaveLength(2);
  lab.endApp(cluster, 'load');
  await lab.untilSlaves(cluster, 0, rare);
  await lab.untilAtRest(cluster, rare);
  expect(cluster.launched() - before).toBe(2);
}

describe('growing and shrinking', () => {
  let points: readonly Point[];
  beforeAll(async () => {
    const before = lab.cloud.calls.all().length;
    await liveOnce();
    points = run.pointsOf(lab.cloud.calls.all().slice(before));
  });

  it('makes calls of many kinds', () => {
    const services = points.map(({ service }) => service);
    expect(services).toEqual(
      expect.arrayContaining(['dynamodb', 'ec2', 'lambda', 'monitoring', 'secretsmanager', 'sqs', 'ssm', 'states']),
    );
    expect(points.length).toBeGreaterThan(15);
  });

  itSurvivesAnyFailure({
    sampleSize,
    points: () => points,
    run: () => run,
    functions: () => [...lab.cloud.services.functions.invocations.keys()].filter((name) => !/Api|Sweep/.test(name)),
  });

  it('met with most of these faults', () => {
    expect(run.hitRate()).toBeGreaterThan(0.6);
  });

  it('leaves a cluster that can be deleted', async () => {
    await lab.removeAll([cluster]);
    lab.expectEmpty();
  });
});
