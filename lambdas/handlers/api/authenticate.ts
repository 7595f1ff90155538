import { bearerChallenge, refusalMessages } from '../../contracts/api.ts';
import type { Caller } from '../../domain/deployment/access.ts';
import type { HttpRequest } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';

/** The caller as the authorizer found it. @throws HttpError 401, or 503 if the token's issuer could not be asked */
export function authenticate({ auth }: HttpRequest): Caller {
  const { authenticated, issuer, subject, organization, scope = '', reason = 'invalid' } = auth;
  if (authenticated === 'true' && issuer && subject) {
    return { issuer, subject, ...(organization ? { organization } : {}), scopes: scope.split(' ').filter(Boolean) };
  }
  const message = refusalMessages[reason];
  if (reason === 'issuer-unavailable') throw new HttpError(503, message, { 'Retry-After': '5' });
  const error = reason === 'missing' ? '' : `, error="invalid_token", error_description="${message}"`;
  throw new HttpError(401, message, { 'WWW-Authenticate': `${bearerChallenge}${error}` });
}

/** @throws HttpError 403 unless the caller's token holds one of the scopes; any token will do where none is asked for */
export function requireScope({ scopes }: Caller, required: readonly string[]): void {
  if (required.length === 0 || required.some((scope) => scopes.includes(scope))) return;
  const list = required.join(' ');
  throw new HttpError(403, `Insufficient scope for this resource; the token must hold one of: ${required.join(', ')}`, {
    'WWW-Authenticate': `${bearerChallenge}, error="insufficient_scope", scope="${list}"`,
  });
}
