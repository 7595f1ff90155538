import type { EC2Client } from '@aws-sdk/client-ec2';
import { ec2Power } from '../../lambdas/adapters/ec2-power.ts';
import { sdkError, stubClient } from '../support/fakes.ts';

const described = (states: Readonly<Record<string, string>>) => () => ({
  Reservations: [{ Instances: Object.entries(states).map(([InstanceId, Name]) => ({ InstanceId, State: { Name } })) }],
});

describe('powering instances off and on', () => {
  it('tells EC2', async () => {
    const client = stubClient<EC2Client>({ StopInstances: () => ({}), StartInstances: () => ({}) });
    await ec2Power(client).stop(['i-1', 'i-2']);
    await ec2Power(client).start(['i-1']);
    expect(client.sent).toEqual([
      { name: 'StopInstances', input: { InstanceIds: ['i-1', 'i-2'] } },
      { name: 'StartInstances', input: { InstanceIds: ['i-1'] } },
    ]);
  });

  it.each(['IncorrectInstanceState', 'InvalidInstanceID.NotFound'])(
    'goes on with those that are fit after %s',
    async (code) => {
      const client = stubClient<EC2Client>({
        StopInstances: (_: never, call: number) => (call === 1 ? Promise.reject(sdkError(code)) : {}),
        DescribeInstances: described({ 'i-1': 'running', 'i-2': 'shutting-down' }),
      });
      await ec2Power(client).stop(['i-1', 'i-2', 'i-3']);
      expect(client.inputsOf('StopInstances').at(-1)).toEqual({ InstanceIds: ['i-1'] });
    },
  );

  it('does nothing more if none is fit, or all seem to be', async () => {
    for (const state of ['stopped', 'running']) {
      const client = stubClient<EC2Client>({
        StopInstances: () => Promise.reject(sdkError('IncorrectInstanceState')),
        DescribeInstances: described({ 'i-1': state }),
      });
      await ec2Power(client).stop(['i-1']);
      expect(client.inputsOf('StopInstances')).toHaveLength(1);
    }
  });

  it('translates what keeps EC2 from it', async () => {
    const client = stubClient<EC2Client>({
      StartInstances: () => Promise.reject(sdkError('InsufficientInstanceCapacity')),
    });
    await expect(ec2Power(client).start(['i-1'])).rejects.toMatchObject({ name: 'CapacityUnavailable' });
  });
});
