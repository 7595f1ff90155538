/** A request to a node's software, and what it answers. */
export interface SoftwareRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of basic authentication, if there is any. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly body: string;
}
export interface SoftwareAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON; absent: empty. */
  readonly body?: unknown;
}

export interface Endpoint<C> {
  readonly method: string;
  readonly path: RegExp;
  handle(context: C, request: SoftwareRequest, match: RegExpExecArray): SoftwareAnswer;
}

export const ok = (body?: unknown): SoftwareAnswer => ({ status: 200, body });

/** The body as JSON. @returns undefined if it is none */
export function parseBody<T>({ body }: SoftwareRequest): T | undefined {
  try {
    return JSON.parse(body) as T;
  } catch {
    return undefined;
  }
}

/** The first endpoint that matches. @returns 404 if there is none, 405 if there is one for another method */
export function route<C>(endpoints: readonly Endpoint<C>[], context: C, request: SoftwareRequest): SoftwareAnswer {
  const matching = endpoints.filter(({ path }) => path.test(request.path));
  const endpoint = matching.find(({ method }) => method === request.method);
  const match = endpoint?.path.exec(request.path);
  if (endpoint && match) return endpoint.handle(context, request, match);
  return matching.length > 0 ? { status: 405 } : { status: 404, body: { message: `Not found: ${request.path}` } };
}

export function isAllowed(
  request: SoftwareRequest,
  account: { username: string; password: string } | undefined,
): boolean {
  return (
    account !== undefined &&
    request.credentials?.username === account.username &&
    request.credentials.password === account.password
  );
}

export const unauthorized = (realm: string): SoftwareAnswer => ({
  status: 401,
  headers: { 'www-authenticate': `Basic realm="${realm}"` },
});
