/** The local cloud's own OpenID Connect issuer: whoever asks gets a token, for this is nobody's computer but yours. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface OidcUser {
  readonly subject: string;
  readonly email?: string;
  readonly name?: string;
  /** Simulated seconds. @default 12 hours */
  readonly lifetimeSeconds?: number;
  readonly audience?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface OidcIssuer {
  readonly issuer: string;
  issueToken(user: OidcUser): Promise<string>;
  /** Answer to a GET of a path below the issuer. @returns undefined if there is nothing */
  document(path: string): unknown;
}

const LIFETIME_SECONDS = 12 * 3600;
/** What INDIGO IAM signs with. */
const ALGORITHM = 'RS256';

/** @param issuer URL that its documents are served below */
export async function createOidcIssuer(issuer: string, now: () => number): Promise<OidcIssuer> {
  const { publicKey, privateKey } = await keyPair();
  const kid = 'local';
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' };
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: [ALGORITHM],
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
    },
    '/jwks': { keys: [jwk] },
  };
  return {
    issuer,
    document: (path) => documents[path],
    async issueToken({ subject, email, name, audience, claims, lifetimeSeconds = LIFETIME_SECONDS }) {
      const issuedAt = Math.floor(now() / 1000);
      const token = new SignJWT({ ...(email && { email }), ...(name && { name }), ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid })
        .setIssuer(issuer)
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds);
      if (audience) token.setAudience(audience);
      return token.sign(privateKey);
    },
  };
}

let cachedKeys: ReturnType<typeof generateKeyPair> | undefined;

/** One pair per process: an RSA key takes a while to find, and nobody is protected by it. */
function keyPair(): ReturnType<typeof generateKeyPair> {
  cachedKeys ??= generateKeyPair(ALGORITHM, { extractable: true });
  return cachedKeys;
}
