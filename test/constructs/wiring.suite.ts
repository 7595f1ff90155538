import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { bearerChallenge, ErrorView, refusalMessages } from '../../lambdas/contracts/api.ts';
import { callbackAttempts, callbackTimeoutSeconds } from '../../lambdas/contracts/callback.ts';
import { type FunctionName, functionEnvs, setByLambda } from '../../lambdas/contracts/functions.ts';
import { gatewayPorts } from '../../lambdas/contracts/gateway.ts';
import { lookSeconds, metricNames } from '../../lambdas/contracts/load.ts';
import { table } from '../../lambdas/contracts/table.ts';
import { clusterAlarms } from '../../lambdas/domain/cluster/alarms.ts';
import { patienceSeconds } from '../../lambdas/handlers/collect-load.ts';
import { defaultStack, functionId, functionProperties, ofType, theOnly, violationsOf } from './support.ts';

const names = Object.keys(functionEnvs) as FunctionName[];
const isSetByLambda = (key: string) => setByLambda.some((name) => name === key);
const stack = defaultStack();

function statesIn(definition: string): string[] {
  return [...definition.matchAll(/\$\{([A-Za-z]+)\}/g)].map(([, name]) => name ?? '');
}

interface IndexProperties {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
}

interface Task {
  readonly Resource: string;
  readonly TimeoutSeconds: number;
  readonly Arguments: { readonly FunctionName: string };
}

/** Every task of a definition, nested ones included. */
function tasksIn(part: unknown): Task[] {
  if (typeof part !== 'object' || part === null) return [];
  const nested = Object.values(part).flatMap(tasksIn);
  return 'Type' in part && part.Type === 'Task' ? [part as unknown as Task, ...nested] : nested;
}

describe('the functions', () => {
  it.each(names)('%s has every variable that its schema names, and a log group that is not kept for ever', (name) => {
    const { Environment, LoggingConfig, Runtime, Timeout } = functionProperties(stack, name);
    const wanted = Object.keys(functionEnvs[name].shape).filter((key) => !isSetByLambda(key));
    expect(Object.keys(Environment?.Variables ?? {}).sort()).toEqual(wanted.sort());
    expect(stack.resources[LoggingConfig.LogGroup.Ref]?.Properties.RetentionInDays).toBe(30);
    expect(Runtime).toBe('nodejs24.x');
    expect(Timeout).toBeLessThanOrEqual(240);
  });

  it('are found by the metadata of their assets', () => {
    for (const name of names)
      expect(stack.resources[functionId(stack, name)]?.Metadata?.['aws:asset:path']).toMatch(/^asset\./);
  });

  it('have a way out of the gateway on each port that it asks', () => {
    const { SecurityGroupEgress } = theOnly(stack, 'AWS::EC2::SecurityGroup');
    const rules = SecurityGroupEgress.map(({ FromPort, ToPort }: Record<string, number>) => [FromPort, ToPort]);
    expect(rules).toEqual(gatewayPorts.map((port) => [port, port]));
  });

  it('are all outside of the VPC, except the gateway', () => {
    const attached = ofType(stack, 'AWS::Lambda::Function').filter(([, { VpcConfig }]) => VpcConfig !== undefined);
    expect(attached.map(([id]) => id)).toEqual([functionId(stack, 'query-mesos')]);
  });
});

describe('the queue of callbacks', () => {
  it('has one consumer, which retries single messages, and dead letters of its own', () => {
    stack.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionName: { Ref: functionId(stack, 'deliver-callback') },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const redriven = ofType(stack, 'AWS::SQS::Queue').filter(([, { RedrivePolicy }]) => RedrivePolicy);
    expect(redriven).toHaveLength(2);
    const targets = redriven.map(([, { RedrivePolicy }]) => JSON.stringify(RedrivePolicy.deadLetterTargetArn));
    expect(new Set(targets).size).toBe(2);
    const [, { RedrivePolicy, VisibilityTimeout }] = redriven.find(([id]) => id.startsWith('Callbacks'))!;
    expect(RedrivePolicy.maxReceiveCount).toBeGreaterThan(callbackAttempts);
    const { Timeout, Environment } = functionProperties(stack, 'deliver-callback');
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout);
    expect(Timeout).toBeGreaterThanOrEqual(2 * callbackTimeoutSeconds);
    expect(Environment.Variables.CALLBACK_ALLOWED_NETWORKS).toBe('[]');
  });
});

