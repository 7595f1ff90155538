/** Step Functions and SQS as the unmodified SDK clients see them, over HTTP. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createCallLog } from '../../../local/calls.ts';
import { createCredentials } from '../../../local/credentials.ts';
import { createFaults } from '../../../local/faults.ts';
import { createEndpoint } from '../../../local/http/endpoint.ts';
import { type LocalServer, startServer } from '../../../local/http/server.ts';
import { createLogs } from '../../../local/logs.ts';
import { createRandom } from '../../../local/random.ts';
import { createSqs } from '../../../local/sqs/index.ts';
import { createHarness } from './machine-harness.ts';

const place = { accountId: '000000000000', region: 'eu-central-1' };

describe('on the wire', () => {
  const harness = createHarness();
  const { clock, states } = harness;
  const faults = createFaults(createRandom('faults'));
  const credentials = createCredentials({ accountId: place.accountId, seed: 'wire' });
  let server: LocalServer;
  let sfn: SFNClient;
  let sqsClient: SQSClient;
  let QueueUrl: string;

  beforeAll(async () => {
    const sqs = createSqs({ clock, faults, ...place, endpoint: () => server.url, functions: () => harness.functions });
    const services = () => [states.service, sqs.service];
    const logs = createLogs(() => clock.now());
    server = await startServer(
      0,
      createEndpoint({
        clock,
        faults,
        credentials,
        calls: createCallLog(),
        logs,
        services,
        policiesOf: () => undefined,
      }),
    );
    const client = { endpoint: server.url, region: place.region, credentials: credentials.user, maxAttempts: 1 };
    sfn = new SFNClient(client);
    sqsClient = new SQSClient(client);
    const queue = await sqs.resourceTypes['AWS::SQS::Queue']!.create({
      logicalId: 'Queue',
      properties: {},
      stackName: 'test',
      ...place,
    });
    QueueUrl = queue.ref;
  });
  afterAll(async () => {
    sfn.destroy();
    sqsClient.destroy();
    await server.close();
  });

  it('runs an execution', async () => {
    const stateMachineArn = await harness.create({ States: { Only: { Type: 'Pass', Output: { n: 1 }, End: true } } });
    const start = new StartExecutionCommand({ stateMachineArn, name: 'x', input: '{"a":1}' });
    const { executionArn, startDate } = await sfn.send(start);
    expect(startDate?.getTime()).toBe(clock.now());
    await clock.advance(1000);
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"n":1}', name: 'x' });
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.[1]).toMatchObject({ type: 'PassStateEntered', stateEnteredEventDetails: { name: 'Only' } });
    await expect(sfn.send(start)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    const token = new SendTaskSuccessCommand({ taskToken: 'nonsense', output: '{}' });
    await expect(sfn.send(token)).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it('sends, receives and deletes messages, whose checksums the client verifies', async () => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    await sqsClient.send(new SendMessageCommand({ QueueUrl, MessageBody: 'héllo', MessageAttributes }));
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
    expect((await sqsClient.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Successful).toHaveLength(2);
    const receive = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await sqsClient.send(receive);
    expect(Messages.map(({ Body }) => Body)).toEqual(['héllo', 'a', 'b']);
    expect(Messages[0]?.MessageAttributes).toEqual(MessageAttributes);
    const done = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqsClient.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: done }));
    const { Attributes } = await sqsClient.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('names errors as AWS does', async () => {
    const send = new SendMessageCommand({ QueueUrl: `${server.url}/000000000000/none`, MessageBody: 'x' });
    await expect(sqsClient.send(send)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
