import { codeOf, createHarness, launcher, oneInstance, tagged, user } from './ec2-harness.ts';

describe('instances', () => {
  it('go from pending to running within seconds, and are powered on then', async () => {
    const { run, describe: show, seconds, machines } = await createHarness();
    const [id] = await run();
    await seconds(5);
    await seconds(5);
    const [instance] = await show({ InstanceId: [id] });
    expect(instance.instanceState.name).toBe('running');
    expect(instance.privateIpAddress).toMatch(/^10\.0\.0\.\d+$/);
    expect([...machines.keys()]).toEqual([id]);
  });

  it('are found only after a while', async () => {
    const { run, describe: show, seconds, call } = await createHarness();
    const ids = await run({ MinCount: '20', MaxCount: '20' });
    expect(await codeOf(call('TerminateInstances', { InstanceId: ids }))).toBe('InvalidInstanceID.NotFound');
    expect((await show()).length).toBeLessThan(20);
    await seconds(5);
    expect(await show()).toHaveLength(20);
  });

  it('end in shutting-down and terminated, and are forgotten after an hour', async () => {
    const { run, describe: show, seconds, call, ec2, machines } = await createHarness();
    const [id] = await run();
    await seconds(10);
    const answer = await call('TerminateInstances', { InstanceId: [id] }, launcher);
    expect(answer.instancesSet.item[0].currentState.name).toBe('shutting-down');
    expect(machines.size).toBe(0);
    await seconds(41);
    expect((await show())[0].instanceState.name).toBe('terminated');
    expect((await show())[0].privateIpAddress).toBeUndefined();
    await seconds(3600);
    expect(await show()).toEqual([]);
    expect(ec2.inspect.instances()[0]).toMatchObject({
      state: 'terminated',
      launchedBy: launcher,
      terminatedBy: launcher,
    });
  });

  it('tell the bus of every change of state', async () => {
    const { run, seconds, call, events } = await createHarness();
    const [id] = await run();
    await seconds(10);
    await call('TerminateInstances', { InstanceId: [id] });
    await seconds(41);
    expect(events.map((event) => event.detail.state)).toEqual(['pending', 'running', 'shutting-down', 'terminated']);
    expect(events[0]).toEqual({
      source: 'aws.ec2',
      detailType: 'EC2 Instance State-change Notification',
      resources: [`arn:aws:ec2:eu-central-1:000000000000:instance/${id}`],
      detail: { 'instance-id': id, state: 'pending' },
    });
  });

  it('are none terminated if one id is bad', async () => {
    const { run, seconds, call, describe: show } = await createHarness();
    const [id] = await run();
    await seconds(10);
    const ids = [id, 'i-00000000000000000'];
    expect(await codeOf(call('TerminateInstances', { InstanceId: ids }))).toBe('InvalidInstanceID.NotFound');
    expect((await show())[0].instanceState.name).toBe('running');
    expect(await codeOf(call('TerminateInstances', { InstanceId: ['web'] }))).toBe('InvalidInstanceID.Malformed');
    const many = Array.from({ length: 1001 }, () => id);
    expect(await codeOf(call('TerminateInstances', { InstanceId: many }))).toBe('InvalidParameterValue');
  });

  it('can be stopped and started again', async () => {
    const { run, seconds, call, describe: show, machines } = await createHarness();
    const [id] = await run();
    await seconds(10);
    await call('StopInstances', { InstanceId: [id] });
    await seconds(31);
    expect((await show())[0].instanceState.name).toBe('stopped');
    expect(machines.size).toBe(0);
    await call('StartInstances', { InstanceId: [id] });
    await seconds(10);
    expect(machines.size).toBe(1);
  });

  it('are stopped and started only from where that is possible', async () => {
    const { run, seconds, call } = await createHarness();
    const [id] = await run();
    expect(await codeOf(call('StopInstances', { InstanceId: [id] }))).toBe('IncorrectInstanceState');
    await seconds(10);
    await call('StopInstances', { InstanceId: [id] });
    expect(await codeOf(call('StartInstances', { InstanceId: [id] }))).toBe('IncorrectInstanceState');
    await call('TerminateInstances', { InstanceId: [id] });
    for (const action of ['StopInstances', 'StartInstances'])
      expect(await codeOf(call(action, { InstanceId: [id] }))).toBe('IncorrectInstanceState');
    const [spot] = await run({ InstanceMarketOptions: { MarketType: 'spot' } });
    await seconds(10);
    expect(await codeOf(call('StopInstances', { InstanceId: [spot] }))).toBe('UnsupportedOperation');
  });

  it('lose the public address that they got at launch when they are stopped, and get another', async () => {
    const { run, seconds, call, network, describe: show } = await createHarness();
    const [id] = await run({
      NetworkInterface: [{ DeviceIndex: '0', SubnetId: network.subnets[0], AssociatePublicIpAddress: 'true' }],
      SubnetId: undefined,
    });
    await seconds(10);
    const addressOf = async () => (await show())[0].ipAddress;
    const before = await addressOf();
    await call('StopInstances', { InstanceId: [id] });
    await seconds(31);
    expect([typeof before, await addressOf()]).toEqual(['string', undefined]);
    await call('StartInstances', { InstanceId: [id] });
    await seconds(10);
    expect([typeof (await addressOf()), (await addressOf()) === before]).toEqual(['string', false]);
  });

  it('give a spot interruption two minutes of notice', async () => {
    const { run, seconds, ec2, events, describe: show } = await createHarness();
    const [id] = await run({ InstanceMarketOptions: { MarketType: 'spot' } });
    await seconds(10);
    ec2.inspect.interruptSpot([id!]);
    expect(events.at(-1)!.detailType).toBe('EC2 Spot Instance Interruption Warning');
    await seconds(119);
    expect((await show())[0]).toMatchObject({ instanceState: { name: 'running' }, instanceLifecycle: 'spot' });
    await seconds(2);
    expect((await show())[0]).toMatchObject({
      instanceState: { name: 'shutting-down' },
      stateReason: { code: 'Server.SpotInstanceTermination' },
    });
  });

  it('are interrupted only while they are spot instances that are up', async () => {
    const { run, seconds, ec2 } = await createHarness();
    const [id] = await run();
    await seconds(10);
    expect(() => ec2.inspect.interruptSpot([id!])).toThrow(`${id} is no spot instance, or has ended`);
  });
});

