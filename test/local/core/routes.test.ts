import { matchRoute, type Route } from '../../../local/apigateway/routes.ts';

const routes: Route[] = [
  '$default',
  'ANY /{proxy+}',
  'GET /things/{id}',
  'GET /things/all',
  'ANY /things/{id}',
  'GET /',
].map((key) => ({ key, integrationId: 'i' }));
const match = (method: string, path: string) => {
  const found = matchRoute(routes, method, path);
  return found && [found.route.key, found.pathParameters];
};

describe('matchRoute', () => {
  it.each([
    ['GET', '/', 'GET /', {}],
    ['POST', '/', '$default', {}],
    ['GET', '/things/all', 'GET /things/all', {}],
    ['GET', '/things/7', 'GET /things/{id}', { id: '7' }],
    ['PUT', '/things/a%20b', 'ANY /things/{id}', { id: 'a b' }],
    ['GET', '/things/7/parts', 'ANY /{proxy+}', { proxy: 'things/7/parts' }],
    ['GET', '/things/', 'ANY /{proxy+}', { proxy: 'things/' }],
    ['GET', '/bad%zz', 'ANY /{proxy+}', { proxy: 'bad%zz' }],
  ])('%s %s goes to %s', (method, path, key, parameters) => {
    expect(match(method, path)).toEqual([key, parameters]);
  });

  it('finds nothing where there is nothing', () => {
    expect(matchRoute([{ key: 'GET /a', integrationId: 'i' }], 'GET', '/b')).toBeUndefined();
  });
});
