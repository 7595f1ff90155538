/** API Gateway's resource types: what the template says about the one REST API, and which part of it is deployed. */
import { physicalName } from '../cloudformation/without-effect.ts';
import type { ResourceToCreate, ResourceTypes } from '../types.ts';
import type { Authorizer } from './authorizer.ts';
import type { GatewayResponse } from './gateway-responses.ts';
import type { Route } from './routes.ts';

/** What requests are served by: all that there was when the deployment was made. */
export interface Deployed {
  readonly routes: readonly Route[];
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponse>;
}

export interface Stage {
  readonly name: string;
  readonly deployed: Deployed;
  /** Requests per second, and at once. */
  readonly throttle?: { readonly rate: number; readonly burst: number };
}

/** What the template declared. */
export interface DeclaredApi {
  apiId?: string;
  binaryTypes: readonly string[];
  /** Answers of at least so many bytes are compressed. */
  minimumCompressionSize?: number;
  /** Path by resource. */
  readonly paths: Map<string, string>;
  readonly routes: Route[];
  readonly authorizers: Map<string, Authorizer>;
  readonly gatewayResponses: Map<string, GatewayResponse>;
  readonly deployments: Map<string, Deployed>;
  stage?: Stage;
}

export function emptyApi(): DeclaredApi {
  return {
    binaryTypes: [],
    paths: new Map(),
    routes: [],
    authorizers: new Map(),
    gatewayResponses: new Map(),
    deployments: new Map(),
  };
}

export function apiResourceTypes(declared: DeclaredApi): ResourceTypes {
  return { ...shapeTypes(declared), ...methodTypes(declared), ...deploymentTypes(declared) };
}

function shapeTypes(declared: DeclaredApi): ResourceTypes {
  return {
    // The account's role for logs, which are not written here.
    'AWS::ApiGateway::Account': {
      properties: [],
      withoutEffect: ['CloudWatchRoleArn'],
      create: (resource) => ({ ref: idOf(resource), attributes: {} }),
    },
    'AWS::ApiGateway::RestApi': {
      properties: ['BinaryMediaTypes', 'MinimumCompressionSize'],
      withoutEffect: ['Description', 'EndpointConfiguration', 'Name', 'Tags'],
      create: (resource) => {
        if (declared.apiId) throw new Error('the local cloud serves one API only');
        const { BinaryMediaTypes = [], MinimumCompressionSize } = resource.properties;
        const id = idOf(resource);
        const rootId = `${id.slice(0, 9)}0`;
        declared.apiId = id;
        declared.binaryTypes = BinaryMediaTypes as readonly string[];
        if (MinimumCompressionSize !== undefined) declared.minimumCompressionSize = Number(MinimumCompressionSize);
        declared.paths.set(rootId, '/');
        return { ref: id, attributes: { RestApiId: id, RootResourceId: rootId } };
      },
    },
    'AWS::ApiGateway::Resource': {
      properties: ['ParentId', 'PathPart', 'RestApiId'],
      create: (resource) => {
        const parent = pathOf(declared, resource.properties.ParentId);
        const id = idOf(resource);
        declared.paths.set(id, `${parent === '/' ? '' : parent}/${String(resource.properties.PathPart)}`);
        return { ref: id, attributes: { ResourceId: id } };
      },
    },
    'AWS::ApiGateway::GatewayResponse': {
      properties: ['ResponseParameters', 'ResponseTemplates', 'ResponseType', 'RestApiId', 'StatusCode'],
      create: (resource) => {
        declared.gatewayResponses.set(String(resource.properties.ResponseType), resource.properties as GatewayResponse);
        return { ref: idOf(resource), attributes: { Id: idOf(resource) } };
      },
    },
  };
}

