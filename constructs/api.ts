import { Duration, Fn, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiAccess, BuildInfo } from '../lambdas/contracts/functions.ts';
import { type Capabilities, subnetEnvironment } from './capabilities.ts';
import type { Config } from './config.ts';
import { ControlFunction } from './control-function.ts';
import { addGatewayResponses } from './gateway-responses.ts';

export interface ApiProps extends Capabilities {
  /** What `/info` tells. */
  readonly build: BuildInfo;
  /** JSON of the OIDC issuers whose tokens are taken. */
  readonly oidcIssuers: string;
}

/** What is logged of a request. No query string: clients may pass their token in it. */
const accessLogFields = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
  gatewayResponse: '$context.error.responseType',
};

/** The first segment of every path, unless a custom domain is mapped to the stage. */
const stageName = 'api';

/**
 * The REST API: every path goes to one function, past an authorizer that finds out who calls, and every answer that API Gateway
 * gives by itself has the error object that the contract's clients read.
 *
 * The authorizer has no identity source and no cache: with either, a request without token would be refused before anything of
 * ours runs, and `/info` needs none.
 */
export class Api extends Construct {
  /** Without a slash at its end. */
  readonly url: string;
  readonly stage: apigateway.Stage;
  readonly functions: readonly ControlFunction[];

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const serveApi = this.addServeApi(props);
    const authorizeRequest = new ControlFunction(this, 'AuthorizeRequest', {
      ...props.functionDefaults,
      name: 'authorize-request',
      environment: { OIDC_ISSUERS: props.oidcIssuers },
    });
    this.functions = [serveApi, authorizeRequest];
    const restApi = this.addRestApi(props);
    this.addMethods(restApi, serveApi, authorizeRequest);
    addGatewayResponses(restApi);
    this.stage = restApi.deploymentStage;
    const { region, urlSuffix } = Stack.of(this);
    this.url = Fn.join('', ['https://', restApi.restApiId, `.execute-api.${region}.${urlSuffix}/${stageName}`]);
  }

  private addServeApi(props: ApiProps): ControlFunction<'serve-api'> {
    const { config, store, signals, secrets, gateway, functionDefaults } = props;
    const serveApi = new ControlFunction(this, 'ServeApi', {
      ...functionDefaults,
      name: 'serve-api',
      environment: {
        CLUSTER_TABLE: store.tableName,
        STACK_NAME: config.stackName,
        PUBLIC_SUBNETS: subnetEnvironment(props).PUBLIC_SUBNETS,
        SIGNALS_QUEUE_URL: signals.queue.queueUrl,
        CONTROL_RULES: JSON.stringify(config.rules),
        MAX_TEMPLATE_BYTES: String(config.maxTemplateBytes),
        API_LIMITS: JSON.stringify(config.limits),
        CALLBACK_ALLOWED_NETWORKS: JSON.stringify(config.callbackAllowedNetworks),
        API_ACCESS: JSON.stringify(accessOf(config)),
        BUILD_INFO: JSON.stringify(props.build),
        GATEWAY_FUNCTION_NAME: gateway.function.functionName,
        WORKLOAD_VOLUME_BASE: config.workloadVolumeBase,
        ONEDATA_PROVIDER: JSON.stringify(config.onedataProvider ?? null),
      },
    });
    store.grantReadWrite(serveApi);
    signals.grantSend(serveApi);
    secrets.grantCreate(serveApi);
    secrets.grantAddVersions(serveApi);
    secrets.grantRead(serveApi);
    gateway.grantInvoke(serveApi);
    return serveApi;
  }

  private addRestApi({ config, functionDefaults }: ApiProps): apigateway.RestApi {
    const retention = functionDefaults.logRetention;
    const logGroup = new logs.LogGroup(this, 'AccessLogs', { retention, removalPolicy: RemovalPolicy.DESTROY });
    const restApi = new apigateway.RestApi(this, 'RestApi', {
      restApiName: config.stackName,
      description: 'Mesoscale: Mesos clusters from TOSCA templates',
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      // Bodies arrive as the bytes that were sent: as text, those that are no UTF-8 would silently be changed.
      binaryMediaTypes: ['*/*'],
      // Pages of deployments and the script of the documentation's page are worth it.
      minCompressionSize: Size.kibibytes(4),
      cloudWatchRole: config.apiAccountRole,
      deployOptions: {
        stageName,
        throttlingRateLimit: config.apiThrottle.requestsPerSecond,
        throttlingBurstLimit: config.apiThrottle.burst,
        accessLogDestination: new apigateway.LogGroupLogDestination(logGroup),
        accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    // The stack has an output of its own.
    restApi.node.tryRemoveChild('Endpoint');
    explainRules(restApi);
    return restApi;
  }

  private addMethods(restApi: apigateway.RestApi, serveApi: ControlFunction, authorizeRequest: ControlFunction): void {
    const integration = new apigateway.LambdaIntegration(serveApi.function, { allowTestInvoke: false });
    const authorizer = new apigateway.RequestAuthorizer(this, 'Authorizer', {
      handler: authorizeRequest.function,
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    for (const resource of [restApi.root, restApi.root.addResource('{proxy+}')])
      resource.addMethod('ANY', integration, { authorizer, authorizationType: apigateway.AuthorizationType.CUSTOM });
  }
}

/** What cdk-nag would have otherwise. */
function explainRules(restApi: apigateway.RestApi): void {
  const explain = (rule: string, reason: string) =>
    Validations.of(restApi).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  explain('APIG2', 'serve-api checks requests itself, with messages that say what would be right');
  explain('APIG3', 'a web ACL is the operator’s to choose and to pay for; the stage is throttled');
  explain(
    'APIG6',
    'execution logs may quote query strings, in which clients pass tokens; the access log tells every error',
  );
  explain('COG4', 'tokens are those of the OIDC issuers that the operator names, which a Lambda authorizer verifies');
  explain(
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'the role is the account’s for all APIs of the region, and API Gateway asks for what this policy of AWS allows',
  );
}

function accessOf({ apiAdministrators, requiredScopes }: Config): ApiAccess {
  return { administrators: apiAdministrators, requiredScopes };
}
