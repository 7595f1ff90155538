import { HttpError } from '../../lambdas/runtime/http-errors.ts';
import { allowedMethods, matchesPath, matchRoute, type RouteKey } from '../../lambdas/runtime/http-router.ts';

const routes: RouteKey[] = [
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/things' },
  { method: 'POST', path: '/things' },
  { method: 'GET', path: '/things/special' },
  { method: 'GET', path: '/things/:thingId' },
];

describe('matchRoute', () => {
  it.each([
    ['/', '/', {}],
    ['/things', '/things', {}],
    ['/things/special', '/things/special', {}],
    ['/things/a%2Fb', '/things/:thingId', { thingId: 'a/b' }],
    ['/things/%ff', '/things/:thingId', { thingId: '%ff' }],
  ])('finds for %s the route %s', (path, expected, parameters) => {
    const match = matchRoute(routes, 'GET', path);
    expect(match.route.path).toBe(expected);
    expect(match.parameters).toEqual(parameters);
  });

  it('answers 404 for a path without route', () => {
    expect(() => matchRoute(routes, 'GET', '/things/a/b')).toThrow(
      expect.objectContaining({ status: 404, message: 'No such path: /things/a/b' }),
    );
  });

  it('answers 405 with what is allowed for a method without route', () => {
    const error = (() => {
      try {
        return matchRoute(routes, 'DELETE', '/things');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status: 405, headers: { Allow: 'GET, POST' } });
  });

  it('takes HEAD where GET is', () => {
    expect(matchRoute(routes, 'HEAD', '/things/special').route.path).toBe('/things/special');
  });
});

describe('allowedMethods', () => {
  it('are those of a path', () => {
    expect([allowedMethods(routes, '/things'), allowedMethods(routes, '/')]).toEqual(['GET, POST', 'GET']);
    expect(() => allowedMethods(routes, '/nowhere')).toThrow(expect.objectContaining({ status: 404 }));
  });
});

describe('matchesPath', () => {
  it.each([
    ['/docs/:file', '/docs/x.css', true],
    ['/docs/:file', '/docs', false],
    ['/docs/:file', '/docs/x/y', false],
    ['/', '/', true],
    ['/', '/x', false],
  ])('%s stands for %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });
});
