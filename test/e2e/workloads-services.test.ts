/** Services, from the template to an endpoint that answers, through updates, to nothing. */
import type { E2eCluster } from '../support/e2e-lab.ts';
import { errorOf } from '../support/e2e-lab.ts';
import { ASSEMBLY_TIMEOUT_MS } from '../support/local-cloud.ts';
import { example, openWorkloadLab, serviceTemplate, statesOf, type WorkloadLab } from '../support/workload-lab.ts';

const password = 'pw-of-the-service';
const token = 'token-of-the-service';

let lab: WorkloadLab;
let host: E2eCluster;
beforeAll(async () => {
  lab = await openWorkloadLab('services', { secrets: [password, token] });
  host = await lab.host();
  await host.untilStatus('CREATE_COMPLETE');
}, ASSEMBLY_TIMEOUT_MS);
afterAll(() => lab.close());

const endpointOf = async (service: E2eCluster): Promise<string> =>
  String(((await service.show()).outputs as Record<string, unknown>).endpoint);
const put = ({ api, id }: E2eCluster, template: string, more: object = {}) =>
  api.request('PUT', `/deployments/${id}`, { template, ...more });

describe('a web service', () => {
  let web: E2eCluster;
  beforeAll(async () => {
    web = await lab.deploy(example('web-service.yaml'));
    await web.untilStatus('CREATE_COMPLETE');
  }, 60_000);

  it('answers at the endpoint that its outputs show', async () => {
    const { status, body } = lab.cloud.fetchFromInternet(await endpointOf(web));
    expect([status, body]).toEqual([200, expect.objectContaining({ app: `/${web.id}/web` })]);
  });

  it('shows where it runs, and why there', async () => {
    const shown = await web.show();
    expect(shown).toMatchObject({
      cloudProviderEndpoint: { deploymentType: 'MARATHON', cpComputeServiceId: host.id },
      physicalId: web.id,
    });
    expect(shown.cloudProviderName).toEqual(expect.any(String));
    expect(await web.log()).toContain(String(shown.cloudProviderName));
    expect(await statesOf(web)).toEqual({ web: 'STARTED', web_container: 'STARTED' });
  });

  it('comes back when its slave is terminated under it', async () => {
    const [task] = lab.running(host);
    lab.cloud.services.ec2.inspect.kill(task?.instanceId ?? '');
    const runsElsewhere = () => lab.running(host).some(({ id }) => id !== task?.id);
    await lab.cloud.until(runsElsewhere, { what: 'another task', withinSeconds: 1800 });
    const whole = async () => (await host.lacks()).length === 0;
    await lab.cloud.until(whole, { what: 'a whole cluster', withinSeconds: 1800 });
    expect(await web.status()).toBe('CREATE_COMPLETE');
    expect(lab.cloud.fetchFromInternet(await endpointOf(web)).status).toBe(200);
  }, 60_000);

  it('has no actions, and is no cluster for others', async () => {
    const { content } = (await web.api.get(`/deployments/${web.id}/resources`)).json;
    const answer = await web.api.post(`/deployments/${web.id}/resources/${content[0].uuid}/actions`, { type: 'stop' });
    expect([answer.status, errorOf(answer).message]).toEqual([400, expect.stringContaining('MARATHON')]);
    const named = await lab.api.post('/deployments', { template: serviceTemplate(), parameters: { cluster: web.id } });
    expect([named.status, errorOf(named).message]).toEqual([404, expect.stringContaining(web.id)]);
  });

  it('leaves nothing when it is deleted', async () => {
    await lab.removeAll([web]);
    expect(lab.workOn(host)).toEqual([]);
  }, 60_000);
});

describe('an update', () => {
  let web: E2eCluster;
  beforeAll(async () => {
    web = await lab.deploy(serviceTemplate());
    await web.untilStatus('CREATE_COMPLETE');
  }, 60_000);
  const images = () => lab.running(host).length;

  it('changes image, environment and instances, and keeps the endpoint', async () => {
    const before = await endpointOf(web);
    const template = serviceTemplate({
      image: 'simulated/task:pull-7',
      instances: 2,
      properties: { environment_variables: { MODE: 'new' } },
    });
    const answer = await put(web, template);
    expect([answer.status, answer.json.status]).toEqual([202, 'UPDATE_IN_PROGRESS']);
    await web.untilStatus('UPDATE_COMPLETE');
    expect(images()).toBe(2);
    expect(await endpointOf(web)).toBe(before);
    expect(lab.cloud.fetchFromInternet(before).status).toBe(200);
  }, 60_000);

  it('that never runs fails at its deadline, and what ran before runs again', async () => {
    const running = lab.running(host).map(({ id }) => id);
    const answer = await put(web, serviceTemplate({ image: 'simulated/task:exit-3', instances: 2 }), {
      timeoutMins: 5,
    });
    expect(answer.status).toBe(202);
    await web.untilStatus('UPDATE_FAILED');
    expect((await web.show()).statusReason).toMatch(/Timeout: Maximum execution time exceeded\. web: .*TASK_FAILED/);
    const isBack = () => lab.running(host).length === 2 && lab.cloud.services.nodes.inspect.tasks(host.id).length === 2;
    await lab.cloud.until(isBack, { what: 'the two that ran before' });
    expect(lab.cloud.fetchFromInternet(await endpointOf(web)).status).toBe(200);
    expect(await web.log()).toContain('going back to what ran before');
    expect(running).toHaveLength(2);
  }, 60_000);

  it('after a failed one may succeed', async () => {
    expect((await put(web, serviceTemplate({ image: 'simulated/task:pull-9' }))).status).toBe(202);
    await web.untilStatus('UPDATE_COMPLETE');
    expect(lab.running(host)).toHaveLength(1);
    await lab.removeAll([web]);
    expect(lab.workOn(host)).toEqual([]);
  }, 60_000);
});

