/** The route matrix of the contract and the guards of states: reference 1.3. */
import { DeploymentView, pageOf, ResourceView } from '../../lambdas/contracts/api.ts';
import { Conflict } from '../../lambdas/contracts/error-names.ts';
import { type DeploymentStatus, deploymentStatuses } from '../../lambdas/domain/cluster/records.ts';
import { FakeWorld } from '../support/api.ts';
import {
  ask,
  askJson,
  colleague,
  creation,
  deployedWorld,
  errorBody,
  one,
  owner,
  unknownId,
} from '../support/contract.ts';
import { deploymentId } from '../support/deployments.ts';

const resources = `${one}/resources`;
const updatable: readonly DeploymentStatus[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_FAILED'];
const noDeployment = errorBody(404, 'Not Found', `The deployment <${unknownId}> doesn't exist`);

/** PUT to a deployment that is complete. */
async function put(body: object = creation) {
  const world = new FakeWorld();
  const { json } = await askJson(world, 'POST', '/deployments', creation);
  const record = world.deployments.get(json.uuid);
  if (record) world.add({ ...record, status: 'CREATE_COMPLETE' });
  return askJson(world, 'PUT', `/deployments/${json.uuid}`, body);
}

describe('the route matrix', () => {
  it('GET / answers who it is, as text', async () => {
    const { statusCode, body } = await ask(new FakeWorld(), 'GET', '/', { auth: null });
    expect([statusCode, body]).toEqual([200, 'INDIGO-Orchestrator']);
  });

  it('GET /deployments answers a page of deployments', async () => {
    const { statusCode, json } = await ask(deployedWorld(), 'GET', '/deployments');
    expect([statusCode, pageOf(DeploymentView).parse(json)]).toEqual([200, json]);
  });

  it('POST /deployments answers 201 with the deployment', async () => {
    const { statusCode, json } = await askJson(new FakeWorld(), 'POST', '/deployments', creation);
    expect([statusCode, DeploymentView.parse(json)]).toEqual([201, json]);
  });

  it('GET /deployments/{id} answers the deployment', async () => {
    const { statusCode, json } = await ask(deployedWorld(), 'GET', one);
    expect([statusCode, DeploymentView.parse(json)]).toEqual([200, json]);
  });

  it('PUT /deployments/{id} answers 202 with the deployment', async () => {
    const { statusCode, json } = await put();
    expect([statusCode, DeploymentView.parse(json)]).toEqual([202, json]);
    expect(json).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
  });

  it.each([
    ['no template', {}, 'A TOSCA template must be provided'],
    ['a template that is none', { template: 'hello: world' }, expect.stringMatching(/tosca_definitions_version/)],
    ['a wrong member', { ...creation, timeoutMins: 0 }, 'timeoutMins must be an integer of at least 1'],
  ])('…and 400 to %s', async (_, body, message) => {
    expect((await put(body)).json).toEqual(errorBody(400, 'Bad Request', message));
  });

  it.each([
    ['PATCH', 'DELETE_IN_PROGRESS', { status: 'DELETE_FAILED' }],
    ['DELETE', 'CREATE_COMPLETE', undefined],
  ] as const)('%s /deployments/{id} answers 204 with nothing', async (method, status, body) => {
    const answer = await askJson(deployedWorld({ status }), method, one, body);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers).not.toHaveProperty('Content-Type');
  });

  it('DELETE /deployments answers 405', async () => {
    const { json, headers } = await ask(deployedWorld(), 'DELETE', '/deployments');
    expect(json).toEqual(errorBody(405, 'Method Not Allowed', expect.stringMatching(/'DELETE' not supported/)));
    expect(headers.Allow).toMatch(/^GET, POST\b/);
  });

  it('GET …/template answers the raw text', async () => {
    const world = deployedWorld();
    const { statusCode, body } = await ask(world, 'GET', `${one}/template`);
    expect([statusCode, body]).toEqual([200, world.deployments.get(deploymentId)?.template]);
  });

  it('GET …/log answers raw text, nothing if there is none', async () => {
    expect((await ask(deployedWorld(), 'GET', `${one}/log`)).body).toBe('');
  });

  it('GET …/extrainfo answers raw text that is JSON, [] if there is none', async () => {
    const world = deployedWorld();
    expect(JSON.parse((await ask(world, 'GET', `${one}/extrainfo`)).body)).toHaveLength(2);
    world.nodes = [];
    expect((await ask(world, 'GET', `${one}/extrainfo`)).body).toBe('[]');
  });

  it('GET …/resources answers a page of resources', async () => {
    const { statusCode, json } = await ask(deployedWorld(), 'GET', resources);
    expect([statusCode, pageOf(ResourceView).parse(json)]).toEqual([200, json]);
  });

  it('GET …/resources/filter?type=T answers a bare array', async () => {
    const query = 'type=tosca.nodes.indigo.MesosSlave';
    const { statusCode, json } = await ask(deployedWorld(), 'GET', `${resources}/filter`, { query });
    expect([statusCode, json]).toEqual([200, [ResourceView.parse(json[0])]]);
  });

  it.each(['', 'type=', 'other=x'])('…and 400 to %j', async (query) => {
    const { json } = await ask(deployedWorld(), 'GET', `${resources}/filter`, { query });
    expect(json).toEqual(errorBody(400, 'Bad Request', expect.stringMatching(/^type: /)));
  });

  it('GET …/resources/{rid} answers the resource, or that there is none', async () => {
    const [first] = (await ask(deployedWorld(), 'GET', resources)).json.content;
    const { statusCode, json } = await ask(deployedWorld(), 'GET', `${resources}/${first.uuid}`);
    expect([statusCode, json]).toEqual([200, first]);
    const message = `The resource <${unknownId}> in deployment <${deploymentId}> doesn't exist`;
    expect((await ask(deployedWorld(), 'GET', `${resources}/${unknownId}`)).json).toEqual(
      errorBody(404, 'Not Found', message),
    );
  });

  it.each([
    ['GET', '', undefined],
    ['PUT', '', creation],
    ['PATCH', '', { status: 'DELETE_FAILED' }],
    ['DELETE', '', undefined],
    ['GET', '/template', undefined],
    ['GET', '/log', undefined],
    ['GET', '/extrainfo', undefined],
    ['GET', '/resources', undefined],
    ['GET', '/resources/filter?type=x', undefined],
    ['GET', '/resources/y', undefined],
  ])('%s …%s of a deployment that does not exist answers 404', async (method, route, body) => {
    const [path, query = ''] = route.split('?');
    const answer = await askJson(deployedWorld(), method, `/deployments/${unknownId}${path}`, body, {
      query,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.json).toEqual(noDeployment);
  });
});

describe('POST …/resources/{rid}/actions', () => {
  const act = async (body: unknown, { status = 'CREATE_COMPLETE', place = 0, auth = owner }: ActOptions = {}) => {
    const world = deployedWorld({ status });
    const { content } = (await ask(world, 'GET', resources)).json;
    const rid = content[place].uuid;
    const headers = { 'content-type': 'application/json' };
    return askJson(world, 'POST', `${resources}/${rid}/actions`, body, { auth, headers });
  };
  interface ActOptions {
    readonly status?: DeploymentStatus;
    /** Index of the resource: 0 and 1 are nodes, 2 is software. */
    readonly place?: number;
    readonly auth?: typeof owner;
  }

  it('answers 202 with nothing', async () => {
    const { statusCode, body } = await act({ type: 'stop' });
    expect([statusCode, body]).toEqual([202, '']);
  });

  it.each([{}, { type: null }])('answers 400 to %j', async (body) => {
    expect((await act(body)).json).toEqual(errorBody(400, 'Bad Request', 'An action type must be provided'));
  });

  it.each([
    ['an action that there is not', { type: 'dance' }, 0],
    ['a resource that is no node', { type: 'stop' }, 2],
  ])('answers 400 to %s', async (_, body, place) => {
    expect((await act(body, { place })).json).toEqual(errorBody(400, 'Bad Request', expect.any(String)));
  });

  it('answers 400 to a resource that does not exist, and 404 to a deployment that does not', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = { type: 'stop' };
    const of = (deployment: string) =>
      askJson(deployedWorld(), 'POST', `/deployments/${deployment}/resources/${unknownId}/actions`, body, { headers });
    expect((await of(deploymentId)).statusCode).toBe(400);
    expect((await of(unknownId)).json).toEqual(noDeployment);
  });

  it('answers 409 where the resource is not in the state for it', async () => {
    expect((await act({ type: 'start' })).json).toMatchObject({ code: 409, title: 'Conflict' });
  });

  it.each(deploymentStatuses.filter((status) => !updatable.includes(status)))('answers 409 to %s', async (status) => {
    const message = `Cannot perform actions on deployment in ${status} state`;
    expect((await act({ type: 'stop' }, { status })).json).toEqual(errorBody(409, 'Conflict', message));
  });

  it('is for the owner only', async () => {
    const message = 'Only the owner of the deployment can perform this operation';
    expect((await act({ type: 'stop' }, { auth: colleague })).json).toEqual(errorBody(403, 'Forbidden', message));
  });
});

