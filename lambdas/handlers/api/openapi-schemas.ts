/** The schemas of requests and answers, as the OpenAPI document has them. */
import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import * as api from '../../contracts/api.ts';

/** Statuses of errors that an operation may answer. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 504;
const errorStatuses: readonly ErrorStatus[] = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503, 504];

/** `/info` as clients read it. */
const Info = z.object({
  projectVersion: z.string(),
  serverHostname: z.string(),
  projectRevision: z.string(),
  projectTimestamp: z.string(),
  build: z.object({ version: z.string(), name: z.string() }),
  git: z.object({ branch: z.string(), commit: z.object({ id: z.string(), time: z.string().optional() }) }),
});

const requests = {
  CreateDeployment: api.CreateDeploymentRequest,
  ResetDeployment: api.ResetDeploymentRequest,
  ResourceAction: api.ResourceActionRequest,
};
const answers = {
  Configuration: z.record(z.string(), z.string()),
  Deployment: api.DeploymentView,
  DeploymentPage: api.pageOf(api.DeploymentView),
  Error: api.ErrorView,
  Info,
  Link: api.Link,
  Resource: api.ResourceView,
  ResourcePage: api.pageOf(api.ResourceView),
};
export type SchemaName = keyof typeof requests | keyof typeof answers;

type Json = Record<string, unknown>;

/** `components` of the document. */
export function components(): Json {
  return {
    schemas: { ...jsonSchemas(requests, 'input'), ...jsonSchemas(answers, 'output') },
    responses: Object.fromEntries(errorStatuses.map((status) => [`Error${status}`, errorResponse(status)])),
    headers: {
      RequestId: { description: 'Names the request in logs.', required: true, schema: { type: 'string' } },
      RetryAfter: { description: 'Seconds to wait before trying again.', schema: { type: 'integer' } },
      Challenge: { description: 'How to authenticate.', schema: { type: 'string' } },
    },
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'An access token of one of the configured OpenID Connect issuers.',
      },
    },
  };
}

export const refTo = (kind: 'schemas' | 'responses' | 'headers', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});

function errorResponse(status: ErrorStatus): Json {
  const more = {
    ...(status === 401 ? { 'WWW-Authenticate': refTo('headers', 'Challenge') } : {}),
    ...([409, 429, 503].includes(status) ? { 'Retry-After': refTo('headers', 'RetryAfter') } : {}),
  };
  return {
    description: STATUS_CODES[status],
    headers: { 'X-Request-ID': refTo('headers', 'RequestId'), ...more },
    content: { 'application/json': { schema: refTo('schemas', 'Error') } },
  };
}

/** Schemas refer to each other by name. Objects are open: unknown members are ignored in requests, and may be added to answers. */
function jsonSchemas(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: made } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  // As the document's own parts they need neither.
  return Object.fromEntries(Object.entries(made).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}
