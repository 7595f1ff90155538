/** Callbacks and Deliveries on SQS. */
import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Callbacks, Deliveries } from '../ports/callbacks.ts';
import { translating } from './errors.ts';

export function sqsCallbacks(client: SQSClient, queueUrl: string): Callbacks {
  return {
    send: async (message) => {
      const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) });
      await translating('sending a callback', () => client.send(command));
    },
  };
}

export function sqsDeliveries(client: SQSClient, queueUrl: string): Deliveries {
  return {
    postpone: async (receiptHandle, seconds) => {
      const input = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
      await translating('postponing a callback', () => client.send(new ChangeMessageVisibilityCommand(input)));
    },
  };
}