describe('the guards of states', () => {
  const all = (allowed: (status: DeploymentStatus) => boolean) =>
    deploymentStatuses.map((status) => ({ status, allowed: allowed(status) }));
  const isBeingDeleted = (status: DeploymentStatus) => status === 'DELETE_IN_PROGRESS' || status === 'DELETE_COMPLETE';

  it.each(all((status) => !isBeingDeleted(status)))(
    'DELETE of $status: allowed $allowed',
    async ({ status, allowed }) => {
      const world = deployedWorld({ status });
      const answer = await ask(world, 'DELETE', one);
      if (allowed) {
        expect([answer.statusCode, world.deployments.get(deploymentId)?.status]).toEqual([204, 'DELETE_IN_PROGRESS']);
        return;
      }
      expect(answer.json).toEqual(errorBody(409, 'Conflict', `Deployment already in ${status} state.`));
      expect(world.signals).toEqual([]);
    },
  );

  it.each(all((status) => status === 'DELETE_IN_PROGRESS'))(
    'PATCH of $status: allowed $allowed',
    async ({ status, allowed }) => {
      const world = deployedWorld({ status });
      const answer = await askJson(world, 'PATCH', one, { status: 'DELETE_FAILED' });
      if (allowed) {
        expect([answer.statusCode, world.deployments.get(deploymentId)?.status]).toEqual([204, 'DELETE_FAILED']);
        return;
      }
      expect(answer.json).toEqual(errorBody(409, 'Conflict', `Cannot reset a deployment in ${status} state`));
      expect(world.deployments.get(deploymentId)?.status).toBe(status);
    },
  );

  it.each(deploymentStatuses.filter((status) => !updatable.includes(status)))('PUT of %s is a 409', async (status) => {
    const world = deployedWorld({ status });
    const { json } = await askJson(world, 'PUT', one, creation);
    expect(json).toEqual(errorBody(409, 'Conflict', `Cannot update a deployment in ${status} state`));
    expect([world.deployments.get(deploymentId)?.status, world.signals]).toEqual([status, []]);
  });

  it('DELETE may be asked for again after PATCH', async () => {
    const world = deployedWorld();
    const statuses = [];
    for (const [method, body] of [
      ['DELETE'],
      ['PATCH', { status: 'DELETE_FAILED' }],
      ['DELETE'],
      ['DELETE'],
    ] as const) {
      statuses.push((await askJson(world, method, one, body)).statusCode);
    }
    expect(statuses).toEqual([204, 204, 204, 409]);
  });

  it.each([
    ...deploymentStatuses.filter((status) => status !== 'DELETE_FAILED').map((status) => ({ status })),
    { status: 'DELETED' },
    { status: '' },
    { status: null },
    { status: 7 },
    {},
    [],
    null,
    '{"status":',
  ])('PATCH with %j is a 400', async (body) => {
    const world = deployedWorld({ status: 'DELETE_IN_PROGRESS' });
    const { json } = await askJson(world, 'PATCH', one, body);
    expect(json).toEqual(errorBody(400, 'Bad Request', expect.any(String)));
    expect(world.deployments.get(deploymentId)?.status).toBe('DELETE_IN_PROGRESS');
  });

  it("another user's PATCH is refused before anything is said of the status", async () => {
    const options = { auth: colleague, headers: { 'content-type': 'application/json' } };
    const { statusCode } = await askJson(deployedWorld(), 'PATCH', one, { status: 'UNKNOWN' }, options);
    expect(statusCode).toBe(403);
  });

  it('a concurrent change is a 409 that may be repeated at once', async () => {
    const world = deployedWorld({ status: 'DELETE_IN_PROGRESS' });
    world.failures.set('failDeletion', new Conflict('revision'));
    const { json, headers } = await askJson(world, 'PATCH', one, { status: 'DELETE_FAILED' });
    const message = "The request couldn't be fulfilled because of a concurrent update. Please retry later";
    expect(json).toEqual(errorBody(409, 'Conflict', message));
    expect(headers['Retry-After']).toBe('0');
  });
});
