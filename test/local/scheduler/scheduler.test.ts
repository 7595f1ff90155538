import { createClock } from '../../../local/clock.ts';
import { parseSchedule } from '../../../local/scheduler/expression.ts';
import { createScheduler } from '../../../local/scheduler/index.ts';
import { AwsError } from '../../../local/types.ts';

const at = (text: string) => Date.parse(text);

describe('a schedule expression', () => {
  it.each([
    ['rate(5 minutes)', '2026-01-01T00:00:30Z', '2026-01-01T00:05:30Z'],
    ['rate(1 day)', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['cron(0/15 * * * ? *)', '2026-01-01T00:00:00Z', '2026-01-01T00:15:00Z'],
    ['cron(0 9 ? * MON-FRI *)', '2026-01-02T09:00:00Z', '2026-01-05T09:00:00Z'],
    ['cron(30 8,20 1 * ? *)', '2026-01-01T10:00:00Z', '2026-01-01T20:30:00Z'],
    ['cron(0 0 29 FEB ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['cron(59 23 31 12 ? 2026)', '2026-01-01T00:00:00Z', '2026-12-31T23:59:00Z'],
    ['at(2026-02-03T04:05:06)', '2026-01-01T00:00:00Z', '2026-02-03T04:05:06Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(parseSchedule(expression).next(at(after))).toBe(at(expected));
  });

  it.each([
    ['cron(0 0 1 1 ? 2025)', '2026-01-01T00:00:00Z'],
    ['at(2026-01-01T00:00:00)', '2026-01-01T00:00:00Z'],
    ['cron(0 0 31 2 ? *)', '2026-01-01T00:00:00Z'],
  ])('%s is never due after %s', (expression, after) => {
    expect(parseSchedule(expression).next(at(after))).toBeUndefined();
  });

  it.each([
    'every hour',
    'rate(5 minute)',
    'rate(1 minutes)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'cron(* * * * *)',
    'cron(0 0 * * * *)',
    'cron(60 0 * * ? *)',
    'cron(0 0 L * ? *)',
    'at(tomorrow)',
  ])('%s is refused', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});

describe('a schedule', () => {
  const sweep = 'arn:aws:lambda:eu-central-1:000000000000:function:sweep';
  const create = async (properties: Record<string, unknown>, failing = false) => {
    const clock = createClock({ speed: 'virtual' });
    const invoked: unknown[] = [];
    const deadLetters: string[] = [];
    const scheduler = createScheduler({
      clock,
      targets: {
        invokeFunction: (functionArn, payload) => {
          if (failing) throw new AwsError('ResourceNotFoundException', 'gone');
          invoked.push({ functionArn, payload });
        },
        sendToQueue: (queueArn) => deadLetters.push(queueArn),
        startExecution: () => undefined,
      },
    });
    const resource = { logicalId: 'Sweep', stackName: 'test', region: 'eu-central-1', accountId: '000000000000' };
    const created = await scheduler.resourceTypes['AWS::Scheduler::Schedule']!.create({ ...resource, properties });
    return { clock, invoked, deadLetters, scheduler, created };
  };
  const every = { ScheduleExpression: 'rate(5 minutes)', FlexibleTimeWindow: { Mode: 'OFF' } };

  it('invokes its target each time with its input', async () => {
    const Input = '{"at":"<aws.scheduler.scheduled-time>"}';
    const { clock, invoked, created } = await create({ ...every, Target: { Arn: sweep, RoleArn: 'r', Input } });
    await clock.advance(11 * 60_000);
    expect(invoked).toEqual([
      { functionArn: sweep, payload: { at: '2026-01-01T00:05:00Z' } },
      { functionArn: sweep, payload: { at: '2026-01-01T00:10:00Z' } },
    ]);
    expect(created.attributes.Arn).toBe('arn:aws:scheduler:eu-central-1:000000000000:schedule/default/test-Sweep');
  });

  it('sends an event where it has no input', async () => {
    const { clock, invoked } = await create({ ...every, Target: { Arn: sweep, RoleArn: 'r' } });
    await clock.advance(5 * 60_000);
    expect(invoked).toEqual([
      { functionArn: sweep, payload: expect.objectContaining({ source: 'aws.scheduler', detail: '{}' }) },
    ]);
  });

  it('does nothing while it is disabled', async () => {
    const { clock, invoked } = await create({ ...every, State: 'DISABLED', Target: { Arn: sweep, RoleArn: 'r' } });
    await clock.advance(60 * 60_000);
    expect(invoked).toEqual([]);
  });

  it('gives what its target refuses to the dead-letter queue, and goes on', async () => {
    const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-central-1:000000000000:dead' };
    const { clock, deadLetters, scheduler } = await create(
      { ...every, Target: { Arn: sweep, DeadLetterConfig } },
      true,
    );
    await clock.advance(10 * 60_000);
    expect(deadLetters).toHaveLength(2);
    expect(scheduler.inspect.invocations()[0]?.error).toBe('ResourceNotFoundException: gone');
  });

  it.each([
    [
      'another time zone',
      { ...every, ScheduleExpressionTimezone: 'Europe/Rome', Target: { Arn: sweep } },
      'only the time zone UTC',
    ],
    [
      'a target field without implementation',
      { ...every, Target: { Arn: sweep, EcsParameters: {} } },
      'EcsParameters is not implemented',
    ],
  ])('is refused for %s', async (_, properties, message) => {
    await expect(create(properties)).rejects.toThrow(message);
  });
});
