import { DeploymentView } from '../../../lambdas/contracts/api.ts';
import { DependencyUnavailable, Throttled } from '../../../lambdas/contracts/error-names.ts';
import { type Answer, type CallOptions, call, FakeWorld } from '../../support/api.ts';
import { zones } from '../../support/clusters.ts';
import { alice, apiNow } from '../../support/deployments.ts';
import { clusterTemplate } from '../../support/templates.ts';

const password = 'parameter-$ecret';
const parameters = { mesos_password: password };

const post = (world: FakeWorld, body: unknown, options: CallOptions = {}): Promise<Answer> =>
  call(world, 'POST', '/deployments', {
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...options,
  });
const postFields = (fields: object, world = new FakeWorld()) =>
  post(world, { template: clusterTemplate, parameters, ...fields });

function only<T>(map: ReadonlyMap<string, T>): T {
  expect(map.size).toBe(1);
  return [...map.values()][0] as T;
}
function expectNothingStored(world: FakeWorld): void {
  const stored = [world.deployments.size, world.desired.size, world.secrets.size, world.signals.length];
  expect(stored).toEqual([0, 0, 0, 0]);
}

describe('POST /deployments', () => {
  it('answers 201 with the new deployment', async () => {
    const { statusCode, json } = await post(new FakeWorld(), { template: clusterTemplate, parameters });
    expect(json.message).toBeUndefined();
    expect(statusCode).toBe(201);
    expect(DeploymentView.parse(json)).toEqual(json);
    expect(json).toMatchObject({ status: 'CREATE_IN_PROGRESS', task: 'NONE', outputs: {}, createdBy: alice });
    expect(json).toMatchObject({ creationTime: '2026-03-01T09:30+0000', cloudProviderEndpoint: {} });
    expect(json.links[0].href).toBe(`https://api.example.org/deployments/${json.uuid}`);
  });

  it('takes what orchent sends: text for a boolean, null for parameters', async () => {
    const template = clusterTemplate.replace('required: yes', 'default: given-default');
    const world = new FakeWorld();
    const body = { template, parameters: null, keepLastAttempt: 'true', userGroup: 'g' };
    expect((await post(world, body)).statusCode).toBe(201);
    expect(only(world.deployments)).toMatchObject({ keepLastAttempt: true, userGroup: 'g', parameters: {} });
    expect(only(world.desired)).toMatchObject({ keepLastAttempt: true });
  });

  it('takes what orpy sends: a misspelled key, text for every parameter, a trailing slash', async () => {
    const world = new FakeWorld();
    const answer = await call(world, 'POST', '/orchestrator/deployments/', {
      body: JSON.stringify({
        template: clusterTemplate,
        keepLastAttemp: true,
        parameters: { ...parameters, slave_num: '4' },
      }),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json.links[0].href).toContain('https://api.example.org/orchestrator/deployments/');
    expect(only(world.deployments).keepLastAttempt).toBe(false);
    expect(only(world.desired).spec.slaves[0]?.count).toBe(4);
  });

  it.each(['application/yaml', 'text/yaml', 'application/x-yaml; charset=utf-8'])(
    'takes a template alone as %s',
    async (type) => {
      const world = new FakeWorld();
      const template = clusterTemplate.replace('required: yes', 'default: given-default');
      const body = Buffer.from(template);
      expect((await post(world, body, { headers: { 'content-type': type } })).statusCode).toBe(201);
      expect(only(world.deployments).parameters).toEqual({});
    },
  );

  it('stores what is desired, a signal and a deadline', async () => {
    const world = new FakeWorld();
    const { json } = await post(world, { template: clusterTemplate, parameters });
    const desired = only(world.desired);
    expect(desired).toMatchObject({ clusterId: json.uuid, presence: 'present', forget: false });
    expect(desired).toMatchObject({ createdAt: apiNow.toISOString(), deadlineAt: '2026-03-01T10:30:45.000Z' });
    expect(desired.spec.masters.count).toBe(3);
    expect(desired.spec.loadBalancers?.count).toBe(1);
    expect(world.signals).toEqual([{ kind: 'cluster-changed', clusterId: json.uuid }]);
    const resources = await call(world, 'GET', `/deployments/${json.uuid}/resources`);
    expect(resources.json.page.totalElements).toBe(3 + 3 + 2 + 1);
  });

  it.each([
    [10, '2026-03-01T09:40:45.000Z'],
    ['10', '2026-03-01T09:40:45.000Z'],
    [2_000_000, '2026-03-01T10:30:45.000Z'],
  ])('takes timeoutMins %j, but not beyond the control plane its own limit', async (timeoutMins, deadlineAt) => {
    const world = new FakeWorld();
    await postFields({ timeoutMins }, world);
    expect(only(world.desired).deadlineAt).toBe(deadlineAt);
  });

  describe('secrets', () => {
    it('go to the secret and nowhere else', async () => {
      const world = new FakeWorld();
      const answer = await post(world, { template: clusterTemplate, parameters });
      const secrets = only(world.secrets);
      expect(secrets.mesos).toEqual({ username: 'admin', password });
      expect(secrets.marathon.password).toBe('literal-$ecret');
      expect(secrets.parameters).toEqual(parameters);
      const elsewhere = [world.deployments, world.desired].map((map) => JSON.stringify([...map.values()]));
      for (const text of [...elsewhere, JSON.stringify(world.logged), answer.body]) {
        expect(text).not.toContain('$ecret');
      }
    });

    it('are made up where none is given, never a well-known default', async () => {
      const world = new FakeWorld();
      await post(world, { template: clusterTemplate, parameters });
      const { chronos, consulGossipKey } = only(world.secrets);
      expect(chronos.password).toHaveLength(32);
      expect(Buffer.from(consulGossipKey, 'base64')).toHaveLength(32);
      expect(consulGossipKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    });

    it('come back with the template', async () => {
      const world = new FakeWorld();
      const { json } = await post(world, { template: clusterTemplate, parameters });
      expect(only(world.deployments).template).toContain('<secret-');
      expect((await call(world, 'GET', `/deployments/${json.uuid}/template`)).body).toBe(clusterTemplate);
    });
  });

  it('succeeds though the signal or the notes cannot be sent', async () => {
    const world = new FakeWorld();
    world.failures.set('signal', new DependencyUnavailable('sqs'));
    world.failures.set('addActivity', new Throttled('dynamodb'));
    expect((await postFields({}, world)).statusCode).toBe(201);
    expect(world.logged).toContainEqual(expect.objectContaining({ message: 'signal not sent' }));
  });

  it('answers 503 and stores no record when the secret cannot be made', async () => {
    const world = new FakeWorld();
    world.failures.set('credentials.create', new Throttled('secretsmanager'));
    expect((await postFields({}, world)).statusCode).toBe(503);
    expect([world.deployments.size, world.desired.size]).toEqual([0, 0]);
  });

  it('places nodes in the zones that the stack has', async () => {
    const world = new FakeWorld();
    await postFields({}, world);
    for (const zone of only(world.desired).spec.masters.zones ?? []) expect(zones).toContain(zone);
  });
});

describe('POST /deployments refuses', () => {
  const callbackMessage = 'Callback value, if provided, must be a valid HTTP or HTTPS URL';

  it.each([
    [{ template: undefined }, 'A TOSCA template must be provided'],
    [{ template: null }, 'A TOSCA template must be provided'],
    [{ template: ' \n' }, 'A TOSCA template must be provided'],
    [{ parameters: [] }, 'parameters must be a JSON object'],
    [{ callback: 'ftp://example.org' }, callbackMessage],
    [{ callback: 'https://' }, callbackMessage],
    [{ callback: 7 }, callbackMessage],
    [{ callback: `https://h/${'x'.repeat(2048)}` }, callbackMessage],
    [{ timeoutMins: 0 }, 'timeoutMins must be an integer of at least 1'],
    [{ timeoutMins: 1.5 }, 'timeoutMins must be an integer of at least 1'],
    [{ timeoutMins: 'soon' }, 'timeoutMins must be an integer of at least 1'],
    [{ timeoutMins: 1e12 }, 'timeoutMins must be an integer of at least 1'],
    [{ providerTimeoutMins: -1 }, 'providerTimeoutMins must be an integer of at least 1'],
    [{ maxProvidersRetry: 0 }, 'maxProvidersRetry must be an integer of at least 1'],
    [{ timeoutMins: 5, providerTimeoutMins: 6 }, 'ProviderTimeout must be <= Timeout'],
    [{ keepLastAttempt: 'perhaps' }, 'keepLastAttempt must be true or false'],
    [{ userGroup: {} }, 'userGroup must be a string'],
  ])('the fields %j', async (fields, message) => {
    const world = new FakeWorld();
    const { json } = await postFields(fields, world);
    expect(json).toEqual({ code: 400, title: 'Bad Request', message });
    expectNothingStored(world);
  });

  it('several faults at once, telling all of them', async () => {
    const { json } = await postFields({ timeoutMins: 0, userGroup: 1 });
    expect(json.message).toBe('timeoutMins must be an integer of at least 1; userGroup must be a string');
  });

  it.each(['', '{"template":', 'null', '[]', '"text"', '7', `${'['.repeat(50_000)}`])(
    'the body %.20s',
    async (body) => {
      const world = new FakeWorld();
      expect((await post(world, body)).json).toMatchObject({ code: 400, title: 'Bad Request' });
      expectNothingStored(world);
    },
  );

  it('a body that is not JSON, without repeating it', async () => {
    const { json } = await post(new FakeWorld(), '{"parameters":{"password":"s3cret"');
    expect(json.message).toBe('The request body is not valid JSON');
  });

  it('a body that is not UTF-8', async () => {
    const headers = { 'content-type': 'application/yaml' };
    const { json } = await post(new FakeWorld(), Uint8Array.of(0x61, 0xff), { headers });
    expect(json).toMatchObject({ code: 400, message: 'The request body is not UTF-8 text' });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'the content type %s with 415',
    async (type) => {
      const world = new FakeWorld();
      const headers = type ? { 'content-type': type } : {};
      const { statusCode, json } = await post(world, { template: clusterTemplate, parameters }, { headers });
      expectNothingStored(world);
      expect(statusCode).toBe(415);
      expect(json).toMatchObject({
        title: 'Unsupported Media Type',
        message: expect.stringContaining('application/json'),
      });
    },
  );

  it.each([
    ['template', { template: `# ${'x'.repeat(20_001)}\n${clusterTemplate}` }],
    ['parameters', { parameters: { ...parameters, filler: 'x'.repeat(33_000) } }],
    ['request body', { template: '\u0000'.repeat(40_000) }],
  ])('with 413 a %s that is too large', async (what, fields) => {
    const world = new FakeWorld();
    const { statusCode, json } = await postFields(fields, world);
    expect(statusCode).toBe(413);
    expect(json.message).toMatch(new RegExp(`^The ${what} would take \\d+ bytes; at most \\d+ are accepted$`));
    expectNothingStored(world);
  });

  it('parameters that are nested too deep', async () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    const { json } = await post(new FakeWorld(), `{"template":"a","parameters":${deep}}`);
    expect(json).toMatchObject({ code: 400, message: 'parameters are nested deeper than 32 levels' });
  });

  it('a template that lacks an input, with the contract its own message', async () => {
    const world = new FakeWorld();
    const { json } = await post(world, { template: clusterTemplate });
    const message =
      "Input <mesos_password> is required and is not present in the user's input list, nor has a default value";
    expect(json).toEqual({ code: 400, title: 'Bad Request', message });
    expectNothingStored(world);
  });

  it.each([
    ['is no YAML', 'a: [', /./],
    ['has no topology', 'tosca_definitions_version: tosca_simple_yaml_1_0', /topology_template/],
    ['has an even number of masters', clusterTemplate.replace('count: 3', 'count: 2'), /1, 3 or 5/],
    [
      'has another type',
      clusterTemplate.replaceAll('indigo.MesosSlave', 'indigo.Unheard'),
      /tosca\.nodes\.indigo\.Unheard/,
    ],
  ])('a template that %s', async (_, template, message) => {
    const world = new FakeWorld();
    const { json } = await postFields({ template }, world);
    expect(json).toEqual({ code: 400, title: 'Bad Request', message: expect.stringMatching(message) });
    expectNothingStored(world);
  });

  it('a template that would be stored larger than the table bears', async () => {
    const world = new FakeWorld();
    const outputs = Array.from({ length: 200 }, (_, n) => `    o${n}: { value: { get_input: filler } }`).join('\n');
    const input = '    filler: { type: string }\n    mesos_password:';
    const template = `${clusterTemplate.replace('    mesos_password:', input)}${outputs}\n`;
    const { json } = await postFields({ template, parameters: { ...parameters, filler: 'x'.repeat(20_000) } }, world);
    const message = expect.stringMatching(/^The template makes a deployment record larger than the \d+ bytes/);
    expect(json).toMatchObject({ code: 400, message });
    expectNothingStored(world);
  });

  it('callers without token', async () => {
    const world = new FakeWorld();
    expect((await post(world, { template: clusterTemplate, parameters }, { auth: null })).statusCode).toBe(401);
    expectNothingStored(world);
  });
});
