import { createHarness, node } from './sqs-harness.ts';

const withCode = (code: string) => expect.objectContaining({ code });

describe('a queue', () => {
  it('hands a message out, hides it for the visibility timeout, and hands it out again', async () => {
    const { createQueue, call, receive, clock } = createHarness();
    const { QueueUrl } = await createQueue('q', { VisibilityTimeout: 60 });
    await call('SendMessage', { QueueUrl, MessageBody: 'hello' });
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['hello']);
    await clock.advance(59_000);
    expect(await receive(QueueUrl)).toEqual([]);
    await clock.advance(1000);
    const [again] = await receive(QueueUrl, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
  });

  it('forgets a message that is deleted by its latest receipt, and only then', async () => {
    const { createQueue, call, receive, clock } = createHarness();
    const { QueueUrl } = await createQueue('q');
    await call('SendMessage', { QueueUrl, MessageBody: 'hello' });
    const [first] = await receive(QueueUrl);
    await clock.advance(30_000);
    const [second] = await receive(QueueUrl);
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    await clock.advance(30_000);
    const [third] = await receive(QueueUrl);
    expect(third?.MessageId).toBe(second?.MessageId);
    await call('DeleteMessage', { QueueUrl, ReceiptHandle: third?.ReceiptHandle });
    await clock.advance(30_000);
    expect(await receive(QueueUrl)).toEqual([]);
  });

  it('changes the visibility of a message in flight', async () => {
    const { createQueue, call, receive } = createHarness();
    const { QueueUrl } = await createQueue('q');
    await call('SendMessage', { QueueUrl, MessageBody: 'hello' });
    const [{ ReceiptHandle } = { ReceiptHandle: '' }] = await receive(QueueUrl);
    await call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    expect(await receive(QueueUrl, { VisibilityTimeout: 0 })).toHaveLength(1);
    const late = call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 5 });
    await expect(late).rejects.toEqual(withCode('MessageNotInflight'));
  });

  it('delays messages by its own delay or by theirs', async () => {
    const { createQueue, call, receive, clock } = createHarness();
    const { QueueUrl } = await createQueue('q', { DelaySeconds: 10 });
    await call('SendMessage', { QueueUrl, MessageBody: 'slow' });
    await call('SendMessage', { QueueUrl, MessageBody: 'now', DelaySeconds: 0 });
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['now']);
    await clock.advance(10_000);
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['slow']);
  });

  it('drops messages after its retention period', async () => {
    const { createQueue, call, receive, clock } = createHarness();
    const { QueueUrl } = await createQueue('q', { MessageRetentionPeriod: 60 });
    await call('SendMessage', { QueueUrl, MessageBody: 'old' });
    await clock.advance(61_000);
    expect(await receive(QueueUrl)).toEqual([]);
  });

  it('moves what was received too often to its dead-letter queue', async () => {
    const { createQueue, call, receive, clock } = createHarness();
    const dead = await createQueue('dead');
    const RedrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
    const { QueueUrl, arn } = await createQueue('q', { RedrivePolicy, VisibilityTimeout: 1 });
    await call('SendMessage', { QueueUrl, MessageBody: 'poison' });
    for (const expected of [1, 1, 0]) {
      expect(await receive(QueueUrl)).toHaveLength(expected);
      await clock.advance(1000);
    }
    const [message] = await receive(dead.QueueUrl, { AttributeNames: ['All'] });
    expect(message).toMatchObject({ Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arn } });
  });

  it('polls long, until a message comes or the wait is over', async () => {
    const { createQueue, call, receive, clock } = createHarness();
    const { QueueUrl } = await createQueue('q', { ReceiveMessageWaitTimeSeconds: 20 });
    const before = clock.now();
    let answered: number | undefined;
    const poll = receive(QueueUrl).then((messages) => {
      answered = clock.now() - before;
      return messages;
    });
    clock.after(5000, () => void call('SendMessage', { QueueUrl, MessageBody: 'hello' }));
    await clock.runUntil(() => answered !== undefined, { within: 60_000 });
    expect(await poll).toHaveLength(1);
    expect(answered).toBe(5000);
  });

  it('polls short where a request cannot let virtual time pass', async () => {
    const { createQueue, sqs } = createHarness();
    const { QueueUrl } = await createQueue('q');
    const input = { QueueUrl, WaitTimeSeconds: 20 };
    expect(await sqs.service.handle({ service: 'sqs', action: 'ReceiveMessage', input, caller: node })).toEqual({});
  });

  it.each([
    ['lost', 0],
    ['doubled', 2],
  ] as const)("delivers a node's message as faults say: %s", async (effect, copies) => {
    const { createQueue, call, receive, faults } = createHarness();
    const { QueueUrl } = await createQueue('q');
    faults.add({ kind: 'delivery', of: 'node-message', effect });
    const answer = await call('SendMessage', { QueueUrl, MessageBody: 'hello' }, node);
    expect(answer.MessageId).toHaveLength(36);
    expect(await receive(QueueUrl)).toHaveLength(copies);
    await call('SendMessage', { QueueUrl, MessageBody: 'from a user' });
    expect(await receive(QueueUrl)).toHaveLength(1);
  });

  it('tells its attributes', async () => {
    const { createQueue, call, receive } = createHarness();
    const { QueueUrl, arn } = await createQueue('q', { VisibilityTimeout: 60 });
    for (const MessageBody of ['a', 'b']) await call('SendMessage', { QueueUrl, MessageBody });
    await receive(QueueUrl, { MaxNumberOfMessages: 1 });
    const AttributeNames = [
      'QueueArn',
      'VisibilityTimeout',
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ];
    expect((await call('GetQueueAttributes', { QueueUrl, AttributeNames })).Attributes).toEqual({
      QueueArn: arn,
      VisibilityTimeout: '60',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    const unknown = call('GetQueueAttributes', { QueueUrl, AttributeNames: ['Colour'] });
    await expect(unknown).rejects.toEqual(withCode('InvalidAttributeName'));
  });

  it('is found by name, listed, and purged once a minute', async () => {
    const { createQueue, call, receive } = createHarness();
    const { QueueUrl } = await createQueue('q');
    expect(await call('GetQueueUrl', { QueueName: 'q' })).toEqual({ QueueUrl: 'http://127.0.0.1:4566/000000000000/q' });
    expect(await call('ListQueues', { QueueNamePrefix: 'q' })).toEqual({ QueueUrls: [QueueUrl] });
    await call('SendMessage', { QueueUrl, MessageBody: 'a' });
    await call('PurgeQueue', { QueueUrl });
    expect(await receive(QueueUrl)).toEqual([]);
    await expect(call('PurgeQueue', { QueueUrl })).rejects.toEqual(withCode('PurgeQueueInProgress'));
  });
});

