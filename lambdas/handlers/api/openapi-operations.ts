/** What the OpenAPI document says of each operation besides what its route says. */
import type { ErrorStatus, SchemaName } from './openapi-schemas.ts';

export interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** Query parameters by name. */
  readonly query?: Readonly<Record<string, DescribedParameter>>;
  readonly headers?: Readonly<Record<string, DescribedParameter>>;
  readonly body?: DescribedBody;
  readonly answer: DescribedAnswer;
  /** Besides those that follow from the route: who may call, what the path names, whether there is a body. */
  readonly errors?: readonly ErrorStatus[];
}
export interface DescribedParameter {
  readonly description: string;
  readonly required?: true;
  readonly schema: Readonly<Record<string, unknown>>;
}
export interface DescribedBody {
  readonly schema: SchemaName;
  /** What a body in YAML is. */
  readonly yaml?: string;
}
export interface DescribedAnswer {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Text by media type, or a schema; none: there is no body. */
  readonly content?: SchemaName | { readonly list: SchemaName } | { readonly text: string };
}

const json = (schema: SchemaName, description: string): DescribedAnswer => ({
  status: 200,
  description,
  content: schema,
});
const text = (description: string, type = 'text/plain'): DescribedAnswer => ({
  status: 200,
  description,
  content: { text: type },
});
const string = { type: 'string' };
const paging = {
  page: { description: 'Number of the page, from 0.', schema: { type: 'integer', minimum: 0 } },
  size: { description: 'Items of a page.', schema: { type: 'integer', minimum: 1, maximum: 2000, default: 10 } },
  sort: {
    description: 'Property and direction, e.g. `createdAt,desc`. An unknown property is refused.',
    schema: { type: 'string', default: 'createdAt,desc' },
  },
};
const nodeType = {
  description: 'A TOSCA node type; resources of that type or of one derived from it.',
  schema: string,
};
const template = 'The TOSCA template alone, without any parameters.';

/** By method and path, as in the routes. */
export const describedOperations: Readonly<Record<string, DescribedOperation>> = {
  'GET /': {
    operationId: 'showRoot',
    summary: 'Tells what answers here',
    description: 'For callers without a token only, as in the original.',
    answer: text('The name by which clients know the API.'),
    errors: [403],
  },
  'GET /info': {
    operationId: 'showInfo',
    summary: 'Tells version and build',
    answer: json('Info', 'Version and build.'),
  },
  'GET /openapi.json': {
    operationId: 'showOpenApi',
    summary: 'This document',
    answer: { status: 200, description: 'An OpenAPI 3.1 document.', content: { text: 'application/json' } },
  },
  'GET /docs': {
    operationId: 'showDocs',
    summary: 'This document as a page',
    answer: text('A page to read, and to try the API out.', 'text/html'),
  },
  'GET /docs/:file': {
    operationId: 'showDocsFile',
    summary: 'Style and script of the page',
    answer: text('The file.', '*/*'),
    errors: [404],
  },
  'GET /configuration': {
    operationId: 'showConfiguration',
    summary: 'Tells which services are behind the API',
    answer: json('Configuration', 'Addresses by name; empty where there is no such service.'),
  },
  'GET /deployments': {
    operationId: 'listDeployments',
    summary: 'Lists deployments',
    description: 'The caller’s own; administrators see those of their whole organization.',
    query: {
      createdBy: { description: '`me`, or `<subject>@<issuer>`.', schema: string },
      userGroup: { description: 'Only deployments with this user group.', schema: string },
      ...paging,
    },
    answer: json('DeploymentPage', 'A page of deployments.'),
    errors: [400, 403],
  },
  'POST /deployments': {
    operationId: 'createDeployment',
    summary: 'Creates a deployment',
    description:
      'The whole template is checked before anything is made. A cluster is made after the answer; services and jobs go to one of the caller’s clusters: the one that the parameter `cluster` names, or else one that has room. 404: there is no such cluster. 409: none of them can run it, with a reason for each.',
    headers: {
      'Idempotency-Key': {
        description:
          'At most 255 printable characters: the same request with the same key makes nothing twice. An answer that repeats an earlier one has `Idempotent-Replayed: true`.',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
      },
    },
    body: { schema: 'CreateDeployment', yaml: template },
    answer: { status: 201, description: 'The deployment, of which creation has begun.', content: 'Deployment' },
    errors: [404, 409, 422],
  },
  'GET /deployments/:deploymentId': {
    operationId: 'showDeployment',
    summary: 'Shows a deployment',
    answer: json('Deployment', 'The deployment.'),
  },
  'PUT /deployments/:deploymentId': {
    operationId: 'updateDeployment',
    summary: 'Changes a deployment',
    description:
      'To what a new template asks for. Parameters are merged over those given before. Jobs cannot be updated.',
    body: { schema: 'CreateDeployment', yaml: template },
    answer: { status: 202, description: 'The deployment, of which the update has begun.', content: 'Deployment' },
    errors: [409],
  },
  'PATCH /deployments/:deploymentId': {
    operationId: 'resetDeployment',
    summary: 'Declares a deletion that hangs as failed',
    description: 'So that it can be asked for again. Only `DELETE_FAILED` is accepted, and only while it is deleted.',
    body: { schema: 'ResetDeployment' },
    answer: { status: 204, description: 'Done.' },
    errors: [409],
  },
  'DELETE /deployments/:deploymentId': {
    operationId: 'deleteDeployment',
    summary: 'Deletes a deployment and all that was made for it',
    description: 'A cluster with services or jobs on it is refused with 409, which lists them.',
    query: {
      force: {
        description: 'Of a cluster: has its services and jobs deleted first.',
        schema: { type: 'boolean', default: false },
      },
    },
    answer: { status: 204, description: 'Deletion has begun.' },
    errors: [409],
  },
  'GET /deployments/:deploymentId/template': {
    operationId: 'showTemplate',
    summary: 'Shows the template',
    answer: text('The TOSCA template.'),
  },
  'GET /deployments/:deploymentId/log': {
    operationId: 'showLog',
    summary: 'Shows what was done, and why',
    answer: text('A line per entry, oldest first.'),
    errors: [403],
  },
  'GET /deployments/:deploymentId/extrainfo': {
    operationId: 'showExtraInfo',
    summary: 'Shows details of the virtual machines',
    answer: text('A JSON array, as text.'),
    errors: [403],
  },
  'GET /deployments/:deploymentId/resources': {
    operationId: 'listResources',
    summary: 'Lists a deployment’s resources',
    query: { type: nodeType, ...paging },
    answer: json('ResourcePage', 'A page of resources; with `type` all of them, whatever the size.'),
    errors: [400],
  },
  'GET /deployments/:deploymentId/resources/filter': {
    operationId: 'filterResources',
    summary: 'Lists a deployment’s resources of one type',
    query: { type: { ...nodeType, required: true } },
    answer: { status: 200, description: 'The resources.', content: { list: 'Resource' } },
    errors: [400],
  },
  'GET /deployments/:deploymentId/resources/:resourceId': {
    operationId: 'showResource',
    summary: 'Shows a resource',
    answer: json('Resource', 'The resource.'),
  },
  'POST /deployments/:deploymentId/resources/:resourceId/actions': {
    operationId: 'actOnResource',
    summary: 'Stops or starts a virtual machine',
    description: 'Only of clusters.',
    body: { schema: 'ResourceAction' },
    answer: { status: 202, description: 'Begun.' },
    errors: [409],
  },
};
