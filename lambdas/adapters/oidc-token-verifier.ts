/**
 * Verifies access tokens by their issuer's published keys. Only issuers that the stack was given are ever asked, each found by
 * its discovery document, whose address and keys are kept as long as the container lives and renewed by jose when they age.
 */
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { RefusalReason } from '../contracts/api.ts';
import type { TrustedIssuer } from '../contracts/functions.ts';
import type { Clock } from '../ports/clock.ts';
import type { TokenVerifier, Verdict } from '../ports/token-verifier.ts';

/** Signatures by a private key only: no `none`, and no shared secret. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const clockToleranceSeconds = 30;
const fetchTimeoutMs = 3_000;
/** OpenID Connect allows no longer subjects. A longer name would not fit into the index keys of owner or organization. */
const longestName = 255;

class IssuerUnavailable extends Error {}

export function oidcTokenVerifier(trusted: readonly TrustedIssuer[], clock: Clock): TokenVerifier {
  const keySets = new Map<string, Promise<JWTVerifyGetKey>>();
  const keysOf = (issuer: string): Promise<JWTVerifyGetKey> => {
    const known = keySets.get(issuer);
    if (known) return known;
    const found = discoverKeys(issuer).catch((error: unknown) => {
      keySets.delete(issuer);
      throw error;
    });
    keySets.set(issuer, found);
    return found;
  };
  const verify = async (token: string): Promise<Verdict> => {
    const claimed = decodeJwt(token).iss;
    const entry = trusted.find(({ issuer }) => claimed !== undefined && sameIssuer(issuer, claimed));
    if (!claimed || !entry) return { reason: 'unknown-issuer' };
    const { payload } = await jwtVerify(token, availableKeys(await keysOf(entry.issuer)), {
      issuer: claimed,
      algorithms,
      clockTolerance: clockToleranceSeconds,
      currentDate: clock.now(),
      requiredClaims: ['exp', 'sub'],
      ...(entry.audience === undefined ? {} : { audience: entry.audience }),
    });
    return callerOf(claimed, payload, entry);
  };
  return { verify: (token) => verify(token).catch((error: unknown) => ({ reason: reasonOf(error) })) };
}

function callerOf(issuer: string, claims: JWTPayload, entry: TrustedIssuer): Verdict {
  const { sub, organisation_name: named } = claims;
  const organization = typeof named === 'string' && named !== '' ? named : entry.organization;
  if (!sub || [sub, organization ?? ''].some((name) => name.length > longestName)) return { reason: 'invalid' };
  return { issuer, subject: sub, ...(organization === undefined ? {} : { organization }), scope: scopeOf(claims) };
}

/** `scope` as RFC 9068 has it, or as a list; some issuers call it `scp`. */
function scopeOf({ scope, scp }: JWTPayload): string {
  return [scope ?? scp ?? []]
    .flat()
    .filter((one) => typeof one === 'string')
    .join(' ');
}

/** Issuers differ in whether they end in a slash, and people in whether they write it. */
const sameIssuer = (a: string, b: string) => withoutSlash(a) === withoutSlash(b);
const withoutSlash = (issuer: string) => issuer.replace(/\/$/, '');

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${withoutSlash(issuer)}/.well-known/openid-configuration`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(fetchTimeoutMs) });
    const document = (await response.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (!response.ok || !sameIssuer(String(document.issuer), issuer)) throw new IssuerUnavailable();
    return createRemoteJWKSet(new URL(String(document.jwks_uri)), { timeoutDuration: fetchTimeoutMs });
  } catch (cause) {
    throw new IssuerUnavailable(`no discovery document at ${address}`, { cause });
  }
}

/** Tells a key that does not exist from an issuer that does not answer. */
function availableKeys(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JOSENotSupported) throw cause;
      if (cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      throw new IssuerUnavailable('no keys', { cause });
    }
  };
}

function reasonOf(error: unknown): RefusalReason {
  if (error instanceof IssuerUnavailable) return 'issuer-unavailable';
  if (error instanceof errors.JWTExpired) return 'expired';
  return error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid ? 'malformed' : 'invalid';
}
