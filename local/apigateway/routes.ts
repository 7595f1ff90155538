/** Routes of an HTTP API: the most specific match wins, as in API Gateway. */
export interface Route {
  /** `GET /things/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
  readonly integrationId: string;
  readonly authorizerId?: string;
}

export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** @param path as it stands in the request, still encoded */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const matches = routes.flatMap((route) => {
    const pathParameters = matchKey(route.key, method, path);
    return pathParameters ? [{ route, pathParameters }] : [];
  });
  return matches.sort((a, b) => specificity(b.route.key) - specificity(a.route.key))[0];
}

function matchKey(key: string, method: string, path: string): Record<string, string> | undefined {
  if (key === '$default') return {};
  const [keyMethod, pattern = ''] = key.split(' ');
  if (keyMethod !== 'ANY' && keyMethod !== method) return undefined;
  const names = segments(pattern).flatMap((segment) => VARIABLE.exec(segment)?.[1] ?? []);
  const values = expressionOf(pattern).exec(path)?.slice(1);
  return values && Object.fromEntries(names.map((name, index) => [name, decodePart(values[index] ?? '')]));
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

/** Full matches come before greedy ones, a fixed method before ANY, and `$default` last. */
function specificity(key: string): number {
  if (key === '$default') return -1;
  const [method, pattern = ''] = key.split(' ');
  const parts = segments(pattern);
  const fixed = parts.filter((part) => !part.startsWith('{')).length;
  return (pattern.includes('+}') ? 0 : 10_000) + fixed * 10 + (method === 'ANY' ? 0 : 1);
}

function segments(path: string): string[] {
  return path.split('/').slice(1);
}

function decodePart(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
