import type { HttpAnswer, HttpEvent } from '../../contracts/api.ts';
import { type HttpRequest, type HttpResponse, json, readRequest, writeAnswer } from '../../runtime/http.ts';
import { toErrorAnswer } from '../../runtime/http-errors.ts';
import { matchRoute } from '../../runtime/http-router.ts';
import { authenticate } from './authenticate.ts';
import { routes } from './routes.ts';
import type { ApiServices } from './services.ts';

/** Answers one request; never throws. Every answer carries `X-Request-ID`, which the request's log line names too. */
export const makeServeApi =
  (services: ApiServices) =>
  async (event: HttpEvent): Promise<HttpAnswer> => {
    const requestId = `req-${services.ids.uuid()}`;
    const start = services.clock.now().getTime();
    const { method } = event.requestContext.http;
    try {
      const { response, path } = await answer(readRequest(event), services);
      const durationMs = services.clock.now().getTime() - start;
      services.log.info('request served', { requestId, method, path, status: response.status, durationMs });
      return writeAnswer(response, requestId);
    } catch (error) {
      return writeAnswer(refuse(error, services, { requestId, method }), requestId);
    }
  };

async function answer(
  request: HttpRequest,
  services: ApiServices,
): Promise<{ readonly response: HttpResponse; readonly path: string }> {
  const { route, parameters } = matchRoute(routes, request.method, request.path);
  const call = { ...request, parameters };
  const response =
    route.access === 'anonymous'
      ? await route.handle(call, services)
      : await route.handle({ ...call, caller: authenticate(request) }, services);
  return { response, path: route.path };
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