describe('the API of SQS', () => {
  it('computes the checksums that clients verify', async () => {
    const { createQueue, call } = createHarness();
    const { QueueUrl } = await createQueue('q');
    const MessageAttributes = { timestamp: { DataType: 'Number', StringValue: '1493147359900' } };
    expect(await call('SendMessage', { QueueUrl, MessageBody: 'hello', MessageAttributes })).toMatchObject({
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
      MD5OfMessageAttributes: '235c5c510d26fb653d073faed50ae77c',
    });
  });

  it('sends and deletes in batches, each entry for itself', async () => {
    const { createQueue, call, receive } = createHarness();
    const { QueueUrl } = await createQueue('q', { MaximumMessageSize: 1024 });
    const Entries = [
      { Id: 'a', MessageBody: 'a' },
      { Id: 'b', MessageBody: 'x'.repeat(1025) },
    ];
    expect(await call('SendMessageBatch', { QueueUrl, Entries })).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', Code: 'InvalidParameterValue', SenderFault: true }],
    });
    const [{ ReceiptHandle } = { ReceiptHandle: '' }] = await receive(QueueUrl);
    const deleted = await call('DeleteMessageBatch', {
      QueueUrl,
      Entries: [
        { Id: '1', ReceiptHandle },
        { Id: '2', ReceiptHandle: 'nonsense' },
      ],
    });
    expect(deleted).toMatchObject({ Successful: [{ Id: '1' }], Failed: [{ Id: '2', Code: 'ReceiptHandleIsInvalid' }] });
  });

  it.each([
    ['SendMessage', { QueueUrl: 'http://x/1/none', MessageBody: 'a' }, 'QueueDoesNotExist'],
    ['GetQueueUrl', { QueueName: 'none' }, 'QueueDoesNotExist'],
    ['SendMessage', { MessageBody: '' }, 'MissingParameter'],
    ['SendMessage', { MessageBody: '\u0000' }, 'InvalidMessageContents'],
    ['SendMessage', { MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
    ['SendMessage', { MessageBody: 'x', DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['ReceiveMessage', { MaxNumberOfMessages: 11 }, 'InvalidParameterValue'],
    ['ReceiveMessage', { WaitTimeSeconds: 21 }, 'InvalidParameterValue'],
    ['DeleteMessage', { ReceiptHandle: 'x' }, 'ReceiptHandleIsInvalid'],
    ['SendMessageBatch', { Entries: [] }, 'EmptyBatchRequest'],
    [
      'SendMessageBatch',
      { Entries: Array.from({ length: 11 }, (_, n) => ({ Id: `${n}`, MessageBody: 'a' })) },
      'TooManyEntriesInBatchRequest',
    ],
    [
      'SendMessageBatch',
      {
        Entries: [
          { Id: 'a', MessageBody: 'a' },
          { Id: 'a', MessageBody: 'b' },
        ],
      },
      'BatchEntryIdsNotDistinct',
    ],
    ['SendMessageBatch', { Entries: [{ Id: 'a b', MessageBody: 'a' }] }, 'InvalidBatchEntryId'],
    ['TagQueue', {}, 'UnsupportedOperation'],
  ])('%s with %j is refused as %s', async (action, input, code) => {
    const { createQueue, call } = createHarness();
    const { QueueUrl } = await createQueue('q');
    await expect(call(action, { QueueUrl, ...input })).rejects.toEqual(withCode(code));
  });

  it('names the queue that a policy is asked about', async () => {
    const { createQueue, sqs } = createHarness();
    const { QueueUrl, arn } = await createQueue('q');
    const call = { service: 'sqs', action: 'SendMessage', input: { QueueUrl }, caller: node };
    expect(sqs.service.authorization?.(call)).toEqual({ resources: [arn] });
  });
});

describe('a queue policy', () => {
  const rule = 'arn:aws:events:eu-central-1:000000000000:rule/r';
  const deny = {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'sqs:*',
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  const allow = (more: Record<string, unknown> = {}) => ({
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
    Resource: '*',
    ...more,
  });

  it.each([
    ['lets the named rule send', [deny, allow({ Condition: { ArnEquals: { 'aws:SourceArn': rule } } })], true],
    ['lets no other rule send', [allow({ Condition: { ArnEquals: { 'aws:SourceArn': `${rule}2` } } })], false],
    ['lets no other service send', [allow({ Principal: { Service: 'sns.amazonaws.com' } })], false],
    ['is about its queue', [allow({ Resource: 'arn:aws:sqs:eu-central-1:000000000000:other' })], false],
    ['may deny', [allow(), { ...deny, Condition: {} }], false],
    ['must be there', [], false],
  ])('%s', async (_, Statement, may) => {
    const { createQueue, create, sqs } = createHarness();
    const { QueueUrl, arn } = await createQueue('q');
    await create('AWS::SQS::QueuePolicy', 'Policy', { Queues: [QueueUrl], PolicyDocument: { Statement } });
    const send = () => sqs.sendFromEvents(arn, '{}', rule);
    if (may) send();
    else expect(send).toThrow(withCode('AccessDenied'));
    expect(sqs.inspect.queue('q').list()).toHaveLength(may ? 1 : 0);
  });
});
