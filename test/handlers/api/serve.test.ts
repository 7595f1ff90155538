import { routes } from '../../../lambdas/handlers/api/routes.ts';
import { call, FakeWorld } from '../../support/api.ts';

describe('serve-api', () => {
  let world: FakeWorld;
  beforeEach(() => {
    world = new FakeWorld();
  });

  it('answers HEAD as GET, without the body', async () => {
    const { deploymentId } = world.add();
    for (const path of ['/info', `/deployments/${deploymentId}`]) {
      const [get, head] = [await call(world, 'GET', path), await call(world, 'HEAD', path)];
      expect([head.statusCode, head.body, head.headers['Content-Type']]).toEqual([
        200,
        '',
        get.headers['Content-Type'],
      ]);
    }
    expect((await call(world, 'HEAD', '/nowhere')).statusCode).toBe(404);
  });

  it('answers OPTIONS with the methods of the path, and does nothing', async () => {
    const { deploymentId } = world.add();
    const allowed = async (path: string) => {
      const { statusCode, headers, body } = await call(world, 'OPTIONS', path);
      expect([statusCode, body]).toEqual([204, '']);
      return headers.Allow?.split(', ');
    };
    const methods = routes.filter(({ path }) => path === '/deployments/:deploymentId').map(({ method }) => method);
    expect(await allowed(`/deployments/${deploymentId}`)).toEqual(methods.sort());
    expect(await allowed('/orchestrator/info/')).toEqual(['GET']);
    expect((await call(world, 'OPTIONS', '/nowhere')).statusCode).toBe(404);
    expect(world.deployments.size).toBe(1);
  });

  it('refuses who is not authenticated even if the authorizer let them through', async () => {
    for (const { method, path, access } of routes) {
      const { statusCode, json } = await call(world, method, path.replaceAll(/:\w+/g, 'x'), { auth: null });
      if (access === 'user') expect([statusCode, json.title]).toEqual([401, 'Unauthorized']);
      else expect(statusCode).not.toBe(401);
    }
  });

  it('logs under which id API Gateway knows the request, and no query', async () => {
    await call(world, 'GET', '/deployments', { query: 'access_token=abc' });
    expect(world.logged).toEqual([
      {
        message: 'request served',
        fields: expect.objectContaining({ gatewayRequestId: 'gateway-1', path: '/deployments', status: 200 }),
      },
    ]);
    expect(JSON.stringify(world.logged)).not.toContain('abc');
  });
});
