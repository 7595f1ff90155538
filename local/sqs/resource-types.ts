/** Queues, their policies, and what feeds functions from them, as the template describes them. */
import { createHash } from 'node:crypto';
import { asList } from '../authorization/patterns.ts';
import {
  AwsError,
  type FunctionHost,
  type ResourceToCreate,
  type ResourceType,
  type ResourceTypes,
  type SimClock,
} from '../types.ts';
import { EventSource } from './event-source.ts';
import { Queue, type QueueSettings, type QueueStatement } from './queue.ts';
import type { Queues } from './queues.ts';

export interface SqsResources {
  readonly clock: SimClock;
  readonly queues: Queues;
  readonly eventSources: EventSource[];
  readonly functions: () => FunctionHost;
  readonly endpoint: () => string;
}

export function sqsResourceTypes(resources: SqsResources): ResourceTypes {
  return {
    'AWS::SQS::Queue': queueType(resources),
    'AWS::SQS::QueuePolicy': policyType(resources),
    'AWS::Lambda::EventSourceMapping': eventSourceType(resources),
  };
}

function queueType({ clock, queues, endpoint }: SqsResources): ResourceType {
  return {
    properties: [
      ...['QueueName', 'VisibilityTimeout', 'DelaySeconds', 'MessageRetentionPeriod', 'MaximumMessageSize'],
      ...['ReceiveMessageWaitTimeSeconds', 'RedrivePolicy'],
    ],
    withoutEffect: [
      'SqsManagedSseEnabled',
      'KmsMasterKeyId',
      'KmsDataKeyReusePeriodSeconds',
      'Tags',
      'RedriveAllowPolicy',
    ],
    create(resource) {
      const settings = queueSettings(resource, endpoint());
      queues.add(new Queue(settings, clock, (arn) => queues.findByArn(arn)));
      const { url, arn, name } = settings;
      return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
    },
  };
}

function queueSettings({ properties, ...resource }: ResourceToCreate, endpoint: string): QueueSettings {
  const suffix = createHash('sha256').update(resource.logicalId).digest('hex').slice(0, 12);
  const name = String(properties.QueueName ?? `${resource.stackName}-${resource.logicalId}-${suffix}`.slice(-80));
  const numberOr = (key: string, otherwise: number) => Number(properties[key] ?? otherwise);
  const redrive = properties.RedrivePolicy as
    | { deadLetterTargetArn: string; maxReceiveCount: number | string }
    | undefined;
  return {
    name,
    arn: `arn:aws:sqs:${resource.region}:${resource.accountId}:${name}`,
    url: `${endpoint}/${resource.accountId}/${name}`,
    visibilityTimeout: numberOr('VisibilityTimeout', 30),
    delaySeconds: numberOr('DelaySeconds', 0),
    retentionSeconds: numberOr('MessageRetentionPeriod', 345_600),
    maximumMessageSize: numberOr('MaximumMessageSize', 1_048_576),
    receiveWaitSeconds: numberOr('ReceiveMessageWaitTimeSeconds', 0),
    ...(redrive && { redrive: { ...redrive, maxReceiveCount: Number(redrive.maxReceiveCount) } }),
  };
}

function policyType({ queues }: SqsResources): ResourceType {
  return {
    properties: ['Queues', 'PolicyDocument'],
    create({ properties, logicalId }) {
      const { Statement } = properties.PolicyDocument as { Statement: QueueStatement | readonly QueueStatement[] };
      for (const url of asList(properties.Queues as readonly string[])) queues.get(url).policy = asList(Statement);
      return { ref: logicalId, attributes: { Id: logicalId } };
    },
  };
}

function eventSourceType({ clock, queues, eventSources, functions }: SqsResources): ResourceType {
  return {
    properties: [
      ...['EventSourceArn', 'FunctionName', 'BatchSize', 'MaximumBatchingWindowInSeconds'],
      ...['FunctionResponseTypes', 'ScalingConfig', 'Enabled'],
    ],
    withoutEffect: ['Tags'],
    create({ properties, logicalId, region, accountId }) {
      const arn = String(properties.EventSourceArn);
      const queue = queues.findByArn(arn);
      if (queue === undefined) throw invalid(logicalId, `EventSourceArn ${arn} is no queue of this cloud`);
      const batchSize = Number(properties.BatchSize ?? 10);
      const windowSeconds = Number(properties.MaximumBatchingWindowInSeconds ?? 0);
      if (batchSize > 10 && windowSeconds < 1) {
        throw invalid(logicalId, 'a BatchSize above 10 needs a MaximumBatchingWindowInSeconds of at least 1');
      }
      const maximum = (properties.ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency;
      if (maximum !== undefined && maximum < 2) throw invalid(logicalId, 'MaximumConcurrency must be at least 2');
      const source = new EventSource(
        {
          ...{ queue, batchSize, windowSeconds, region },
          functionName: String(properties.FunctionName),
          reportsFailures: asList(properties.FunctionResponseTypes as readonly string[]).includes(
            'ReportBatchItemFailures',
          ),
          ...(maximum !== undefined && { maximumConcurrency: Number(maximum) }),
        },
        clock,
        functions,
      );
      eventSources.push(source);
      if (String(properties.Enabled ?? true) === 'true') source.start();
      const uuid = createHash('sha256').update(logicalId).digest('hex').slice(0, 32);
      const mappingArn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;
      return { ref: uuid, attributes: { Id: uuid, EventSourceMappingArn: mappingArn } };
    },
  };
}

function invalid(logicalId: string, why: string): AwsError {
  return new AwsError('InvalidParameterValueException', `${logicalId}: ${why}`);
}
