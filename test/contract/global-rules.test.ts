/** Rules of the contract that hold on every route: reference 1.1 and the error object of 1.6. */
import { DeploymentView, ErrorView } from '../../lambdas/contracts/api.ts';
import { FakeWorld } from '../support/api.ts';
import {
  ask,
  askJson,
  asUser,
  colleague,
  creation,
  deployedWorld,
  errorBody,
  one,
  stranger,
} from '../support/contract.ts';
import { alice, deploymentId } from '../support/deployments.ts';

const resources = `${one}/resources`;

describe('base path and trailing slash', () => {
  it.each(['', '/orchestrator', '/orchestrator/', '/'])('the root is served as %j', async (path) => {
    const answer = await ask(new FakeWorld(), 'GET', path, { auth: null });
    expect([answer.statusCode, answer.body]).toEqual([200, 'INDIGO-Orchestrator']);
  });

  const reads = ['/info', '/configuration', '/deployments', one];
  const texts = [`${one}/template`, `${one}/log`, `${one}/extrainfo`];
  const lists = [resources, `${resources}/filter?type=tosca.nodes.Compute`];
  it.each([...reads, ...texts, ...lists])(
    'GET %s is served at the root and below, with and without slash',
    async (route) => {
      const [path = '', query = ''] = route.split('?');
      const answers = await Promise.all(
        [path, `${path}/`, `/orchestrator${path}`, `/orchestrator${path}/`].map((each) =>
          ask(deployedWorld(), 'GET', each, { query }),
        ),
      );
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
      const bodies = answers.map(({ body }) => body.replaceAll('/orchestrator', ''));
      expect(new Set(bodies).size).toBe(1);
    },
  );

  it.each([
    ['POST', '/deployments', 201, creation],
    ['PATCH', one, 204, { status: 'DELETE_FAILED' }],
    ['DELETE', one, 204, undefined],
  ])('%s %s likewise', async (method, path, status, body) => {
    for (const each of [path, `${path}/`, `/orchestrator${path}`, `/orchestrator${path}/`]) {
      const world = deployedWorld({ status: method === 'PATCH' ? 'DELETE_IN_PROGRESS' : 'CREATE_COMPLETE' });
      expect([each, (await askJson(world, method, each, body)).statusCode]).toEqual([each, status]);
    }
  });
});

describe('request body', () => {
  it.each([
    ['POST', '/deployments', 'text/plain'],
    ['POST', '/deployments', 'application/x-www-form-urlencoded'],
    ['POST', '/deployments', ''],
    ['PATCH', one, 'application/yaml'],
    ['PATCH', one, 'text/plain'],
    ['PUT', one, 'text/plain'],
  ])('%s %s as %j is a 415', async (method, path, type) => {
    const { json } = await askJson(deployedWorld(), method, path, creation, { headers: { 'content-type': type } });
    expect(json).toEqual(errorBody(415, 'Unsupported Media Type', expect.stringMatching(/application\/json/)));
  });

  it('unknown keys are ignored', async () => {
    expect(
      (await askJson(new FakeWorld(), 'POST', '/deployments', { ...creation, keepLastAttemp: 1 })).statusCode,
    ).toBe(201);
    const world = deployedWorld({ status: 'DELETE_IN_PROGRESS' });
    expect((await askJson(world, 'PATCH', one, { status: 'DELETE_FAILED', more: [] })).statusCode).toBe(204);
  });
});

