/** Actions on single messages. */
import type { AwsCall, SimClock } from '../types.ts';
import { AwsError } from '../types.ts';
import { numberOf, textOf } from './input.ts';
import { type Message, type MessageAttributes, md5, md5OfAttributes, systemAttributes } from './message.ts';
import type { Queue } from './queue.ts';
import type { Action, SqsContext } from './service.ts';

/** Characters that XML, and so SQS, does not take. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const longestVisibility = 43_200;

export function messageActions({ clock, queues, faults }: SqsContext): Record<string, Action> {
  return {
    SendMessage: (call) => sendMessage(queues.get(call.input.QueueUrl), call.input, call, faults),
    ReceiveMessage: (call) => receiveMessages(queues.get(call.input.QueueUrl), call, clock),
    DeleteMessage({ input }) {
      queues.get(input.QueueUrl).delete(textOf(input, 'ReceiptHandle'));
      return {};
    },
    ChangeMessageVisibility({ input }) {
      changeVisibility(queues.get(input.QueueUrl), input);
      return {};
    },
  };
}

export function changeVisibility(queue: Queue, input: AwsCall['input']): void {
  const seconds = numberOf(input, 'VisibilityTimeout', 0, longestVisibility);
  if (seconds === undefined) throw new AwsError('MissingParameter', 'The request must contain VisibilityTimeout.');
  queue.changeVisibility(textOf(input, 'ReceiptHandle'), seconds);
}

/** Messages of nodes may be lost or doubled by a fault; the node is told that all is well. @param input of one message */
export function sendMessage(queue: Queue, input: AwsCall['input'], call: AwsCall, faults: SqsContext['faults']) {
  const body = textOf(input, 'MessageBody');
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (forbidden.test(body))
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  const attributes = (input.MessageAttributes ?? {}) as MessageAttributes;
  const delaySeconds = numberOf(input, 'DelaySeconds', 0, 900);
  const given = { body, attributes, senderId: call.caller.arn, ...(delaySeconds !== undefined && { delaySeconds }) };
  const copies = call.caller.kind === 'node' ? faults.deliveries('node-message') : 1;
  const sent = Array.from({ length: copies }, () => queue.send(given));
  const md5OfMessageAttributes = md5OfAttributes(attributes);
  return {
    MessageId: sent[0]?.messageId ?? '00000000-0000-0000-0000-000000000000',
    MD5OfMessageBody: md5(body),
    ...(md5OfMessageAttributes && { MD5OfMessageAttributes: md5OfMessageAttributes }),
  };
}

async function receiveMessages(queue: Queue, call: AwsCall, clock: SimClock): Promise<unknown> {
  const { input } = call;
  const count = numberOf(input, 'MaxNumberOfMessages', 1, 10) ?? 1;
  const visibility = numberOf(input, 'VisibilityTimeout', 0, longestVisibility);
  const wait = numberOf(input, 'WaitTimeSeconds', 0, 20) ?? queue.settings.receiveWaitSeconds;
  let messages = queue.receive(count, visibility);
  if (messages.length === 0 && wait > 0) {
    await waitForMessage(queue, call, clock, wait);
    messages = queue.receive(count, visibility);
  }
  return messages.length === 0 ? {} : { Messages: messages.map((message) => messageView(message, input)) };
}

/**
 * Long polling. Virtual time stands still while a request is in progress, so there the request must let it go; where it
 * cannot, the poll is a short one.
 */
async function waitForMessage(queue: Queue, call: AwsCall, clock: SimClock, seconds: number): Promise<void> {
  const isVirtual = new Float64Array(clock.shared)[2] === 0;
  if (isVirtual && call.letTimePass === undefined) return;
  const arrival = new Promise<void>((resolve) => {
    const done = () => {
      cancel();
      withdraw();
      resolve();
    };
    const cancel = clock.after(seconds * 1000, done);
    const withdraw = queue.onVisible(done);
  });
  await (call.letTimePass ? call.letTimePass(arrival) : arrival);
}

function messageView(message: Message, input: AwsCall['input']): Record<string, unknown> {
  const { messageId, receiptHandle, body, attributes } = message;
  const system = selected(systemAttributes(message), input.MessageSystemAttributeNames ?? input.AttributeNames);
  const own = selected(attributes, input.MessageAttributeNames) as MessageAttributes;
  const md5OfOwn = md5OfAttributes(own);
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: md5(body),
    Body: body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(md5OfOwn && { MessageAttributes: own, MD5OfMessageAttributes: md5OfOwn }),
  };
}

function selected(values: Readonly<Record<string, unknown>>, names: unknown): Record<string, unknown> {
  const wanted = Array.isArray(names) ? names.map(String) : [];
  const isWanted = (name: string) =>
    wanted.some((one) => one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -1))));
  return Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)));
}
