import { createClock } from '../../../local/clock.ts';
import { createFaults } from '../../../local/faults.ts';
import { createRandom } from '../../../local/random.ts';
import { createSqs } from '../../../local/sqs/index.ts';
import type { Caller } from '../../../local/types.ts';
import { type Answer, scriptFunctions } from '../../support/scripted-functions.ts';

export const user: Caller = {
  accessKeyId: 'k',
  kind: 'user',
  roleName: 'local-user',
  arn: 'arn:aws:iam::1:user/local',
};
export const node: Caller = { ...user, kind: 'node', arn: 'arn:aws:sts::1:assumed-role/node/i-1' };

/** SQS in virtual time, with scripted functions. */
export function createHarness(answers: Readonly<Record<string, Answer>> = {}) {
  const clock = createClock({ speed: 'virtual' });
  const faults = createFaults(createRandom('faults'));
  const functions = scriptFunctions(clock, answers);
  const place = { accountId: '000000000000', region: 'eu-central-1' };
  const sqs = createSqs({
    clock,
    faults,
    ...place,
    endpoint: () => 'http://127.0.0.1:4566',
    functions: () => functions,
  });
  const call = async (action: string, input: Record<string, unknown>, caller = user) => {
    const letTimePass = <T>(wait: Promise<T>) => wait;
    return (await sqs.service.handle({ service: 'sqs', action, input, caller, letTimePass })) as Record<
      string,
      unknown
    >;
  };
  const create = async (type: string, logicalId: string, properties: Record<string, unknown>) =>
    sqs.resourceTypes[type]!.create({ logicalId, properties, stackName: 'test', ...place });
  const createQueue = async (name: string, properties: Record<string, unknown> = {}) => {
    const { ref, attributes } = await create('AWS::SQS::Queue', name, { QueueName: name, ...properties });
    return { QueueUrl: ref, arn: attributes.Arn! };
  };
  const receive = async (QueueUrl: string, more: Record<string, unknown> = {}) =>
    ((await call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ?? []) as Received[];
  return { clock, faults, functions, sqs, call, create, createQueue, receive };
}

export interface Received {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>>;
}
