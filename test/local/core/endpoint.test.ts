import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsCall, AwsError, type AwsService } from '../../../local/types.ts';
import { type SmallCloud, startSmallCloud } from './small-cloud.ts';

const heard: AwsCall[] = [];
const service = (
  about: Omit<AwsService, 'handle'>,
  answers: Record<string, (call: AwsCall) => unknown>,
): AwsService => ({
  ...about,
  handle(call) {
    heard.push(call);
    const answer = answers[call.action];
    if (!answer) throw new AwsError('InvalidAction', `The action ${call.action} is not valid for this web service.`);
    return answer(call);
  },
});
const services = [
  service(
    { signingName: 'ec2', protocol: 'ec2-query' },
    {
      DescribeInstances: () => ({
        reservationSet: [
          { reservationId: 'r-1', instancesSet: [{ instanceId: 'i-1', tagSet: [{ key: 'a&b', value: '<ü>' }] }] },
        ],
        nextToken: 'more',
      }),
    },
  ),
  service(
    { signingName: 'iam', protocol: 'aws-query' },
    {
      ListRoles: () => ({
        Roles: [{ RoleName: 'a', Path: '/p/', Arn: 'arn', RoleId: 'x', CreateDate: new Date(0) }],
        IsTruncated: false,
      }),
    },
  ),
  service(
    { signingName: 'sqs', protocol: 'json-1.0', targetPrefix: 'AmazonSQS' },
    {
      SendMessage: ({ input }) => {
        if (input.MessageBody === 'bug') throw new TypeError('a bug');
        throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
      },
    },
  ),
  service(
    { signingName: 'states', protocol: 'json-1.0', targetPrefix: 'AWSStepFunctions' },
    {
      StartExecution: () => ({ executionArn: 'arn:x', startDate: 1767225600 }),
    },
  ),
];

