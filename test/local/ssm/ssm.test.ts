import { createClock } from '../../../local/clock.ts';
import type { ManagedAgent, NodeCommand, NodeCommandResult, NodeSimulator } from '../../../local/nodes/types.ts';
import { createRandom } from '../../../local/random.ts';
import { createSsm } from '../../../local/ssm/index.ts';
import type { EventBus } from '../../../local/types.ts';
import { codeOf, handler, maker, place } from '../ec2/ec2-harness.ts';

const content = {
  schemaVersion: '2.2',
  parameters: { Name: { type: 'String', allowedPattern: '^[a-z]+$' }, Mode: { type: 'String', default: 'fast' } },
  mainSteps: [
    { action: 'aws:runShellScript', inputs: { timeoutSeconds: '600', runCommand: ["echo '{{ Name }}' '{{ Mode }}'"] } },
  ],
};

/** SSM with agents whose commands end when the test says so. */
async function createHarness(count = 3) {
  const clock = createClock({ speed: 'virtual' });
  const events: Parameters<EventBus['put']>[0][] = [];
  const states = new Map<string, 'on' | 'off' | 'discarded'>();
  const running = new Map<string, { command: NodeCommand; done: (result: NodeCommandResult) => void }>();
  const agents = Array.from({ length: count }, (_, k): ManagedAgent => {
    const instanceId = `i-${k}`;
    states.set(instanceId, 'on');
    return {
      instanceId,
      privateIp: `10.0.0.${k}`,
      roleName: 'r',
      tags: { group: k === 0 ? 'a' : 'b' },
      registeredAt: clock.now(),
      lastPingAt: () => (states.get(instanceId) === 'on' ? clock.now() : start),
      machine: () => states.get(instanceId)!,
    };
  });
  const start = clock.now();
  const nodes: NodeSimulator = {
    powerOn: () => {},
    powerOff: () => {},
    agents: () => agents,
    findAgent: (id) => agents.find((agent) => agent.instanceId === id),
    run: (instanceId, command, done) => {
      running.set(instanceId, { command, done });
      return () => running.delete(instanceId);
    },
  };
  const ssm = createSsm({
    clock,
    random: createRandom('ssm'),
    bus: { put: (event) => events.push(event) },
    nodes: () => nodes,
    ...place,
  });
  await maker(ssm.resourceTypes)('AWS::SSM::Document', 'Start', { Content: content, Name: 'Start' });
  const call = handler(ssm.service);
  const send = async (InstanceIds: readonly string[], more: Record<string, unknown> = {}): Promise<string> => {
    const input = { DocumentName: 'Start', InstanceIds, Parameters: { Name: ['x'] }, ...more };
    return (await call('SendCommand', input)).Command.CommandId;
  };
  const end = (instanceId: string, status: NodeCommandResult['status'], stderr = '') =>
    running.get(instanceId)!.done({ status, exitCode: status === 'Success' ? 0 : 1, stdout: 'out\n', stderr });
  const statuses = async (CommandId: string) =>
    Object.fromEntries(
      (await call('ListCommandInvocations', { CommandId })).CommandInvocations.map(
        (one: { InstanceId: string; Status: string; StatusDetails: string }) => [one.InstanceId, one.StatusDetails],
      ),
    );
  return { clock, ssm, call, send, end, statuses, states, running, events };
}

