/** Finds the route of a request: literal segments match themselves, `:name` matches one segment. */
import { HttpError } from './http-errors.ts';

export interface RouteKey {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Without a trailing slash, e.g. `/deployments/:deploymentId`; `/` is the root. */
  readonly path: string;
}
export interface RouteMatch<R extends RouteKey> {
  readonly route: R;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The first matching route wins. HEAD goes where GET goes.
 * @throws HttpError 404 if no route has the path, 405 with `Allow` if none has the method
 */
export function matchRoute<R extends RouteKey>(routes: readonly R[], method: string, path: string): RouteMatch<R> {
  const matches = matchesOf(routes, path);
  const wanted = method === 'HEAD' ? 'GET' : method;
  const match = matches.find(({ route }) => route.method === wanted);
  if (match) return match;
  const allowed = methodsOf(matches, path);
  throw new HttpError(405, `Request method '${method}' not supported; supported here: ${allowed}`, { Allow: allowed });
}

/** Methods of a path, as the header `Allow` has them. @throws HttpError 404 if no route has the path */
export function allowedMethods(routes: readonly RouteKey[], path: string): string {
  return methodsOf(matchesOf(routes, path), path);
}

/** Whether a route's path stands for this one. */
export function matchesPath(pattern: string, path: string): boolean {
  return matchPath(pattern, segmentsOf(path)) !== undefined;
}

function matchesOf<R extends RouteKey>(routes: readonly R[], path: string): RouteMatch<R>[] {
  const segments = segmentsOf(path);
  return routes.flatMap((route) => {
    const parameters = matchPath(route.path, segments);
    return parameters ? [{ route, parameters }] : [];
  });
}

function methodsOf(matches: readonly RouteMatch<RouteKey>[], path: string): string {
  if (matches.length === 0) throw new HttpError(404, `No such path: ${path}`);
  return [...new Set(matches.map(({ route }) => route.method))].sort().join(', ');
}

const segmentsOf = (path: string) => path.split('/').map(decodeSegment);

function matchPath(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const expected = pattern.split('/');
  if (expected.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && segment !== '') parameters[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}

/** A segment that is not well encoded names nothing, so it stays as it is and is not found. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