describe('the AWS endpoint', () => {
  let cloud: SmallCloud;

  beforeAll(async () => {
    const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/things';
    cloud = await startSmallCloud({
      services,
      policies: {
        reader: {
          tags: {},
          identity: [{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'ec2:Describe*'], Resource: ['*', table] }],
        },
      },
    });
    await cloud.up({
      Resources: {
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'things',
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            AttributeDefinitions: [
              { AttributeName: 'pk', AttributeType: 'S' },
              { AttributeName: 'g', AttributeType: 'S' },
            ],
            GlobalSecondaryIndexes: [
              {
                IndexName: 'gsi',
                KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'ALL' },
              },
            ],
          },
        },
      },
    });
  });
  beforeEach(() => {
    heard.length = 0;
    cloud.calls.clear();
    cloud.faults.clear();
  });
  afterAll(() => cloud.close());

  it('speaks the EC2 query protocol', async () => {
    const ec2 = new EC2Client(cloud.client());
    const { Reservations, NextToken } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'tag:x', Values: ['a b', 'ü'] }] }),
    );
    expect(heard[0]?.input).toEqual({ Filter: [{ Name: 'tag:x', Value: ['a b', 'ü'] }] });
    expect(Reservations?.[0]?.Instances?.[0]).toEqual({ InstanceId: 'i-1', Tags: [{ Key: 'a&b', Value: '<ü>' }] });
    expect(NextToken).toBe('more');
    await expect(ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'The action RunInstances is not valid for this web service.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('speaks the IAM query protocol', async () => {
    const iam = new IAMClient(cloud.client());
    const { Roles } = await iam.send(new ListRolesCommand({ PathPrefix: '/p/' }));
    expect(Roles).toEqual([{ RoleName: 'a', Path: '/p/', Arn: 'arn', RoleId: 'x', CreateDate: new Date(0) }]);
    const create = new CreateRoleCommand({
      RoleName: 'r',
      AssumeRolePolicyDocument: '{}',
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    await expect(iam.send(create)).rejects.toMatchObject({ name: 'InvalidAction' });
    expect(heard[1]?.input).toEqual({
      RoleName: 'r',
      AssumeRolePolicyDocument: '{}',
      Tags: [{ Key: 'k', Value: 'v' }],
    });
  });

  it('speaks JSON', async () => {
    const { executionArn, startDate } = await new SFNClient(cloud.client()).send(
      new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:us-east-1:1:stateMachine:x' }),
    );
    expect([executionArn, startDate]).toEqual(['arn:x', new Date(1767225600_000)]);
    const send = new SendMessageCommand({ QueueUrl: `${cloud.aws.url}/123456789012/q`, MessageBody: 'x' });
    await expect(new SQSClient(cloud.client()).send(send)).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  it('serves tables, with the real errors', async () => {
    const dynamo = new DynamoDBClient(cloud.client());
    const put = new PutItemCommand({
      TableName: 'things',
      Item: { pk: { S: 'a' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await dynamo.send(put);
    await expect(dynamo.send(put)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'things', Key: { pk: { S: 'a' } } }));
    expect(Item).toEqual({ pk: { S: 'a' } });
    expect(await cloud.dynamodb.scan()).toEqual([{ pk: { S: 'a' } }]);
  });

  it('knows who calls, and refuses what the role does not allow', async () => {
    const key = cloud.credentials.forNode('i-7', 'reader');
    const dynamo = new DynamoDBClient(cloud.client(key));
    await dynamo.send(new GetItemCommand({ TableName: 'things', Key: { pk: { S: 'b' } } }));
    const put = dynamo.send(new PutItemCommand({ TableName: 'things', Item: { pk: { S: 'b' } } }));
    await expect(put).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /reader\/i-7 is not authorized to perform: dynamodb:PutItem on resource: arn:.*table\/things/,
      ),
    });
    const ec2 = new EC2Client(cloud.client(key));
    await ec2.send(new DescribeInstancesCommand({}));
    expect(heard.at(-1)?.caller).toMatchObject({ kind: 'node', instanceId: 'i-7', roleName: 'reader' });
    const run = ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
    await expect(run).rejects.toMatchObject({ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } });
  });

  it('refuses keys that it never gave out, in the words of each protocol', async () => {
    const stranger = cloud.client({ accessKeyId: 'ASIASTRANGER', secretAccessKey: 'x' });
    const names = await Promise.all(
      [
        new EC2Client(stranger).send(new DescribeInstancesCommand({})),
        new IAMClient(stranger).send(new ListRolesCommand({})),
        new DynamoDBClient(stranger).send(new GetItemCommand({ TableName: 'things', Key: { pk: { S: 'a' } } })),
      ].map((answer) =>
        answer.then(
          () => 'accepted',
          (error: Error) => error.name,
        ),
      ),
    );
    expect(names).toEqual(['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException']);
    expect(heard).toEqual([]);
  });

  it('refuses requests that are not signed or are for a service it does not have', async () => {
    const post = async (headers: Record<string, string>, body = '') => {
      const answer = await fetch(cloud.aws.url, { method: 'POST', headers, body });
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await post({ 'x-amz-target': 'AmazonSQS.SendMessage' })).toBe(
      '400 {"__type":"MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}',
    );
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post(form, 'Action=DescribeInstances&Version=2016-11-15')).toContain(
      '<Code>MissingAuthenticationToken</Code>',
    );
    const authorization =
      'AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x';
    expect(await post({ authorization })).toBe(
      '404 {"Type":"User","message":"The local cloud does not emulate the service s3."}',
    );
  });

  it('answers with faults that are switched on, and keeps count of calls', async () => {
    cloud.faults.add({ kind: 'api-error', service: 'ec2', code: 'RequestLimitExceeded', status: 503, times: 1 });
    const ec2 = new EC2Client(cloud.client());
    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    await ec2.send(new DescribeInstancesCommand({}));
    expect(cloud.calls.count({ service: 'ec2', action: 'DescribeInstances' })).toBe(2);
    expect(cloud.calls.count({ error: 'RequestLimitExceeded' })).toBe(1);
    expect(cloud.calls.all()[0]).toMatchObject({ at: cloud.clock.now(), caller: { kind: 'user' } });
  });

  it('answers 500 to a bug of its own and keeps the truth in its log', async () => {
    const send = new SendMessageCommand({ QueueUrl: `${cloud.aws.url}/1/q`, MessageBody: 'bug' });
    await expect(new SQSClient(cloud.client()).send(send)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 500 },
    });
    expect(cloud.logs.of('local-cloud')[0]?.line).toContain('sqs:SendMessage broke: TypeError: a bug');
  });

  it('tells simulated time, so that clients do not correct their clocks', async () => {
    await cloud.clock.advance(1000);
    const answer = await fetch(cloud.aws.url, { method: 'POST' });
    expect(answer.headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:01 GMT');
  });
});