describe('SendCommand', () => {
  it('hands the checked parameters to the nodes and tells how it went', async () => {
    const { send, clock, running, end, statuses, call } = await createHarness();
    const id = await send(['i-0', 'i-1']);
    expect(await statuses(id)).toEqual({ 'i-0': 'Pending', 'i-1': 'Pending' });
    await clock.advance(3000);
    expect(running.get('i-0')!.command).toEqual({
      commandId: id,
      documentName: 'Start',
      parameters: { Name: 'x', Mode: 'fast' },
      timeoutSeconds: 600,
    });
    end('i-0', 'Success');
    end('i-1', 'Failed', 'it was so');
    expect(await statuses(id)).toEqual({ 'i-0': 'Success', 'i-1': 'Failed' });
    const details = await call('ListCommandInvocations', { CommandId: id, InstanceId: 'i-1', Details: true });
    expect(details.CommandInvocations[0].CommandPlugins[0]).toMatchObject({
      Status: 'Failed',
      ResponseCode: 1,
      Output: 'out\n\n----------ERROR-------\nit was so',
    });
    const invocation = await call('GetCommandInvocation', { CommandId: id, InstanceId: 'i-1' });
    expect(invocation).toMatchObject({
      StandardOutputContent: 'out\n',
      StandardErrorContent: 'it was so',
      ResponseCode: 1,
    });
    expect((await call('ListCommands', { CommandId: id })).Commands[0]).toMatchObject({
      Status: 'Failed',
      ErrorCount: 1,
    });
  });

  it('tells the bus of commands and invocations', async () => {
    const { send, clock, end, events } = await createHarness();
    const id = await send(['i-0']);
    await clock.advance(3000);
    end('i-0', 'Success');
    const seen = events.map(({ source, detailType, detail }) => [
      source,
      detailType,
      detail.status,
      detail['command-id'],
    ]);
    const invocation = 'EC2 Command Invocation Status-change Notification';
    expect(seen).toEqual([
      ['aws.ssm', 'EC2 Command Status-change Notification', 'InProgress', id],
      ['aws.ssm', invocation, 'InProgress', id],
      ['aws.ssm', invocation, 'Success', id],
      ['aws.ssm', 'EC2 Command Status-change Notification', 'Success', id],
    ]);
    expect(events[2]!.detail).toMatchObject({ 'instance-id': 'i-0', 'document-name': 'Start' });
  });

  it.each([
    ['InvalidDocument', { DocumentName: 'None' }],
    ['InvalidParameters', { Parameters: { Name: ['X; rm'] } }],
    ['InvalidParameters', { Parameters: {} }],
    ['InvalidParameters', { Parameters: { Name: ['x'], Colour: ['red'] } }],
    ['InvalidInstanceId', { InstanceIds: ['i-0', 'i-9'] }],
    ['DuplicateInstanceId', { InstanceIds: ['i-0', 'i-0'] }],
    ['ValidationException', { InstanceIds: Array.from({ length: 51 }, (_, k) => `i-${k}`) }],
    ['ValidationException', { TimeoutSeconds: 10 }],
    ['InvalidTarget', { InstanceIds: [] }],
  ])('answers %s to %j', async (code, input) => {
    const { send } = await createHarness();
    expect(await codeOf(send(['i-0'], input))).toBe(code);
  });

  it('finds its targets by tag', async () => {
    const { send, clock, statuses } = await createHarness();
    const id = await send([], { Targets: [{ Key: 'tag:group', Values: ['b'] }] });
    await clock.advance(3000);
    expect(await statuses(id)).toEqual({ 'i-1': 'InProgress', 'i-2': 'InProgress' });
  });

  it('keeps to MaxConcurrency and stops after MaxErrors', async () => {
    const { send, clock, statuses, end, running } = await createHarness();
    const id = await send(['i-0', 'i-1', 'i-2'], { MaxConcurrency: '1', MaxErrors: '0' });
    await clock.advance(3000);
    expect([...running.keys()]).toEqual(['i-0']);
    end('i-0', 'Success');
    await clock.advance(3000);
    end('i-1', 'Failed');
    await clock.advance(3000);
    expect(await statuses(id)).toEqual({ 'i-0': 'Success', 'i-1': 'Failed', 'i-2': 'Terminated' });
  });

  it('times out what is not delivered, and what never answers', async () => {
    const { send, clock, statuses, states } = await createHarness();
    states.set('i-0', 'off');
    const id = await send(['i-0', 'i-1'], { TimeoutSeconds: 30, MaxErrors: '100%' });
    await clock.advance(31_000);
    expect(await statuses(id)).toEqual({ 'i-0': 'DeliveryTimedOut', 'i-1': 'InProgress' });
    await clock.advance(700_000);
    expect(await statuses(id)).toEqual({ 'i-0': 'DeliveryTimedOut', 'i-1': 'ExecutionTimedOut' });
  });

  it('can be cancelled', async () => {
    const { send, clock, statuses, call, running } = await createHarness();
    const id = await send(['i-0']);
    await clock.advance(3000);
    await call('CancelCommand', { CommandId: id });
    expect(await statuses(id)).toEqual({ 'i-0': 'Cancelled' });
    expect(running.size).toBe(0);
    expect(await codeOf(call('CancelCommand', { CommandId: 'none' }))).toBe('InvalidCommandId');
    expect(await codeOf(call('GetCommandInvocation', { CommandId: id, InstanceId: 'i-2' }))).toBe(
      'InvocationDoesNotExist',
    );
  });
});

describe('DescribeInstanceInformation', () => {
  it('filters by id, status and tag, in pages', async () => {
    const { call, states, clock } = await createHarness(12);
    const ids = async (input: Record<string, unknown>) =>
      (await call('DescribeInstanceInformation', input)).InstanceInformationList.map(
        (one: { InstanceId: string }) => one.InstanceId,
      );
    expect(await ids({ Filters: [{ Key: 'InstanceIds', Values: ['i-1', 'i-99'] }] })).toEqual(['i-1']);
    expect(await ids({ Filters: [{ Key: 'tag:group', Values: ['a'] }] })).toEqual(['i-0']);
    const { NextToken } = await call('DescribeInstanceInformation', { MaxResults: 5 });
    expect(await ids({ MaxResults: 5, NextToken })).toEqual(['i-5', 'i-6', 'i-7', 'i-8', 'i-9']);
    expect(await codeOf(ids({ MaxResults: 51 }))).toBe('ValidationException');
    states.set('i-3', 'discarded');
    const lost = { Filters: [{ Key: 'PingStatus', Values: ['ConnectionLost'] }] };
    expect(await ids(lost)).toEqual([]);
    await clock.advance(340_000);
    expect(await ids(lost)).toEqual(['i-3']);
  });
});

describe('parameters', () => {
  it('are those of the template and the public ones of images', async () => {
    const { call, ssm } = await createHarness();
    await maker(ssm.resourceTypes)('AWS::SSM::Parameter', 'P', { Name: '/p', Type: 'String', Value: 'v' });
    const { Parameters, InvalidParameters } = await call('GetParameters', { Names: ['/p', '/none'] });
    expect([Parameters[0].Value, InvalidParameters]).toEqual(['v', ['/none']]);
    const image = await call('GetParameter', { Name: '/aws/service/canonical/ubuntu/server/22.04/ami-id' });
    expect(image.Parameter.Value).toMatch(/^ami-/);
    expect(await codeOf(call('GetParameter', { Name: '/none' }))).toBe('ParameterNotFound');
  });
});

describe('documents', () => {
  it('must declare what they use, and be of a kind that can be run', async () => {
    const { ssm } = await createHarness();
    const make = (Content: unknown) => maker(ssm.resourceTypes)('AWS::SSM::Document', 'D', { Content });
    await expect(make({ ...content, parameters: {} })).rejects.toThrow('parameter Name is used but not declared');
    await expect(make({ ...content, schemaVersion: '0.3' })).rejects.toThrow('schema 2.2');
    await expect(make({ ...content, description: 'x'.repeat(70_000) })).rejects.toThrow('at most 65536');
    expect((await make(JSON.stringify(content))).ref).toMatch(/^test-D-/);
  });
});