describe('requests for spot instances', () => {
  const spot = { InstanceMarketOptions: { MarketType: 'spot' } };
  const requestsOf = (call: Awaited<ReturnType<typeof createHarness>>['call']) => {
    const asked = async (input: Record<string, unknown> = {}) =>
      (await call('DescribeSpotInstanceRequests', input)).spotInstanceRequestSet.item;
    const marked = () => asked({ Filter: [{ Name: 'status-code', Value: ['marked-for-*'] }] });
    return { asked, marked };
  };

  it('tell of the notice until the instance ends, and then why it has ended', async () => {
    const { run, seconds, ec2, call } = await createHarness();
    const [taken, left] = await run({ ...spot, MinCount: '2', MaxCount: '2' });
    await run();
    await seconds(10);
    const { asked, marked } = requestsOf(call);
    expect(await asked()).toHaveLength(2);
    ec2.inspect.interruptSpot([taken!]);
    expect((await marked()).map((one: { instanceId: string }) => one.instanceId)).toEqual([taken]);
    await seconds(121);
    expect(await marked()).toEqual([]);
    const codes = new Map(
      (await asked()).map((one: { instanceId: string; state: string; status: { code: string } }) => [
        one.instanceId,
        [one.state, one.status.code],
      ]),
    );
    expect(codes.get(taken)).toEqual(['closed', 'instance-terminated-no-capacity']);
    expect(codes.get(left)).toEqual(['active', 'fulfilled']);
  });

  it('are closed by who ends an interrupted instance first', async () => {
    const { run, seconds, ec2, call, describe: show } = await createHarness();
    const [id] = await run(spot);
    await seconds(10);
    ec2.inspect.interruptSpot([id!]);
    await call('TerminateInstances', { InstanceId: [id] });
    const { asked } = requestsOf(call);
    expect(await asked()).toMatchObject([{ state: 'closed', status: { code: 'instance-terminated-by-user' } }]);
    await seconds(200);
    expect((await show())[0]).toMatchObject({
      instanceState: { name: 'terminated' },
      stateReason: { code: 'Client.UserInitiatedShutdown' },
    });
  });

  it('are found by id, page by page', async () => {
    const { run, seconds, call } = await createHarness();
    await run({ ...spot, MinCount: '7', MaxCount: '7' });
    await seconds(10);
    const first = await call('DescribeSpotInstanceRequests', { MaxResults: '5' });
    const rest = await call('DescribeSpotInstanceRequests', { MaxResults: '5', NextToken: first.nextToken });
    expect([first, rest].map((page) => page.spotInstanceRequestSet.item.length)).toEqual([5, 2]);
    const [{ spotInstanceRequestId }] = first.spotInstanceRequestSet.item;
    expect(await requestsOf(call).asked({ SpotInstanceRequestId: [spotInstanceRequestId] })).toHaveLength(1);
    const unknown = { SpotInstanceRequestId: ['sir-00000000'] };
    expect(await codeOf(call('DescribeSpotInstanceRequests', unknown))).toBe('InvalidSpotInstanceRequestID.NotFound');
    expect(await codeOf(call('DescribeSpotInstanceRequests', { MaxResults: '2' }))).toBe('InvalidParameterValue');
  });
});

