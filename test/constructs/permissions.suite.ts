import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionEnvs } from '../../lambdas/contracts/functions.ts';
import { allStatements, defaultStack, functionId, listOf, ofType, type Statement, statementsOf } from './support.ts';

const stack = defaultStack();

const actionsOf = (statement: Statement) => listOf(statement.Action);
const resourcesOf = (statement: Statement) => listOf(statement.Resource as string).map((one) => JSON.stringify(one));
const allows = (name: string) => new Set(statementsOf(stack, name).flatMap(actionsOf));

/** Actions that know no resources, or that a service demands for all: `*` stands for nothing narrower. */
const withoutResources = new Set([
  'ec2:DescribeAddresses',
  'ec2:DescribeInstances',
  'ec2:DescribeSpotInstanceRequests',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ssm:DescribeInstanceInformation',
  'ssm:ListCommandInvocations',
  'iam:ListInstanceProfiles',
  'iam:ListRoles',
  'secretsmanager:ListSecrets',
  'cloudwatch:DescribeAlarms',
  // Bound to the namespace by a condition.
  'cloudwatch:PutMetricData',
  // Lambda's attachment to a VPC: the gateway only.
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  // Step Functions' log delivery.
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  // The agent of SSM on the nodes.
  'ssm:UpdateInstanceInformation',
  'ssm:ListAssociations',
  'ssm:ListInstanceAssociations',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
  'ec2messages:AcknowledgeMessage',
  'ec2messages:DeleteMessage',
  'ec2messages:FailMessage',
  'ec2messages:GetEndpoint',
  'ec2messages:GetMessages',
  'ec2messages:SendReply',
]);

