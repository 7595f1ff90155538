/**
 * Invoked by API Gateway before every request: finds out who calls. A caller who must be known and is not is refused here, by
 * API Gateway's own answer, because only that can carry `WWW-Authenticate`: of a function's answer it renames the header.
 */
import { oidcTokenVerifier } from '../adapters/oidc-token-verifier.ts';
import {
  type AuthorizerAnswer,
  AuthorizerEvent,
  anonymousPaths,
  type RefusalReason,
  refusalMessages,
} from '../contracts/api.ts';
import { AuthorizeRequestEnv } from '../contracts/functions.ts';
import type { TokenVerifier, Verdict } from '../ports/token-verifier.ts';
import { atColdStart } from '../runtime/cold-start.ts';
import { parseEnv } from '../runtime/env.ts';
import { headersOf, queryOf } from '../runtime/http.ts';
import { requestPathOf } from '../runtime/http-path.ts';
import { matchesPath } from '../runtime/http-router.ts';
import { lambdaStack } from '../runtime/lambda-stack.ts';
import { systemClock } from '../runtime/system.ts';

export const makeAuthorizeRequest =
  ({ verifier }: { readonly verifier: TokenVerifier }) =>
  async (event: AuthorizerEvent): Promise<AuthorizerAnswer> => {
    const token = findToken(event);
    const verdict: Verdict = token === undefined ? { reason: 'missing' } : await verifier.verify(token);
    if (!('reason' in verdict)) return answer(event, 'Allow', { authenticated: 'true', ...verdict });
    const { reason } = verdict;
    const effect = mayPass(reason, event) ? 'Allow' : 'Deny';
    return answer(event, effect, { authenticated: 'false', reason, message: refusalMessages[reason] });
  };

/** What needs no token is for everybody; and an issuer that does not answer is no fault of the caller: serve-api says 503. */
function mayPass(reason: RefusalReason, event: AuthorizerEvent): boolean {
  const { path } = requestPathOf(event);
  return reason === 'issuer-unavailable' || anonymousPaths.some((anonymous) => matchesPath(anonymous, path));
}

/** The policy is for the whole stage: answers are not cached, and a path in it would have to be escaped. */
const answer = (
  { methodArn }: AuthorizerEvent,
  Effect: 'Allow' | 'Deny',
  context: AuthorizerAnswer['context'],
): AuthorizerAnswer => ({
  // Nobody reads it; a subject might have characters that API Gateway does not bear.
  principalId: context.authenticated === 'true' ? 'user' : 'unknown',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: `${methodArn.split('/').slice(0, 2).join('/')}/*` }],
  },
  context,
});

/** `Bearer` in any case, with or without a blank after it (orpy sends none), or `?access_token=`. */
function findToken(event: AuthorizerEvent): string | undefined {
  const header = headersOf(event).get('authorization') ?? '';
  const bearer = /^\s*bearer\s*(\S+)\s*$/i.exec(header)?.[1];
  return bearer ?? (queryOf(event).get('access_token') || undefined);
}

export const handler = lambdaStack({ name: 'authorize-request', input: AuthorizerEvent }).handler(
  atColdStart(() => {
    const env = parseEnv(AuthorizeRequestEnv);
    return makeAuthorizeRequest({ verifier: oidcTokenVerifier(env.OIDC_ISSUERS, systemClock) });
  }),
);
