/** Tokens that nobody should accept. */
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createOidcIssuer } from '../../local/oidc.ts';
import { OIDC_PATH } from '../../local/pages.ts';
import type { TestCloud } from '../support/local-cloud.ts';

const user = { subject: 'tester' };

export async function foreignTokens({ awsEndpoint, clock, issueToken }: TestCloud) {
  const elsewhere = await createOidcIssuer('https://iam.elsewhere.example.org', clock.now);
  const issuer = `${awsEndpoint}${OIDC_PATH}`;
  const issuedAt = Math.floor(clock.now() / 1000);
  const claims = { sub: user.subject, iss: issuer, iat: issuedAt, exp: issuedAt + 3600 };
  const { privateKey } = await generateKeyPair('RS256');
  return {
    expired: await issueToken({ ...user, lifetimeSeconds: -3600 }),
    foreignIssuer: await elsewhere.issueToken(user),
    /** Of the trusted issuer, it says, but signed with a key that is not the issuer's. */
    forged: await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'local' }).sign(privateKey),
    unsigned: new UnsecuredJWT(claims).encode(),
  };
}