describe('response body', () => {
  it.each(['/info', '/configuration', '/deployments', one, resources])('%s is JSON in UTF-8', async (path) => {
    const { headers, json } = await ask(deployedWorld(), 'GET', path);
    expect(headers['Content-Type']).toBe('application/json;charset=UTF-8');
    expect(json).toEqual(expect.any(Object));
  });

  it('null members are omitted everywhere', async () => {
    for (const path of ['/info', '/configuration', '/deployments', one, resources]) {
      expect((await ask(deployedWorld(), 'GET', path)).body).not.toContain('null');
    }
  });

  it.each([
    ['/', null],
    [`${one}/template`, undefined],
    [`${one}/log`, undefined],
    [`${one}/extrainfo`, undefined],
  ])('%s is raw text, whatever is accepted', async (path, auth) => {
    for (const accept of [undefined, 'text/plain', 'application/json', '*/*']) {
      const headers = accept === undefined ? {} : { accept };
      const answer = await ask(deployedWorld(), 'GET', path, { headers, ...(auth === null ? { auth } : {}) });
      expect(answer.headers['Content-Type']).toBe('text/plain;charset=UTF-8');
      expect(answer.body).not.toMatch(/^"/);
    }
  });
});

describe('dates, ids, request id', () => {
  it('dates have minutes, and an offset without colon', async () => {
    const { json } = await ask(deployedWorld(), 'GET', one);
    expect([json.creationTime, json.updateTime]).toEqual(['2026-03-01T09:30+0000', '2026-03-01T09:30+0000']);
  });

  it('ids are uuids of 36 characters, which order by time', async () => {
    const world = new FakeWorld();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await askJson(world, 'POST', '/deployments', creation)).json.uuid);
    expect(ids.map((id) => id.length)).toEqual([36, 36, 36]);
    expect([...ids].sort()).toEqual(ids);
  });

  it('every answer names its request', async () => {
    const answers = [
      await ask(deployedWorld(), 'GET', one),
      await ask(deployedWorld(), 'DELETE', one),
      await ask(deployedWorld(), 'GET', `${one}/log`),
      await ask(deployedWorld(), 'GET', '/nowhere'),
      await ask(deployedWorld(), 'GET', '/deployments', { auth: null }),
    ];
    for (const { headers } of answers) expect(headers['X-Request-ID']).toMatch(/^req-[0-9a-f-]{36}$/);
  });
});

describe('authentication', () => {
  it.each(['/', '/info'])('%s is served to callers without token', async (path) => {
    expect((await ask(new FakeWorld(), 'GET', path, { auth: null })).statusCode).toBe(200);
  });

  it('/ is for callers without token only; /info is not', async () => {
    expect((await ask(new FakeWorld(), 'GET', '/')).json).toEqual(errorBody(403, 'Forbidden', 'Access is denied'));
    expect((await ask(new FakeWorld(), 'GET', '/info')).statusCode).toBe(200);
  });

  it.each([
    ['GET', '/configuration'],
    ['GET', '/deployments'],
    ['POST', '/deployments'],
    ['GET', one],
    ['PUT', one],
    ['PATCH', one],
    ['DELETE', one],
    ['GET', `${one}/template`],
    ['GET', `${one}/log`],
    ['GET', `${one}/extrainfo`],
    ['GET', resources],
    ['GET', `${resources}/filter`],
    ['GET', `${resources}/x`],
    ['POST', `${resources}/x/actions`],
  ])('%s %s asks for it', async (method, path) => {
    const { headers, json } = await ask(deployedWorld(), method, path, { auth: null });
    expect(json).toEqual(errorBody(401, 'Unauthorized', 'Full authentication is required to access this resource'));
    expect(headers['WWW-Authenticate']).toMatch(/^Bearer /);
  });
});

describe('scopes', () => {
  const scoped = () => {
    const world = deployedWorld();
    world.access.requiredScopes.change.push('offline_access', 'fts:submit-transfer');
    world.access.requiredScopes.act.push('offline_access');
    return world;
  };
  const change = { method: 'DELETE', path: one };
  const act = { method: 'POST', path: `${resources}/x/actions` };
  const refused = (list: string) =>
    errorBody(403, 'Forbidden', `Insufficient scope for this resource; the token must hold one of: ${list}`);

  it.each([
    ['', 403],
    ['openid profile', 403],
    ['offline_access', 204],
    ['openid fts:submit-transfer', 204],
    ['offline_access_not', 403],
  ])('with scope %j a change is answered %d', async (scope, status) => {
    const { statusCode, json, headers } = await ask(scoped(), change.method, change.path, {
      auth: asUser(alice, { scope }),
    });
    expect(statusCode).toBe(status);
    if (status !== 403) return;
    expect(json).toEqual(refused('offline_access, fts:submit-transfer'));
    expect(headers['WWW-Authenticate']).toContain('error="insufficient_scope"');
  });

  it.each([
    ['POST', '/deployments'],
    ['PUT', one],
    ['PATCH', one],
    ['DELETE', one],
  ])('%s %s is a change', async (method, path) => {
    expect((await askJson(scoped(), method, path, {})).json).toEqual(refused('offline_access, fts:submit-transfer'));
  });

  it('actions need a scope of their own list', async () => {
    const auth = asUser(alice, { scope: 'fts:submit-transfer' });
    expect((await ask(scoped(), act.method, act.path, { auth })).json).toEqual(refused('offline_access'));
  });

  it('reading needs none, and nothing does where none is configured', async () => {
    expect((await ask(scoped(), 'GET', one)).statusCode).toBe(200);
    expect((await ask(deployedWorld(), change.method, change.path)).statusCode).toBe(204);
  });
});

