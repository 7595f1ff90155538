import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqsSignals } from '../../lambdas/adapters/sqs-signals.ts';
import { DependencyUnavailable } from '../../lambdas/contracts/error-names.ts';
import { OwnSignal, SignalBody } from '../../lambdas/contracts/signal.ts';

const signal = OwnSignal.parse({ kind: 'cluster-changed', clusterId: '0197a000-0000-7000-8000-000000000001' });
const clientThat = (send: jest.Mock) => ({ send }) as unknown as SQSClient;

describe('sqsSignals', () => {
  it('sends a body that wake-cluster understands', async () => {
    const send = jest.fn().mockResolvedValue({});
    await sqsSignals(clientThat(send), 'https://queue').send(signal);
    const { input } = send.mock.calls[0][0];
    expect(input.QueueUrl).toBe('https://queue');
    expect(SignalBody.parse(JSON.parse(input.MessageBody))).toEqual(signal);
  });

  it('translates what the service answers', async () => {
    const failure = Object.assign(new Error('down'), { name: 'ServiceUnavailable' });
    const send = jest.fn().mockRejectedValue(failure);
    await expect(sqsSignals(clientThat(send), 'https://queue').send(signal)).rejects.toThrow(DependencyUnavailable);
  });
});
