import { readFileSync } from 'node:fs';
import { ErrorView, productVersion } from '../../../lambdas/contracts/api.ts';
import { Throttled } from '../../../lambdas/contracts/error-names.ts';
import { call, FakeWorld } from '../../support/api.ts';
import { alice, deploymentId } from '../../support/deployments.ts';

const one = `/deployments/${deploymentId}`;
const protectedPaths = ['/configuration', '/deployments', one, `${one}/template`, `${one}/log`, `${one}/resources`];

describe('the API as a whole', () => {
  it('says who it is, to anybody', async () => {
    const { statusCode, headers, body } = await call(new FakeWorld(), 'GET', '/', { auth: null });
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: 'INDIGO-Orchestrator' });
    expect(headers['Content-Type']).toBe('text/plain;charset=UTF-8');
  });

  it('tells its version to anybody, as an object with flat texts for orchent', async () => {
    const { statusCode, json } = await call(new FakeWorld(), 'GET', '/info', { auth: null });
    expect(statusCode).toBe(200);
    expect(json).toMatchObject({ projectVersion: productVersion, serverHostname: 'api.example.org' });
    expect([json.projectRevision, json.projectTimestamp]).toEqual(['abc123', '2026-02-28T12:00Z']);
    expect(productVersion).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });

  it('tells its configuration flat and as text only', async () => {
    const { json } = await call(new FakeWorld(), 'GET', '/configuration');
    expect(Object.keys(json).sort()).toEqual(['cmdb_url', 'cpr_url', 'im_url', 'monitoring_url', 'slam_url']);
    expect(Object.values(json).every((value) => typeof value === 'string')).toBe(true);
  });

  it.each([
    ['/deployments', 'https://api.example.org/deployments'],
    ['/deployments/', 'https://api.example.org/deployments'],
    ['//deployments', 'https://api.example.org/deployments'],
    ['/orchestrator/deployments', 'https://api.example.org/orchestrator/deployments'],
    ['/orchestrator/deployments/', 'https://api.example.org/orchestrator/deployments'],
  ])('serves %s and links back to where it was called', async (path, self) => {
    const { statusCode, json } = await call(new FakeWorld(), 'GET', path);
    expect(statusCode).toBe(200);
    expect(json.links).toEqual([{ rel: 'self', href: self }]);
  });

  it('is served under the prefix at its root too, and under a stage', async () => {
    expect((await call(new FakeWorld(), 'GET', '/orchestrator/', { auth: null })).body).toBe('INDIGO-Orchestrator');
    const { json } = await call(new FakeWorld(), 'GET', '/v1/orchestrator/deployments', { stage: 'v1' });
    expect(json.links[0].href).toBe('https://api.example.org/v1/orchestrator/deployments');
  });

  it.each([
    [{ host: '127.0.0.1:8080', 'x-forwarded-proto': 'http' }, 'http://127.0.0.1:8080/deployments'],
    [{ host: '[::1]:8080', 'x-forwarded-proto': 'http' }, 'http://[::1]:8080/deployments'],
    [{ host: 'evil"><script>' }, 'https://api.example.org/deployments'],
    [{ 'x-forwarded-proto': 'javascript' }, 'https://api.example.org/deployments'],
  ])('links with the host of %j', async (headers, self) => {
    const { json } = await call(new FakeWorld(), 'GET', '/deployments', { headers: { ...headers } });
    expect(json.links[0].href).toBe(self);
  });

  it('answers 401 with the error object to callers without token', async () => {
    for (const path of protectedPaths) {
      const { statusCode, headers, json } = await call(new FakeWorld(), 'GET', path, { auth: null });
      expect(statusCode).toBe(401);
      const message = 'Full authentication is required to access this resource';
      expect(json).toEqual({ code: 401, title: 'Unauthorized', message });
      expect(headers['WWW-Authenticate']).toBe('Bearer realm="mesoscale"');
    }
  });

  it.each(['malformed', 'unknown-issuer', 'expired', 'invalid'] as const)(
    'answers 401 to a token that is %s',
    async (reason) => {
      const { statusCode, headers, json } = await call(new FakeWorld(), 'GET', '/deployments', {
        auth: { authenticated: 'false', reason },
      });
      expect(statusCode).toBe(401);
      expect(headers['WWW-Authenticate']).toContain('error="invalid_token"');
      expect(ErrorView.parse(json).message).toMatch(/token/);
    },
  );

  it('answers 503 while the issuer cannot be asked', async () => {
    const auth = { authenticated: 'false', reason: 'issuer-unavailable' } as const;
    expect((await call(new FakeWorld(), 'GET', '/deployments', { auth })).json).toMatchObject({ code: 503 });
  });

  it('does not take an authorizer that names nobody for a caller', async () => {
    const auth = { authenticated: 'true', issuer: alice.issuer } as const;
    expect((await call(new FakeWorld(), 'GET', '/deployments', { auth })).statusCode).toBe(401);
  });

  it.each(['/nowhere', '/deployments/a/b/c', '/orchestrator/nowhere', '/info/more'])(
    'answers 404 with the error object for %s',
    async (path) => {
      const { statusCode, json } = await call(new FakeWorld(), 'GET', path);
      expect(statusCode).toBe(404);
      expect(json).toMatchObject({ code: 404, title: 'Not Found', message: expect.stringMatching(/./) });
    },
  );

  it.each([
    ['POST', one, expect.stringMatching(/^DELETE, GET, PATCH/)],
    ['DELETE', '/deployments', 'GET, POST'],
    ['POST', '/info', 'GET'],
    ['POST', `${one}/template`, 'GET'],
  ])('answers 405 to %s %s and says what is allowed', async (method, path, allowed) => {
    const { statusCode, headers, json } = await call(new FakeWorld(), method, path);
    expect(statusCode).toBe(405);
    expect(headers.Allow).toEqual(allowed);
    expect(json).toMatchObject({ code: 405, title: 'Method Not Allowed' });
  });

  it('gives every answer a request id of its own', async () => {
    const world = new FakeWorld();
    const answers = [
      await call(world, 'GET', '/info'),
      await call(world, 'GET', '/deployments', { auth: null }),
      await call(world, 'GET', '/nowhere'),
    ];
    const ids = answers.map(({ headers }) => headers['X-Request-ID']);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^req-[0-9a-f-]{36}$/);
  });

  it('keeps its own faults to itself and logs them under the request id', async () => {
    const world = new FakeWorld();
    world.failures.set('find', new Error('secret table layout'));
    const { statusCode, headers, body, json } = await call(world, 'GET', one);
    expect(statusCode).toBe(500);
    expect(json).toMatchObject({ code: 500, title: 'Internal Server Error' });
    expect(json.message).toContain(headers['X-Request-ID']);
    expect(body).not.toContain('secret');
    const fields = { requestId: headers['X-Request-ID'], method: 'GET', status: 500 };
    expect(world.logged).toContainEqual({ message: 'request failed', fields: expect.objectContaining(fields) });
  });

  it('asks to come back when a service is overloaded', async () => {
    const world = new FakeWorld();
    world.failures.set('find', new Throttled('dynamodb'));
    const { statusCode, headers } = await call(world, 'GET', one);
    expect({ statusCode, retry: headers['Retry-After'] }).toEqual({ statusCode: 503, retry: '5' });
  });

  it('logs the route of a request, never its query, body or names', async () => {
    const world = new FakeWorld();
    world.add();
    await call(world, 'GET', one, { query: 'access_token=s3cret' });
    await call(world, 'POST', '/deployments', {
      body: '{"template":"s3cret',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.stringify(world.logged)).not.toContain('s3cret');
    expect(world.logged[0]).toMatchObject({
      message: 'request served',
      fields: { method: 'GET', path: '/deployments/:deploymentId', status: 200 },
    });
  });
});
