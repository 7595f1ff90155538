import { createClock } from '../../../local/clock.ts';
import type { EventTargets } from '../../../local/events/index.ts';
import { createEvents } from '../../../local/events/index.ts';
import { createFaults } from '../../../local/faults.ts';
import { createRandom } from '../../../local/random.ts';
import { type AwsCall, AwsError } from '../../../local/types.ts';

const arns = {
  queue: 'arn:aws:sqs:eu-central-1:000000000000:q',
  dead: 'arn:aws:sqs:eu-central-1:000000000000:dead',
  denied: 'arn:aws:sqs:eu-central-1:000000000000:denied',
  function: 'arn:aws:lambda:eu-central-1:000000000000:function:act',
  machine: 'arn:aws:states:eu-central-1:000000000000:stateMachine:m',
};

function createHarness() {
  const clock = createClock({ speed: 'virtual' });
  const faults = createFaults(createRandom('faults'));
  const sent: { queueArn: string; body: string }[] = [];
  const started: unknown[] = [];
  const invoked: unknown[] = [];
  const targets: EventTargets = {
    sendToQueue: (queueArn, body) => {
      if (queueArn === arns.denied) throw new AwsError('AccessDenied', 'no');
      sent.push({ queueArn, body });
    },
    startExecution: (machineArn, input) => started.push({ machineArn, input }),
    invokeFunction: (functionArn, payload, ruleArn) => invoked.push({ functionArn, payload, ruleArn }),
  };
  const place = { accountId: '000000000000', region: 'eu-central-1' };
  const events = createEvents({ clock, faults, ...place, targets, random: createRandom('x') });
  const addRule = (properties: Record<string, unknown>) =>
    events.resourceTypes['AWS::Events::Rule']!.create({ logicalId: 'Rule', properties, stackName: 'test', ...place });
  const put = async () => {
    events.bus.put({ source: 'own', detailType: 'Thing', detail: { state: 'stopped', n: 1 }, resources: ['r'] });
    await clock.advance(1000);
  };
  return { clock, faults, sent, started, invoked, events, addRule, put };
}
const EventPattern = { source: ['own'] };
const to = (Arn: string, rest: Record<string, unknown> = {}) => ({
  EventPattern,
  Targets: [{ Id: 't', Arn, ...rest }],
});

