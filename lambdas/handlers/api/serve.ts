import type { HttpAnswer, HttpEvent } from '../../contracts/api.ts';
import { type HttpRequest, type HttpResponse, json, readRequest, writeAnswer } from '../../runtime/http.ts';
import { toErrorAnswer } from '../../runtime/http-errors.ts';
import { allowedMethods, matchRoute } from '../../runtime/http-router.ts';
import { authenticate, requireScope } from './authenticate.ts';
import { routes } from './routes.ts';
import type { ApiCall, ApiRoute, ApiServices } from './services.ts';

/**
 * Answers one request; never throws. Every answer carries `X-Request-ID`, which the request's log line names, beside API
 * Gateway's own id in the access log.
 */
export const makeServeApi =
  (services: ApiServices) =>
  async (event: HttpEvent): Promise<HttpAnswer> => {
    const requestId = `req-${services.ids.uuid()}`;
    const start = services.clock.now().getTime();
    const fields = { requestId, gatewayRequestId: event.requestContext.requestId, method: event.httpMethod };
    try {
      const { response, path } = await answer(readRequest(event), services);
      const durationMs = services.clock.now().getTime() - start;
      services.log.info('request served', { ...fields, path, status: response.status, durationMs });
      return writeAnswer(response, requestId);
    } catch (error) {
      return writeAnswer(refuse(error, services, fields), requestId);
    }
  };

async function answer(
  request: HttpRequest,
  services: ApiServices,
): Promise<{ readonly response: HttpResponse; readonly path: string }> {
  if (request.method === 'OPTIONS') return { response: describe(request.path), path: request.path };
  const { route, parameters } = matchRoute(routes, request.method, request.path);
  const response = await handle(route, { ...request, parameters }, services);
  return { response: request.method === 'HEAD' ? { ...response, body: '' } : response, path: route.path };
}

/** OPTIONS tells what may be done. There is no CORS: clients are programs, and the API's own page has the API's origin. */
const describe = (path: string): HttpResponse => ({ status: 204, headers: { Allow: allowedMethods(routes, path) } });

function handle(route: ApiRoute, call: ApiCall, services: ApiServices): HttpResponse | Promise<HttpResponse> {
  if (route.access === 'anonymous') return route.handle(call, services);
  const caller = authenticate(call);
  services.checkPace(caller, services.clock.now());
  if (route.needs) requireScope(caller, services.settings.access.requiredScopes[route.needs]);
  return route.handle({ ...call, caller }, services);
}

/** Faults of the request are told to the caller only, as they may quote it; our own are logged only. */
function refuse(
  error: unknown,
  { log }: ApiServices,
  fields: { readonly requestId: string; readonly method: string },
): HttpResponse {
  const { status, headers, view } = toErrorAnswer(error, fields.requestId);
  if (status >= 500) log.error('request failed', { ...fields, status, error });
  else log.info('request refused', { ...fields, status });
  const response = json(status, view);
  return { ...response, headers: { ...response.headers, ...headers } };
}
