import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  SetAlarmStateCommand,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import { holds, parseRule } from '../../../local/cloudwatch/rule-expression.ts';
import { type CloudWatchLab, startCloudWatch } from './cloudwatch-harness.ts';

describe('the rule of a composite alarm', () => {
  const states = { a: 'ALARM', o: 'OK', i: 'INSUFFICIENT_DATA', 'with (space)': 'ALARM', TRUE: 'OK' } as const;
  const conclude = (rule: string) => holds(parseRule(rule), (name) => states[name as keyof typeof states]);

  it.each([
    ['ALARM(a)', true],
    ['ALARM(o)', false],
    ['OK(o) AND INSUFFICIENT_DATA(i)', true],
    ['ALARM(a) AND ALARM(o)', false],
    ['ALARM(o) OR ALARM(a)', true],
    ['NOT ALARM(o)', true],
    ['NOT NOT ALARM(o)', false],
    // NOT binds closest, then AND.
    ['ALARM(a) OR ALARM(o) AND ALARM(o)', true],
    ['(ALARM(a) OR ALARM(o)) AND ALARM(o)', false],
    ['NOT ALARM(o) AND ALARM(a)', true],
    ['NOT (ALARM(o) OR ALARM(a))', false],
    ['TRUE', true],
    ['false or true', true],
    ['ALARM("with (space)")', true],
    ['ALARM(arn:aws:cloudwatch:eu-central-1:000000000000:alarm:a)', true],
    ['OK("TRUE")', true],
    ['ALARM(unknown)', false],
  ])('%s is %s', (rule, expected) => {
    expect(conclude(rule)).toBe(expected);
  });

  it.each([
    '',
    'ALARM',
    'ALARM()',
    'ALARM(a',
    'ALARM(a) ALARM(o)',
    'ALARM(a) AND',
    'WARN(a)',
    '(TRUE',
    'TRUE)',
    'AT_LEAST(1, ALARM, (a))',
    'ALARM("a)',
  ])('cannot be %p', (rule) => {
    expect(() => parseRule(rule)).toThrow(/^AlarmRule is not valid/);
  });

  it('is limited in length and alarms', () => {
    expect(() => parseRule(`ALARM(${'a'.repeat(10_240)})`)).toThrow(/10240 characters/);
    const many = (count: number) => Array.from({ length: count }, (_, index) => `ALARM(a${index})`).join(' OR ');
    expect(() => parseRule(many(101))).toThrow(/more than 100 alarms/);
    parseRule(many(100));
  });
});

describe('composite alarms', () => {
  let lab: CloudWatchLab;
  beforeEach(async () => {
    lab = await startCloudWatch();
    for (const name of ['a', 'b']) await lab.alarm(name, { TreatMissingData: 'ignore' });
  });
  afterEach(() => lab.close());
  const put = (AlarmName: string, AlarmRule: string) =>
    lab.client.send(new PutCompositeAlarmCommand({ AlarmName, AlarmRule }));
  const set = (AlarmName: string, StateValue: StateValue) =>
    lab.client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a test' }));
  const remove = (...AlarmNames: string[]) => lab.client.send(new DeleteAlarmsCommand({ AlarmNames }));
  const names = () => lab.cloudwatch.inspect.alarms().map(({ name }) => name);
  const eventsOf = () =>
    lab.events.map(({ detail }) => `${detail.alarmName} ${(detail.state as { value: string }).value}`);

  it('follow their children, one after the other, with an event for each', async () => {
    await put('both', 'ALARM(a) AND ALARM(b)');
    await put('top', 'ALARM(both) OR FALSE');
    expect(eventsOf()).toEqual(['both OK', 'top OK']);
    await set('a', 'ALARM');
    expect(eventsOf().slice(2)).toEqual(['a ALARM']);
    await set('b', 'ALARM');
    expect(eventsOf().slice(3)).toEqual(['b ALARM', 'both ALARM', 'top ALARM']);
    await set('a', 'OK');
    expect(eventsOf().slice(6)).toEqual(['a OK', 'both OK', 'top OK']);
    expect(lab.events.at(-1)?.detail).toMatchObject({
      state: { reason: expect.stringMatching(/:alarm:both transitioned to OK at /) },
      configuration: { alarmRule: 'ALARM(both) OR FALSE' },
    });
  });

  it('stay as they are set until a child changes or the rule does', async () => {
    await put('top', 'ALARM(a)');
    await set('top', 'ALARM');
    await lab.clock.advance(600_000);
    expect(lab.stateOf('top')).toBe('ALARM');
    await set('a', 'OK');
    expect(lab.stateOf('top')).toBe('OK');
    await put('top', 'OK(a)');
    expect(lab.stateOf('top')).toBe('ALARM');
  });

  it('are described by their type', async () => {
    await put('top', 'ALARM(a)');
    const { CompositeAlarms, MetricAlarms } = await lab.client.send(
      new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }),
    );
    expect(MetricAlarms).toEqual([]);
    expect(CompositeAlarms).toMatchObject([{ AlarmName: 'top', AlarmRule: 'ALARM(a)', StateValue: 'OK' }]);
  });

  it('need children that are there, and never themselves', async () => {
    await put('top', 'ALARM(a)');
    await put('over', 'ALARM(top)');
    const refused = (message: RegExp) => ({ name: 'ValidationException', message: expect.stringMatching(message) });
    await expect(put('x', 'ALARM(none)')).rejects.toMatchObject(refused(/none, which is not an alarm/));
    await expect(put('top', 'ALARM(over)')).rejects.toMatchObject(refused(/depends on itself through over/));
    await expect(put('top', 'ALARM(top)')).rejects.toMatchObject(refused(/depends on itself/));
    await expect(put('a', 'ALARM(b)')).rejects.toMatchObject(refused(/cannot become a CompositeAlarm/));
    await expect(lab.alarm('top')).rejects.toMatchObject(refused(/cannot become a MetricAlarm/));
  });

  it('keep their children from being deleted, and go one at a time', async () => {
    await put('top', 'ALARM(a)');
    await put('other', 'ALARM(b)');
    const refused = { name: 'ValidationException' };
    await expect(remove('a')).rejects.toMatchObject({ ...refused, message: expect.stringContaining('top') });
    await expect(remove('top', 'other')).rejects.toMatchObject(refused);
    expect(names()).toHaveLength(4);
    await remove('top');
    await remove('a', 'none');
    expect(names()).toEqual(['b', 'other']);
  });
});
