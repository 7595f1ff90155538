/** A message, and the checksums by which clients check that it arrived whole. */
import { createHash, randomUUID } from 'node:crypto';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface NewMessage {
  readonly body: string;
  readonly senderId: string;
  readonly attributes?: MessageAttributes;
  /** @default the queue's own delay */
  readonly delaySeconds?: number;
}

export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly senderId: string;
  readonly attributes: MessageAttributes;
  /** Epoch milliseconds; a move to the dead-letter queue keeps it. */
  readonly sentAt: number;
  /** ARN of the queue that gave the message up. */
  readonly deadLetterSource?: string;
  receiveCount: number;
  firstReceivedAt?: number;
  /** Of the latest receipt. */
  receiptHandle?: string;
  place: 'delayed' | 'visible' | 'in-flight';
  /** Cancels the timer that makes the message visible. */
  cancelTimer?: () => void;
}

export function createMessage({ body, senderId, attributes = {} }: NewMessage, sentAt: number): Message {
  return { messageId: randomUUID(), body, senderId, attributes, sentAt, receiveCount: 0, place: 'visible' };
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The checksum of message attributes: each in the order of its name, its parts preceded by their lengths. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (part: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue = '' } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.from([StringValue === undefined ? 2 : 1]));
    add(StringValue === undefined ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue));
  }
  return hash.digest('hex');
}

/** What `ReceiveMessage` and an event source mapping tell about a message besides its body. */
export function systemAttributes(message: Message): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(Math.floor(message.sentAt)),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedAt ?? message.sentAt)),
    ...(message.deadLetterSource && { DeadLetterQueueSourceArn: message.deadLetterSource }),
  };
}
