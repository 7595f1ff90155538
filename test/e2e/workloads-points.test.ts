/**
 * Any single failure at any step of services and jobs: as `faults-points` for clusters. `FAULT_POINTS=all` tries every kind of call in
 * every way.
 */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { FAULT_TEST_TIMEOUT_MS } from '../support/fault-lab.ts';
import { type FaultPoints, faultPoints, itSurvivesAnyFailure, type Point } from '../support/fault-points.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import { jobsTemplate, openWorkloadLab, serviceTemplate, type WorkloadLab } from '../support/workload-lab.ts';

jest.setTimeout(FAULT_TEST_TIMEOUT_MS);

const sampleSize = 12;
const templates = [
  serviceTemplate({ properties: { secrets: { KEY: 'key-of-the-service' } } }),
  jobsTemplate({ a: { command: 'sleep 9' }, b: { command: 'sleep 3', after: 'a' } }),
];

let lab: WorkloadLab;
let host: E2eCluster;
let run: FaultPoints;
beforeAll(async () => {
  lab = await openWorkloadLab('workload-points', { secrets: ['key-of-the-service'] });
  host = await lab.host();
  await host.untilStatus('CREATE_COMPLETE');
  run = faultPoints(lab.cloud, liveOnce);
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

/** As a patient client: asks again after an error, unless the deployment is in the list all the same. */
async function deployRepeatedly(template: string): Promise<E2eCluster> {
  const known = async () =>
    new Set(((await lab.api.get('/deployments')).json?.content ?? []).map(({ uuid }: { uuid: string }) => uuid));
  const before = await known();
  let id: string | undefined;
  const isThere = async () => {
    const { status, json } = await lab.api.post('/deployments', { template });
    const fresh = status === 201 ? [json.uuid] : [...(await known())].filter((one) => !before.has(one));
    id = fresh[0] as string | undefined;
    return id !== undefined;
  };
  await lab.cloud.until(isThere, { what: 'an accepted POST' });
  return lab.cluster(id ?? '');
}

/** Services and jobs until they are complete, then gone; the cluster is as it was before. */
async function liveOnce(): Promise<void> {
  const made: E2eCluster[] = [];
  for (const template of templates) made.push(await deployRepeatedly(template));
  await lab.complete(made);
  for (const one of made)
    await lab.cloud.until(async () => [204, 409].includes((await one.requestDelete()).status), { what: 'DELETE' });
  await lab.untilGone(made);
  expect(lab.workOn(host)).toEqual([]);
}

describe('the life of services and jobs', () => {
  let points: readonly Point[];
  beforeAll(async () => {
    const before = lab.cloud.calls.all().length;
    await liveOnce();
    points = run.pointsOf(lab.cloud.calls.all().slice(before));
  });

  it('makes calls of many kinds', () => {
    expect(new Set(points.map(({ service }) => service))).toEqual(
      new Set(['dynamodb', 'lambda', 'secretsmanager', 'sqs', 'states']),
    );
    expect(points.length).toBeGreaterThan(10);
  });

  itSurvivesAnyFailure({
    sampleSize,
    points: () => points,
    run: () => run,
    functions: () => ['Workload', 'QueryMesos', 'AwaitSignal', 'EndRun', 'WakeCluster', 'CollectLoad'],
  });

  it('met with most of these faults', () => {
    expect(run.hitRate()).toBeGreaterThan(0.6);
  });

  it('leaves a cluster that can be deleted', async () => {
    await lab.removeAll([host]);
    lab.expectEmpty();
  });
});