describe('visibility', () => {
  const shown = ['', '/template', '/resources', '/resources/filter', '/resources/:rid'];
  const pathOf = async (route: string) => {
    const rid = (await ask(deployedWorld(), 'GET', resources)).json.content[0].uuid;
    return one + route.replace(':rid', rid);
  };
  const query = 'type=tosca.nodes.Compute';

  it.each(shown)('GET …%s is answered to any user of the same issuer and organization', async (route) => {
    const answer = await ask(deployedWorld(), 'GET', await pathOf(route), { query, auth: colleague });
    expect(answer.statusCode).toBe(200);
  });

  it.each([
    ['of another organization', stranger],
    ['of another issuer', { ...colleague, issuer: 'https://other.example.org/' }],
    ['without organization', { ...colleague, organization: '' }],
  ])('…and to a user %s there is no such deployment', async (_, auth) => {
    for (const route of [...shown, '/log', '/extrainfo']) {
      const { json } = await ask(deployedWorld(), 'GET', await pathOf(route), { query, auth });
      expect(json).toEqual(errorBody(404, 'Not Found', `The deployment <${deploymentId}> doesn't exist`));
    }
  });

  it('two users without organization do not see each other', async () => {
    const { organization: _, ...lone } = colleague;
    const world = new FakeWorld();
    world.add();
    expect((await ask(world, 'GET', one, { auth: lone })).statusCode).toBe(404);
    const { organization: __, ...maker } = asUser(alice);
    expect((await ask(world, 'GET', one, { auth: maker })).statusCode).toBe(200);
  });

  it.each([
    ['GET', '/log', undefined],
    ['GET', '/extrainfo', undefined],
    ['PUT', '', creation],
    ['PATCH', '', { status: 'DELETE_FAILED' }],
    ['DELETE', '', undefined],
  ])('%s …%s is for the owner only', async (method, path, body) => {
    const { json } = await askJson(deployedWorld(), method, one + path, body, {
      auth: colleague,
      headers: { 'content-type': 'application/json' },
    });
    const message = 'Only the owner of the deployment can perform this operation';
    expect(json).toEqual(errorBody(403, 'Forbidden', message));
  });

  it('a colleague does not see the callback, which may hold a secret', async () => {
    const world = deployedWorld({ callback: 'https://hook.example.org/?key=k' });
    expect((await ask(world, 'GET', one)).json.callback).toBe('https://hook.example.org/?key=k');
    expect((await ask(world, 'GET', one, { auth: colleague })).json).not.toHaveProperty('callback');
  });

  it('a colleague sees the template without its secrets', async () => {
    const world = deployedWorld({ template: 'a: "<secret-0-0>"\n' });
    const get = jest.spyOn(world.services.credentials, 'get');
    expect((await ask(world, 'GET', `${one}/template`, { auth: colleague })).body).toBe('a: "<secret-0-0>"\n');
    expect(get).not.toHaveBeenCalled();
  });

  it('a new deployment remembers its organization', async () => {
    const world = new FakeWorld();
    const { json } = await askJson(world, 'POST', '/deployments', creation);
    const { json: seen } = await ask(world, 'GET', `/deployments/${json.uuid}`, { auth: colleague });
    expect(DeploymentView.parse(seen).createdBy).toEqual(alice);
  });
});

describe('error object', () => {
  it.each([
    ['GET', '/nowhere', 404, 'Not Found'],
    ['GET', '/deployments/a/b', 404, 'Not Found'],
    ['DELETE', '/deployments', 405, 'Method Not Allowed'],
    ['PUT', '/deployments', 405, 'Method Not Allowed'],
    ['POST', one, 405, 'Method Not Allowed'],
    ['DELETE', resources, 405, 'Method Not Allowed'],
    ['POST', '/deployments', 415, 'Unsupported Media Type'],
  ])('%s %s answers %d with code, title and message', async (method, path, code, title) => {
    const { statusCode, headers, json } = await ask(deployedWorld(), method, path);
    expect(statusCode).toBe(code);
    expect(ErrorView.strict().parse(json)).toMatchObject({ code, title });
    if (code === 405) expect(headers.Allow).toMatch(/[A-Z]+/);
  });
});
