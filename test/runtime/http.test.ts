import { HttpEvent } from '../../lambdas/contracts/api.ts';
import { readRequest, textOf } from '../../lambdas/runtime/http.ts';

const read = (event: Record<string, unknown> = {}) =>
  readRequest(HttpEvent.parse({ httpMethod: 'get', requestContext: { path: '/' }, ...event }));

describe('readRequest', () => {
  it('reads headers in any case', () => {
    const { contentType, headers } = read({
      headers: { 'CONTENT-Type': 'Application/JSON; charset=utf-8', 'x-A': ' b ' },
    });
    expect([contentType, headers.get('X-a')]).toEqual(['application/json', 'b']);
  });

  it('bears headers that are none', () => {
    const { headers } = read({ headers: { 'a b': 'c', d: 'e\nf', 'x-name': 'J\u4e00', ok: 'yes' } });
    expect([...headers]).toEqual([['ok', 'yes']]);
  });

  it('keeps every value of a query parameter, decoded once', () => {
    const { query } = read({ multiValueQueryStringParameters: { a: ['1', '2,3'], 'b c': ['%41'] } });
    expect([query.getAll('a'), query.get('b c')]).toEqual([['1', '2,3'], '%41']);
    expect([...read({ multiValueQueryStringParameters: null }).query]).toEqual([]);
  });

  it('reads bodies as bytes', () => {
    expect(textOf(read({ body: 'w6Q=', isBase64Encoded: true }).body)).toBe('ä');
    expect(read({ body: null }).body).toHaveLength(0);
    expect(() => textOf(read({ body: '/w==', isBase64Encoded: true }).body)).toThrow('not UTF-8');
  });

  it.each([
    [{ Host: 'mesos.example.org', 'X-Forwarded-Proto': 'https' }, 'https://mesos.example.org/api'],
    [{ host: '127.0.0.1:8080', 'x-forwarded-proto': 'http' }, 'http://127.0.0.1:8080/api'],
    [{ host: '[::1]:8080' }, 'https://[::1]:8080/api'],
    [{ host: 'evil.org/"><script>' }, 'https://id.execute-api.eu-west-1.amazonaws.com/api'],
    [{}, 'https://id.execute-api.eu-west-1.amazonaws.com/api'],
  ])('starts links as the API was called: %j', (headers, expected) => {
    const requestContext = { path: '/api/info', domainName: 'id.execute-api.eu-west-1.amazonaws.com' };
    expect(read({ headers, pathParameters: { proxy: 'info' }, requestContext }).baseUrl).toBe(expected);
  });

  it('takes the caller from the authorizer, and nobody for one who is not told', () => {
    const told = { authenticated: 'true', issuer: 'i', subject: 's', principalId: 's', integrationLatency: '3' };
    expect(read({ requestContext: { path: '/', authorizer: told } }).auth).toEqual({
      authenticated: 'true',
      issuer: 'i',
      subject: 's',
    });
    expect(read().auth).toEqual({ authenticated: 'false', reason: 'missing' });
  });
});
