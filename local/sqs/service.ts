/** The API of SQS, standard queues only. */
import type { AwsCall, AwsService, Faults, SimClock } from '../types.ts';
import { AwsError } from '../types.ts';
import { batchActions } from './batch-actions.ts';
import { messageActions } from './message-actions.ts';
import { queueActions } from './queue-actions.ts';
import type { Queues } from './queues.ts';

export interface SqsContext {
  readonly clock: SimClock;
  readonly faults: Faults;
  readonly queues: Queues;
}
export type Action = (call: AwsCall) => unknown;

export function sqsService(context: SqsContext): AwsService {
  const actions: Readonly<Record<string, Action>> = {
    ...messageActions(context),
    ...batchActions(context),
    ...queueActions(context),
  };
  return {
    signingName: 'sqs',
    protocol: 'json-1.0',
    targetPrefix: 'AmazonSQS',
    authorization({ input }) {
      const name =
        String(input.QueueUrl ?? input.QueueName ?? '')
          .split('/')
          .at(-1) ?? '';
      const queue = context.queues.find(name);
      return queue === undefined ? {} : { resources: [queue.settings.arn] };
    },
    handle(call) {
      const action = actions[call.action];
      if (action !== undefined) return action(call);
      throw new AwsError('UnsupportedOperation', `sqs:${call.action} is not implemented by the local cloud`);
    },
  };
}
