import type { RefusalReason } from '../../contracts/api.ts';
import type { Owner } from '../../domain/deployment/deployment.ts';
import type { HttpRequest } from '../../runtime/http.ts';
import { HttpError } from '../../runtime/http-errors.ts';

/** What the caller is told; not more, for a refused token is not the caller's to be examined. */
const messages: Record<Exclude<RefusalReason, 'issuer-unavailable'>, string> = {
  missing: 'Full authentication is required to access this resource',
  malformed: 'The access token is not a signed JWT',
  'unknown-issuer': "The access token's issuer is not trusted here",
  expired: 'The access token has expired',
  invalid: 'The access token is not valid',
};

/** The caller as the authorizer found it. @throws HttpError 401, or 503 if the token's issuer could not be asked */
export function authenticate({ auth }: HttpRequest): Owner {
  const { authenticated, issuer, subject, reason = 'invalid' } = auth;
  if (authenticated === 'true' && issuer && subject) return { issuer, subject };
  if (reason === 'issuer-unavailable') {
    throw new HttpError(503, "The token's issuer could not be asked for its keys", { 'Retry-After': '5' });
  }
  const message = messages[reason];
  const error = reason === 'missing' ? '' : `, error="invalid_token", error_description="${message}"`;
  throw new HttpError(401, message, { 'WWW-Authenticate': `Bearer realm="mesoscale"${error}` });
}
