/** Actions on queues. */
import { AwsError } from '../types.ts';
import { textOf } from './input.ts';
import type { Queue } from './queue.ts';
import type { Action, SqsContext } from './service.ts';

export function queueActions({ clock, queues }: SqsContext): Record<string, Action> {
  const purged = new Map<string, number>();
  return {
    GetQueueUrl: ({ input }) => ({ QueueUrl: queues.get(textOf(input, 'QueueName')).settings.url }),
    GetQueueAttributes({ input }) {
      const all = attributesOf(queues.get(input.QueueUrl));
      const names = ((input.AttributeNames ?? []) as readonly string[]).map(String);
      const unknown = names.find((name) => name !== 'All' && !(name in all) && !optional.has(name));
      if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
      const shown = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
      return { Attributes: Object.fromEntries(shown) };
    },
    ListQueues({ input }) {
      const found = queues
        .list()
        .filter(({ settings }) => settings.name.startsWith(String(input.QueueNamePrefix ?? '')));
      return found.length === 0 ? {} : { QueueUrls: found.map(({ settings }) => settings.url) };
    },
    PurgeQueue({ input }) {
      const queue = queues.get(input.QueueUrl);
      const { name } = queue.settings;
      if (clock.now() - (purged.get(name) ?? Number.NEGATIVE_INFINITY) < 60_000) {
        throw new AwsError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
          403,
        );
      }
      purged.set(name, clock.now());
      queue.purge();
      return {};
    },
  };
}

/** Attributes that only some queues have. */
const optional = new Set(['RedrivePolicy', 'Policy']);

function attributesOf(queue: Queue): Record<string, string> {
  const { settings, policy } = queue;
  const created = String(Math.floor(queue.createdAt / 1000));
  const values = {
    ApproximateNumberOfMessages: queue.count('visible'),
    ApproximateNumberOfMessagesNotVisible: queue.count('in-flight'),
    ApproximateNumberOfMessagesDelayed: queue.count('delayed'),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    DelaySeconds: settings.delaySeconds,
    MaximumMessageSize: settings.maximumMessageSize,
    MessageRetentionPeriod: settings.retentionSeconds,
    QueueArn: settings.arn,
    ReceiveMessageWaitTimeSeconds: settings.receiveWaitSeconds,
    VisibilityTimeout: settings.visibilityTimeout,
    SqsManagedSseEnabled: true,
    ...(settings.redrive && { RedrivePolicy: JSON.stringify(settings.redrive) }),
    ...(policy.length > 0 && { Policy: JSON.stringify({ Version: '2012-10-17', Statement: policy }) }),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
