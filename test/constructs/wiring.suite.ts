import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { type FunctionName, functionEnvs } from '../../lambdas/contracts/functions.ts';
import { gatewayPorts } from '../../lambdas/contracts/gateway.ts';
import { defaultStack, functionId, functionProperties, ofType, theOnly, violationsOf } from './support.ts';

const names = Object.keys(functionEnvs) as FunctionName[];
const stack = defaultStack();

function statesIn(definition: string): string[] {
  return [...definition.matchAll(/\$\{([A-Za-z]+)\}/g)].map(([, name]) => name ?? '');
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
    const wanted = Object.keys(functionEnvs[name].shape).filter((key) => key !== 'AWS_REGION');
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

describe('the state machine', () => {
  it('has a substitution for every placeholder, and no other', () => {
    const machine = theOnly(stack, 'AWS::StepFunctions::StateMachine');
    const placeholders = new Set(statesIn(machine.DefinitionString));
    expect(placeholders).toEqual(new Set(Object.keys(machine.DefinitionSubstitutions)));
  });

  it('is known to the functions by the name that it really has', () => {
    const machine = theOnly(stack, 'AWS::StepFunctions::StateMachine');
    const { RECONCILE_STATE_MACHINE_ARN: arn } = functionProperties(stack, 'end-run').Environment.Variables;
    expect(JSON.stringify(arn)).toContain(`stateMachine:${machine.StateMachineName}"`);
  });

  it('waits for each task at least as long as its function may take', () => {
    const { DefinitionString, DefinitionSubstitutions } = theOnly(stack, 'AWS::StepFunctions::StateMachine');
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
    stack.template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
    });
  });
});

describe('the API', () => {
  it('sends every path through the authorizer to serve-api', () => {
    const routes = ofType(stack, 'AWS::ApiGatewayV2::Route').map(([, route]) => route);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(['ANY /', 'ANY /{proxy+}']);
    for (const { AuthorizationType } of routes) expect(AuthorizationType).toBe('CUSTOM');
  });

  it('asks the authorizer about each request, with or without a token', () => {
    stack.template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerResultTtlInSeconds: 0,
      EnableSimpleResponses: true,
      IdentitySource: [],
    });
  });

  it('logs no query string, for a token may be in it', () => {
    const stage = theOnly(stack, 'AWS::ApiGatewayV2::Stage');
    expect(stage.AccessLogSettings.Format).not.toMatch(/query|Authorization|header/i);
    expect(stage.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
  });

  it('takes its issuers from a parameter, and warns while nobody names one', () => {
    stack.template.hasParameter('OidcIssuers', { Type: 'String', Default: '[]' });
    const messages = stack.app.synth().stacks[0]?.messages.map(({ entry }) => String(entry.data)) ?? [];
    expect(messages).toEqual([expect.stringContaining('no OIDC issuer is configured')]);
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
  it('each name a section of the runbook', () => {
    const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
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
