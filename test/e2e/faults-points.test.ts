/**
 * Any single failure at any step: the calls of an undisturbed creation and deletion are counted, and for a sample of them the
 * life of a cluster is repeated with exactly that one call failing, before or after it took effect.
 * `FAULT_POINTS=all` tries every kind of call in every way.
 */
import { FAULT_TEST_TIMEOUT_MS, type FaultLab, openFaultLab } from '../support/fault-lab.ts';
import { type FaultPoints, faultPoints, itSurvivesAnyFailure, type Point } from '../support/fault-points.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS * 4);

const sampleSize = 25;

let lab: FaultLab;
let run: FaultPoints;
beforeAll(async () => {
  lab = await openFaultLab('points');
  run = faultPoints(lab.cloud, liveOnce);
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

/** Creation until complete, then deletion; whatever went wrong on the way, in the end all is as it should be. */
async function liveOnce(): Promise<void> {
  const rare = { everySeconds: 20 };
  const cluster = await lab.createRepeatedly({});
  await cluster.untilStatus('CREATE_COMPLETE', rare);
  expect(cluster.alive()).toHaveLength(3);
  await lab.cloud.until(async () => [204, 409].includes((await cluster.requestDelete()).status), { what: 'DELETE' });
  await cluster.untilGone(rare);
  expect(cluster.launched()).toBe(3);
}

describe('the life of a cluster', () => {
  let points: readonly Point[];
  beforeAll(async () => {
    await liveOnce();
    points = run.pointsOf(lab.cloud.calls.all());
  });

  it('makes calls of many kinds', () => {
    expect(new Set(points.map(({ service }) => service))).toEqual(
      new Set(['dynamodb', 'ec2', 'iam', 'lambda', 'secretsmanager', 'sqs', 'ssm', 'states']),
    );
    expect(points.length).toBeGreaterThan(40);
  });

  itSurvivesAnyFailure({
    sampleSize,
    points: () => points,
    run: () => run,
    functions: () => [...lab.cloud.services.functions.invocations.keys()].filter((name) => !/Api|Sweep/.test(name)),
  });

  it('met with most of these faults', () => {
    expect(run.hitRate()).toBeGreaterThan(0.8);
  });
});
