/** GET /openapi.json: what the API takes and answers, out of the routes and the schemas that requests are checked by. */

import { productVersion } from '../../contracts/api.ts';
import { InvariantBroken } from '../../contracts/error-names.ts';
import { type HttpResponse, json } from '../../runtime/http.ts';
import {
  type DescribedAnswer,
  type DescribedBody,
  type DescribedOperation,
  type DescribedParameter,
  describedOperations,
} from './openapi-operations.ts';
import { components, type ErrorStatus, refTo } from './openapi-schemas.ts';
import type { ApiCall, ApiRoute } from './services.ts';

type Json = Record<string, unknown>;

const about = `Highly available Apache Mesos clusters from TOSCA templates: the REST contract of the INDIGO-DataCloud
Orchestrator. Every answer with a status of 400 or more has the schema \`Error\`, and every answer has \`X-Request-ID\`.
A trailing slash means nothing; HEAD is answered as GET is, and OPTIONS with \`Allow\`.`;

/** Any operation may end so. */
const commonErrors: readonly ErrorStatus[] = [429, 500, 503, 504];

export function showOpenApi(routes: readonly ApiRoute[], { baseUrl }: ApiCall): HttpResponse {
  return json(200, openApiDocument(routes, baseUrl));
}

/** @throws InvariantBroken if a route is not described */
export function openApiDocument(routes: readonly ApiRoute[], baseUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Mesoscale', version: productVersion, description: about, license },
    servers: [{ url: baseUrl }],
    paths,
    components: components(),
    security: [{ bearer: [] }],
  };
}
const license = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

function operation(route: ApiRoute): Json {
  const described = describedOperations[`${route.method} ${route.path}`];
  if (!described) throw new InvariantBroken(`${route.method} ${route.path} is not described`);
  const { operationId, summary, description, body, answer } = described;
  const parameters = parametersOf(route, described);
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags: [route.path.startsWith('/deployments') ? 'deployments' : 'service'],
    ...(route.access === 'anonymous' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBody(body) } : {}),
    responses: {
      [answer.status]: success(answer),
      ...Object.fromEntries(errorsOf(route, described).map((status) => [status, refTo('responses', `Error${status}`)])),
    },
  };
}

function parametersOf({ path }: ApiRoute, { query = {}, headers = {} }: DescribedOperation): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string', ...(name.endsWith('Id') ? { format: 'uuid' } : {}) },
  }));
  const named = (place: string, parameters: Readonly<Record<string, DescribedParameter>>) =>
    Object.entries(parameters).map(([name, parameter]) => ({ name, in: place, ...parameter }));
  return [...inPath, ...named('query', query), ...named('header', headers)];
}

function requestBody({ schema, yaml }: DescribedBody): Json {
  return {
    required: true,
    content: {
      'application/json': { schema: refTo('schemas', schema) },
      ...(yaml ? { 'application/yaml': { schema: { type: 'string', description: yaml } } } : {}),
    },
  };
}

function success({ description, content }: DescribedAnswer): Json {
  const headers = { 'X-Request-ID': refTo('headers', 'RequestId') };
  return { description, headers, ...(content ? { content: contentOf(content) } : {}) };
}

function contentOf(content: NonNullable<DescribedAnswer['content']>): Json {
  if (typeof content === 'string') return { 'application/json': { schema: refTo('schemas', content) } };
  if ('text' in content)
    return { [content.text]: { schema: { type: content.text === 'application/json' ? 'object' : 'string' } } };
  return { 'application/json': { schema: { type: 'array', items: refTo('schemas', content.list) } } };
}

function errorsOf(route: ApiRoute, { body, errors = [] }: DescribedOperation): readonly ErrorStatus[] {
  const ofCaller: readonly ErrorStatus[] = route.access === 'user' ? [401] : [];
  // Where a scope may be asked for, and where only the owner may.
  const ofScope: readonly ErrorStatus[] = route.access === 'user' && route.needs ? [403] : [];
  const ofPath: readonly ErrorStatus[] = route.path.includes(':deploymentId') ? [404] : [];
  const ofBody: readonly ErrorStatus[] = body ? [400, 413, 415] : [];
  const all = [...ofCaller, ...ofScope, ...ofPath, ...ofBody, ...errors, ...commonErrors];
  return [...new Set(all)].sort((a, b) => a - b);
}
