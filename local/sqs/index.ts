/** SQS: standard queues, their API, and the event source mappings that feed functions from them. */
import {
  AwsError,
  type AwsService,
  type Faults,
  type FunctionHost,
  type ResourceTypes,
  type SimClock,
} from '../types.ts';
import type { EventSource } from './event-source.ts';
import type { Queue } from './queue.ts';
import { maySend } from './queue-policy.ts';
import { Queues } from './queues.ts';
import { sqsResourceTypes } from './resource-types.ts';
import { sqsService } from './service.ts';

export interface SqsDependencies {
  readonly clock: SimClock;
  readonly faults: Faults;
  readonly accountId: string;
  readonly region: string;
  /** Base of the queues' URLs. */
  readonly endpoint: () => string;
  readonly functions: () => FunctionHost;
}

export interface Sqs {
  readonly service: AwsService;
  readonly resourceTypes: ResourceTypes;
  /**
   * Sends for an event rule or a schedule. @param sourceArn the rule, which a policy's condition may name; a schedule sends by
   * its role, so that the policy need not name it
   * @throws AwsError QueueDoesNotExist; AccessDenied if the queue's policy does not let EventBridge send
   */
  sendFromEvents(queueArn: string, body: string, sourceArn?: string): void;
  /** For functions that fail when invoked asynchronously; their roles' permissions are not the queue's matter. */
  sendAs(senderId: string, queueArn: string, body: string): void;
  readonly inspect: {
    queues(): readonly Queue[];
    /** By name, ARN or URL. @throws AwsError QueueDoesNotExist */
    queue(nameOrUrl: string): Queue;
    eventSources(): readonly EventSource[];
  };
}

export function createSqs({ clock, faults, accountId, endpoint, functions }: SqsDependencies): Sqs {
  const queues = new Queues();
  const eventSources: EventSource[] = [];
  const get = (arn: string) => queues.get(arn.split(':').at(-1));
  return {
    service: sqsService({ clock, faults, queues }),
    resourceTypes: sqsResourceTypes({ clock, queues, eventSources, functions, endpoint }),
    sendFromEvents(queueArn, body, sourceArn) {
      const queue = get(queueArn);
      const bySchedule = sourceArn?.split(':')[2] === 'scheduler';
      if (!bySchedule && !maySend(queue, { service: 'events.amazonaws.com', sourceArn, accountId })) {
        throw new AwsError(
          'AccessDenied',
          `The policy of ${queueArn} does not let events.amazonaws.com send to it.`,
          403,
        );
      }
      queue.send({ body, senderId: 'events.amazonaws.com' });
    },
    sendAs(senderId, queueArn, body) {
      get(queueArn).send({ body, senderId });
    },
    inspect: {
      queues: () => queues.list(),
      queue: (nameOrUrl) => queues.get(nameOrUrl.startsWith('arn:') ? nameOrUrl.split(':').at(-1) : nameOrUrl),
      eventSources: () => eventSources,
    },
  };
}
