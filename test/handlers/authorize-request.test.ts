import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { oidcTokenVerifier } from '../../lambdas/adapters/oidc-token-verifier.ts';
import { handler, makeAuthorizeRequest } from '../../lambdas/handlers/authorize-request.ts';

const now = new Date('2026-03-01T09:00:00.000Z');
const nowSeconds = now.getTime() / 1000;
const stageArn = 'arn:aws:execute-api:eu-west-1:1:api1/api';
/** What API Gateway asks about a request. */
const asked = (headers: Record<string, string> = {}, path = '/deployments') => ({
  httpMethod: 'GET',
  headers,
  pathParameters: path === '/' ? null : { proxy: path.slice(1) },
  requestContext: { path: `/api${path}` },
  methodArn: `${stageArn}/GET${path}`,
});

describe('authorize-request', () => {
  let server: Server;
  let base: string;
  let requests: string[] = [];
  let isDown = false;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let otherKeys: Awaited<ReturnType<typeof generateKeyPair>>;

  beforeAll(async () => {
    keys = await generateKeyPair('ES256');
    otherKeys = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.statusCode = isDown ? 503 : 200;
      const isKeys = request.url === '/keys';
      response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: `${base}/`, jwks_uri: `${base}/keys` }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    requests = [];
    isDown = false;
  });

  const authorizer = (audience?: string) =>
    makeAuthorizeRequest({ verifier: oidcTokenVerifier([{ issuer: base, audience }], { now: () => now }) });

  const sign = (claims: JWTPayload = {}, key = keys.privateKey, kid = 'k1') =>
    new SignJWT({ iss: `${base}/`, sub: 'alice', exp: nowSeconds + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key);

  const ask = async (token: string, authorize = authorizer()) =>
    (await authorize(asked({ Authorization: `Bearer ${token}` }))).context;

  it('passes issuer and subject of a valid token', async () => {
    expect(await ask(await sign())).toMatchObject({
      authenticated: 'true',
      issuer: `${base}/`,
      subject: 'alice',
    });
  });

  it.each(['Bearer', 'Bearer ', 'bearer  ', 'BEARER'])('takes the header %j followed by the token', async (prefix) => {
    const { context } = await authorizer()(asked({ authorization: `${prefix}${await sign()}` }));
    expect(context.authenticated).toBe('true');
  });

  it('takes ?access_token=', async () => {
    const { context } = await authorizer()({
      ...asked(),
      multiValueQueryStringParameters: { access_token: [await sign()] },
    });
    expect(context.authenticated).toBe('true');
  });

  it('asks the issuer once per container', async () => {
    const authorize = authorizer();
    await ask(await sign(), authorize);
    await ask(await sign({ sub: 'bob' }), authorize);
    expect(requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it.each([
    ['no header', {}],
    ['another scheme', { Authorization: 'Basic YTpi' }],
    ['a scheme without a token', { Authorization: 'Bearer ' }],
  ])('refuses a caller with %s, and says why', async (_, headers) => {
    const message = 'Full authentication is required to access this resource';
    expect(await authorizer()(asked(headers))).toEqual({
      principalId: 'unknown',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: `${stageArn}/*` }],
      },
      context: { authenticated: 'false', reason: 'missing', message },
    });
  });

  const effectOf = async (event: ReturnType<typeof asked>) =>
    (await authorizer()(event)).policyDocument.Statement[0].Effect;

  it.each(['/', '/info', '/info/', '/openapi.json', '/docs', '/docs/x.css', '/orchestrator', '/orchestrator/info'])(
    'lets everybody ask for %s, with a bad token too',
    async (path) => {
      expect(await effectOf(asked({}, path))).toBe('Allow');
      expect(await effectOf(asked({ Authorization: 'Bearer garbage' }, path))).toBe('Allow');
    },
  );

  it.each(['/configuration', '/deployments', '/info/x', '/docs/x/y', '/in%66o/..', '/nowhere'])(
    'lets nobody unknown ask for %s',
    async (path) => {
      expect(await effectOf(asked({}, path))).toBe('Deny');
    },
  );

  it.each(['garbage', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0..'])('calls the token %s malformed', async (token) => {
    expect(await ask(token)).toMatchObject({ authenticated: 'false', reason: 'malformed' });
  });

  it('never asks an issuer that it was not given', async () => {
    expect(await ask(await sign({ iss: 'https://evil.example.org' }))).toMatchObject({ reason: 'unknown-issuer' });
    expect(requests).toEqual([]);
  });

  it('refuses an expired token, with some tolerance for clocks', async () => {
    expect(await ask(await sign({ exp: nowSeconds - 31 }))).toMatchObject({ reason: 'expired' });
    expect(await ask(await sign({ exp: nowSeconds - 20 }))).toMatchObject({ authenticated: 'true' });
  });

  it.each([
    ['without expiry', { exp: undefined }],
    ['without subject', { sub: undefined }],
    ['with a subject longer than OpenID Connect allows', { sub: 'x'.repeat(256) }],
    ['that is not valid yet', { nbf: nowSeconds + 60 }],
  ])('refuses a token %s', async (_, claims) => {
    expect(await ask(await sign(claims as JWTPayload))).toMatchObject({ authenticated: 'false', reason: 'invalid' });
  });

  it('requires the audience where one is configured', async () => {
    expect(await ask(await sign(), authorizer('mesoscale'))).toMatchObject({ reason: 'invalid' });
    expect(await ask(await sign({ aud: 'mesoscale' }), authorizer('mesoscale'))).toMatchObject({
      authenticated: 'true',
    });
  });

  it('refuses a signature by another key, known or unknown by name', async () => {
    expect(await ask(await sign({}, otherKeys.privateKey))).toMatchObject({ reason: 'invalid' });
    expect(await ask(await sign({}, otherKeys.privateKey, 'k2'))).toMatchObject({ reason: 'invalid' });
  });

  it('refuses alg none and shared secrets', async () => {
    const claims = { iss: `${base}/`, sub: 'alice', exp: nowSeconds + 60 };
    const shared = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' });
    expect((await ask(new UnsecuredJWT(claims).encode())).authenticated).toBe('false');
    expect(await ask(await shared.sign(new Uint8Array(32)))).toMatchObject({ reason: 'invalid' });
  });

  it('tells an issuer that does not answer from a bad token, and asks again the next time', async () => {
    const authorize = authorizer();
    isDown = true;
    expect(await ask(await sign(), authorize)).toMatchObject({ reason: 'issuer-unavailable' });
    // It is no fault of the caller: serve-api answers 503.
    expect(await effectOf(asked({ Authorization: `Bearer ${await sign()}` }))).toBe('Allow');
    isDown = false;
    expect(await ask(await sign(), authorize)).toMatchObject({ authenticated: 'true' });
  });

  it('is wired from the environment', async () => {
    process.env.OIDC_ISSUERS = JSON.stringify([{ issuer: base }]);
    const event = { ...asked({ authorization: 'Bearer x' }), type: 'REQUEST' };
    const context = { functionName: 'authorize-request', awsRequestId: 'r' };
    // biome-ignore lint/suspicious/noExplicitAny: only what the middleware reads of Lambda's context is given
    const answer = await handler(event as any, context as any);
    expect(answer.context).toMatchObject({ authenticated: 'false', reason: 'malformed' });
  });
});
