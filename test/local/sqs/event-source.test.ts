import { AwsError } from '../../../local/types.ts';
import { type Answer, FunctionFails } from '../../support/scripted-functions.ts';
import { createHarness } from './sqs-harness.ts';

type Event = { Records: { messageId: string; body: string }[] };

async function createConsumer(
  answer: Answer,
  mapping: Record<string, unknown> = {},
  queue: Record<string, unknown> = {},
) {
  const harness = createHarness({ consume: answer });
  const { QueueUrl, arn } = await harness.createQueue('q', { VisibilityTimeout: 60, ...queue });
  await harness.create('AWS::Lambda::EventSourceMapping', 'Mapping', {
    EventSourceArn: arn,
    FunctionName: 'consume',
    ...mapping,
  });
  const send = async (...bodies: string[]) => {
    for (const MessageBody of bodies) await harness.call('SendMessage', { QueueUrl, MessageBody });
  };
  const batches = () =>
    harness.functions.callsOf('consume').map((event) => (event as Event).Records.map(({ body }) => body));
  return { ...harness, QueueUrl, arn, send, batches, queue: harness.sqs.inspect.queue('q') };
}
const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n));

describe('an event source mapping', () => {
  it("invokes the function with what is there, in Lambda's form, and deletes it", async () => {
    const { send, clock, functions, queue, arn } = await createConsumer(() => null);
    await send('a', 'b');
    await clock.advance(1000);
    const [event] = functions.callsOf('consume') as Event[];
    expect(event?.Records).toHaveLength(2);
    expect(event?.Records[0]).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'a',
      attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
      messageAttributes: {},
      md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
      eventSource: 'aws:sqs',
      eventSourceARN: arn,
      awsRegion: 'eu-central-1',
    });
    expect(queue.list()).toEqual([]);
  });

  it('takes at most a batch at a time', async () => {
    const { send, clock, batches } = await createConsumer(() => null, { BatchSize: 3 });
    await send(...numbers(7));
    await clock.advance(2000);
    expect(batches().map((batch) => batch.length)).toEqual([3, 3, 1]);
  });

  it('gathers a batch for as long as its window', async () => {
    const mapping = { BatchSize: 100, MaximumBatchingWindowInSeconds: 5 };
    const { send, clock, batches } = await createConsumer(() => null, mapping);
    await send('a');
    await clock.advance(4000);
    await send('b');
    expect(batches()).toEqual([]);
    await clock.advance(1100);
    expect(batches()).toEqual([['a', 'b']]);
  });

  it('does not wait for its window once a batch is full', async () => {
    const mapping = { BatchSize: 20, MaximumBatchingWindowInSeconds: 300 };
    const { send, clock, batches } = await createConsumer(() => null, mapping);
    await send(...numbers(20));
    await clock.advance(200);
    expect(batches()).toHaveLength(1);
  });

  it.each([
    [undefined, 5],
    [2, 2],
    [10, 10],
  ])('with MaximumConcurrency %s works on %d batches at a time', async (MaximumConcurrency, expected) => {
    const ScalingConfig = MaximumConcurrency === undefined ? undefined : { MaximumConcurrency };
    const { send, clock, functions } = await createConsumer(() => new Promise(() => undefined), {
      BatchSize: 1,
      ScalingConfig,
    });
    await send(...numbers(20));
    await clock.advance(10_000);
    expect(functions.calls).toHaveLength(expected);
  });

  it.each([
    ['fails', () => new FunctionFails('Error')],
    ['is throttled', () => new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)],
  ])('brings a whole batch back after the visibility timeout when the function %s', async (_, failure) => {
    const { send, clock, batches, queue } = await createConsumer((_event, n) => (n === 1 ? failure() : null));
    await send('a', 'b');
    await clock.advance(59_000);
    expect(batches()).toEqual([['a', 'b']]);
    await clock.advance(2000);
    expect(batches()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(queue.list()).toEqual([]);
  });

  it('brings only reported failures back', async () => {
    const answer = ({ Records }: Event, n: number) => ({
      batchItemFailures: n === 1 ? [{ itemIdentifier: Records[1]?.messageId }] : [],
    });
    const { send, clock, batches } = await createConsumer(answer, {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    await send('a', 'b', 'c');
    await clock.advance(62_000);
    expect(batches()).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it.each([
    ['an unknown message', [{ itemIdentifier: 'x' }]],
    ['an empty identifier', [{ itemIdentifier: '' }]],
    ['a wrong key', [{ id: 'x' }]],
    ['no list', 'all'],
  ])('takes a report of %s as a failure of all', async (_, batchItemFailures) => {
    const FunctionResponseTypes = ['ReportBatchItemFailures'];
    const { send, clock, queue } = await createConsumer(() => ({ batchItemFailures }), { FunctionResponseTypes });
    await send('a', 'b');
    await clock.advance(10_000);
    expect(queue.count('in-flight')).toBe(2);
  });

  it('ignores reports where they are not switched on', async () => {
    const { send, clock, queue } = await createConsumer(() => ({ batchItemFailures: [{ itemIdentifier: 'x' }] }));
    await send('a');
    await clock.advance(1000);
    expect(queue.list()).toEqual([]);
  });

  it('gives poison up to the dead-letter queue', async () => {
    const harness = createHarness({ consume: () => new FunctionFails('Error') });
    const dead = await harness.createQueue('dead');
    const RedrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 3 };
    const { QueueUrl, arn } = await harness.createQueue('q', { RedrivePolicy });
    await harness.create('AWS::Lambda::EventSourceMapping', 'Mapping', {
      EventSourceArn: arn,
      FunctionName: 'consume',
    });
    await harness.call('SendMessage', { QueueUrl, MessageBody: 'poison' });
    await harness.clock.advance(120_000);
    expect(harness.functions.calls).toHaveLength(3);
    expect(harness.sqs.inspect.queue('dead').list()).toHaveLength(1);
    const [source] = harness.sqs.inspect.eventSources();
    expect(source?.counts).toEqual({ invocations: 3, failedInvocations: 3, messages: 3, failedMessages: 3 });
  });

  it('does nothing while it is disabled', async () => {
    const { send, clock, functions } = await createConsumer(() => null, { Enabled: false });
    await send('a');
    await clock.advance(10_000);
    expect(functions.calls).toEqual([]);
  });

  it.each([
    ['a batch above 10 without a window', { BatchSize: 11 }, 'needs a MaximumBatchingWindowInSeconds'],
    ['a concurrency of 1', { ScalingConfig: { MaximumConcurrency: 1 } }, 'must be at least 2'],
    ['a queue that does not exist', { EventSourceArn: 'arn:aws:sqs:r:1:none' }, 'is no queue of this cloud'],
  ])('is refused for %s', async (_, mapping, message) => {
    await expect(createConsumer(() => null, mapping)).rejects.toThrow(message);
  });
});
