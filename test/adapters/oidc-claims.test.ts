/** What is taken of a good token besides who it is for. That only good ones are taken: authorize-request.test.ts. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oidcTokenVerifier } from '../../lambdas/adapters/oidc-token-verifier.ts';
import { createOidcIssuer, type OidcIssuer } from '../../local/oidc.ts';

const now = new Date('2026-03-01T09:00:00.000Z');

describe('oidcTokenVerifier', () => {
  let server: Server;
  let issuer: OidcIssuer;
  beforeAll(async () => {
    server = createServer((request, response) => response.end(JSON.stringify(issuer.document(request.url ?? ''))));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    issuer = await createOidcIssuer(`http://127.0.0.1:${port}`, () => now.getTime());
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const verify = async (claims: Record<string, unknown>, organization?: string) => {
    const trusted = [{ issuer: issuer.issuer, ...(organization === undefined ? {} : { organization }) }];
    return oidcTokenVerifier(trusted, { now: () => now }).verify(await issuer.issueToken({ subject: 'alice', claims }));
  };
  const named = () => ({ issuer: issuer.issuer, subject: 'alice' });

  it('takes the organization that the token names', async () => {
    expect(await verify({ organisation_name: 'indigo-dc' })).toEqual({
      ...named(),
      organization: 'indigo-dc',
      scope: '',
    });
    expect(await verify({ organisation_name: 'indigo-dc' }, 'site')).toMatchObject({ organization: 'indigo-dc' });
  });

  it.each([{}, { organisation_name: '' }, { organisation_name: 7 }])(
    "takes the issuer's where the token %j names none, and none where neither does",
    async (claims) => {
      expect(await verify(claims, 'site')).toMatchObject({ organization: 'site' });
      expect(await verify(claims)).toEqual({ ...named(), scope: '' });
    },
  );

  it('refuses an organization that would not fit into the index key', async () => {
    expect(await verify({ organisation_name: 'x'.repeat(256) })).toEqual({ reason: 'invalid' });
  });

  it.each([
    [{ scope: 'openid offline_access' }, 'openid offline_access'],
    [{ scope: ['openid', 'offline_access'] }, 'openid offline_access'],
    [{ scp: ['offline_access', 7] }, 'offline_access'],
    [{ scp: 'offline_access' }, 'offline_access'],
    [{ scope: '', scp: 'offline_access' }, ''],
    [{ scope: null }, ''],
  ])('reads the scopes of %j', async (claims, scope) => {
    expect(await verify(claims)).toEqual({ ...named(), scope });
  });
});
