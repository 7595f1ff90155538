/** API Gateway's resource types: what the template says about the one HTTP API. */
import { physicalName } from '../cloudformation/without-effect.ts';
import type { ResourceToCreate, ResourceTypes } from '../types.ts';
import type { Route } from './routes.ts';

export interface Authorizer {
  readonly functionName: string;
  /** `$request.header.Authorization` and the like: a request without them is refused unheard. */
  readonly identitySource: readonly string[];
}

/** What the template declared. */
export interface DeclaredApi {
  apiId?: string;
  readonly routes: Route[];
  /** Function by integration. */
  readonly integrations: Map<string, string>;
  readonly authorizers: Map<string, Authorizer>;
}

/** @param url where the API is served */
export function apiResourceTypes(declared: DeclaredApi, url: () => string): ResourceTypes {
  return {
    'AWS::ApiGatewayV2::Api': {
      properties: ['Name', 'ProtocolType'],
      withoutEffect: ['Description', 'DisableExecuteApiEndpoint', 'Tags'],
      create: (resource) => {
        if (declared.apiId) throw new Error('the local cloud serves one API only');
        if (resource.properties.ProtocolType !== 'HTTP') throw new Error('the local cloud serves HTTP APIs only');
        declared.apiId = idOf(resource);
        return { ref: declared.apiId, attributes: { ApiId: declared.apiId, ApiEndpoint: url() } };
      },
    },
    'AWS::ApiGatewayV2::Stage': {
      properties: ['ApiId', 'AutoDeploy', 'StageName'],
      withoutEffect: ['AccessLogSettings', 'DefaultRouteSettings', 'Description', 'Tags'],
      create: ({ properties }) => {
        if (properties.StageName !== '$default') throw new Error('the local cloud serves the stage $default only');
        return { ref: '$default', attributes: {} };
      },
    },
    'AWS::ApiGatewayV2::Integration': {
      properties: ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion'],
      withoutEffect: ['Description', 'IntegrationMethod', 'TimeoutInMillis'],
      create: (resource) => {
        const { IntegrationType, IntegrationUri, PayloadFormatVersion } = resource.properties;
        if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
          throw new Error('the local cloud knows AWS_PROXY integrations with payload format 2.0 only');
        }
        const id = idOf(resource);
        declared.integrations.set(id, functionOf(String(IntegrationUri)));
        return { ref: id, attributes: { IntegrationId: id } };
      },
    },
    'AWS::ApiGatewayV2::Authorizer': {
      properties: [
        'ApiId',
        'AuthorizerPayloadFormatVersion',
        'AuthorizerType',
        'AuthorizerUri',
        'EnableSimpleResponses',
        'IdentitySource',
      ],
      // Answers are never cached here, which is only ever stricter.
      withoutEffect: ['AuthorizerResultTtlInSeconds', 'Name'],
      create: (resource) => {
        const { AuthorizerType, AuthorizerUri, EnableSimpleResponses, IdentitySource } = resource.properties;
        if (AuthorizerType !== 'REQUEST' || EnableSimpleResponses !== true) {
          throw new Error('the local cloud knows REQUEST authorizers with simple responses only');
        }
        const id = idOf(resource);
        const identitySource = (IdentitySource ?? []) as readonly string[];
        declared.authorizers.set(id, { functionName: functionOf(String(AuthorizerUri)), identitySource });
        return { ref: id, attributes: { AuthorizerId: id } };
      },
    },
    'AWS::ApiGatewayV2::Route': {
      properties: ['ApiId', 'AuthorizationType', 'AuthorizerId', 'RouteKey', 'Target'],
      create: (resource) => {
        const { AuthorizationType = 'NONE', AuthorizerId, RouteKey, Target } = resource.properties;
        declared.routes.push({
          key: String(RouteKey),
          integrationId: String(Target).replace('integrations/', ''),
          ...(AuthorizationType === 'CUSTOM' && { authorizerId: String(AuthorizerId) }),
        });
        return { ref: idOf(resource), attributes: {} };
      },
    },
  };
}

/** Ids of API Gateway are short and in lower case. */
function idOf(resource: ResourceToCreate): string {
  return physicalName(resource).slice(-10).toLowerCase();
}

/** A function's ARN, alone or wrapped in the path that authorizers name it by. */
function functionOf(uri: string): string {
  const [, wrapped] = /\/functions\/(.+)\/invocations$/.exec(uri) ?? [];
  return wrapped ?? uri;
}
