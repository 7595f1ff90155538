import { denialOf } from '../../../local/authorization/authorize.ts';
import type { AuthorizationContext, AwsCall, PolicyStatement, RolePolicies } from '../../../local/types.ts';

const call = (service: string, action: string): AwsCall => ({
  service,
  action,
  input: {},
  caller: {
    accessKeyId: 'a',
    kind: 'node',
    roleName: 'r',
    arn: 'arn:aws:sts::1:assumed-role/r/i-1',
    instanceId: 'i-1',
  },
});
const allow = (Action: string | string[], Resource: string | string[] = '*', more: Partial<PolicyStatement> = {}) =>
  ({ Effect: 'Allow', Action, Resource, ...more }) as PolicyStatement;
const role = (identity: PolicyStatement[], more: Partial<RolePolicies> = {}): RolePolicies => ({
  identity,
  tags: {},
  ...more,
});
const isAllowed = (policies: RolePolicies, service: string, action: string, context: AuthorizationContext = {}) =>
  denialOf(call(service, action), policies, context) === undefined;

describe('denialOf', () => {
  it('allows what a statement allows, with wildcards and without regard to case', () => {
    const policies = role([allow(['ec2:Describe*', 'EC2:runinstances'])]);
    expect(isAllowed(policies, 'ec2', 'DescribeInstances')).toBe(true);
    expect(isAllowed(policies, 'ec2', 'RunInstances')).toBe(true);
    expect(isAllowed(policies, 'ec2', 'TerminateInstances')).toBe(false);
  });

  it('tells who may not do what, on what and why', () => {
    expect(denialOf(call('sqs', 'SendMessage'), role([]), { resources: ['arn:q'] })).toBe(
      'User: arn:aws:sts::1:assumed-role/r/i-1 is not authorized to perform: sqs:SendMessage on resource: arn:q because no identity-based policy allows the sqs:SendMessage action',
    );
    expect(denialOf(call('sqs', 'SendMessage'), undefined, {})).toContain('the role r does not exist');
  });

  it('knows actions whose name in policies is another', () => {
    expect(isAllowed(role([allow('lambda:InvokeFunction')]), 'lambda', 'Invoke')).toBe(true);
    expect(isAllowed(role([allow('sqs:SendMessage')]), 'sqs', 'SendMessageBatch')).toBe(true);
  });

  it('needs every resource allowed', () => {
    const policies = role([allow('dynamodb:*', ['arn:table/a', 'arn:table/a/index/*'])]);
    expect(isAllowed(policies, 'dynamodb', 'Query', { resources: ['arn:table/a', 'arn:table/a/index/x'] })).toBe(true);
    expect(isAllowed(policies, 'dynamodb', 'Query', { resources: ['arn:table/a', 'arn:table/b'] })).toBe(false);
  });

  it('lets an explicit deny win', () => {
    const deny: PolicyStatement = { Effect: 'Deny', Action: 's3:*', Resource: '*' };
    expect(isAllowed(role([allow('*'), deny]), 's3', 'GetObject')).toBe(false);
    expect(isAllowed(role([allow('*'), deny]), 'ec2', 'RunInstances')).toBe(true);
  });

  it('needs the boundary to allow, too', () => {
    const policies = role([allow('*')], { boundary: [allow('sqs:*')] });
    expect(isAllowed(policies, 'sqs', 'SendMessage')).toBe(true);
    expect(isAllowed(policies, 'iam', 'CreateRole')).toBe(false);
  });

  it('fills in principal tags, so that one cluster reads nothing of another', () => {
    const statement = allow('secretsmanager:GetSecretValue', 'arn:secret/${aws:PrincipalTag/cluster}-*');
    const read = (cluster: string, tags: Record<string, string>) =>
      isAllowed(role([statement], { tags }), 'secretsmanager', 'GetSecretValue', {
        resources: [`arn:secret/${cluster}-x`],
      });
    expect(read('c1', { cluster: 'c1' })).toBe(true);
    expect(read('c2', { cluster: 'c1' })).toBe(false);
    expect(read('c1', {})).toBe(false);
  });

  it('checks conditions whose keys the service tells, and only these', () => {
    const statement = allow('ec2:RunInstances', '*', {
      Condition: { StringEquals: { 'aws:RequestTag/stack': 'mine' } },
    });
    const run = (conditions?: Record<string, string>) =>
      isAllowed(role([statement]), 'ec2', 'RunInstances', conditions ? { conditions } : {});
    expect(run()).toBe(true);
    expect(run({ 'aws:RequestTag/stack': 'mine' })).toBe(true);
    expect(run({ 'aws:RequestTag/stack': 'other' })).toBe(false);
    expect(run({ 'aws:requesttag/stack': 'mine' })).toBe(true);
  });

  it.each([
    ['StringNotEquals', 'x', ['y'], true],
    ['StringNotEquals', 'y', ['y'], false],
    ['StringLike', 'mesoscale-1', ['mesoscale-*'], true],
    ['StringEqualsIgnoreCase', 'A', ['a'], true],
    ['ArnLike', 'arn:aws:iam::1:role/x', ['arn:aws:iam::*:role/*'], true],
    ['Bool', 'true', ['true'], true],
    ['Null', 'x', ['false'], true],
    ['Null', 'x', ['true'], false],
    ['NumericLessThanEquals', '5', ['4'], false],
    ['NumericGreaterThanEquals', '5', ['4'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['b'], false],
    ['StringEqualsIfExists', 'a', ['b'], false],
  ])('%s compares %j with %j: %j', (operator, actual, expected, holds) => {
    const statement = allow('a:B', '*', { Condition: { [operator]: { key: expected } } });
    expect(isAllowed(role([statement]), 'a', 'B', { conditions: { key: actual } })).toBe(holds);
  });

  it('does not guess at operators it does not know', () => {
    const statement = allow('a:B', '*', { Condition: { IpAddress: { key: '10.0.0.0/8' } } });
    expect(() => isAllowed(role([statement]), 'a', 'B', { conditions: { key: '10.0.0.1' } })).toThrow('IpAddress');
  });

  it('looks at the tags of each resource by itself', () => {
    const tag = { StringEquals: { 'aws:ResourceTag/stack': 's' } };
    const policies = role([allow('ec2:AssociateAddress', '*', { Condition: tag })]);
    const context = (ofInterface: Record<string, string>) => ({
      resources: ['arn:eip', 'arn:eni'],
      ofResource: { 'arn:eip': { 'aws:ResourceTag/stack': 's' }, 'arn:eni': ofInterface },
      told: ['aws:ResourceTag/'],
    });
    expect(isAllowed(policies, 'ec2', 'AssociateAddress', context({ 'aws:ResourceTag/stack': 's' }))).toBe(true);
    expect(isAllowed(policies, 'ec2', 'AssociateAddress', context({ 'aws:ResourceTag/stack': 't' }))).toBe(false);
    expect(isAllowed(policies, 'ec2', 'AssociateAddress', context({}))).toBe(false);
  });

  it('needs what the service checks besides', () => {
    const also = [{ action: 'iam:PassRole', context: { resources: ['arn:role'] } }];
    expect(isAllowed(role([allow('ec2:RunInstances')]), 'ec2', 'RunInstances', { also })).toBe(false);
    const both = role([allow('ec2:RunInstances'), allow('iam:PassRole', 'arn:role')]);
    expect(isAllowed(both, 'ec2', 'RunInstances', { also })).toBe(true);
  });
});