describe('permissions', () => {
  it('name every action in full', () => {
    const wild = allStatements(stack).flatMap(([policy, statement]) =>
      actionsOf(statement)
        .filter((action) => action.includes('*'))
        .map((action) => `${action} in ${policy}`),
    );
    expect(wild).toEqual([]);
  });

  it('are on all resources only where an action knows none', () => {
    const everywhere = allStatements(stack)
      .filter(([, statement]) => resourcesOf(statement).includes('"*"'))
      .flatMap(([policy, statement]) => actionsOf(statement).map((action) => `${action} in ${policy}`));
    expect(everywhere.filter((text) => !withoutResources.has(text.split(' ')[0] ?? ''))).toEqual([]);
  });

  it('on EC2’s resources are bound to the stack’s tag, to its subnets, or to what may be any', () => {
    const unbound = Object.keys(functionEnvs).flatMap((name) =>
      statementsOf(stack, name)
        .filter(({ Condition }) => Condition === undefined)
        .filter((statement) => actionsOf(statement).some((action) => /^ec2:(?!Describe)/.test(action)))
        .flatMap((statement) => resourcesOf(statement))
        .filter((resource) => !/:(subnet|vpc)\/|:(image|snapshot|spot-instances-request)\/\*/.test(resource))
        .filter((resource) => name !== 'query-mesos' || resource !== '"*"'),
    );
    expect(unbound).toEqual([]);
  });

  it('to pass roles are for the stack’s own path and for EC2', () => {
    for (const [, statement] of allStatements(stack).filter(([, one]) => actionsOf(one).includes('iam:PassRole'))) {
      expect(resourcesOf(statement).join()).toContain(':role/mesoscale/mesoscale/*');
      expect(statement.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } });
    }
  });

  it('to make roles demand the boundary, and to attach policies the three of the stack', () => {
    const statements = statementsOf(stack, 'prepare-cluster');
    const create = statements.find((one) => actionsOf(one).includes('iam:CreateRole'));
    const attach = statements.find((one) => actionsOf(one).includes('iam:AttachRolePolicy'));
    expect(create?.Condition?.StringEquals).toHaveProperty(['iam:PermissionsBoundary']);
    expect(attach?.Condition?.ArnEquals?.['iam:PolicyARN']).toHaveLength(3);
  });

  it.each([
    ['authorize-request', /^logs:/],
    ['query-mesos', /^(logs|ec2):/],
    ['publish-outputs', /^(logs|dynamodb):/],
    ['await-signal', /^(logs|dynamodb|states):/],
    ['end-run', /^(logs|dynamodb|states):/],
    ['wake-cluster', /^(logs|dynamodb|states|sqs):/],
    [
      'collect-load',
      /^(logs:|dynamodb:(GetItem|BatchGetItem|Query|UpdateItem)$|secretsmanager:GetSecretValue$|lambda:InvokeFunction$|sqs:SendMessage$|cloudwatch:PutMetricData$)/,
    ],
    [
      'set-alarms',
      /^(logs:|dynamodb:(GetItem|BatchGetItem|Query)$|cloudwatch:(PutMetricAlarm|TagResource|DeleteAlarms)$)/,
    ],
    ['serve-api', /^(logs:|dynamodb:|sqs:|secretsmanager:|lambda:InvokeFunction$)/],
    ['start-containers', /^(logs|dynamodb|ssm|ec2:Describe)/],
    ['plan-workload', /^(logs:|dynamodb:|secretsmanager:GetSecretValue$|lambda:InvokeFunction$|sqs:SendMessage$)/],
    [
      'submit-workload',
      /^(logs:|dynamodb:(GetItem|BatchGetItem|Query|UpdateItem)$|secretsmanager:GetSecretValue$|lambda:InvokeFunction$)/,
    ],
    ['end-workload', /^(logs:|dynamodb:|secretsmanager:DeleteSecret$)/],
    ['send-callback', /^(logs:|dynamodb:(GetItem|BatchGetItem|Query)$|sqs:SendMessage$)/],
    [
      'deliver-callback',
      /^(logs:|dynamodb:(GetItem|PutItem)$|sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility|GetQueue\w+)$)/,
    ],
  ])('of %s are none but for what it does', (name, allowed) => {
    expect([...allows(name)].filter((action) => !allowed.test(action))).toEqual([]);
  });

  it('to read a cluster’s secret have only who needs its content', () => {
    const readers = Object.keys(functionEnvs).filter((name) => allows(name).has('secretsmanager:GetSecretValue'));
    const onWorkloads = ['plan-workload', 'publish-workload', 'submit-workload', 'withdraw-workload'];
    const actions = ['deploy-add-on', 'move-services', 'remove-add-on', ...onWorkloads];
    expect(readers.sort()).toEqual([...actions, 'collect-load', 'plan-cluster', 'serve-api'].sort());
  });

  it('to publish metrics are for the one namespace, and on alarms for those of the stack’s clusters', () => {
    const onCloudWatch = Object.keys(functionEnvs)
      .flatMap((name) => statementsOf(stack, name))
      .filter((one) => actionsOf(one).some((action) => /^cloudwatch:(?!DescribeAlarms$)/.test(action)));
    expect(onCloudWatch.length).toBeGreaterThan(3);
    for (const statement of onCloudWatch) {
      if (actionsOf(statement).includes('cloudwatch:PutMetricData'))
        expect(statement.Condition).toEqual({ StringEquals: { 'cloudwatch:namespace': 'Mesoscale' } });
      else expect(resourcesOf(statement).join()).toContain(':alarm:mesoscale/*"');
    }
  });

  it.each(['collect-load', 'plan-cluster', 'plan-workload'])('of %s let it signal loops', (name) => {
    expect(allows(name).has('sqs:SendMessage')).toBe(true);
  });

  it('to invoke have collect-load for the gateway and for itself, to which it hands clusters on', () => {
    const invoking = statementsOf(stack, 'collect-load').filter((one) =>
      actionsOf(one).includes('lambda:InvokeFunction'),
    );
    const invoked = invoking.map(({ Resource }) => (Resource as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0]);
    expect(invoked.toSorted()).toEqual(
      ['collect-load', 'query-mesos'].map((name) => functionId(stack, name)).toSorted(),
    );
  });

  it('to launch instances have only the launching functions', () => {
    const launchers = Object.keys(functionEnvs).filter((name) => allows(name).has('ec2:RunInstances'));
    expect(launchers.sort()).toEqual(['launch-load-balancer', 'launch-master', 'launch-slaves']);
  });
});