function methodTypes(declared: DeclaredApi): ResourceTypes {
  return {
    'AWS::ApiGateway::Authorizer': {
      properties: ['AuthorizerUri', 'IdentitySource', 'RestApiId', 'Type'],
      // Answers are never cached here, which is only ever stricter.
      withoutEffect: ['AuthorizerResultTtlInSeconds', 'Name'],
      create: (resource) => {
        const { AuthorizerUri, IdentitySource = '', Type } = resource.properties;
        if (Type !== 'REQUEST') throw new Error('the local cloud knows authorizers of type REQUEST only');
        const identitySources = String(IdentitySource)
          .split(',')
          .filter((source) => source !== '');
        const id = idOf(resource);
        declared.authorizers.set(id, { functionName: functionOf(String(AuthorizerUri)), identitySources });
        return { ref: id, attributes: { AuthorizerId: id } };
      },
    },
    'AWS::ApiGateway::Method': {
      properties: ['AuthorizationType', 'AuthorizerId', 'HttpMethod', 'Integration', 'ResourceId', 'RestApiId'],
      create: (resource) => {
        const { AuthorizationType = 'NONE', AuthorizerId, HttpMethod, Integration, ResourceId } = resource.properties;
        const { Type, Uri, IntegrationHttpMethod } = (Integration ?? {}) as Record<string, unknown>;
        if (Type !== 'AWS_PROXY' || IntegrationHttpMethod !== 'POST') {
          throw new Error('the local cloud knows integrations of type AWS_PROXY with the method POST only');
        }
        declared.routes.push({
          path: pathOf(declared, ResourceId),
          method: String(HttpMethod),
          resourceId: String(ResourceId),
          functionName: functionOf(String(Uri)),
          ...(AuthorizationType === 'CUSTOM' && { authorizerId: String(AuthorizerId) }),
        });
        return { ref: idOf(resource), attributes: {} };
      },
    },
  };
}

function deploymentTypes(declared: DeclaredApi): ResourceTypes {
  return {
    'AWS::ApiGateway::Deployment': {
      properties: ['RestApiId'],
      withoutEffect: ['Description'],
      create: (resource) => {
        const { routes, authorizers, gatewayResponses } = declared;
        if (routes.length === 0) throw new Error('The REST API doesn’t contain any methods');
        const id = idOf(resource);
        declared.deployments.set(id, {
          routes: [...routes],
          authorizers: new Map(authorizers),
          gatewayResponses: new Map(gatewayResponses),
        });
        return { ref: id, attributes: { DeploymentId: id } };
      },
    },
    'AWS::ApiGateway::Stage': {
      properties: ['DeploymentId', 'MethodSettings', 'RestApiId', 'StageName'],
      withoutEffect: ['AccessLogSetting', 'Description', 'Tags'],
      create: ({ properties }) => {
        if (declared.stage) throw new Error('the local cloud serves one stage only');
        const deployed = declared.deployments.get(String(properties.DeploymentId));
        if (!deployed) throw new Error(`there is no deployment ${String(properties.DeploymentId)}`);
        const name = String(properties.StageName);
        declared.stage = { name, deployed, ...throttleOf(properties.MethodSettings) };
        return { ref: name, attributes: {} };
      },
    },
  };
}

/** @throws Error for settings of single methods, which are not known here */
function throttleOf(settings: unknown): Pick<Stage, 'throttle'> {
  const [all, ...others] = (settings ?? []) as readonly Record<string, unknown>[];
  if (!all) return {};
  if (others.length > 0 || all.HttpMethod !== '*' || all.ResourcePath !== '/*') {
    throw new Error('the local cloud knows method settings for all methods only');
  }
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = all;
  return rate === undefined || burst === undefined ? {} : { throttle: { rate: Number(rate), burst: Number(burst) } };
}

function pathOf({ paths }: DeclaredApi, resourceId: unknown): string {
  const path = paths.get(String(resourceId));
  if (path === undefined) throw new Error(`there is no resource ${String(resourceId)}`);
  return path;
}

/** Ids of API Gateway are short and in lower case. */
function idOf(resource: ResourceToCreate): string {
  return physicalName(resource).slice(-10).toLowerCase();
}

/** A function's ARN, out of the path that integrations and authorizers name it by. */
function functionOf(uri: string): string {
  const [, wrapped] = /\/functions\/(.+)\/invocations$/.exec(uri) ?? [];
  if (wrapped === undefined) throw new Error(`${uri} does not name a function`);
  return wrapped;
}