describe('the queue of signals', () => {
  it('gives its consumer batches, retries single messages and ends in a dead-letter queue', () => {
    stack.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      FunctionName: { Ref: functionId(stack, 'wake-cluster') },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const queue = ofType(stack, 'AWS::SQS::Queue').find(([, { RedrivePolicy }]) => RedrivePolicy)?.[1];
    const { Timeout } = functionProperties(stack, 'wake-cluster');
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout);
    expect(queue.SqsManagedSseEnabled).toBe(true);
  });

  it('gets the events that matter, and none of those that the loop causes all the time', () => {
    const patterns = ofType(stack, 'AWS::Events::Rule').flatMap(([, { EventPattern }]) => EventPattern ?? []);
    expect(patterns).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ detail: { state: ['shutting-down', 'terminated', 'stopping', 'stopped'] } }),
        expect.objectContaining({ 'detail-type': ['EC2 Spot Instance Interruption Warning'] }),
        expect.objectContaining({ 'detail-type': ['EC2 Command Invocation Status-change Notification'] }),
        expect.objectContaining({ detail: expect.objectContaining({ status: ['FAILED', 'TIMED_OUT', 'ABORTED'] }) }),
        expect.objectContaining({ detail: { alarmName: [{ prefix: 'mesoscale/' }] } }),
      ]),
    );
  });

  it('is the target of every event rule, with a queue for what cannot be delivered', () => {
    const queues = ofType(stack, 'AWS::SQS::Queue').map(([id]) => id);
    for (const [, { Targets, EventPattern }] of ofType(stack, 'AWS::Events::Rule')) {
      expect(Targets).toHaveLength(1);
      expect(queues).toContain(Targets[0].DeadLetterConfig.Arn['Fn::GetAtt'][0]);
      if (EventPattern) expect(queues).toContain(Targets[0].Arn['Fn::GetAtt'][0]);
    }
  });

  it('takes messages from exactly the stack’s own rules', () => {
    const rules = ofType(stack, 'AWS::Events::Rule')
      .filter(([, { EventPattern }]) => EventPattern)
      .map(([id]) => id);
    const policies = JSON.stringify(ofType(stack, 'AWS::SQS::QueuePolicy'));
    for (const rule of rules) expect(policies.split(`"${rule}"`)).toHaveLength(3);
  });
});

describe('the schedules', () => {
  const schedules = ofType(stack, 'AWS::Events::Rule').filter(([, { ScheduleExpression }]) => ScheduleExpression);
  const periodOf = (name: string) => {
    const own = schedules.filter(([, { Targets }]) => JSON.stringify(Targets[0].Arn).includes(functionId(stack, name)));
    const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(own[0]?.[1].ScheduleExpression) ?? [];
    expect(own).toHaveLength(1);
    return Number(minutes) * 60;
  };

  it.each(['sweep-clusters', 'collect-load'])('give %s enough time before it begins again', (name) => {
    expect(functionProperties(stack, name).Timeout).toBeLessThan(periodOf(name));
  });

  it('do not make up for a look at clusters that was missed: the next one sees the same', () => {
    expect(periodOf('collect-load')).toBe(lookSeconds);
    stack.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: functionId(stack, 'collect-load') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: lookSeconds,
    });
  });

  it('leave time for the gateway after the last cluster is begun', () => {
    const [collect, gateway] = ['collect-load', 'query-mesos'].map((name) => functionProperties(stack, name).Timeout);
    expect(collect - gateway).toBeGreaterThan(patienceSeconds);
  });
});

describe.each([
  ['reconcile-cluster', 'RECONCILE_STATE_MACHINE_ARN'],
  ['run-workload', 'RUN_WORKLOAD_STATE_MACHINE_ARN'],
])('the state machine %s', (name, variable) => {
  const machines = ofType(stack, 'AWS::StepFunctions::StateMachine');
  const [, machine] = machines.find(([, { StateMachineName }]) => StateMachineName.endsWith(`-${name}`))!;

  it('has a substitution for every placeholder, and no other', () => {
    const placeholders = new Set(statesIn(machine.DefinitionString));
    expect(placeholders).toEqual(new Set(Object.keys(machine.DefinitionSubstitutions)));
  });

  it('is known to the functions by the name that it really has', () => {
    const { [variable]: arn } = functionProperties(stack, 'end-run').Environment.Variables;
    expect(JSON.stringify(arn)).toContain(`stateMachine:${machine.StateMachineName}"`);
  });

  it('waits for each task at least as long as its function may take', () => {
    const { DefinitionString, DefinitionSubstitutions } = machine;
    const tasks = tasksIn(JSON.parse(DefinitionString)).filter(
      ({ Resource }) => !Resource.endsWith('.waitForTaskToken'),
    );
    expect(tasks.length).toBeGreaterThan(5);
    for (const { TimeoutSeconds, Arguments } of tasks) {
      const [id] = DefinitionSubstitutions[Arguments.FunctionName.slice(2, -1)]['Fn::GetAtt'];
      expect(TimeoutSeconds).toBeGreaterThanOrEqual(stack.resources[id]?.Properties.Timeout);
    }
  });

  it('logs failures without their data', () => {
    expect(machine.LoggingConfiguration).toMatchObject({ Level: 'ERROR', IncludeExecutionData: false });
  });
});

