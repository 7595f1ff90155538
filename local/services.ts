/** All emulated services, wired to one another as their AWS counterparts are. */
import { createRestApi, type RestApi } from './apigateway/rest-api.ts';
import { denialOf } from './authorization/authorize.ts';
import type { LocalClock } from './clock.ts';
import { withoutEffect } from './cloudformation/without-effect.ts';
import { type CloudWatch, createCloudWatch } from './cloudwatch/index.ts';
import type { Credentials } from './credentials.ts';
import { createDynamoDb, type DynamoDb } from './dynamodb/dynamodb.ts';
import { createEc2, type Ec2 } from './ec2/index.ts';
import { createEvents, type Events, type EventTargets } from './events/index.ts';
import type { FaultSwitches } from './faults.ts';
import { createIam, type Iam } from './iam/index.ts';
import { createLambdaHost, type LambdaHost } from './lambda/host.ts';
import { createInvokePermissions } from './lambda/permissions.ts';
import { lambdaResourceTypes } from './lambda/resource-types.ts';
import { createLambdaService } from './lambda/service.ts';
import type { Logs } from './logs.ts';
import { createNodes, type Nodes } from './nodes/index.ts';
import { createScheduler, type Scheduler } from './scheduler/index.ts';
import { createSecretsManager, type SecretsManager } from './secrets-manager/index.ts';
import { createSqs, type Sqs } from './sqs/index.ts';
import { createSsm, type Ssm } from './ssm/index.ts';
import { createStates, type States } from './states/index.ts';
import { AwsError, type AwsService, type Random, type ResourceTypes, type RolePolicies } from './types.ts';

export interface ServicesOptions {
  readonly clock: LocalClock;
  readonly random: Random;
  readonly faults: FaultSwitches;
  readonly credentials: Credentials;
  readonly logs: Logs;
  readonly accountId: string;
  readonly region: string;
  readonly zones: readonly string[];
  /** URL of the AWS endpoint, without a trailing slash. */
  readonly endpoint: () => string;
  /** URL of the API. */
  readonly apiUrl: () => string;
  /** Directory of the synthesized template. */
  readonly assetDirectory: string;
  readonly compileCache: string;
}

export interface Services {
  readonly cloudwatch: CloudWatch;
  readonly dynamodb: DynamoDb;
  readonly ec2: Ec2;
  readonly events: Events;
  readonly functions: LambdaHost;
  readonly iam: Iam;
  readonly nodes: Nodes;
  readonly restApi: RestApi;
  readonly scheduler: Scheduler;
  readonly secretsManager: SecretsManager;
  readonly sqs: Sqs;
  readonly ssm: Ssm;
  readonly states: States;
  /** Those with an API. */
  readonly all: readonly AwsService[];
  readonly resourceTypes: ResourceTypes;
  policiesOf(roleName: string): RolePolicies | undefined;
}

export function createServices(options: ServicesOptions): Services {
  const { clock, random, faults, accountId, region, zones, endpoint, credentials, logs } = options;
  const where = { accountId, region };
  const permissions = createInvokePermissions();
  const policiesOf = (roleName: string) => iam.policiesOf(roleName);

  const iam = createIam({ clock, random, accountId });
  const dynamodb = createDynamoDb(where);
  const secretsManager = createSecretsManager({ clock, random, ...where });
  const functions = createLambdaHost({
    ...{ clock, faults, credentials, logs, endpoint, ...where },
    routerPort: () => nodes.router.port(),
    deliverFailed: (roleName, queueArn, body) => {
      const denial = denialAs(roleName, 'sqs:SendMessage', queueArn, policiesOf);
      if (denial) logs.write('local-cloud', `an event of Lambda is lost: ${denial}`);
      else sqs.sendAs(roleName, queueArn, body);
    },
    compileCache: options.compileCache,
  });
  const sqs = createSqs({ clock, faults, endpoint, functions: () => functions, ...where });
  const targets: EventTargets = {
    sendToQueue: (queueArn, body, sourceArn) => sqs.sendFromEvents(queueArn, body, sourceArn),
    startExecution: (machineArn, input) => void states.startExecution({ machineArn, input }),
    invokeFunction: (functionArn, payload, sourceArn) => {
      if (!permissions.allows(functionArn, 'events.amazonaws.com', sourceArn)) {
        throw new AwsError(
          'AccessDeniedException',
          `The policy of ${functionArn} does not let ${sourceArn} invoke it.`,
          403,
        );
      }
      functions.invokeAsync(functionArn, payload);
    },
  };
  const events = createEvents({ clock, faults, random, targets, ...where });
  const states = createStates({
    ...{ clock, random, bus: events.bus, ...where },
    functions: () => functions,
    authorize: (roleArn, action, resource) => {
      const denial = denialAs(roleArn.split('/').at(-1) ?? '', action, resource, policiesOf);
      return denial === undefined ? undefined : new AwsError('Lambda.AccessDeniedException', denial, 403);
    },
  });
  const nodes = createNodes({
    ...{ clock, random, faults, endpoint },
    credentialsFor: ({ instanceId, roleName }) => credentials.forNode(instanceId, roleName),
  });
  const ec2 = createEc2({ clock, random, faults, bus: events.bus, iam, nodes: () => nodes, zones, ...where });
  const cloudwatch = createCloudWatch({ clock, random, bus: events.bus, ...where });
  const ssm = createSsm({ clock, random, bus: events.bus, nodes: () => nodes, ...where });
  const scheduler = createScheduler({ clock, random, targets });
  const restApi = createRestApi({
    ...{ clock, url: options.apiUrl, ...where },
    functions: () => functions,
    mayInvoke: (name, sourceArn) => permissions.allows(name, 'apigateway.amazonaws.com', sourceArn),
    log: (line) => logs.write('local-cloud', line),
  });
  const parts = [cloudwatch, dynamodb, ec2, events, iam, secretsManager, sqs, ssm, states];
  return {
    ...{
      cloudwatch,
      dynamodb,
      ec2,
      events,
      functions,
      iam,
      nodes,
      restApi,
      scheduler,
      secretsManager,
      sqs,
      ssm,
      states,
    },
    policiesOf,
    all: [...parts.map(({ service }) => service), createLambdaService(functions)],
    resourceTypes: Object.assign(
      { ...withoutEffect, ...restApi.resourceTypes, ...scheduler.resourceTypes },
      lambdaResourceTypes(functions, permissions, options.assetDirectory),
      ...parts.map(({ resourceTypes }) => resourceTypes),
    ) as ResourceTypes,
  };
}

/** Why a service that acts in a role may not, for calls that do not come over the wire. @param action in IAM's form */
function denialAs(
  roleName: string,
  action: string,
  resource: string,
  policiesOf: (roleName: string) => RolePolicies | undefined,
): string | undefined {
  const [service = '', name = ''] = action.split(':');
  const caller = { accessKeyId: '', kind: 'service', roleName, arn: `assumed-role/${roleName}` } as const;
  return denialOf({ service, action: name, input: {}, caller }, policiesOf(roleName), { resources: [resource] });
}
