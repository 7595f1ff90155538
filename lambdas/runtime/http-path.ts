/** Where a request goes: the operation's path, and what stands in front of it in every link. */
import { apiPrefix, type ProxyEvent } from '../contracts/api.ts';

export interface RequestPath {
  /** Still encoded; without prefix and trailing slash; the root is `/`. */
  readonly path: string;
  /** What the client's URL has before it: stage or base path of a custom domain, and `/orchestrator` if it was called so. */
  readonly prefix: string;
}

/**
 * Repeated and trailing slashes mean nothing. Stage and base path are found by what is left of the client's path without the
 * segments that API Gateway hands on, so that no name of either has to be known.
 */
export function requestPathOf({ pathParameters, requestContext }: Pick<ProxyEvent, PathParts>): RequestPath {
  const own = segmentsOf(pathParameters?.proxy ?? '');
  const all = segmentsOf(requestContext.path);
  const before = all.slice(0, Math.max(0, all.length - own.length));
  const isPrefixed = `/${own[0]}` === apiPrefix;
  return {
    path: `/${own.slice(isPrefixed ? 1 : 0).join('/')}`,
    prefix: `${before.map((segment) => `/${segment}`).join('')}${isPrefixed ? apiPrefix : ''}`,
  };
}

type PathParts = 'pathParameters' | 'requestContext';

const segmentsOf = (path: string) => path.split('/').filter(Boolean);
