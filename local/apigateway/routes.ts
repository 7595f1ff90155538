/** Methods of a REST API: the most specific resource wins, as in API Gateway. */
export interface Route {
  /** Of the resource: `/things/{id}`, `/{proxy+}`. */
  readonly path: string;
  /** `GET`, or `ANY`. */
  readonly method: string;
  readonly resourceId: string;
  readonly functionName: string;
  readonly authorizerId?: string;
}

export interface RouteMatch {
  readonly route: Route;
  /** As they stand in the request, still encoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** What `ANY` stands for. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** @param path as it stands in the request, still encoded */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const matches = routes.flatMap((route) => {
    const pathParameters = matchRequest(route, method, path);
    return pathParameters ? [{ route, pathParameters }] : [];
  });
  return matches.sort((a, b) => specificity(b.route) - specificity(a.route))[0];
}

function matchRequest(route: Route, method: string, path: string): Record<string, string> | undefined {
  if (route.method === 'ANY' ? !METHODS.includes(method) : route.method !== method) return undefined;
  const names = segments(route.path).flatMap((segment) => VARIABLE.exec(segment)?.[1] ?? []);
  const values = expressionOf(route.path).exec(path)?.slice(1);
  return values && Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** `{name}`, or the greedy `{name+}`. */
const VARIABLE = /^\{([^}+]+)(\+)?\}$/;

function expressionOf(pattern: string): RegExp {
  const parts = segments(pattern).map((segment) => {
    const [variable, , greedy] = VARIABLE.exec(segment) ?? [];
    if (variable) return greedy ? '(.+)' : '([^/]+)';
    return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^/${parts.join('/')}$`);
}

/** Full matches come before greedy ones, and a fixed method before ANY. */
function specificity({ path, method }: Route): number {
  const fixed = segments(path).filter((part) => !part.startsWith('{')).length;
  return (path.includes('+}') ? 0 : 10_000) + fixed * 10 + (method === 'ANY' ? 0 : 1);
}

function segments(path: string): string[] {
  return path.split('/').slice(1);
}
