/** Jobs: in their order, with their failures, for once and for ever. */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { errorOf } from '../support/e2e-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import {
  example,
  jobsTemplate,
  openWorkloadLab,
  serviceTemplate,
  statesOf,
  tasksOfJob,
  type WorkloadLab,
} from '../support/workload-lab.ts';

let lab: WorkloadLab;
let host: E2eCluster;
beforeAll(async () => {
  lab = await openWorkloadLab('jobs');
  host = await lab.host();
  await host.untilStatus('CREATE_COMPLETE');
}, ASSEMBLY_TIMEOUT_MS);
afterAll(() => lab.close());

const ended = () => lab.cloud.services.nodes.inspect.endedTasks(host.id);

it('a pipeline runs in its order, and its runs show in the log', async () => {
  const pipeline = await lab.deploy(example('two-job-pipeline.yaml'));
  await pipeline.untilStatus('CREATE_COMPLETE');
  const [check, count] = ['check', 'count'].map((node) => tasksOfJob(ended(), pipeline, node));
  expect([check?.length, count?.length]).toEqual([1, 1]);
  expect(count?.[0]?.stagedAt).toBeGreaterThanOrEqual(check?.[0]?.endedAt ?? Number.POSITIVE_INFINITY);
  const log = await pipeline.log();
  const told = ['job check succeeded', 'job count succeeded', 'publishing outputs'].map((text) => log.indexOf(text));
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told).not.toContain(-1);
  expect(await statesOf(pipeline)).toMatchObject({ check: 'STARTED', count: 'STARTED' });
  const shown = await pipeline.show();
  expect(shown).toMatchObject({ cloudProviderEndpoint: { deploymentType: 'CHRONOS', cpComputeServiceId: host.id } });
  const update = await lab.api.request('PUT', `/deployments/${pipeline.id}`, { template: jobsTemplate({ a: {} }) });
  expect([update.status, errorOf(update).message]).toEqual([400, 'CHRONOS deployments cannot be updated.']);
  await lab.removeAll([pipeline]);
  expect(lab.workOn(host)).toEqual([]);
}, 60_000);

it('a job that fails after its retries fails the deployment, which tells what does not run', async () => {
  const chain = await lab.deploy(
    jobsTemplate({
      first: { command: 'sleep 5; exit 2', retries: 2 },
      second: { command: 'sleep 5', after: 'first' },
      third: { command: 'sleep 5', after: 'second' },
    }),
  );
  await chain.untilStatus('CREATE_FAILED');
  expect(tasksOfJob(ended(), chain, 'first')).toHaveLength(3);
  expect(tasksOfJob(ended(), chain, 'second')).toEqual([]);
  expect((await chain.show()).statusReason).toMatch(
    /^Chronos job [0-9a-f-]{36} failed to execute \(first\); after it these do not run: second, third$/,
  );
  await lab.removeAll([chain]);
  expect(lab.workOn(host)).toEqual([]);
}, 60_000);

it('a job that succeeds at its second try is no failure', async () => {
  const takeBack = lab.cloud.services.nodes.act.program({
    command: 'flaky',
    behaviour: { runSeconds: 5, exitCode: 1 },
  });
  const job = await lab.deploy(jobsTemplate({ once: { command: 'flaky', retries: 1 } }));
  await lab.cloud.until(() => tasksOfJob(ended(), job, 'once').length === 1, { everySeconds: 1, what: 'a failure' });
  takeBack();
  await job.untilStatus('CREATE_COMPLETE');
  expect(tasksOfJob(ended(), job, 'once')).toHaveLength(2);
  await lab.removeAll([job]);
}, 60_000);

it('an endless schedule is complete when it is accepted; its runs show in the log, good and bad', async () => {
  const cron = await lab.deploy(jobsTemplate({ hourly: { command: 'sleep 20', schedule: 'R//PT1H' } }));
  await cron.untilStatus('CREATE_COMPLETE', { withinSeconds: 120 });
  await lab.cloud.until(() => tasksOfJob(ended(), cron, 'hourly').length >= 3, {
    ...{ everySeconds: 60, withinSeconds: 4 * 3600, what: 'three runs' },
  });
  const isTold = async () => ((await cron.log()).match(/job hourly succeeded/g) ?? []).length >= 2;
  await lab.cloud.until(isTold, { everySeconds: 60, withinSeconds: 2 * 3600, what: 'the runs in the log' });
  expect(await cron.status()).toBe('CREATE_COMPLETE');
  await lab.removeAll([cron]);
  expect(lab.workOn(host)).toEqual([]);
}, 60_000);

it('services and jobs share a cluster', async () => {
  const web = await lab.deploy(serviceTemplate());
  const job = await lab.deploy(jobsTemplate({ a: { command: 'sleep 30' }, b: { command: 'sleep 1' } }));
  await lab.complete([web, job]);
  expect(lab.running(host)).toHaveLength(1);
  await lab.removeAll([web, job]);
  await lab.removeAll([host]);
  lab.expectEmpty();
}, 60_000);
