/** One standard queue: visibility, delay, retention and redrive. */
import { AwsError, type PolicyStatement, type SimClock } from '../types.ts';
import { createMessage, type Message, type NewMessage } from './message.ts';

/** Messages that may be in flight at the same time. */
const inFlightLimit = 120_000;

/** Times in seconds, sizes in bytes. */
export interface QueueSettings {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeout: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  readonly maximumMessageSize: number;
  readonly receiveWaitSeconds: number;
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

/** A statement of a queue's policy. */
export type QueueStatement = PolicyStatement & { readonly Principal?: unknown };

export class Queue {
  readonly settings: QueueSettings;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  policy: readonly QueueStatement[] = [];
  private readonly clock: SimClock;
  private readonly findQueue: (arn: string) => Queue | undefined;
  private readonly messages = new Map<string, Message>();
  private readonly listeners = new Set<() => void>();

  constructor(settings: QueueSettings, clock: SimClock, findQueue: (arn: string) => Queue | undefined) {
    this.settings = settings;
    this.clock = clock;
    this.findQueue = findQueue;
    this.createdAt = clock.now();
  }

  /** @throws AwsError InvalidParameterValue if the message is too long */
  send(given: NewMessage): Message {
    const { maximumMessageSize, delaySeconds } = this.settings;
    if (Buffer.byteLength(given.body) > maximumMessageSize) {
      const why = `Message must be shorter than ${maximumMessageSize} bytes.`;
      throw new AwsError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${why}`);
    }
    const message = createMessage(given, this.clock.now());
    this.add(message, given.delaySeconds ?? delaySeconds);
    return message;
  }

  /** Takes up to `count` visible messages; those received too often go to the dead-letter queue instead. */
  receive(count: number, visibilityTimeout = this.settings.visibilityTimeout): Message[] {
    this.dropExpired();
    const received: Message[] = [];
    for (const message of [...this.messages.values()]) {
      if (received.length === count) break;
      if (message.place !== 'visible' || this.moveToDeadLetters(message)) continue;
      this.checkInFlight(received.length);
      this.hand(message, visibilityTimeout);
      received.push(message);
    }
    return received;
  }

  /** A receipt handle of an earlier receipt deletes nothing. @throws AwsError ReceiptHandleIsInvalid */
  delete(receiptHandle: string): void {
    const message = this.findByReceipt(receiptHandle);
    if (message?.receiptHandle === receiptHandle) this.remove(message);
  }

  /** @throws AwsError ReceiptHandleIsInvalid, MessageNotInflight */
  changeVisibility(receiptHandle: string, seconds: number): void {
    const message = this.findByReceipt(receiptHandle);
    if (message?.receiptHandle !== receiptHandle || message.place !== 'in-flight') {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    this.hide(message, 'in-flight', seconds);
  }

  purge(): void {
    for (const message of [...this.messages.values()]) this.remove(message);
  }

  /** Calls `listener` whenever a message becomes visible. @returns a function that withdraws it */
  onVisible(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  count(place: Message['place']): number {
    let count = 0;
    for (const message of this.messages.values()) if (message.place === place) count += 1;
    return count;
  }

  /** All messages, for inspection. */
  list(): readonly Message[] {
    return [...this.messages.values()];
  }

  private add(message: Message, delaySeconds: number): void {
    this.messages.set(message.messageId, message);
    if (delaySeconds > 0) this.hide(message, 'delayed', delaySeconds);
    else this.show(message);
  }

  private show(message: Message): void {
    delete message.cancelTimer;
    message.place = 'visible';
    // To the end of the line: others may have waited longer.
    this.messages.delete(message.messageId);
    this.messages.set(message.messageId, message);
    for (const listener of [...this.listeners]) listener();
  }

  private hide(message: Message, place: 'delayed' | 'in-flight', seconds: number): void {
    message.cancelTimer?.();
    if (seconds === 0) {
      this.show(message);
      return;
    }
    message.place = place;
    message.cancelTimer = this.clock.after(seconds * 1000, () => this.show(message));
  }

  private hand(message: Message, visibilityTimeout: number): void {
    message.receiveCount += 1;
    message.firstReceivedAt ??= this.clock.now();
    message.receiptHandle = Buffer.from(`${message.messageId}/${message.receiveCount}`).toString('base64');
    this.hide(message, 'in-flight', visibilityTimeout);
  }

  private checkInFlight(more: number): void {
    if (more > 0 || this.count('in-flight') < inFlightLimit) return;
    throw new AwsError('OverLimit', `More than ${inFlightLimit} messages are in flight.`, 403);
  }

  private findByReceipt(receiptHandle: string): Message | undefined {
    const parts = /^([0-9a-f-]{36})\/\d+$/.exec(Buffer.from(receiptHandle, 'base64').toString());
    if (parts?.[1] !== undefined) return this.messages.get(parts[1]);
    throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${receiptHandle}" is not valid.`, 404);
  }

  private remove(message: Message): void {
    message.cancelTimer?.();
    this.messages.delete(message.messageId);
  }

  private dropExpired(): void {
    const oldest = this.clock.now() - this.settings.retentionSeconds * 1000;
    for (const message of [...this.messages.values()]) if (message.sentAt < oldest) this.remove(message);
  }

  private moveToDeadLetters(message: Message): boolean {
    const { redrive, arn } = this.settings;
    const target = redrive && this.findQueue(redrive.deadLetterTargetArn);
    if (!target || message.receiveCount < redrive.maxReceiveCount) return false;
    this.remove(message);
    const { cancelTimer: _, receiptHandle: __, ...moved } = message;
    target.add({ ...moved, deadLetterSource: arn, receiveCount: 0, place: 'visible' }, 0);
    return true;
  }
}