describe('the API', () => {
  it('sends every path through the authorizer to serve-api', () => {
    const methods = ofType(stack, 'AWS::ApiGateway::Method').map(([, method]) => method);
    const paths = ofType(stack, 'AWS::ApiGateway::Resource').map(([, { PathPart }]) => PathPart);
    expect([methods.length, paths]).toEqual([2, ['{proxy+}']]);
    for (const { AuthorizationType, HttpMethod, Integration } of methods) {
      expect([AuthorizationType, HttpMethod, Integration.Type]).toEqual(['CUSTOM', 'ANY', 'AWS_PROXY']);
      expect(JSON.stringify(Integration.Uri)).toContain(functionId(stack, 'serve-api'));
    }
  });

  it('asks the authorizer about each request, with or without a token', () => {
    const authorizer = theOnly(stack, 'AWS::ApiGateway::Authorizer');
    expect(authorizer).toMatchObject({ Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 });
    expect(authorizer.IdentitySource ?? '').toBe('');
    expect(JSON.stringify(authorizer.AuthorizerUri)).toContain(functionId(stack, 'authorize-request'));
  });

  it('lets nobody but this API invoke its functions', () => {
    const permissions = ofType(stack, 'AWS::Lambda::Permission').filter(
      ([, { Principal }]) => Principal === 'apigateway.amazonaws.com',
    );
    expect(permissions).toHaveLength(3);
    const [id] = ofType(stack, 'AWS::ApiGateway::RestApi')[0] ?? [];
    for (const [, { SourceArn }] of permissions) expect(JSON.stringify(SourceArn)).toContain(`{"Ref":"${id}"}`);
  });

  it('logs no query string, for a token may be in it', () => {
    const stage = theOnly(stack, 'AWS::ApiGateway::Stage');
    expect(stage.AccessLogSetting.Format).not.toMatch(/query|Authorization|header/i);
    for (const { LoggingLevel, DataTraceEnabled } of stage.MethodSettings)
      expect([LoggingLevel ?? 'OFF', DataTraceEnabled ?? false]).toEqual(['OFF', false]);
  });

  it('is throttled as a whole', () => {
    expect(theOnly(stack, 'AWS::ApiGateway::Stage').MethodSettings).toMatchObject([
      { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 400 },
    ]);
  });

  it('takes bodies as bytes', () => {
    expect(theOnly(stack, 'AWS::ApiGateway::RestApi').BinaryMediaTypes).toEqual(['*/*']);
  });

  it('has an output that is the start of every URL, and no other of API Gateway’s', () => {
    const outputs = Object.entries<{ Value: unknown }>(stack.template.toJSON().Outputs);
    const urls = outputs.filter(([, { Value }]) => JSON.stringify(Value).includes('.execute-api.'));
    expect(urls.map(([name]) => name)).toEqual(['ApiUrl']);
    expect(JSON.stringify(urls[0]?.[1].Value)).toMatch(/\/api"\]\]\}$/);
  });

  it('takes its issuers from a parameter, and warns while nobody names one', () => {
    stack.template.hasParameter('OidcIssuers', { Type: 'String', Default: '[]' });
    const messages = stack.app.synth().stacks[0]?.messages.map(({ entry }) => String(entry.data)) ?? [];
    expect(messages).toEqual([expect.stringContaining('no OIDC issuer is configured')]);
  });
});

describe('the answers that API Gateway gives by itself', () => {
  const answers = ofType(stack, 'AWS::ApiGateway::GatewayResponse').map(([, answer]) => answer);

  it('are defined for every reason that CDK knows', () => {
    const known = Object.values(ResponseType)
      .filter((value) => value instanceof ResponseType)
      .map(({ responseType }) => responseType);
    expect(known.length).toBeGreaterThan(15);
    expect(answers.map(({ ResponseType: type }) => type).sort()).toEqual(known.sort());
  });

  it.each(answers.map((answer) => [answer.ResponseType, answer] as const))(
    'have the contract’s error object: %s',
    (_, { StatusCode, ResponseParameters, ResponseTemplates }) => {
      const { 'application/json': body } = ResponseTemplates;
      const error = ErrorView.parse(JSON.parse(body));
      expect([String(error.code), error.title]).toEqual([StatusCode, STATUS_CODES[StatusCode]]);
      expect(Object.keys(ResponseTemplates)).toEqual(['application/json']);
      const header = (name: string) => ResponseParameters[`gatewayresponse.header.${name}`];
      expect(header('Content-Type')).toBe("'application/json;charset=UTF-8'");
      expect(header('X-Request-ID')).toBe('context.requestId');
      expect(header('WWW-Authenticate')).toBe(StatusCode === '401' ? `'${bearerChallenge}'` : undefined);
      expect(header('Retry-After') !== undefined).toBe(['429', '503'].includes(StatusCode));
    },
  );

  it('put in nothing but what our own authorizer says and an id', () => {
    const variables = JSON.stringify(answers).match(/\$context\.[\w.]+/g) ?? [];
    expect(new Set(variables)).toEqual(new Set(['$context.requestId', '$context.authorizer.message']));
    for (const message of Object.values(refusalMessages)) expect(JSON.stringify(message)).toBe(`"${message}"`);
  });
});

describe('the table', () => {
  it('has the indexes of its layout', () => {
    const { GlobalSecondaryIndexes } = theOnly(stack, 'AWS::DynamoDB::Table');
    const indexes = GlobalSecondaryIndexes.map(({ IndexName, KeySchema }: IndexProperties) => [
      IndexName,
      ...KeySchema.map(({ AttributeName }) => AttributeName),
    ]);
    expect(indexes).toEqual([
      [table.index, table.indexPartitionKey, table.indexSortKey],
      [table.organizationIndex, table.organizationIndexPartitionKey, table.organizationIndexSortKey],
    ]);
  });
});

describe('what must outlive a mistake', () => {
  it('is the table: kept, protected, restorable', () => {
    stack.template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    });
  });
});

