import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Capabilities, subnetEnvironment } from './capabilities.ts';
import { ControlFunction } from './control-function.ts';

export interface ApiProps extends Capabilities {
  /** JSON of the OIDC issuers whose tokens are taken. */
  readonly oidcIssuers: string;
}

/** Per second, and at once: far above what people and their tools do, far below what would hurt. */
const throttle = { rateLimit: 50, burstLimit: 100 };

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
};

/**
 * The REST API: every path goes to one function, past an authorizer that finds out who calls.
 *
 * The authorizer never refuses. An API Gateway's own 401 and 403 cannot carry the error object that the contract's clients
 * read, so the authorizer passes on who calls, or why that is unknown, and `serve-api` answers 401 by itself. For the same
 * reason it has no identity source: with one, a request without token would be refused before anything of ours runs.
 */
export class Api extends Construct {
  readonly url: string;
  readonly httpApi: apigateway.HttpApi;
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
    this.httpApi = new apigateway.HttpApi(this, 'HttpApi', {
      description: 'Mesoscale: Mesos clusters from TOSCA templates',
      createDefaultStage: false,
    });
    this.addRoutes(serveApi, this.makeAuthorizer(authorizeRequest));
    this.url = this.addStage(props.functionDefaults.logRetention).url;
  }

  private addServeApi(props: ApiProps): ControlFunction<'serve-api'> {
    const { config, store, signals, secrets, functionDefaults } = props;
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
      },
    });
    store.grantReadWrite(serveApi);
    signals.grantSend(serveApi);
    secrets.grantCreate(serveApi);
    secrets.grantRead(serveApi);
    return serveApi;
  }

  private makeAuthorizer(authorizeRequest: ControlFunction): HttpLambdaAuthorizer {
    return new HttpLambdaAuthorizer('Authorizer', authorizeRequest.function, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: [],
      resultsCacheTtl: Duration.seconds(0),
    });
  }

  private addRoutes(serveApi: ControlFunction, authorizer: HttpLambdaAuthorizer): void {
    const integration = new HttpLambdaIntegration('ServeApi', serveApi.function);
    for (const path of ['/', '/{proxy+}'])
      this.httpApi.addRoutes({ path, methods: [apigateway.HttpMethod.ANY], integration, authorizer });
  }

  private addStage(retention: logs.RetentionDays): apigateway.HttpStage {
    const logGroup = new logs.LogGroup(this, 'AccessLogs', { retention, removalPolicy: RemovalPolicy.DESTROY });
    return new apigateway.HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
  }
}
