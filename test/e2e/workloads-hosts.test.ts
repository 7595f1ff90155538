/** Services and jobs, and what becomes of the clusters that they run on. */
import { isDeepStrictEqual } from 'node:util';
import { type E2eCluster, errorOf } from '../support/e2e-lab.ts';
import { templateOf } from '../support/fault-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import { jobsTemplate, openWorkloadLab, serviceTemplate, type WorkloadLab } from '../support/workload-lab.ts';

let lab: WorkloadLab;
beforeAll(async () => {
  lab = await openWorkloadLab('hosts');
}, ASSEMBLY_TIMEOUT_MS);
afterEach(() => lab.cloud.faults.clear());
afterAll(() => lab.close());

const hostOf = async (workload: E2eCluster): Promise<string> => {
  const { cloudProviderEndpoint } = await workload.show();
  return (cloudProviderEndpoint as { readonly cpComputeServiceId: string }).cpComputeServiceId;
};

it('without a cluster there is no place, and the answer says what to do', async () => {
  const answer = await lab.api.post('/deployments', { template: serviceTemplate() });
  expect([answer.status, errorOf(answer).message]).toEqual([409, expect.stringMatching(/cluster/)]);
  expect((await lab.api.get('/deployments')).json.content).toEqual([]);
});

describe('on a cluster', () => {
  let host: E2eCluster;
  beforeAll(async () => {
    host = await lab.host();
    await host.untilStatus('CREATE_COMPLETE');
  }, 120_000);

  it('of two that race for the last room one gets it, and the other is told why not', async () => {
    // A slave of 2 CPUs each; three of these do not fit on two.
    const template = serviceTemplate({ host: { num_cpus: 1.5, mem_size: '512 MB', publish_ports: [{ source: 80 }] } });
    const first = await lab.deploy(template);
    await first.untilStatus('CREATE_COMPLETE');
    const answers = await Promise.all([1, 2].map(() => lab.api.post('/deployments', { template })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
    expect(errorOf(lost as (typeof answers)[0]).message).toMatch(/no slave has room for 1\.5 CPUs/);
    const second = lab.cluster(won?.json.uuid);
    await second.untilStatus('CREATE_COMPLETE');
    await lab.removeAll([first, second]);
    expect(lab.workOn(host)).toEqual([]);
    const third = await lab.deploy(template);
    await third.untilStatus('CREATE_COMPLETE');
    await lab.removeAll([third]);
  }, 90_000);

  it('whose masters cannot be asked for a while they are deployed, updated and removed all the same', async () => {
    const silence = () => lab.cloud.faults.add({ kind: 'function', function: 'QueryMesos', effect: 'not-run' });
    const web = await lab.deploy(serviceTemplate());
    let fault = silence();
    await lab.cloud.clock.advance(180_000);
    expect(await web.status()).toBe('CREATE_IN_PROGRESS');
    const refused = await lab.api.post('/deployments', { template: serviceTemplate() });
    expect([refused.status, errorOf(refused).message]).toEqual([409, expect.stringContaining('do not answer')]);
    lab.cloud.faults.remove(fault);
    await web.untilStatus('CREATE_COMPLETE');
    fault = silence();
    expect((await web.requestDelete()).status).toBe(204);
    await lab.cloud.clock.advance(180_000);
    expect(await web.status()).toBe('DELETE_IN_PROGRESS');
    lab.cloud.faults.remove(fault);
    await lab.untilGone([web]);
    expect(lab.workOn(host)).toEqual([]);
  }, 90_000);

  it.each(['lost', 'doubled'] as const)(
    'all goes well when every event is %s',
    async (effect) => {
      lab.cloud.faults.add({ kind: 'delivery', of: 'event', effect });
      lab.cloud.faults.add({ kind: 'delivery', of: 'node-message', effect });
      const workloads = [
        await lab.deploy(serviceTemplate()),
        await lab.deploy(jobsTemplate({ a: { command: 'sleep 200' }, b: { command: 'sleep 3', after: 'a' } })),
      ];
      await lab.complete(workloads);
      await lab.removeAll(workloads);
      expect(lab.workOn(host)).toEqual([]);
    },
    90_000,
  );

  it('all goes well when functions’ answers are lost now and then', async () => {
    lab.cloud.faults.add({ kind: 'function', function: 'Workload', effect: 'answer-lost', probability: 0.3 });
    const workloads = [
      await lab.deploy(serviceTemplate()),
      await lab.deploy(jobsTemplate({ a: { command: 'sleep 9' } })),
    ];
    await lab.complete(workloads);
    await lab.removeAll(workloads);
    expect(lab.workOn(host)).toEqual([]);
  }, 90_000);

  it('all of whose instances are terminated they come back, although its only master has forgotten them', async () => {
    const web = await lab.deploy(serviceTemplate());
    const cron = await lab.deploy(jobsTemplate({ daily: { command: 'sleep 9', schedule: 'R//P1D' } }));
    await lab.complete([web, cron]);
    const known = lab.cloud.services.nodes.inspect.scheduled(host.id);
    const launched = host.launched();
    for (const { instanceId } of host.alive()) lab.cloud.services.ec2.inspect.kill(instanceId);
    const isWhole = async () => host.launched() === launched + 4 && (await host.lacks()).length === 0;
    await lab.cloud.until(isWhole, { what: 'a whole cluster' });
    const names = ({ apps, jobs }: typeof known) => [apps.map(({ path }) => path), jobs.map(({ name }) => name)];
    const scheduled = () => names(lab.cloud.services.nodes.inspect.scheduled(host.id));
    // A job that is not there is missed for two minutes before it counts as lost.
    const isBack = () =>
      lab.running(host).some(({ name }) => name.startsWith('web.')) && isDeepStrictEqual(scheduled(), names(known));
    await lab.cloud.until(isBack, { withinSeconds: 600, what: 'the service and the job' });
    expect([await web.status(), await cron.status()]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
    await lab.removeAll([web, cron]);
    // Mesos takes its time to give up the tasks of slaves that are gone.
    await lab.cloud.until(() => lab.workOn(host).length === 0, { what: 'the end of all tasks' });
  }, 90_000);

  it('that is to be deleted they are in the way, unless it is forced', async () => {
    const web = await lab.deploy(serviceTemplate());
    const cron = await lab.deploy(jobsTemplate({ daily: { schedule: 'R//P1D' } }));
    await lab.complete([web, cron]);
    const refused = await host.requestDelete();
    expect(refused.status).toBe(409);
    expect(errorOf(refused).message).toContain(web.id);
    expect(errorOf(refused).message).toContain(cron.id);
    expect(await host.status()).toBe('CREATE_COMPLETE');
    expect((await lab.api.request('DELETE', `/deployments/${host.id}?force=true`)).status).toBe(204);
    await lab.cloud.until(() => lab.workOn(host).length === 0 || host.alive().length < 4, {
      ...{ everySeconds: 1, what: 'the end of the work' },
    });
    expect([lab.workOn(host), host.alive().length]).toEqual([[], 4]);
    await lab.untilGone([web, cron, host]);
    lab.expectEmpty();
  }, 90_000);
});

describe('of several clusters', () => {
  it('the named one is taken, else one that fits', async () => {
    const small = await lab.host({ slaves: 1 });
    const large = await lab.deploy(templateOf({ masters: 1, slaves: 3, loadBalancers: 0 }));
    await lab.complete([small, large]);
    const free = await lab.deploy(
      serviceTemplate({ host: { publish_ports: [] } }).replace(/"outputs".*$/, '"outputs":{}}}'),
    );
    expect(await hostOf(free)).toBe(large.id);
    const named = await lab.deploy(serviceTemplate(), { parameters: { cluster: small.id } });
    expect(await hostOf(named)).toBe(small.id);
    const tooLarge = serviceTemplate({ host: { num_cpus: 1.9, mem_size: '512 MB' } });
    const answer = await lab.api.post('/deployments', { template: tooLarge, parameters: { cluster: small.id } });
    expect([answer.status, errorOf(answer).message]).toEqual([409, expect.stringContaining('1.9 CPUs')]);
    await lab.complete([free, named]);
    await lab.removeAll([free, named]);
    await lab.removeAll([small, large]);
    lab.expectEmpty();
  }, 120_000);
});
