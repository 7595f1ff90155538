/** What a queue's policy lets a service of AWS do. */
import { conditionsHold } from '../authorization/conditions.ts';
import { asList, matchesPattern } from '../authorization/patterns.ts';
import type { Queue, QueueStatement } from './queue.ts';

interface Sender {
  /** For example `events.amazonaws.com`. */
  readonly service: string;
  /** ARN of the rule or schedule that sends. */
  readonly sourceArn?: string | undefined;
  readonly accountId: string;
}

/** Whether the service may send to the queue: an Allow that is meant for it, and no Deny. */
export function maySend(queue: Queue, sender: Sender): boolean {
  const values = {
    'aws:SecureTransport': 'true',
    'aws:SourceAccount': sender.accountId,
    ...(sender.sourceArn !== undefined && { 'aws:SourceArn': sender.sourceArn }),
  };
  const applying = queue.policy.filter(
    (statement) =>
      isMeantFor(statement, sender.service) &&
      asList(statement.Action).some((action) => matchesPattern(action, 'sqs:SendMessage', true)) &&
      asList(statement.Resource).some((resource) => matchesPattern(resource, queue.settings.arn)) &&
      conditionsHold(statement, values),
  );
  const has = (effect: string) => applying.some(({ Effect }) => Effect === effect);
  return has('Allow') && !has('Deny');
}

function isMeantFor({ Principal }: QueueStatement, service: string): boolean {
  if (Principal === '*') return true;
  const { AWS, Service } = (Principal ?? {}) as { AWS?: string | string[]; Service?: string | string[] };
  return asList(Service).includes(service) || asList(AWS).includes('*');
}
