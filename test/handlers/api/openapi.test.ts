import { Validator } from '@seriousme/openapi-schema-validator';
import * as z from 'zod';
import { anonymousPaths, DeploymentView } from '../../../lambdas/contracts/api.ts';
import { describedOperations } from '../../../lambdas/handlers/api/openapi-operations.ts';
import { routes } from '../../../lambdas/handlers/api/routes.ts';
import { call, FakeWorld } from '../../support/api.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document of JSON, read as its users read it
type Json = any;

const read = async (options: Parameters<typeof call>[3] = {}): Promise<Json> =>
  (
    await call(new FakeWorld(), 'GET', `${options.stage ? `/${options.stage}` : ''}/openapi.json`, {
      auth: null,
      ...options,
    })
  ).json;

const key = (method: string, path: string) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;

describe('/openapi.json', () => {
  let document: Json;
  let operations: (readonly [string, Json])[];

  beforeAll(async () => {
    document = await read();
    operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, operation]) => [key(method, path), operation] as const),
    );
  });

  it('is a valid OpenAPI document', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    const { info, ...broken } = structuredClone(document);
    expect(info.title).toBe('Mesoscale');
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('has every route, and no other', () => {
    const served = routes.map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(([name]) => name).sort()).toEqual(served.sort());
    expect(Object.keys(describedOperations).sort()).toEqual(served);
  });

  it('resolves every reference', () => {
    const text = JSON.stringify(document);
    const names = [...new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, name = '']) => name))];
    expect(names.length).toBeGreaterThan(20);
    for (const name of names)
      expect([name, name.split('/').reduce((part, step) => part?.[step], document)]).toEqual([
        name,
        expect.any(Object),
      ]);
  });

  it('names each operation once, and each parameter of a path', () => {
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
    for (const [name, { parameters = [] }] of operations) {
      const inPath = parameters
        .filter((parameter: Json) => parameter.in === 'path')
        .map((parameter: Json) => parameter.name);
      expect(inPath).toEqual([...name.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter));
    }
  });

  it('asks for a token where the authorizer and the routes do', () => {
    const open = operations.filter(([, { security }]) => security?.length === 0).map(([name]) => name);
    const anonymous = routes
      .filter(({ access }) => access === 'anonymous')
      .map(({ method, path }) => `${method} ${path}`);
    expect(open.sort()).toEqual(anonymous.sort());
    expect(anonymousPaths.map((path) => `GET ${path}`).sort()).toEqual(anonymous);
    for (const [name, { responses }] of operations)
      expect([name, '401' in responses]).toEqual([name, !open.includes(name)]);
  });

  it('has the error object for every status from 400 on', () => {
    for (const [name, { responses }] of operations) {
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      expect(errors.length).toBeGreaterThanOrEqual(4);
      for (const [status, response] of errors)
        expect([name, response]).toEqual([name, { $ref: `#/components/responses/Error${status}` }]);
    }
    for (const response of Object.values<Json>(document.components.responses))
      expect(response.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Error' });
  });

  it('describes a deployment as it is answered', async () => {
    const world = new FakeWorld();
    const { deploymentId } = world.add();
    const { json } = await call(world, 'GET', `/deployments/${deploymentId}`);
    expect(Object.keys(document.components.schemas.Deployment.properties)).toEqual(
      expect.arrayContaining(Object.keys(json)),
    );
    expect(document.components.schemas.Deployment.required).toEqual(
      Object.keys(DeploymentView.shape).filter(
        (name) => !(DeploymentView.shape as Json)[name].safeParse(undefined).success,
      ),
    );
  });

  it('says what a request must have', () => {
    const { CreateDeployment } = document.components.schemas;
    expect(CreateDeployment.required).toEqual(['template']);
    expect(CreateDeployment.additionalProperties).toBeUndefined();
    expect(
      z.fromJSONSchema(CreateDeployment).safeParse({ template: 't', parameters: null, keepLastAttempt: true }).success,
    ).toBe(true);
  });

  it.each([
    [{}, 'https://api.example.org'],
    [{ stage: 'api' }, 'https://api.example.org/api'],
    [{ headers: { host: 'mesos.example.org:8443' } }, 'https://mesos.example.org:8443'],
  ])('names the server as it was called: %j', async (options, url) => {
    expect((await read(options)).servers).toEqual([{ url }]);
  });

  it('names the server with the prefix too', async () => {
    const { json } = await call(new FakeWorld(), 'GET', '/orchestrator/openapi.json', { auth: null });
    expect(json.servers).toEqual([{ url: 'https://api.example.org/orchestrator' }]);
  });
});

describe('/docs', () => {
  const get = (path: string, options = {}) => call(new FakeWorld(), 'GET', path, { auth: null, ...options });

  it.each([
    ['/docs', {}, ''],
    ['/docs/', {}, ''],
    ['/orchestrator/docs', {}, '/orchestrator'],
    ['/api/docs', { stage: 'api' }, '/api'],
  ])('%s loads nothing but what is served below the same address', async (path, options, prefix) => {
    const { statusCode, headers, body } = await get(path, options);
    expect([statusCode, headers['Content-Type']]).toEqual([200, 'text/html;charset=UTF-8']);
    expect(headers['Content-Security-Policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    const loaded = [...body.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address]) => address);
    expect(loaded).toEqual(
      ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js'].map((file) => `${prefix}/docs/${file}`),
    );
    // No script in the page itself: the policy would refuse it.
    expect(body).not.toMatch(/<script>|<style|\son\w+=/);
  });

  it('serves the page’s files', async () => {
    const script = await get('/docs/swagger-ui-bundle.js');
    expect([script.headers['Content-Type'], script.body.includes('SwaggerUIBundle')]).toEqual([
      'text/javascript;charset=UTF-8',
      true,
    ]);
    expect((await get('/docs/swagger-ui.css')).headers['Content-Type']).toBe('text/css;charset=UTF-8');
    expect((await get('/docs/start.js')).body).toContain('../openapi.json');
  });

  it.each(['package.json', '..%2f..%2fserve-api.ts', '%2e%2e', 'LICENSE'])('serves no other: %s', async (file) => {
    expect((await get(`/docs/${file}`)).statusCode).toBe(404);
  });
});