describe('DescribeInstances', () => {
  it('filters by tag, state and id, with wildcards', async () => {
    const { run, seconds, describe: show } = await createHarness();
    const [a] = await run(tagged('instance', { cluster: 'one', role: 'master' }));
    const [b] = await run(tagged('instance', { cluster: 'two', role: 'slave' }));
    await seconds(10);
    const ids = async (...Filter: unknown[]) => (await show({ Filter })).map((instance) => instance.instanceId);
    expect(await ids({ Name: 'tag:cluster', Value: ['one'] })).toEqual([a]);
    expect(await ids({ Name: 'tag:cluster', Value: ['t*'] }, { Name: 'tag-key', Value: ['role'] })).toEqual([b]);
    expect(await ids({ Name: 'instance-state-name', Value: ['stopped', 'terminated'] })).toEqual([]);
    expect(await ids({ Name: 'instance-id', Value: [a, b] })).toEqual([a, b]);
    expect(await codeOf(show({ Filter: [{ Name: 'colour', Value: ['red'] }] }))).toBe('InvalidParameterValue');
  });

  it('pages', async () => {
    const { run, seconds, call } = await createHarness();
    await run({ MinCount: '12', MaxCount: '12' });
    await seconds(10);
    const sizes: number[] = [];
    for (let NextToken: string | undefined = ''; NextToken !== undefined; ) {
      const answer = await call('DescribeInstances', { MaxResults: '5', NextToken });
      sizes.push(answer.reservationSet.item[0].instancesSet.item.length);
      NextToken = answer.nextToken;
    }
    expect(sizes).toEqual([5, 5, 2]);
    expect(await codeOf(call('DescribeInstances', { MaxResults: '3' }))).toBe('InvalidParameterValue');
  });

  it('knows the status of what runs', async () => {
    const { run, seconds, call } = await createHarness();
    await run();
    expect((await call('DescribeInstanceStatus')).instanceStatusSet.item).toEqual([]);
    await seconds(10);
    expect((await call('DescribeInstanceStatus')).instanceStatusSet.item[0].instanceStatus.status).toBe('ok');
  });
});

describe('CreateTags', () => {
  it('tags all named resources or none', async () => {
    const { run, seconds, call, describe: show } = await createHarness();
    const [id] = await run();
    await seconds(10);
    const Tag = [{ Key: 'k', Value: 'v' }];
    expect(await codeOf(call('CreateTags', { ResourceId: [id, 'i-0'], Tag }))).toBe('InvalidID');
    await call('CreateTags', { ResourceId: [id], Tag });
    expect((await show())[0].tagSet.item).toEqual([{ key: 'k', value: 'v' }]);
  });
});

describe('request limits', () => {
  it('let five RunInstances through at once and two a second', async () => {
    const { call, network, seconds } = await createHarness();
    const launch = () => call('RunInstances', oneInstance(network.subnets[0]!), user);
    for (let k = 0; k < 5; k += 1) await launch();
    expect(await codeOf(launch())).toBe('RequestLimitExceeded');
    await seconds(1);
    await launch();
    await launch();
    expect(await codeOf(launch())).toBe('RequestLimitExceeded');
  });

  it('refuse unknown actions', async () => {
    const { call } = await createHarness();
    expect(await codeOf(call('DescribeDragons'))).toBe('InvalidAction');
  });
});
