/**
 * Invoked by API Gateway before every request: tells serve-api who the caller is. It always lets the request through, because
 * API Gateway's own 401 could not carry the contract's error object; serve-api refuses what is not authenticated.
 */
import { oidcTokenVerifier } from '../adapters/oidc-token-verifier.ts';
import { type AuthorizerAnswer, AuthorizerEvent } from '../contracts/api.ts';
import { AuthorizeRequestEnv } from '../contracts/functions.ts';
import type { TokenVerifier } from '../ports/token-verifier.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';

export const makeAuthorizeRequest =
  ({ verifier }: { readonly verifier: TokenVerifier }) =>
  async (event: AuthorizerEvent): Promise<AuthorizerAnswer> => {
    const token = findToken(event);
    if (token === undefined) return refuse('missing');
    const verdict = await verifier.verify(token);
    if ('reason' in verdict) return refuse(verdict.reason);
    return { isAuthorized: true, context: { authenticated: 'true', ...verdict } };
  };

const refuse = (reason: NonNullable<AuthorizerAnswer['context']['reason']>): AuthorizerAnswer => ({
  isAuthorized: true,
  context: { authenticated: 'false', reason },
});

/** `Bearer` in any case, with or without a blank after it (orpy sends none), or `?access_token=`. */
function findToken({ headers, queryStringParameters }: AuthorizerEvent): string | undefined {
  const header = headers?.authorization ?? headers?.Authorization;
  const bearer = /^\s*bearer\s*(\S+)\s*$/i.exec(header ?? '')?.[1];
  return bearer ?? (queryStringParameters?.access_token || undefined);
}

export const handler = lambdaStack({ name: 'authorize-request', input: AuthorizerEvent }).handler(
  atColdStart(() => {
    const env = parseEnv(AuthorizeRequestEnv);
    return makeAuthorizeRequest({ verifier: oidcTokenVerifier(env.OIDC_ISSUERS, systemClock) });
  }),
);
