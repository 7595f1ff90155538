/** An event source mapping: takes messages from a queue in batches and invokes a function with them. */
import type { FunctionHost, SimClock } from '../types.ts';
import { type Message, md5, systemAttributes } from './message.ts';
import type { Queue } from './queue.ts';

/** From a message's arrival until a poller has it, in milliseconds. */
const pollDelayMs = 20;
/** Batches that Lambda works on at the same time before it adds pollers. */
const defaultConcurrency = 5;

export interface EventSourceSettings {
  readonly queue: Queue;
  readonly functionName: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maximumConcurrency?: number;
  readonly reportsFailures: boolean;
  readonly region: string;
}

export class EventSource {
  readonly settings: EventSourceSettings;
  readonly counts = { invocations: 0, failedInvocations: 0, messages: 0, failedMessages: 0 };
  private readonly clock: SimClock;
  private readonly functions: () => FunctionHost;
  private running = 0;
  private batch: Message[] = [];
  private pollIsDue = false;
  private cancelWindow: (() => void) | undefined;

  constructor(settings: EventSourceSettings, clock: SimClock, functions: () => FunctionHost) {
    this.settings = settings;
    this.clock = clock;
    this.functions = functions;
  }

  start(): void {
    this.settings.queue.onVisible(() => this.wake());
    this.wake();
  }

  private get hasRoom(): boolean {
    return this.running < (this.settings.maximumConcurrency ?? defaultConcurrency);
  }

  private wake(): void {
    if (this.pollIsDue || !this.hasRoom) return;
    this.pollIsDue = true;
    this.clock.after(pollDelayMs, () => {
      this.pollIsDue = false;
      this.poll();
    });
  }

  private poll(): void {
    if (!this.hasRoom) return;
    const { queue, batchSize, windowSeconds } = this.settings;
    this.batch.push(...queue.receive(batchSize - this.batch.length));
    if (this.batch.length === 0) return;
    if (this.batch.length >= batchSize || windowSeconds === 0) this.flush();
    else this.cancelWindow ??= this.clock.after(windowSeconds * 1000, () => this.flush());
    if (queue.count('visible') > 0) this.wake();
  }

  private flush(): void {
    this.cancelWindow?.();
    this.cancelWindow = undefined;
    const batch = this.batch;
    this.batch = [];
    this.running += 1;
    void this.invoke(batch).finally(() => {
      this.running -= 1;
      this.wake();
    });
  }

  /** What failed stays in flight and comes back when its visibility timeout is over. */
  private async invoke(batch: readonly Message[]): Promise<void> {
    const { counts, settings } = this;
    counts.invocations += 1;
    counts.messages += batch.length;
    const failed = await this.failuresOf(batch);
    if (failed === 'all') counts.failedInvocations += 1;
    const done = failed === 'all' ? [] : batch.filter(({ messageId }) => !failed.has(messageId));
    counts.failedMessages += batch.length - done.length;
    for (const { receiptHandle = '' } of done) settings.queue.delete(receiptHandle);
  }

  private async failuresOf(batch: readonly Message[]): Promise<ReadonlySet<string> | 'all'> {
    const { functionName, reportsFailures } = this.settings;
    const Records = batch.map((message) => this.record(message));
    try {
      const { payload, functionError } = await this.functions().invoke(functionName, { Records });
      if (functionError !== undefined) return 'all';
      return reportsFailures ? reportedFailures(payload, batch) : new Set();
    } catch {
      // The function could not be invoked at all: throttled, or gone.
      return 'all';
    }
  }

  private record(message: Message): Record<string, unknown> {
    const { queue, region } = this.settings;
    const attributes = Object.entries(message.attributes).map(([name, one]) => [
      name,
      { stringValue: one.StringValue, binaryValue: one.BinaryValue, dataType: one.DataType },
    ]);
    return {
      messageId: message.messageId,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: systemAttributes(message),
      messageAttributes: Object.fromEntries(attributes),
      md5OfBody: md5(message.body),
      eventSource: 'aws:sqs',
      eventSourceARN: queue.settings.arn,
      awsRegion: region,
    };
  }
}

/** An answer that names an unknown message, or is none of the right form, fails the whole batch, as on AWS. */
function reportedFailures(payload: unknown, batch: readonly Message[]): ReadonlySet<string> | 'all' {
  const failures = (payload as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const known = new Set(batch.map(({ messageId }) => messageId));
  if (!ids.every((id) => typeof id === 'string' && known.has(id))) return 'all';
  return new Set(ids as string[]);
}
