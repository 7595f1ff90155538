import { matchRoute, type Route } from '../../../local/apigateway/routes.ts';

const routes: Route[] = [
  ['ANY', '/{proxy+}'],
  ['GET', '/things/{id}'],
  ['GET', '/things/all'],
  ['ANY', '/things/{id}'],
  ['GET', '/'],
].map(([method = '', path = '']) => ({ method, path, resourceId: 'r', functionName: 'f' }));
const match = (method: string, path: string) => {
  const found = matchRoute(routes, method, path);
  return found && [found.route.method, found.route.path, found.pathParameters];
};

describe('matchRoute', () => {
  it.each([
    ['GET', '/', 'GET', '/', {}],
    ['GET', '/things/all', 'GET', '/things/all', {}],
    ['GET', '/things/7', 'GET', '/things/{id}', { id: '7' }],
    ['PUT', '/things/a%20b', 'ANY', '/things/{id}', { id: 'a%20b' }],
    ['GET', '/things/7/parts', 'ANY', '/{proxy+}', { proxy: 'things/7/parts' }],
    ['GET', '/things/', 'ANY', '/{proxy+}', { proxy: 'things/' }],
    ['OPTIONS', '/bad%zz', 'ANY', '/{proxy+}', { proxy: 'bad%zz' }],
  ])('%s %s goes to %s %s', (method, path, key, resource, parameters) => {
    expect(match(method, path)).toEqual([key, resource, parameters]);
  });

  it.each([
    ['POST', '/'],
    ['PROPFIND', '/x'],
    ['TRACE', '/things/7'],
  ])('%s %s goes nowhere', (method, path) => {
    expect(match(method, path)).toBeUndefined();
  });
});