describe('alarms', () => {
  it('watch the API’s stage', () => {
    const [stageId] = ofType(stack, 'AWS::ApiGateway::Stage')[0] ?? [];
    stack.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: '5XXError',
      Namespace: 'AWS/ApiGateway',
      Dimensions: [
        { Name: 'ApiName', Value: theOnly(stack, 'AWS::ApiGateway::RestApi').Name },
        { Name: 'Stage', Value: { Ref: stageId } },
      ],
    });
  });

  const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');

  it('cost what the runbook says, by their metrics', () => {
    const alarms = ofType(stack, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);
    const metrics = alarms.flatMap(({ Metrics = [{ MetricStat: {} }] }) =>
      Metrics.filter(({ MetricStat }: { MetricStat?: object }) => MetricStat),
    );
    expect(runbook).toContain(`| ${metrics.length} metrics in ${alarms.length} alarms, 0.10 each`);
  });

  it('of clusters, and their metrics, are as many as the runbook says', () => {
    const withoutGpus = metricNames.filter((name) => !name.endsWith('Gpus'));
    expect(runbook).toContain(
      `| ${withoutGpus.length} metrics, 0.30 each (10 are free); with GPUs ${metricNames.length} `,
    );
    for (const name of metricNames) expect(runbook).toContain(`\`${name}\``);
    for (const { kind } of clusterAlarms) expect(runbook).toContain(`\n## ${kind}\n`);
    const isFine = clusterAlarms.map(({ periodSeconds }) => periodSeconds < 60);
    expect([isFine, runbook.includes('An alarm of high resolution, 0.30, and one other, 0.10')]).toEqual([
      [true, false],
      true,
    ]);
  });

  it('each name a section of the runbook', () => {
    for (const [, { AlarmDescription }] of ofType(stack, 'AWS::CloudWatch::Alarm')) {
      const [, section] = / Runbook: docs\/runbook\.md#([a-z-]+)$/.exec(AlarmDescription) ?? [];
      expect(runbook).toContain(`\n## ${section}\n`);
    }
  });
});

describe('the stack', () => {
  it('needs no custom resource, and asks no account', () => {
    expect(Object.values(stack.resources).filter(({ Type }) => /^Custom::|CustomResource/.test(Type))).toEqual([]);
    expect(stack.app.synth().manifest.missing ?? []).toEqual([]);
  });

  it('holds to cdk-nag’s rules', () => {
    expect(violationsOf(stack)).toEqual([]);
  });
});
