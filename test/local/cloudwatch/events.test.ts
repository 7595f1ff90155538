/** Alarms on EventBridge's bus: rules find them by their names, and faults take their events away. */
import { createClock } from '../../../local/clock.ts';
import { createCloudWatch } from '../../../local/cloudwatch/index.ts';
import { createEvents } from '../../../local/events/index.ts';
import { createFaults } from '../../../local/faults.ts';
import { createRandom } from '../../../local/random.ts';
import { handler } from '../ec2/ec2-harness.ts';
import { arnOf, place } from './cloudwatch-harness.ts';

async function createLab() {
  const clock = createClock({ speed: 'virtual' });
  const random = createRandom('alarm events');
  const faults = createFaults(random.fork('faults'));
  const sent: string[] = [];
  const targets = {
    sendToQueue: (_queueArn: string, body: string) => void sent.push(body),
    invokeFunction: () => undefined,
    startExecution: () => undefined,
  };
  const events = createEvents({ clock, faults, random, targets, ...place });
  await events.resourceTypes['AWS::Events::Rule']!.create({
    ...{ logicalId: 'Rule', stackName: 'test', ...place },
    properties: {
      EventPattern: {
        source: ['aws.cloudwatch'],
        'detail-type': ['CloudWatch Alarm State Change'],
        detail: { alarmName: [{ prefix: 'mine/' }] },
      },
      Targets: [
        { Id: 't', Arn: 'arn:aws:sqs:eu-central-1:000000000000:q', InputPath: '$.detail.alarmName' },
        { Id: 'all', Arn: 'arn:aws:sqs:eu-central-1:000000000000:q' },
      ],
    },
  });
  const call = handler(createCloudWatch({ clock, random, bus: events.bus, ...place }).service);
  for (const AlarmName of ['mine/a', 'other/a']) {
    await call('PutMetricAlarm', {
      ...{ AlarmName, Namespace: 'Test', MetricName: 'Load', Statistic: 'Maximum', Period: 10, EvaluationPeriods: 1 },
      ...{ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'ignore' },
    });
  }
  const set = async (AlarmName: string, StateValue: string) => {
    await call('SetAlarmState', { AlarmName, StateValue, StateReason: 'a test' });
    await clock.advance(1000);
  };
  return { clock, faults, sent, set };
}

describe('alarm events', () => {
  it('reach the rules that are about their names within a second', async () => {
    const { sent, set } = await createLab();
    await set('other/a', 'ALARM');
    expect(sent).toEqual([]);
    await set('mine/a', 'ALARM');
    expect(sent).toHaveLength(2);
    expect(sent).toContain('"mine/a"');
    const event = sent.map((body) => JSON.parse(body) as unknown).find((body) => typeof body === 'object');
    expect(event).toMatchObject({
      ...{ source: 'aws.cloudwatch', account: place.accountId, region: place.region, resources: [arnOf('mine/a')] },
      detail: { alarmName: 'mine/a', state: { value: 'ALARM' }, previousState: { value: 'INSUFFICIENT_DATA' } },
    });
  });

  it('are lost while a fault takes them away, and are not made up for', async () => {
    const { clock, faults, sent, set } = await createLab();
    const id = faults.add({ kind: 'delivery', of: 'event', source: 'aws.cloudwatch', effect: 'lost' });
    await set('mine/a', 'ALARM');
    await clock.advance(600_000);
    faults.remove(id);
    await clock.advance(60_000);
    expect(sent).toEqual([]);
    await set('mine/a', 'OK');
    expect(sent).toHaveLength(2);
  });
});
