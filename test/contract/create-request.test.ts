/** The body of POST /deployments, member by member: reference 1.4. */
import { FakeWorld } from '../support/api.ts';
import { ask, askJson, creation, errorBody, owner } from '../support/contract.ts';
import { clusterTemplate } from '../support/templates.ts';

const post = (world: FakeWorld, body: unknown) => askJson(world, 'POST', '/deployments', body);
/** What became of a request with these members besides a good template. */
async function create(members: object) {
  const world = new FakeWorld();
  const answer = await post(world, { ...creation, ...members });
  const [deployment] = world.deployments.values();
  const [desired] = world.desired.values();
  return { answer, deployment, desired, secrets: [...world.secrets.values()][0], world };
}
const badRequest = (message: unknown) => errorBody(400, 'Bad Request', message);

describe('template', () => {
  it.each([undefined, null, '', ' \n', 7, [], {}])('%j is refused', async (template) => {
    const { answer, world } = await create({ template });
    expect(answer.json).toEqual(badRequest('A TOSCA template must be provided'));
    expect([world.deployments.size, world.desired.size, world.secrets.size, world.signals.length]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it.each([
    ['no YAML', 'a: [b'],
    ['no TOSCA', 'hello: world'],
    ['a type that does not exist', clusterTemplate.replace('tosca.nodes.indigo.MesosSlave', 'tosca.nodes.Nothing')],
  ])('with %s is a 400, and nothing is stored', async (_, template) => {
    const { answer, world } = await create({ template });
    expect(answer.json).toEqual(badRequest(expect.any(String)));
    expect([world.deployments.size, world.secrets.size, world.signals.length]).toEqual([0, 0, 0]);
  });
});

describe('parameters', () => {
  const optional = clusterTemplate.replace('required: yes', 'default: given-default');

  it.each([undefined, null, {}])('%j are none', async (parameters) => {
    const { answer, deployment } = await create({ template: optional, parameters });
    expect([answer.statusCode, deployment?.parameters]).toEqual([201, {}]);
  });

  it.each([[], 'text', 7])('%j is refused', async (parameters) => {
    expect((await create({ parameters })).answer.json).toEqual(badRequest('parameters must be a JSON object'));
  });

  it('may hold any JSON, and more than the template has inputs for', async () => {
    const more = { tags: ['a', 'b'], deep: { n: 1.5, ok: true, none: null } };
    const { answer, deployment } = await create({ parameters: { ...creation.parameters, ...more } });
    expect([answer.statusCode, deployment?.parameters]).toEqual([201, more]);
  });

  it.each([3, '3', 3.0])('slave_num %j is coerced to what the input is declared as', async (slave_num) => {
    const { desired } = await create({ parameters: { ...creation.parameters, slave_num } });
    expect(desired?.spec.slaves[0]?.count).toBe(3);
  });

  it.each([{}, { mesos_password: null }])('%j lack a required input', async (parameters) => {
    const message =
      "Input <mesos_password> is required and is not present in the user's input list, nor has a default value";
    expect((await create({ parameters })).answer.json).toEqual(badRequest(message));
  });
});

describe('callback', () => {
  it.each(['https://hook.example.org/x', 'http://hook.example.org:8080/x?y=z'])('%s is kept', async (callback) => {
    const { answer, deployment } = await create({ callback });
    expect([answer.json.callback, deployment?.callback]).toEqual([callback, callback]);
  });

  it.each([
    '',
    'http://%zz@example.org/',
    'hook.example.org',
    'ftp://hook.example.org',
    'https://',
    'javascript:https:',
    7,
    {},
  ])('%j is refused', async (callback) => {
    const message = 'Callback value, if provided, must be a valid HTTP or HTTPS URL';
    expect((await create({ callback })).answer.json).toEqual(badRequest(message));
  });

  it('absent or null is none', async () => {
    expect((await create({ callback: null })).answer.json).not.toHaveProperty('callback');
    expect((await create({})).answer.json).not.toHaveProperty('callback');
  });
});

describe('timeoutMins, providerTimeoutMins, maxProvidersRetry', () => {
  const names = ['timeoutMins', 'providerTimeoutMins', 'maxProvidersRetry'];
  it.each(names)('%s is an integer of at least 1, or absent', async (name) => {
    for (const value of [1, '1', 14_400, null, undefined]) {
      expect([value, (await create({ [name]: value })).answer.statusCode]).toEqual([value, 201]);
    }
    for (const value of [0, -1, 1.5, 'soon', true, [], 2 ** 40]) {
      const { json } = (await create({ [name]: value })).answer;
      expect(json).toEqual(badRequest(`${name} must be an integer of at least 1`));
    }
  });

  it('a provider timeout beyond the timeout is refused', async () => {
    const message = 'ProviderTimeout must be <= Timeout';
    expect((await create({ timeoutMins: 5, providerTimeoutMins: 6 })).answer.json).toEqual(badRequest(message));
    expect((await create({ timeoutMins: 5, providerTimeoutMins: 5 })).answer.statusCode).toBe(201);
  });

  it.each([
    [{}, '10:30:45'],
    [{ timeoutMins: 20 }, '09:50:45'],
    [{ providerTimeoutMins: 10 }, '09:40:45'],
    [{ timeoutMins: 20, providerTimeoutMins: 10 }, '09:40:45'],
    [{ timeoutMins: 14_400, providerTimeoutMins: 14_400 }, '10:30:45'],
  ])('%j make the deadline %s: the smallest of both and of the stack holds', async (members, time) => {
    expect((await create(members)).desired?.deadlineAt).toBe(`2026-03-01T${time}.000Z`);
  });
});

describe('keepLastAttempt', () => {
  it.each([
    [true, true],
    ['true', true],
    ['True', true],
    [false, false],
    ['false', false],
    [null, false],
    [undefined, false],
  ])('%j is %j', async (keepLastAttempt, kept) => {
    const { deployment, desired } = await create({ keepLastAttempt });
    expect([deployment?.keepLastAttempt, desired?.keepLastAttempt]).toEqual([kept, kept]);
  });

  it.each(['yes', 1, []])('%j is refused', async (keepLastAttempt) => {
    const { json } = (await create({ keepLastAttempt })).answer;
    expect(json).toEqual(badRequest('keepLastAttempt must be true or false'));
  });

  it('misspelled is ignored', async () => {
    expect((await create({ keepLastAttemp: true })).desired?.keepLastAttempt).toBe(false);
  });
});

describe('userGroup', () => {
  it('is kept and told', async () => {
    const { answer, deployment } = await create({ userGroup: 'team-a' });
    expect([answer.json.userGroup, deployment?.userGroup]).toEqual(['team-a', 'team-a']);
  });

  it.each([7, {}, 'x'.repeat(257)])('%j is refused', async (userGroup) => {
    expect((await create({ userGroup })).answer.json).toEqual(badRequest(expect.stringMatching(/^userGroup must /)));
  });
});

it('every fault of the body is told at once', async () => {
  const { json } = (await create({ template: '', timeoutMins: 0, keepLastAttempt: 'x' })).answer;
  expect(json.message.split('; ')).toEqual([
    'A TOSCA template must be provided',
    'timeoutMins must be an integer of at least 1',
    'keepLastAttempt must be true or false',
  ]);
});

it('a template alone may be sent as YAML', async () => {
  const body = clusterTemplate.replace('required: yes', 'default: given-default');
  const headers = { 'content-type': 'application/yaml' };
  const { statusCode } = await ask(new FakeWorld(), 'POST', '/deployments', { body, headers, auth: owner });
  expect(statusCode).toBe(201);
});