describe('a service that cannot run', () => {
  const failures: Readonly<Record<string, readonly [string, RegExp]>> = {
    'crashes whenever it is started': [
      serviceTemplate({ image: 'simulated/task:exit-3' }),
      /^Timeout: Maximum execution time exceeded\. web: 0 of 1 running; .*TASK_FAILED/,
    ],
    'has an image that does not exist': [
      serviceTemplate({ image: 'simulated/task:missing' }),
      /^Timeout: Maximum execution time exceeded\. web: 0 of 1 running; .*(image|pull)/i,
    ],
    'has an image that takes too long': [
      serviceTemplate({ image: 'simulated/task:pull-9000' }),
      /its image may still be pulled/,
    ],
    'finds no slave that its constraints allow': [
      serviceTemplate({ properties: { constraints: [['hostname', 'LIKE', 'nowhere']] } }),
      /no slave has what it needs: .*constraint|waits for a slave/i,
    ],
  };

  it('fails with the reason, and is taken down', async () => {
    const made = new Map<string, E2eCluster>();
    for (const [name, [template]] of Object.entries(failures))
      made.set(name, await lab.deploy(template, { timeoutMins: 6 }));
    for (const [name, [, reason]] of Object.entries(failures)) {
      const service = made.get(name) as E2eCluster;
      await service.untilStatus('CREATE_FAILED', { withinSeconds: 600 });
      expect([name, (await service.show()).statusReason]).toEqual([name, expect.stringMatching(reason)]);
    }
    await lab.cloud.until(() => lab.workOn(host).length === 0, { what: 'their removal from Marathon' });
    await lab.removeAll([...made.values()]);
  }, 120_000);

  it('is told apart while it is waited for', async () => {
    const crashing = await lab.deploy(serviceTemplate({ image: 'simulated/task:exit-3' }));
    await lab.cloud.until(async () => /waiting: web: .*TASK_FAILED/.test(await crashing.log()), {
      ...{ what: 'the reason in the log', withinSeconds: 300 },
    });
    await lab.removeAll([crashing]);
  }, 60_000);

  it('because Marathon refuses it fails at once, with what Marathon says', async () => {
    const template = serviceTemplate({ properties: { constraints: [['hostname', 'LIKE', '[']] } });
    const service = await lab.deploy(template);
    await service.untilStatus('CREATE_FAILED', { withinSeconds: 120 });
    expect((await service.show()).statusReason).toContain('is not a valid regular expression');
    await lab.removeAll([service]);
    expect(lab.workOn(host)).toEqual([]);
  }, 60_000);
});

describe('secrets of a service', () => {
  it('reach its container and nothing else', async () => {
    const template = serviceTemplate({
      inputs: { db_password: { type: 'string' } },
      properties: {
        environment_variables: { DB: { get_input: 'db_password' } },
        secrets: { TOKEN: token },
      },
    });
    const web = await lab.deploy(template, { parameters: { db_password: password } });
    await web.untilStatus('CREATE_COMPLETE');
    const { marathon } = JSON.parse(
      lab.cloud.services.secretsManager.inspect.secrets().find(({ name }) => name.includes(host.id))?.value ?? '{}',
    );
    const [master] = host.alive('master');
    const login = `${marathon.username}:${encodeURIComponent(marathon.password)}`;
    const app = lab.cloud.fetchFromInternet(`http://${login}@${master?.publicIp}:8443/v2/apps//${web.id}/web`);
    expect(app.body).toMatchObject({ app: { env: { DB: password, TOKEN: token } } });
    await lab.removeAll([web]);
  }, 60_000);
});

it('the cluster leaves nothing either', async () => {
  await lab.removeAll([host]);
  lab.expectEmpty();
}, 60_000);