describe('a node', () => {
  const policies = () =>
    ofType(stack, 'AWS::IAM::ManagedPolicy').map(([, { PolicyDocument }]) => PolicyDocument.Statement);

  it('reads the secret of the cluster that its role is tagged with, and no other', () => {
    for (const statements of policies()) {
      const [read] = statements.filter((one: Statement) => actionsOf(one).includes('secretsmanager:GetSecretValue'));
      expect(JSON.stringify(read.Resource)).toContain(
        ':secret:mesoscale/${aws:PrincipalTag/mesoscale:cluster-id}-??????"',
      );
    }
  });

  it('takes only its own cluster’s addresses', () => {
    const associating = policies()
      .flat()
      .filter((one: Statement) => actionsOf(one).includes('ec2:AssociateAddress'));
    expect(associating).toHaveLength(2);
    for (const { Condition } of associating)
      expect(Condition).toEqual({
        StringEquals: { 'aws:ResourceTag/mesoscale:cluster-id': '${aws:PrincipalTag/mesoscale:cluster-id}' },
      });
  });

  it('can do by its policy nothing that the boundary does not allow', () => {
    const [boundary, ...others] = policies().map(
      (statements) => new Set(statements.flatMap((one: Statement) => actionsOf(one)) as string[]),
    );
    for (const other of others) expect([...other].filter((action) => !boundary?.has(action))).toEqual([]);
  });
});

describe('the adapters', () => {
  /** IAM's action of a command, where it is not the service and the command's name. */
  const renamed: Record<string, string> = {
    'lambda:Invoke': 'lambda:InvokeFunction',
    'dynamodb:Get': 'dynamodb:GetItem',
    'dynamodb:Put': 'dynamodb:PutItem',
    'dynamodb:Update': 'dynamodb:UpdateItem',
    'dynamodb:Delete': 'dynamodb:DeleteItem',
    'dynamodb:BatchGet': 'dynamodb:BatchGetItem',
    'dynamodb:BatchWrite': 'dynamodb:BatchWriteItem',
    'sqs:SendMessageBatch': 'sqs:SendMessage',
  };
  const services: Record<string, string> = {
    'client-ec2': 'ec2',
    'client-iam': 'iam',
    'client-ssm': 'ssm',
    'client-sqs': 'sqs',
    'client-sfn': 'states',
    'client-lambda': 'lambda',
    'client-secrets-manager': 'secretsmanager',
    'client-cloudwatch': 'cloudwatch',
    'lib-dynamodb': 'dynamodb',
    'client-dynamodb': 'dynamodb',
  };

  /** Actions of the commands that the adapters import. */
  function usedActions(): string[] {
    const folder = join(import.meta.dirname, '..', '..', 'lambdas', 'adapters');
    const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    const imports = sources.flatMap((text) => [...text.matchAll(/import \{([^}]+)\} from '@aws-sdk\/([a-z0-9-]+)'/g)]);
    const used = imports.flatMap(([, imported = '', client = '']) =>
      [...imported.matchAll(/\b(?<!type )([A-Z]\w+)Command\b/g)].map(([, name]) => `${services[client]}:${name}`),
    );
    return [...new Set(used.map((action) => renamed[action] ?? action))].sort();
  }

  it('call nothing that no function may', () => {
    const granted = new Set(Object.keys(functionEnvs).flatMap((name) => [...allows(name)]));
    expect(usedActions().filter((action) => !granted.has(action))).toEqual([]);
  });

  it('call everything that functions may, but for what goes along with other calls', () => {
    const along =
      /^(logs:.*|sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility|Get\w+)|iam:(PassRole|TagRole|TagInstanceProfile|CreateServiceLinkedRole)|ec2:CreateTags|ssm:GetParameters|secretsmanager:TagResource|cloudwatch:TagResource)$/;
    const used = new Set(usedActions());
    const functions = Object.keys(functionEnvs).filter((name) => name !== 'query-mesos');
    const granted = new Set(functions.flatMap((name) => [...allows(name)]));
    expect([...granted].filter((action) => !used.has(action) && !along.test(action))).toEqual([]);
  });
});