describe('a rule', () => {
  it('sends what matches to its queue, in the form of an event, a little later', async () => {
    const { addRule, events, sent, clock } = createHarness();
    const created = await addRule(to(arns.queue));
    events.bus.put({ source: 'own', detailType: 'Thing', detail: { state: 'stopped' }, resources: ['r'] });
    events.bus.put({ source: 'other', detailType: 'Thing', detail: {} });
    expect(sent).toEqual([]);
    await clock.advance(1000);
    expect(sent.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        'detail-type': 'Thing',
        source: 'own',
        account: '000000000000',
        time: '2026-01-01T00:00:00Z',
        region: 'eu-central-1',
        resources: ['r'],
        detail: { state: 'stopped' },
      },
    ]);
    expect(created).toEqual({
      ref: 'test-Rule',
      attributes: { Arn: 'arn:aws:events:eu-central-1:000000000000:rule/test-Rule' },
    });
  });

  it('does nothing while it is disabled', async () => {
    const { addRule, put, sent } = createHarness();
    await addRule({ ...to(arns.queue), State: 'DISABLED' });
    await put();
    expect(sent).toEqual([]);
  });

  it.each([
    ['a constant', { Input: '{"a":1}' }, '{"a":1}'],
    ['a part', { InputPath: '$.detail.state' }, '"stopped"'],
    [
      'JSON made of parts',
      {
        InputTransformer: {
          InputPathsMap: { s: '$.detail.state', n: "$.detail['n']" },
          InputTemplate: '{"x":<s>,"n":<n>,"all":"<s>-<n>"}',
        },
      },
      '{"x":"stopped","n":1,"all":"stopped-1"}',
    ],
    [
      'a reserved part',
      { InputTransformer: { InputTemplate: '{"rule":<aws.events.rule-name>}' } },
      '{"rule":"test-Rule"}',
    ],
  ])('sends %s', async (_, target, expected) => {
    const { addRule, put, sent } = createHarness();
    await addRule(to(arns.queue, target));
    await put();
    expect(sent[0]?.body).toBe(expected);
  });

  it('starts executions', async () => {
    const { addRule, put, started } = createHarness();
    await addRule(to(arns.machine, { InputPath: '$.detail', RoleArn: 'arn:aws:iam::1:role/r' }));
    await put();
    expect(started).toEqual([{ machineArn: arns.machine, input: '{"state":"stopped","n":1}' }]);
  });

  it('invokes functions with the event, telling which rule it is', async () => {
    const { addRule, put, invoked } = createHarness();
    const { attributes } = await addRule(to(arns.function));
    await put();
    const payload = expect.objectContaining({ source: 'own' });
    expect(invoked).toEqual([{ functionArn: arns.function, payload, ruleArn: attributes.Arn }]);
  });

  it('loses what its queue does not accept, and records it', async () => {
    const { addRule, put, events } = createHarness();
    await addRule(to(arns.denied));
    await put();
    expect(events.inspect.lost()).toEqual([
      expect.objectContaining({ ruleName: 'test-Rule', targetArn: arns.denied, reason: 'AccessDenied: no' }),
    ]);
  });

  it('loses what a template made unreadable for a function', async () => {
    const { addRule, put, events } = createHarness();
    await addRule(to(arns.function, { InputTransformer: { InputTemplate: 'not JSON' } }));
    await put();
    expect(events.inspect.lost()[0]?.reason).toContain('InvalidRequestContentException');
  });

  it('sends what its target does not accept to the dead-letter queue', async () => {
    const { addRule, put, events, sent } = createHarness();
    await addRule(to(arns.denied, { DeadLetterConfig: { Arn: arns.dead } }));
    await put();
    expect(sent.map(({ queueArn }) => queueArn)).toEqual([arns.dead]);
    expect(events.inspect.lost()).toEqual([]);
  });

  it.each([
    ['lost', 0],
    ['doubled', 2],
  ] as const)('delivers as faults say: %s', async (effect, copies) => {
    const { addRule, put, sent, faults, events } = createHarness();
    faults.add({ kind: 'delivery', of: 'event', effect });
    await addRule(to(arns.queue));
    await put();
    expect(sent).toHaveLength(copies);
    expect(events.inspect.lost()).toHaveLength(copies === 0 ? 1 : 0);
  });

  it('keeps its schedule while events are lost', async () => {
    const { addRule, faults, invoked, clock } = createHarness();
    faults.add({ kind: 'delivery', of: 'event', effect: 'lost' });
    await addRule({ ScheduleExpression: 'rate(5 minutes)', Targets: [{ Id: 't', Arn: arns.function }] });
    await clock.advance(11 * 60_000);
    expect(invoked).toHaveLength(2);
  });

  it('fires on a schedule', async () => {
    const { addRule, invoked, clock } = createHarness();
    await addRule({ ScheduleExpression: 'rate(5 minutes)', Targets: [{ Id: 't', Arn: arns.function }] });
    await clock.advance(16 * 60_000);
    expect(invoked).toHaveLength(3);
    expect(invoked[0]).toMatchObject({
      payload: {
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        time: '2026-01-01T00:05:00Z',
        detail: {},
      },
    });
  });

  it.each([
    ['neither pattern nor schedule', { Targets: [] }, 'needs an EventPattern'],
    ['another bus', { EventPattern, EventBusName: 'mine' }, 'no event bus mine'],
    [
      'a target field without implementation',
      to(arns.queue, { SqsParameters: {} }),
      'SqsParameters is not implemented',
    ],
    ['a target of an unknown service', to('arn:aws:sns:r:1:t'), 'cannot be sent to arn:aws:sns'],
  ])('is refused for %s', async (_, properties, message) => {
    const { addRule } = createHarness();
    await expect(async () => addRule(properties)).rejects.toThrow(message);
  });
});

describe('PutEvents', () => {
  const put = (events: ReturnType<typeof createHarness>['events'], Entries: unknown) =>
    events.service.handle({ service: 'events', action: 'PutEvents', input: { Entries } } as unknown as AwsCall) as {
      FailedEntryCount: number;
      Entries: Record<string, string>[];
    };
  const good = { Source: 'own', DetailType: 'Thing', Detail: '{}' };

  it('puts events on the bus and answers for each', async () => {
    const { events, addRule, sent, clock } = createHarness();
    await addRule(to(arns.queue));
    const answer = put(events, [
      good,
      { ...good, Detail: '[' },
      { ...good, Source: 'aws.ec2' },
      { ...good, EventBusName: 'x' },
      {},
    ]);
    expect(answer.FailedEntryCount).toBe(4);
    expect(answer.Entries.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'ResourceNotFoundException',
      'InvalidArgument',
    ]);
    await clock.advance(1000);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['no entries', []],
    ['more than ten entries', Array.from({ length: 11 }, () => good)],
    ['too large entries', [{ ...good, Detail: JSON.stringify({ x: 'x'.repeat(262_144) }) }]],
  ])('refuses %s', (_, entries) => {
    const { events } = createHarness();
    expect(() => put(events, entries)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});
