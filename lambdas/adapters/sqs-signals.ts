import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Signals } from '../ports/signals.ts';
import { translating } from './errors.ts';

export function sqsSignals(client: SQSClient, queueUrl: string): Signals {
  return {
    send: async (signal) => {
      const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(signal) });
      await translating('sending a signal', () => client.send(command));
    },
  };
}
